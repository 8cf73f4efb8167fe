/** `quorumlab notebooks`: executes the chapters and compares their outputs with the stored ones, or stores them. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../setup/project.mjs";
import { differences, tell } from "./compare.ts";
import { fileText, readNotebook } from "./notebook.ts";
import { type Executed, execute } from "./run.ts";

export const summary = "execute the chapters and compare their outputs with the stored ones";

const HELP = `Usage: npx quorumlab notebooks [--write] [NN-name…]

Executes the course's own notebooks (all of them unless named), each from top to bottom in a fresh
kernel, and compares the outputs with those stored in the files.

  --write    store the outputs instead; a file whose outputs did not change is left alone

Exit codes: 0 all alike, 1 one failed or differs, 2 misused.`;

/** The folder of the course's own notebooks. */
export const NOTEBOOKS: string = join(ROOT, "notebooks");

/** The notebooks of a folder, as absolute paths in their order. */
export function notebooksIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
  return names.sort().map((name) => join(folder, name));
}

/** @param args what stands after `quorumlab notebooks` @returns the exit code */
export async function main(args: string[]): Promise<number> {
  const known = { write: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const;
  let parsed: { values: { write?: boolean; help?: boolean }; positionals: string[] };
  try {
    parsed = parseArgs({ args, options: known, allowPositionals: true });
  } catch (error) {
    console.error(`quorumlab notebooks: ${(error as Error).message}`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const all = notebooksIn(NOTEBOOKS);
  const unknown = positionals.find((name) => !all.includes(pathOf(name)));
  if (unknown !== undefined) {
    const names = all.map((path) => basename(path, ".ipynb")).join(", ");
    console.error(`There is no notebook "${unknown}": expected one of ${names}.`);
    return 2;
  }
  const paths = positionals.length === 0 ? all : positionals.map(pathOf);
  return run(paths, values.write ? store : compare);
}

/** Executes notebooks and says of each what became of it. @returns the exit code */
async function run(
  paths: readonly string[],
  troubleWith: (executed: Executed) => string | undefined,
): Promise<number> {
  let failed = 0;
  const onDone = (executed: Executed) => {
    const trouble = troubleWith(executed);
    if (trouble !== undefined) failed += 1;
    const name = basename(executed.path);
    console.log(`${trouble === undefined ? "✓" : "✗"} ${name} ${executed.seconds} s`);
    if (trouble !== undefined) console.log(trouble);
  };
  try {
    await execute(paths, { onDone });
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
  return failed === 0 ? 0 : 1;
}

function pathOf(name: string): string {
  return join(NOTEBOOKS, `${basename(name, ".ipynb")}.ipynb`);
}

/** What is wrong with an execution, compared with the file: a failure or other outputs; undefined when nothing is. */
export function compare({ path, notebook, failure }: Executed): string | undefined {
  const name = basename(path);
  if (failure !== undefined) return `${name}, cell ${failure.cell} failed.\n${failure.error}`;
  const found = differences(readNotebook(path), notebook);
  return found.length === 0 ? undefined : tell(name, found);
}

function store({ path, notebook, failure }: Executed): string | undefined {
  if (failure !== undefined) {
    return `${basename(path)}, cell ${failure.cell} failed, so nothing was stored.\n${failure.error}`;
  }
  const text = fileText(notebook);
  if (text !== readFileSync(path, "utf8")) writeFileSync(path, text);
  return undefined;
}
