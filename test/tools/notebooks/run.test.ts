/** Notebooks that nobody watches: whatever goes wrong in one, also between its cells, is a failure of the run. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileText } from "../../../lib/tools/notebooks/notebook.ts";
import { type Executed, execute } from "../../../lib/tools/notebooks/run.ts";

const STATE = fileURLToPath(new URL("../../../.quorumlab", import.meta.url));

const BOOKS: Readonly<Record<string, readonly string[]>> = {
  fine: [
    "for (let i = 0; i < 20000; i++) console.log(i);",
    'import { show } from "quorumlab/tools/notebook"; show("**fine**");',
  ],
  late: ['setTimeout(() => { throw new Error("too late"); }, 20);', "const after = 1;"],
  floating: ["1", 'setTimeout(() => { void Promise.reject(new Error("left behind")); }, 20);'],
  exits: ["process.exit(0);"],
};

let folder: string;
let results: Map<string, Executed>;

beforeAll(async () => {
  mkdirSync(STATE, { recursive: true });
  folder = mkdtempSync(join(STATE, "run-test-"));
  const paths = Object.entries(BOOKS).map(([name, sources]) => {
    const cells = sources.map((source, index) => {
      return { id: `${name}-${index + 1}`, cell_type: "code", metadata: {}, source, outputs: [] };
    });
    const path = join(folder, `${name}.ipynb`);
    writeFileSync(path, fileText({ cells }));
    return path;
  });
  const executed = await execute(paths);
  results = new Map(Object.keys(BOOKS).map((name, index) => [name, executed[index] as Executed]));
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

test("a notebook that is fine has all its output", () => {
  const fine = results.get("fine");
  expect(fine?.failure).toBeUndefined();
  const [printed, shown] = fine?.notebook.cells.map(({ outputs }) => outputs?.[0]) ?? [];
  const all = Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join("");
  expect(printed).toEqual({ output_type: "stream", name: "stdout", text: all });
  expect(shown).toMatchObject({ data: { "text/markdown": "**fine**" } });
});

test("an error thrown after its cell had ended fails the run", () => {
  expect(results.get("late")?.failure?.error).toMatch(/too late\n {4}cell \[1\], line 1/);
});

test("a promise that the last cell left behind fails the run when it is rejected", () => {
  const error = results.get("floating")?.failure?.error;
  expect(error).toMatch(/nothing awaited it. Error: left behind\n {4}cell \[2\], line 1/);
});

test("a kernel that ends itself fails the run", () => {
  expect(results.get("exits")?.failure).toEqual({ cell: "exits-1", error: "The kernel died." });
});
