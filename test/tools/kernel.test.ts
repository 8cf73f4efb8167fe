/** The real kernel, one for all tests: what a cell prints arrives, what it gets wrong is said in its own lines. */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Kernel, LAUNCHER } from "./kernel/client.ts";

const STATE = fileURLToPath(new URL("../../.quorumlab", import.meta.url));

// Generous: a machine that is busy with other tests is no failure.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let project: string;
let kernel: Kernel;

beforeAll(async () => {
  mkdirSync(STATE, { recursive: true });
  project = mkdtempSync(join(STATE, "kernel-test-"));
  for (const folder of ["notebooks", "exercises", "node_modules/untyped"]) {
    mkdirSync(join(project, folder), { recursive: true });
  }
  writeFileSync(join(project, "node_modules/untyped/index.js"), "exports.seven = 7;\n");
  kernel = await Kernel.start(join(project, "notebooks"));
});

afterAll(async () => {
  await kernel?.stop();
  rmSync(project, { recursive: true });
});

test("a Node that is too old is refused in a sentence", () => {
  const old = `
    const old = { value: { ...process.versions, node: "20.1.0" } };
    Object.defineProperty(process, "versions", old);
    require(${JSON.stringify(LAUNCHER)});`;
  const { status, stderr } = spawnSync(process.execPath, ["-e", old], { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^The notebooks need Node 26; .* Run `npm start` in the project: .*\n$/);
});

describe("what a cell prints", () => {
  test("20,000 lines are 20,000 lines, in order", async () => {
    const { text } = await kernel.run("for (let i = 0; i < 20000; i++) console.log(i);");
    const lines = text().split("\n").slice(0, -1);
    expect(lines).toHaveLength(20_000);
    expect(lines.every((line, i) => line === `${i}`)).toBe(true);
  });

  test("lines that are awaited between arrive as well", async () => {
    const { text } = await kernel.run(
      "for (let i = 0; i < 3000; i++) { console.log(i); if (i % 10 === 0) await null; }",
    );
    expect(text().split("\n")).toHaveLength(3001);
  });

  test("the order around something shown, and between the streams, is kept", async () => {
    const { shown } = await kernel.run(
      'import { show } from "quorumlab/tools/notebook";\n' +
        'console.log("one"); show.html("<b>two</b>"); console.log("three"); console.error("four");',
    );
    const order = shown.map(({ type, content }) => content.text ?? type);
    expect(order).toEqual(["one\n", "display_data", "three\n", "four\n"]);
  });

  test("printing makes nothing in the async context of whoever prints", async () => {
    const { text } = await kernel.run(`
      import { AsyncLocalStorage, createHook } from "node:async_hooks";
      const run = new AsyncLocalStorage<string>();
      const made: string[] = [];
      const hook = createHook({ init(_id, type) { if (run.getStore()) made.push(type); } }).enable();
      run.run("a run", () => { for (let i = 0; i < 100; i++) { console.log(i); console.error(i); } });
      hook.disable();
      console.log("made", made);`);
    expect(text()).toContain("made []");
  });
});

describe("what a cell may say", () => {
  test("a value that may be missing is not a number", async () => {
    const { status, error } = await kernel.run(
      'const n: number = new Map<string, number>().get("x");',
    );
    expect(status).toBe("error");
    expect(error()).toBe(
      [
        "Type error, line 1: Type 'number | undefined' is not assignable to type 'number'.",
        '    const n: number = new Map<string, number>().get("x");',
        "          ^",
        "    Type 'undefined' is not assignable to type 'number'.",
      ].join("\n"),
    );
  });

  test("every type error is shown with its line", async () => {
    const { error } = await kernel.run("// two\nlet u: number = null;\nfunction f(a) {}");
    expect(error()).toContain("line 2: Type 'null'");
    expect(error()).toContain("line 3: Parameter 'a' implicitly has an 'any' type.");
    expect(error()).toContain("    function f(a) {}\n               ^");
  });

  test("DOM types, new array methods and a package without types are there", async () => {
    const { text } = await kernel.run(`
      import { seven } from "untyped";
      const element: SVGElement | undefined = undefined;
      const groups = Object.groupBy([3, 1, 2].toSorted(), (n) => (n > 1 ? "big" : "small"));
      console.log(seven, groups.big, new Set([1]).union(new Set([2])).size, element);`);
    expect(text()).toBe("7 [ 2, 3 ] 2 undefined\n");
  });

  test("a variable of an earlier cell may stand alone in an object", async () => {
    await kernel.run('const earlier = "kept"; const nested = { earlier };');
    const { text } = await kernel.run(
      "const now = 1; console.log(JSON.stringify({ earlier, list: [{ nested, now }] }));",
    );
    expect(text()).toBe('{"earlier":"kept","list":[{"nested":{"earlier":"kept"},"now":1}]}\n');
  });

  test("a part of what an earlier cell made may get another name", async () => {
    await kernel.run("const make = () => ({ part: 1, others: { inner: 2 } });");
    const { text } = await kernel.run(`const { part: mine, others: { inner: own = 3 } } = make();
      console.log(mine, own);`);
    expect(text()).toBe("1 2\n");
  });

  test("rooms of the library complete and explain themselves", async () => {
    expect(
      await kernel.complete('import * as check from "quorumlab/check"; check.linea'),
    ).toContain("linearizable");
    const said = await kernel.inspect('import { majority } from "quorumlab/estimate"; majority');
    expect(said).toContain("majority(");
  });
});

describe("what a cell gets wrong", () => {
  test("a thrown error names the lines of the cells and no line of the kernel", async () => {
    await kernel.run(`// comments and types leave no line behind
      interface Half { readonly of: number }

      function half(whole: number): Half {
        if (whole % 2 !== 0) throw new RangeError(whole + ' is odd');
        return { of: whole / 2 };
      }`);
    const { status, error } = await kernel.run("\n[2, 3].map((n) =>\n  half(n));");
    expect(status).toBe("error");
    const [head, ...frames] = error().split("\n");
    expect(head).toBe("RangeError: 3 is odd");
    expect(frames.map((frame) => frame.replace(/\[\d+\]/, "[N]"))).toEqual([
      "    half, cell [N], line 5:  if (whole % 2 !== 0) throw new RangeError(whole + ' is odd');",
      "    cell [N], line 3:  half(n));",
      "    cell [N], line 2:  [2, 3].map((n) =>",
    ]);
  });

  test("a stack that is printed names the lines of the cell", async () => {
    const { text } = await kernel.run("// first line\nconsole.log(new Error('seen').stack);");
    expect(text()).toMatch(/^Error: seen\n {4}at cell-\d+:2:13\n$/);
  });

  test("an awaited failure is told with its cause", async () => {
    const { error } = await kernel.run(`
      async function fetchIt(): Promise<void> {
        await null;
        throw new Error("no answer", { cause: new Error("the wire is cut") });
      }
      await fetchIt();`);
    expect(error()).toMatch(/^Error: no answer\n {4}fetchIt, cell \[\d+\], line 4: /);
    expect(error()).toMatch(/because of Error: the wire is cut/);
  });

  test("a rejection that nothing awaits fails the cell", async () => {
    const { status, error } = await kernel.run('void Promise.reject(new Error("floats"));');
    expect(status).toBe("error");
    expect(error()).toMatch(/^A promise was rejected, and nothing awaited it. Error: floats\n/);
  });

  test("a rejection that is awaited later in the cell does not", async () => {
    const { status } = await kernel.run(`
      const failing = Promise.reject(new Error("caught"));
      await new Promise((done) => setTimeout(done, 5));
      await failing.catch(() => {});`);
    expect(status).toBe("ok");
  });

  test("cells that were sent together stop at the one that fails; the next one runs", async () => {
    const sent = ["1", "throw new Error('no')", "2", "3"].map((code) => kernel.run(code));
    const results = await Promise.all(sent);
    expect(results.map(({ status }) => status)).toEqual(["ok", "error", "aborted", "aborted"]);
    expect((await kernel.run("4")).text()).toBe("4\n");
  });
});

describe("interrupting", () => {
  const soon = () => setTimeout(() => kernel.interrupt(), 300);

  test("a busy cell is stopped, and the kernel lives on", async () => {
    soon();
    expect((await kernel.run("while (true) {}")).error()).toMatch(/^Interrupted: /);
    expect((await kernel.run("5")).text()).toBe("5\n");
  });

  test("a waiting cell is stopped", async () => {
    soon();
    const { error } = await kernel.run("await new Promise(() => {});");
    expect(error()).toMatch(/^Interrupted: /);
  });
});
