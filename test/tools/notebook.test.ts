/** What cells import: shown in a kernel, in words outside of one, and the exercises beside the notebook. */

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { show } from "quorumlab/tools/notebook";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { Kernel, type Result } from "./kernel/client.ts";

// Generous: a machine that is busy with other tests is no failure.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const picture = { svg: "<svg xmlns='x'/>", title: "s1 leads", alt: "One arrow." };

describe("outside a notebook", () => {
  afterEach(() => vi.restoreAllMocks());

  function printed(thing: unknown): string {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    show(thing);
    return log.mock.calls.flat().map(String).join("\n");
  }

  test("a picture is told in its words", () => {
    expect(printed(picture)).toBe("s1 leads\nOne arrow.");
  });

  test("a table has aligned columns, numbers to the right", () => {
    const rows = [
      { server: "s1", sent: 7 },
      { server: "tracker", sent: 12, note: "busy" },
    ];
    expect(printed(rows).split("\n")).toEqual([
      "server   sent  note",
      "-------  ----  ----",
      "s1          7",
      "tracker    12  busy",
    ]);
  });

  test.each([undefined, null, 7, [], [1, 2], {}, new Map(), Symbol("s"), () => 1])(
    "anything else is printed: %s",
    (thing) => expect(() => printed(thing)).not.toThrow(),
  );
});

