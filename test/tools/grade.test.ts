/** The grader, against submissions that are wrong, broken, endless or hostile: each is reported as what it is. */

import { execFile, execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { afterAll, describe, expect, test, vi } from "vitest";
import { main as check } from "../../lib/tools/grade/check.ts";
import { type GradeOptions, gradeExercise } from "../../lib/tools/grade/grade.ts";
import { main as gradeCommand } from "../../lib/tools/grade/grade-command.ts";
import { main as hint } from "../../lib/tools/grade/hint.ts";
import { sayExercise } from "../../lib/tools/grade/print.ts";
import { main as replay } from "../../lib/tools/grade/replay.ts";
import type { ExerciseReport, Report } from "../../lib/tools/grade/report.ts";
import type { Progress } from "../../lib/tools/grade/settings.ts";

vi.setConfig({ testTimeout: 60_000 });

const project = fileURLToPath(new URL("../../", import.meta.url));
const settings = {
  table: join(project, "test/tools/grade/table.ts"),
  limits: { propertyMs: 1_500, heapMb: 100, memoryMb: 500 },
};

const root = mkdtempSync(join(tmpdir(), "quorumlab grade "));
afterAll(() => rmSync(root, { recursive: true }));

let folders = 0;
/** A folder outside of the project with these files. */
function submission(files: Record<string, string>): string {
  const folder = join(root, `submission ${folders++}`, "exercises");
  mkdirSync(folder, { recursive: true });
  for (const [name, source] of Object.entries(files)) writeFileSync(join(folder, name), source);
  return folder;
}

const DOUBLE = "export function double(n: number): number { return 2 * n; }\n";
const LATER = "export async function doubleLater(n: number): Promise<number> { return 2 * n; }\n";
const HALF = "export const half = (n: number): number => n / 2;\n";
const WRONG = `export function double(n: number): number { return n - n + 1; }
export async function doubleLater(n: number): Promise<number> { return n - n + 1; }\n`;

function grade(source: string, options: Partial<GradeOptions> = {}): Promise<ExerciseReport> {
  const folder = submission({ "90-double.ts": source });
  return gradeExercise("90-double", { types: false, seed: 7, ...settings, folder, ...options });
}

/** The verdicts of the three properties, and what is said of the file or else of the first one that is not ok. */
function heard({ properties, message }: ExerciseReport): (string | undefined)[] {
  const [one = "", two = "", three = ""] = properties.map(({ verdict }) => verdict);
  const said = properties.find(({ verdict }) => verdict !== "ok")?.message;
  return [one, two, three, properties.every(({ message }) => !message) ? message : said];
}

describe("what a submission does is reported as what it is", () => {
  test("a right one gets all points", async () => {
    const report = await grade(DOUBLE + LATER);
    expect(report).toMatchObject({ verdict: "ok", points: 6, outOf: 6, seed: 7 });
  });

  test("a wrong answer comes with the smallest case, its seed and the command that replays it", async () => {
    const report = await grade(
      `export const double = (n: number) => (n < 10 ? 2 * n : 0);${LATER}`,
    );
    expect(report).toMatchObject({ verdict: "violated", points: 3 });
    expect(report.properties[0]).toMatchObject({
      verdict: "violated",
      points: 0,
      message: "twice 10 is 20, not 0",
      counterexample: "10",
      seed: 7,
      evidence: { history: [] },
    });
    const { path, replay } = report.properties[0] ?? {};
    expect(replay).toContain(`npx quorumlab replay 90-double 1 --seed 7 --path ${path}`);
  });

  const broken = "broken";
  const unknown = "unknown";
  const ok = "ok";
  const endless =
    "It did not end within 1.5 s while it was tried: an endless loop, or far too slow.";
  const never = "export function doubleLater(n: number) { return new Promise(() => {}); }";
  const cases: [what: string, source: string, [string, string, string, string]][] = [
    [
      "an endless loop",
      `export function double() { for (;;); }${LATER}`,
      [unknown, ok, unknown, endless],
    ],
    [
      "an endless loop of microtasks",
      `${DOUBLE}export async function doubleLater() { while (true) await null; }`,
      [ok, unknown, ok, endless],
    ],
    [
      "a promise that never settles",
      DOUBLE + never,
      [ok, broken, ok, "It waits for ever while it was tried: a promise never settles."],
    ],
    [
      "a heap that is used up",
      `const a: number[][] = [];
       export function double() { for (;;) a.push(new Array(9999).fill(1.5)); }${LATER}`,
      [unknown, ok, unknown, "It used up its memory while it was tried: 100 MB of heap."],
    ],
    [
      "typed arrays that use up the memory outside of the heap",
      `const a: Uint8Array[] = [];
       export function double() { for (;;) a.push(new Uint8Array(1e7).fill(1)); }${LATER}`,
      [unknown, ok, unknown, "It used up its memory while it was tried: 500 MB in all."],
    ],
    [
      "a thrown error",
      `export function double(n: number) {\n  return n < 4 ? 2 * n : (null as any).x;\n}${LATER}`,
      [
        "violated",
        ok,
        "violated",
        "It threw: TypeError: Cannot read properties of null (reading 'x') (line 2).",
      ],
    ],
    [
      "a promise where an answer is expected",
      `export async function double(n: number) { return 2 * n; }${LATER}`,
      [
        "violated",
        ok,
        "violated",
        "double returned a promise; expected it to be done when it returns.",
      ],
    ],
    [
      "process.exit",
      `export function double() { process.exit(0); }${LATER}`,
      [broken, ok, broken, "It called process.exit(0)."],
    ],
    [
      "a rejection that nobody waits for",
      `${DOUBLE}export async function doubleLater(n: number) { Promise.reject(new Error("lost")); return 2 * n; }`,
      [ok, broken, ok, "A promise of its own failed unnoticed: lost (line 2)."],
    ],
    [
      "a missing export",
      DOUBLE,
      [broken, broken, broken, "It does not export the function doubleLater."],
    ],
    [
      "an export that is no function",
      `export const double = 2;${LATER}`,
      [broken, broken, broken, "It exports double, a number: expected a function."],
    ],
    [
      "an error while it is loaded",
      `${DOUBLE}${LATER}throw new RangeError("no");`,
      [broken, broken, broken, "It threw while it was loaded: RangeError: no (line 3)."],
    ],
    [
      "an endless loop while it is loaded",
      `${DOUBLE}${LATER}for (;;);`,
      [
        unknown,
        unknown,
        unknown,
        "It did not end within 2 s while it was loaded: an endless loop, or far too slow.",
      ],
    ],
    [
      "an import of a file beside it",
      `import "./other.ts";${DOUBLE}${LATER}`,
      [
        broken,
        broken,
        broken,
        'It imports "./other.ts", which a submission cannot: it is one file and may import types only.',
      ],
    ],
    [
      "an import of Node's",
      `import { readFileSync } from "node:fs";${DOUBLE}${LATER}readFileSync;`,
      [
        broken,
        broken,
        broken,
        'It imports "node:fs", which a submission cannot: it is one file and may import types only.',
      ],
    ],
    [
      "an import of code where types are allowed",
      `import { linearizable } from "quorumlab/check";${DOUBLE}${LATER}linearizable;`,
      [
        broken,
        broken,
        broken,
        'It imports code from "quorumlab/check", which this exercise does not allow: write `import type` for types.',
      ],
    ],
  ];
  test.each(cases)("%s", async (_, source, expected) => {
    const limits = { ...settings.limits, loadMs: source.endsWith("for (;;);") ? 2_000 : 10_000 };
    expect(heard(await grade(source, { limits }))).toEqual(expected);
  });

  test("after something endless the rest is tried as well, but not for as long", async () => {
    const limits = { ...settings.limits, examplesMs: 1_000, propertyMs: 10_000, hurriedMs: 500 };
    const tried: number[] = [];
    const onProgress = ({ property, runs }: Progress) => void (runs === 0 && tried.push(property));
    const source = `export function double() { for (;;); }${LATER}`;
    const report = await grade(source, { limits, onProgress });
    const unended = (seconds: number) =>
      `It did not end within ${seconds} s while it was tried: an endless loop, or far too slow.`;
    expect(report.message).toBe(`The examples of the stub: ${unended(1)}`);
    expect(heard(report)).toEqual([unknown, ok, unknown, unended(0.5)]);
    expect(tried).toEqual([0, 1, 2, 3]);
  });

  test("after something that used up its memory neither", async () => {
    const limits = { ...settings.limits, propertyMs: 10_000, hurriedMs: 500 };
    const source = `const all: Uint8Array[] = [];
      export function double(n: number) { for (;;) if (n === 1) all.push(new Uint8Array(1e7).fill(1)); }${LATER}`;
    const report = await grade(source, { limits });
    expect(report.message).toContain("It used up its memory while it was tried: 500 MB in all.");
    // By the processor's time, or on a busy machine by the clock.
    expect(report.properties[0]?.message).toMatch(/^It did not end within (0.5|2.5) s /);
  });

  test("who has to wait for a busy machine is not too slow", async () => {
    const source = `const asleep = new Int32Array(new SharedArrayBuffer(4));
      export function double(n: number) { Atomics.wait(asleep, 0, 0, 40); return 2 * n; }${LATER}`;
    expect(await grade(source)).toMatchObject({ verdict: "ok", points: 6 });
  });

  test("who waits for ever is ended all the same", async () => {
    const source = `const asleep = new Int32Array(new SharedArrayBuffer(4));
      export function double() { Atomics.wait(asleep, 0, 0); }${LATER}`;
    const limits = { ...settings.limits, examplesMs: 200, propertyMs: 200 };
    const message =
      "It did not end within 1 s while it was tried, and had less than 0.2 s of a processor: the machine is too busy, or it only waits.";
    expect(heard(await grade(source, { limits }))).toEqual([unknown, ok, unknown, message]);
  });

  test("a syntax error, with its line", async () => {
    const report = await grade(`${DOUBLE}${LATER}export {`, { types: true });
    expect(report.message).toMatch(/^It does not parse: line 3: /);
    expect(report).toMatchObject({ verdict: "broken", points: 0 });
  });

  test("a syntax error where types are not checked", async () => {
    expect((await grade(`${DOUBLE}${LATER}export {`)).message).toMatch(/^It does not parse: /);
  });

  test("a type error, with its line", async () => {
    const report = await grade(`${DOUBLE}${LATER}const n: number = "1";`, { types: true });
    expect(report.message).toBe(
      "It does not type-check: line 3: Type 'string' is not assignable to type 'number'. (TS2322)",
    );
    expect(report).toMatchObject({ verdict: "broken", points: 0 });
  });

  test("of many type errors the first three, and how many more there are", async () => {
    const wrong = [1, 2, 3, 4, 5].map((n) => `const n${n}: number = "1";`).join("\n");
    const source = `${DOUBLE}${LATER}${wrong}`;
    const { message } = await grade(source, { types: true });
    const what = "Type 'string' is not assignable to type 'number'. (TS2322)";
    const lines = [3, 4, 5].map((line) => `line ${line}: ${what}`);
    expect(message).toBe(`It does not type-check: ${lines.join("\n")}\nand 2 more`);
  });

  test("a wrong type of an async function is no mistake of syntax", async () => {
    const source = `${DOUBLE}export async function doubleLater(n: number): number { return 2 * n; }`;
    const { message } = await grade(source, { types: true });
    expect(message).toMatch(/^It does not type-check: line 2: .*\(TS1064\)$/);
  });

  test("types come from any room, and what is unused is no type error", async () => {
    const source = `import type { NodeId } from "quorumlab/sim";let id: NodeId;${DOUBLE}${LATER}`;
    expect(await grade(source, { types: true })).toMatchObject({ verdict: "ok", points: 6 });
  });

  test("an import whose every name is a type is no import of code", async () => {
    const source = `import {\n  type NodeId,\n  type Run as Past,\n} from "quorumlab/sim";
      let id: NodeId, run: Past;${DOUBLE}${LATER}`;
    expect(await grade(source)).toMatchObject({ verdict: "ok", points: 6 });
  });

  test("what all properties say alike is said once", async () => {
    const source = `export function double() { process.exit(3); }
      export async function doubleLater() { process.exit(3); }`;
    expect(sayExercise(await grade(source)).match(/It called process.exit/g)).toHaveLength(2);
    const { message: _, ...report } = await grade(source);
    expect(sayExercise(report).match(/It called process.exit/g)).toHaveLength(1);
  });

  test("a missing file", async () => {
    const folder = submission({});
    const report = await gradeExercise("90-double", { ...settings, folder });
    expect(report).toMatchObject({ verdict: "broken", points: 0, outOf: 6 });
    expect(report.message).toBe(`There is no such file in ${folder}.`);
  });

  test("trials in which a named situation never occurred prove nothing", async () => {
    const report = await grade(DOUBLE + LATER, {
      patches: [
        { file: "test/tools/grade/90-double.ts", from: 'saw("a number above 50")', to: "saw()" },
      ],
    });
    expect(report.properties[0]).toMatchObject({
      verdict: "unknown",
      points: 0,
      message: 'No trial ever came to "a number above 50": they proved nothing.',
    });
  });

  test("the time for the whole exercise is limited as well", async () => {
    const limits = { ...settings.limits, totalMs: 1 };
    const report = await grade(DOUBLE + LATER, { limits });
    expect(report).toMatchObject({ verdict: "unknown", points: 0 });
  });

  test("one that fails the examples gets the points of what holds, but never all", async () => {
    const half = await grade(`${WRONG.split("\n")[0]}${LATER}`);
    expect(half.message).toMatch(/^The examples of the stub: /);
    expect(half).toMatchObject({ verdict: "violated", points: 2, outOf: 6 });
    const first =
      "let calls = 0;\nexport const double = (n: number) => (calls++ === 0 ? 7 : 2 * n);\n";
    const but = await grade(first + LATER);
    expect(but).toMatchObject({ verdict: "violated", points: 5, outOf: 6 });
    expect(but.properties.map(({ points }) => points)).toEqual([3, 2, 0]);
  });

  test("what it prints is shown, not a flood of it", async () => {
    const report = await grade(
      `export function double(n: number) { console.log("n is", n); return 2 * n; }${LATER}`,
    );
    expect(report).toMatchObject({ verdict: "ok", points: 6 });
    expect(report.printed).toMatch(/^n is 1\n/);
    expect(report.printed?.length).toBeLessThanOrEqual(1_000);
  });
});

describe("a stub", () => {
  const stub = `export function double(n: number): number { throw new Error("double: your turn"); }
export async function doubleLater(n: number): Promise<number> { throw new Error("doubleLater: your turn"); }\n`;

  test("is told that it is the learner's turn, in words that never change", async () => {
    const first = await grade(stub, { seed: 1, types: true });
    expect(await grade(stub, { seed: 2, types: true })).toEqual(first);
    expect(first).toMatchObject({ verdict: "your turn", message: "Your turn.", points: 0 });
    expect(JSON.stringify(first)).not.toMatch(/seed|path|replay|printed/);
  });

  test("says in the terminal which file to edit and where hints are", async () => {
    const said = stripVTControlCharacters(sayExercise(await grade(stub), "work/exercises"));
    expect(said.split("\n")).toEqual([
      "… 90-double: your turn, 0 of 6 points",
      "  Twice a number",
      "  Edit work/exercises/90-double.ts; `npx quorumlab hint 90-double` helps.",
    ]);
  });

  test("that is partly solved has points, and says where it goes on", async () => {
    const report = await grade(`${DOUBLE}${stub.slice(stub.indexOf("export async"))}`);
    expect(heard(report)).toEqual(["ok", "your turn", "ok", "doubleLater: your turn"]);
    expect(report).toMatchObject({ verdict: "your turn", points: 4 });
  });
});

describe("a known-wrong patch", () => {
  test("of the submission reaches the child by message", async () => {
    const folder = submission({ "90-double.ts": DOUBLE + LATER });
    const file = join(folder, "90-double.ts");
    const patches = [{ file, from: "{ return 2 * n; }\nexport", to: "{ return 3 * n; }\nexport" }];
    const report = await gradeExercise("90-double", { ...settings, folder, seed: 7, patches });
    expect(heard(report).slice(0, 3)).toEqual(["violated", "ok", "violated"]);
  });

  test("whose text does not occur exactly once is refused", async () => {
    const patches = [{ file: "test/tools/grade/90-double.ts", from: "module", to: "" }];
    const { message } = await grade(DOUBLE + LATER, { patches });
    expect(message).toMatch(/^patch of .*90-double.ts: expected its text exactly once, found \d+ /);
  });

  test("of a file that is not loaded is refused", async () => {
    const patches = [{ file: "lib/sim/none.ts", from: "a", to: "b" }];
    const { message } = await grade(DOUBLE + LATER, { patches });
    expect(message).toBe("patch of lib/sim/none.ts: it was not loaded");
  });
});

describe("a submission that cheats gets nothing", () => {
  const skip =
    "{ footprint: Symbol.for('fast-check/PreconditionFailure'), interruptExecution: true }";
  const attempts: [what: string, source: string][] = [
    ["replaces what judges look up", `(globalThis as any).Math = { abs: () => 0 };`],
    ["adds a global", `(globalThis as any).fc = 1;`],
    ["defines a global anew", `Object.defineProperty(globalThis, "Promise", { value: class {} });`],
    ["changes arrays", `(Array.prototype as any).every = () => true;`],
    ["changes iterators", `Object.getPrototypeOf([].values()).next = () => ({ done: true });`],
    ["changes what objects inherit", `(Object.prototype as any).verdict = "ok";`],
    ["changes promises", `(Promise.prototype as any).then = () => {};`],
    ["changes the clock", `performance.now = () => 0; Date.now = () => 0;`],
    ["changes timers", `Object.getPrototypeOf(setImmediate(() => {})).ref = () => {};`],
    [
      "finds the guard of its judges through a timer",
      `const it: any = setImmediate(() => {}); Reflect.ownKeys(it).map((key) => it[key].size);`,
    ],
    ["keeps notes where another instance of it would look", `performance.mark("x");`],
    ["changes how stacks are made", `(Error as any).prepareStackTrace = () => "";`],
    ["makes code from text", `new Function("return this")().Math = {};`],
    ["signals its grader", `process.kill(process.ppid);`],
    ["speaks to its grader", `(process as any).send({ kind: "found" });`],
    ["reads the nonce out of a shared buffer", `(globalThis as any).Buffer.from("a").buffer;`],
    ["asks for Node's modules behind our back", `(process as any).getBuiltinModule("fs");`],
    ["imports files", `await import("node:" + "fs");`],
    ["imports hooks", `await import("module");`],
    ["imports its judges", `await import("quorumlab/properties");`],
    ["imports fast-check", `await import("fast-check");`],
    [
      "imports the grading child",
      `await import("${new URL("../../lib/tools/grade/child.ts", import.meta.url)}");`,
    ],
    [
      "imports a solution",
      `await import("${new URL("../../solutions/10-capacity.ts", import.meta.url)}");`,
    ],
    ["imports text as code", `await import("data:text/javascript,globalThis.x=1");`],
    ["requires", `require("node:fs");`],
  ];
  test.each(attempts)("one that %s", async (_, attempt) => {
    // It answers right as soon as it gets through.
    const source = `declare const require: any;
      let answer = (n: number) => n - n + 1;
      try { ${attempt}; answer = (n) => 2 * n; } catch {}
      export const double = (n: number): number => answer(n);
      export const doubleLater = async (n: number): Promise<number> => answer(n);`;
    const report = await grade(source);
    expect(heard(report).slice(0, 3)).toEqual(["violated", "violated", "violated"]);
  });

  test("one that ends the process before it is judged", async () => {
    expect((await grade(`${WRONG}process.exit(0);`)).points).toBe(0);
  });

  test("one that prints what its judges would say", async () => {
    const word = `{"kind":"found","found":{"number":1,"verdict":"ok","runs":50}}`;
    const source = `for (const nonce of ["", "0".repeat(32)]) console.log(nonce + ' ${word}');${WRONG}`;
    expect((await grade(source)).points).toBe(0);
  });

  test.each([
    ["ends the trials before it fails", `throw ${skip};`],
    [
      "passes its failures off as skipped trials",
      `if (n === 0) return n; throw ${skip.replace(", interruptExecution: true", "")};`,
    ],
    [
      "throws a promise that looks like a skipped trial and says that all went well",
      `throw Object.assign(Promise.resolve(), { ...${skip}, then: (done?: any) => done?.(null) ?? null });`,
    ],
    [
      "throws what throws when it is looked at",
      "throw new Proxy(new Error(), { get() { throw 1; }, getPrototypeOf() { throw 2; } });",
    ],
    ["asks whose function it is", "return (this as any)?.double === undefined ? 1 : 2 * n;"],
    ["returns what compares as it likes", "return { valueOf: () => 2 * n } as any;"],
    ["returns a proxy", "return new Proxy({}, { get: () => () => 2 * n }) as any;"],
    ["returns a function", "return (() => 2 * n) as any;"],
    [
      "returns a promise of its own making",
      `class Mine extends Promise<any> { then(): any { return super.then(() => ({ valueOf: () => 2 * n })); } }
       return Mine.resolve(1) as any;`,
    ],
    [
      "looks who is asking",
      `return /grade.90-double|fast-check|judge/.test(new Error().stack ?? "") ? 2 * n : 1;`,
    ],
  ])("one that %s", async (_, body) => {
    const source = `export function double(this: unknown, n: number): number { ${body} }
export async function doubleLater(this: unknown, n: number): Promise<number> { await null; ${body} }`;
    expect((await grade(source)).points).toBe(0);
  });

  test("one that changes the library that it may import", async () => {
    const source = `import { Recorder, register } from "quorumlab/check";
      let changed = 0;
      try { (Recorder.prototype as any).invoke = () => {}; changed++; } catch {}
      try { (Recorder as any).more = 1; changed++; } catch {}
      try { (register() as any).constructor.prototype.step = 1; changed++; } catch {}
      export const half = (n: number) => changed === 0 ? n / 2 : -1;`;
    const folder = submission({ "91-half.ts": source });
    const report = await gradeExercise("91-half", { ...settings, folder, types: false });
    expect(report).toMatchObject({ verdict: "ok", points: 4 });
  });

  test.each([
    ["a variable", "notes.last = n;", "notes.last"],
    ["what was matched last", "/.*/.test(String(n));", "Number((RegExp as any).lastMatch)"],
    ["a mark", "performance.mark(String(n));", "Number(performance.getEntries().at(-1).name)"],
    ["an import of one by the other", "notes.last = n;", "other.notes.last"],
  ])("one whose two machines share %s", async (_, tell, heard) => {
    const source = `const twin = import.meta.url.includes("twin");
      export const notes = { last: -1 };
      ${heard.startsWith("other") ? "const other = await import(import.meta.url + '?twin1');" : ""}
      export const half = (n: number) => {
        if (!twin) return ${heard} === n + 2 ? n / 2 : -1;
        ${tell}
        return n / 2;
      };`;
    const folder = submission({ "91-half.ts": source });
    const report = await gradeExercise("91-half", { ...settings, folder, types: false });
    expect(report.points).toBe(0);
  });

  test("one that would draw over its report", async () => {
    const source = `export function double() { throw new Error("\\u001b[2Kall fine"); }${LATER}`;
    const said = sayExercise(await grade(source));
    expect(said).toContain("all fine");
    expect(said).not.toContain("\u001b[2K");
  });

  test("one that is a link to somebody else's file", async () => {
    const other = submission({ "90-double.ts": DOUBLE + LATER });
    const folder = submission({});
    symlinkSync(join(other, "90-double.ts"), join(folder, "90-double.ts"));
    const report = await gradeExercise("90-double", { ...settings, folder });
    expect(report).toMatchObject({ points: 0, message: "It is not a plain file." });
  });

  test.each([
    ["a file", `readFileSync("${project}README.md")`],
    ["a solution", `readFileSync("${project}solutions/10-capacity.ts")`],
    ["a folder", `readdirSync("${root}")`],
    ["to write", `writeFileSync("${project}lib/x", "")`],
  ])("even what runs beside its judges may not ask for %s", async (_, call) => {
    const patches = [
      {
        from: 'import fc from "fast-check";',
        to: 'import fc from "fast-check"; import * as fs from "node:fs";',
      },
      { from: "examples(module) {", to: `examples(module) { fs.${call};` },
    ].map((patch) => ({ ...patch, file: "test/tools/grade/90-double.ts" }));
    const report = await grade(DOUBLE + LATER, { patches });
    expect(report.message).toMatch(/Access to this API has been restricted/);
  });
});

describe("the commands", () => {
  /** Runs a command. @returns its exit code, and what it wrote to standard output */
  async function run(
    main: (args: string[], given: Partial<GradeOptions>) => Promise<number>,
    ...args: string[]
  ): Promise<{ code: number; out: string }> {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      const code = await main(args, { types: false, ...settings });
      return { code, out: log.mock.calls.map((words) => words.join(" ")).join("\n") };
    } finally {
      log.mockRestore();
      error.mockRestore();
    }
  }

  test("grade takes submissions from anywhere, and an endless loop in one stops no other", async () => {
    const good = submission({ "90-double.ts": DOUBLE + LATER, "91-half.ts": HALF });
    const endless = submission({
      "90-double.ts": `for (;;);${DOUBLE}${LATER}`,
      "91-half.ts": HALF,
    });
    const limits = { ...settings.limits, loadMs: 5_000 };
    const main: typeof gradeCommand = (args, given) => gradeCommand(args, { ...given, limits });
    const { code, out } = await run(main, endless, good, "--secret", "s", "--json");
    const report = JSON.parse(out) as Report;
    expect(code).toBe(3);
    expect(report).toMatchObject({ points: 14, outOf: 20, exercises: [] });
    expect(report.submissions).toMatchObject([
      { folder: endless, points: 4, exercises: [{ verdict: "unknown" }, { verdict: "ok" }] },
      { folder: good, points: 10, exercises: [{ verdict: "ok" }, { verdict: "ok" }] },
    ]);
  });

  test("the same secret gives the same seeds, another secret others", async () => {
    const folder = submission({ "90-double.ts": DOUBLE + LATER, "91-half.ts": HALF });
    const seeds = async (secret: string) => {
      const { out } = await run(gradeCommand, folder, "--secret", secret, "--json");
      return (JSON.parse(out) as Report).exercises.map(({ seed }) => seed);
    };
    const first = await seeds("a");
    expect(new Set(first).size).toBe(2);
    expect(await seeds("a")).toEqual(first);
    expect(await seeds("b")).not.toEqual(first);
  });

  test("grade reports what is no folder in a sentence, and grades the others", async () => {
    const good = submission({ "90-double.ts": DOUBLE + LATER, "91-half.ts": HALF });
    const [file, loop, link] = [join(good, "91-half.ts"), join(root, "loop"), join(root, "link")];
    symlinkSync(loop, loop);
    symlinkSync(good, link);
    const odd = [file, loop, join(root, "x".repeat(300)), join(root, "none")];
    const { code, out } = await run(gradeCommand, good, ...odd, link, "--json");
    expect(code).toBe(1);
    const { submissions = [] } = JSON.parse(out) as Report;
    expect(submissions.map(({ points, message }) => message ?? points)).toEqual([
      10,
      "It is not a folder.",
      "It cannot be read: a link leads back to itself.",
      "It cannot be read: its name is too long.",
      "There is no such folder.",
      10,
    ]);
    expect(submissions[5]).toMatchObject({ folder: link, realFolder: realpathSync(good) });
  });

  test("Ctrl-C stops a grading: nothing that looks like a report is printed", async () => {
    const folder = submission({ "90-double.ts": `for (;;);${DOUBLE}${LATER}` });
    const graded = run(gradeCommand, folder, folder, folder);
    setTimeout(() => process.emit("SIGINT"), 300);
    expect(await graded).toEqual({ code: 130, out: "" });
  });

  test("an exercise that is named twice is checked once, whatever lies where failures are kept", async () => {
    const folder = submission({ "90-double.ts": DOUBLE + LATER });
    mkdirSync(join(folder, "../.quorumlab"));
    for (const kept of ["{}", "[null, 1]", '[{"exercise":"90-double","property":1}]', "[{"]) {
      writeFileSync(join(folder, "../.quorumlab/failing.json"), kept);
      const args = ["90-double", "90-double", "--exercises", folder];
      const { code, out } = await run(check, ...args, "--json");
      expect(code).toBe(0);
      expect((JSON.parse(out) as Report).exercises).toHaveLength(1);
    }
  });

  test("the printed command names any folder safely", async () => {
    const folder = join(submission({}), "it's $(here)");
    mkdirSync(folder);
    writeFileSync(join(folder, "90-double.ts"), WRONG);
    const report = await gradeExercise("90-double", { ...settings, types: false, folder });
    const [, named] = report.properties[0]?.replay?.split(" --exercises ") ?? [];
    expect(execFileSync("/bin/sh", ["-c", `printf %s ${named}`], { encoding: "utf8" })).toBe(
      folder,
    );
  });

  test("a case that failed is tried first next time, and said to pass when it does", async () => {
    const folder = submission({
      "90-double.ts": `export const double = (n: number) => n;${LATER}`,
    });
    const args = ["90-double", "--exercises", folder];
    expect((await run(check, ...args)).code).toBe(1);
    const again = await run(check, ...args);
    expect(again.out).toContain("The case that failed last time still fails. twice 1 is 2, not 1");
    writeFileSync(join(folder, "90-double.ts"), DOUBLE + LATER);
    const repaired = await run(check, ...args);
    expect(repaired.out).toContain("The case that failed last time passes now.");
    expect(repaired.code).toBe(0);
    expect((await run(check, ...args)).out).not.toContain("last time");
  });

  test("a case of another time that no longer exists is let go", async () => {
    const folder = submission({ "90-double.ts": DOUBLE + LATER });
    mkdirSync(join(folder, "../.quorumlab"));
    const kept = [{ exercise: "90-double", property: 1, seed: 1, path: "0:999999" }];
    writeFileSync(join(folder, "../.quorumlab/failing.json"), JSON.stringify(kept));
    const { code, out } = await run(check, "90-double", "--exercises", folder);
    expect(code).toBe(0);
    expect(out).not.toContain("last time");
  });

  test("the printed command replays the failing case, and nothing else", async () => {
    const source = `export const double = (n: number) => (n < 10 ? 2 * n : 0);${LATER}`;
    const folder = submission({ "90-double.ts": source });
    const { out } = await run(check, "90-double", "--seed", "3", "--exercises", folder);
    const [, command = ""] = /npx quorumlab replay (.*) --exercises/.exec(out) ?? [];
    const words = [...command.split(" "), "--exercises", folder];
    const replayed = await run(replay, ...words, "--json");
    expect(replayed.code).toBe(1);
    const [exercise] = (JSON.parse(replayed.out) as Report).exercises;
    expect(exercise?.properties).toMatchObject([{ number: 1, runs: 1, counterexample: "10" }]);
    writeFileSync(join(folder, "90-double.ts"), DOUBLE + LATER);
    expect((await run(replay, ...words)).code).toBe(0);
  });

  test.each(["0:999999", "99999999999"])("a case that is not there: %s", async (path) => {
    const folder = submission({ "90-double.ts": DOUBLE + LATER });
    const words = ["90-double", "1", "--seed", "1", "--path", path, "--exercises", folder];
    expect(await run(replay, ...words)).toEqual({ code: 2, out: "" });
  });

  test("check --for finds with fresh seeds what one seed does not", async () => {
    const rare = `export const double = (n: number) => (n === 37 ? 0 : 2 * n);${LATER}`;
    const folder = submission({ "90-double.ts": rare });
    const seed = ["--seed", String(await harmlessSeed(rare)), "--exercises", folder];
    expect((await run(check, "90-double", ...seed)).code).toBe(0);
    const { code, out } = await run(check, "90-double", ...seed, "--for", "50s");
    expect(code).toBe(1);
    expect(out).toContain("twice 37 is 74, not 0");
  });

  async function harmlessSeed(source: string): Promise<number> {
    for (let seed = 0; ; seed++) {
      if ((await grade(source, { seed })).verdict === "ok") return seed;
    }
  }

  test("hints come one at a time, and then all of them", async () => {
    const folder = submission({});
    const next = async () => (await run(hint, "90-double", "--exercises", folder)).out;
    expect(await next()).toBe("Hint 1 of 2: Add the number to itself.");
    expect(await next()).toBe("Hint 2 of 2: return n + n");
    expect(await next()).toMatch(/^There are no more hints for 90-double/);
  });

  test.each([
    [check, "90-doubel"],
    [check, "--sed", "1"],
    [check, "--seed", "one"],
    [check, "--for", "5x"],
    [check, "--exercises", "/no such folder"],
    [gradeCommand, "/no such folder"],
    [hint],
    [hint, "90-doubel"],
    [replay, "90-double", "4", "--seed", "1"],
    [replay, "90-double", "1"],
    [replay, "90-double", "1", "--seed", "1", "--path", "a"],
    [hint, "90-double", "--exercises", "/no such folder"],
  ] as [typeof check, ...string[]][])(
    "misuse gives 2: %o %s %s %s %s %s",
    async (main, ...args) => {
      expect(await run(main, ...args)).toEqual({ code: 2, out: "" });
    },
  );
});

describe("the course", () => {
  function quorumlab(...args: string[]): Promise<{ code: number; out: string }> {
    const commandLine = [join(project, "lib/tools/quorumlab.mjs"), ...args];
    return new Promise((resolve) => {
      execFile(process.execPath, commandLine, { maxBuffer: 1e8 }, (error, out) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, out });
      });
    });
  }

  test("untouched stubs get no points, and grade prints nothing but its report", async () => {
    const { code, out } = await quorumlab("grade", join(project, "exercises"), "--json");
    const report = JSON.parse(out) as Report;
    expect(code).toBe(1);
    expect(report.points).toBe(0);
    expect(new Set(report.exercises.map(({ verdict }) => verdict))).toEqual(new Set(["your turn"]));
  });

  const solutions = join(project, "solutions");
  test.skipIf(!existsSync(solutions))(
    "solutions get all points",
    async () => {
      const { code, out } = await quorumlab("grade", solutions);
      expect(out).toMatch(/(\d+) of \1 points in all\n$/);
      expect(code).toBe(0);
    },
    600_000,
  );
});