describe("in a notebook", () => {
  let folder: string;
  let kernel: Kernel;
  const root = fileURLToPath(new URL("../..", import.meta.url));

  beforeAll(async () => {
    mkdirSync(join(root, ".quorumlab"), { recursive: true });
    folder = mkdtempSync(join(root, ".quorumlab/notebook-test-"));
    mkdirSync(join(folder, "notebooks"));
    mkdirSync(join(folder, "exercises"));
    pristine();
    kernel = await Kernel.start(join(folder, "notebooks"));
    await kernel.run('import { check, hint, reload, show } from "quorumlab/tools/notebook";');
  });

  afterAll(async () => {
    await kernel?.stop();
    rmSync(folder, { recursive: true });
  });

  const NAME = "10-capacity";
  const file = () => join(folder, "exercises", `${NAME}.ts`);
  const pristine = () => copyFileSync(join(root, "exercises", `${NAME}.ts`), file());
  const write = (text: string) => writeFileSync(file(), text);
  const written = (name: string, text: string) =>
    writeFileSync(join(folder, "exercises", name), text);
  const forms = ({ shown }: Result) =>
    shown.map(({ content }) => content.data as Record<string, string>);

  test("a picture is SVG with alternative text, and words where SVG is not shown", async () => {
    const { shown } = await kernel.run(`show(${JSON.stringify(picture)})`);
    expect(shown.map(({ content }) => content)).toEqual([
      {
        data: { "image/svg+xml": picture.svg, "text/plain": "s1 leads\nOne arrow." },
        metadata: { "image/svg+xml": { alt: "One arrow." } },
        transient: {},
      },
    ]);
  });

  test("a figure of Plot becomes a picture of its own", async () => {
    const [first] = forms(await kernel.run('show({ outerHTML: "<svg width=\\"9\\"></svg>" })'));
    expect(first?.["image/svg+xml"]).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9"></svg>',
    );
  });

  test("what stands in a table is text, whatever it looks like", async () => {
    const [first] = forms(await kernel.run('show([{ name: "<script>alert(1)</script>" }])'));
    expect(first?.["text/html"]).toContain("&lt;script&gt;");
    expect(first?.["text/html"]).not.toContain("<script>");
  });

  test("a string is markdown, and HTML says so", async () => {
    const [first, second] = forms(await kernel.run('show("**a**"); show.html("<b>b</b>");'));
    expect(first).toEqual({ "text/markdown": "**a**", "text/plain": "**a**" });
    expect(second).toEqual({ "text/html": "<b>b</b>", "text/plain": "b" });
  });

  test("an edited exercise is picked up by the next cell, and so is a file that it imports", async () => {
    const ask = `(await reload("${NAME}")).keepsUp({ eventsPerSecond: 1, serviceMs: 1 }, 1, 1)`;
    write("export const keepsUp = () => 'first';");
    expect((await kernel.run(ask)).text()).toBe("first\n");
    written("helper.ts", "export const word: string = 'second';");
    write("import { word } from './helper.ts'; export const keepsUp = () => word;");
    expect((await kernel.run(ask)).text()).toBe("second\n");
    written("helper.ts", "export const word: string = 'third';");
    expect((await kernel.run(ask)).text()).toBe("third\n");
  });

  test("a reloaded exercise shares the library with the cells", async () => {
    write('export { Violation as keepsUp } from "quorumlab/properties";');
    const { text } = await kernel.run(`
      import { Violation } from "quorumlab/properties";
      const same: unknown = (await reload("${NAME}")).keepsUp;
      same === Violation`);
    expect(text()).toBe("true\n");
  });

  test("a cell sees the types of the stub", async () => {
    pristine();
    const { error } = await kernel.run(
      `const text: string = (await reload("${NAME}")).keepsUp({ eventsPerSecond: 1, serviceMs: 1 }, 1, 1);`,
    );
    expect(error()).toContain("Type 'boolean' is not assignable to type 'string'");
  });

  test.each([
    ["a syntax error", "\nexport const a = (1;\n", /^Error: exercises\/10-capacity.ts, line 2: /],
    ["a name declared twice", "let a = 1;\n\nlet a = 2;\n", /10-capacity.ts, line 3: .*already/],
    ["an enum", "enum A { b }\n", /10-capacity.ts, line 1: .*enum is not supported/],
    ["an import of nothing", "import './no.ts';\n", /10-capacity.ts cannot be loaded: .*no.ts/],
  ])("%s is one sentence with its line", async (_, text, sentence) => {
    write(text);
    const { error } = await kernel.run(`await reload("${NAME}");`);
    expect(error()).toMatch(sentence);
    expect(error().split("\n")[1]).toMatch(/^ {4}cell \[\d+\], line 1: {2}await reload/);
  });

  test("an exercise that is not there is missed by name", async () => {
    const { error } = await kernel.run('await reload("10-placement");');
    expect(error()).toMatch(
      /^Error: There is no exercises\/10-placement.ts: .* holds 10-capacity\./,
    );
  });

  test("an untouched stub gets the same words every time, in one place", async () => {
    pristine();
    const [first, second] = [await kernel.run(CHECK), await kernel.run(CHECK)];
    const last = (result: Result) => forms(result).at(-1)?.["text/plain"];
    expect(last(first)).toMatch(/^10-capacity: your turn, \d+ points\.\n.*\nWrite exercises/);
    expect(last(second)).toBe(last(first));
    const places = first.shown.map(({ content }) => content.transient);
    expect(new Set(places.map((place) => JSON.stringify(place))).size).toBe(1);
  });

  const CHECK = `await check("${NAME}", { seed: 1 });`;

  test("a wrong answer gets its points, its sentence and the command that repeats it", async () => {
    write(readFileSync(file(), "utf8").replaceAll(/throw new Error\("keepsUp.*/g, "return true;"));
    const verdict = forms(await kernel.run(CHECK)).at(-1)?.["text/html"];
    expect(verdict).toContain("violated");
    expect(verdict).toContain("Again: <code>npx quorumlab replay 10-capacity");
  });

  test("an exercise that the course does not have is told which it has", async () => {
    for (const call of ['check("00")', 'hint("00")']) {
      const { error } = await kernel.run(`await ${call};`);
      expect(error()).toMatch(
        /^Error: There is no exercise "00": expected one of 00-linearizability, /,
      );
    }
  });

  test("hints come one at a time, and in the end all together", async () => {
    const texts: string[] = [];
    for (let i = 0; i < 9; i++) {
      const [shown] = forms(await kernel.run(`await hint("${NAME}");`));
      texts.push(shown?.["text/plain"] ?? "");
    }
    expect(texts[0]).toMatch(/^\*\*Hint 1 of/);
    expect(texts[1]).toMatch(/^\*\*Hint 2 of/);
    expect(texts[8]).toMatch(/^\*\*There are no more hints/);
  });
});
