/**
 * Cells of a chapter in a plain Node process, without a kernel, so that a mistake can be planted in the library that
 * they import. No file is edited: the mistake is made when the module is loaded.
 */

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "@tslab/typescript-for-tslab";
import { type Notebook, readNotebook } from "../../lib/tools/notebooks/notebook.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const hook = fileURLToPath(new URL("./plant.ts", import.meta.url));
const MARK = "\u0001";

/** A text of a file of the library, and what stands there instead. */
export type Mistake = { readonly file: string; readonly from: string; readonly to: string };

/** What a cell put out, as plain text; empty when it put out nothing. */
export type Said = (cell: string) => string;

function chapter(name: string): Notebook {
  return readNotebook(join(project, `notebooks/${name}.ipynb`));
}

/** What the cells of a chapter put out when they were last executed: it is stored in the file. */
export function stored(name: string): Said {
  const { cells } = chapter(name);
  return (id) =>
    (cells.find((cell) => cell.id === id)?.outputs ?? [])
      .map((output) => {
        if (output.output_type === "stream") return output.text;
        return output.output_type === "error" ? output.evalue : String(output.data["text/plain"]);
      })
      .join("\n");
}

/**
 * Runs the first code cell of a chapter, which imports, and these cells.
 *
 * @throws Error when a cell throws, or when the mistake's text is not there exactly once
 */
export async function ran(name: string, ids: readonly string[], mistake?: Mistake): Promise<Said> {
  const [imports, ...others] = chapter(name).cells.filter((cell) => cell.cell_type === "code");
  const cells = [imports, ...others.filter(({ id }) => ids.includes(id))];
  if (cells.length !== ids.length + 1) throw new Error(`${name} lacks one of ${ids.join(", ")}`);
  const parts = cells.map((cell) => {
    return `console.log(${JSON.stringify(`${MARK}${cell?.id}${MARK}`)});\n${printing(cell?.source ?? "")}`;
  });
  // Inside the project, where `quorumlab/…` is found.
  const parent = join(project, ".quorumlab/tmp");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "cells-"));
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, parts.join("\n"));
  try {
    const env = { ...process.env, QUORUMLAB_PLANT: JSON.stringify(mistake ?? null) };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--no-warnings", "--import", hook, file],
      { env },
    );
    const pieces = stdout.split(MARK);
    return (id) => pieces[pieces.indexOf(id) + 1] ?? "";
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A cell whose last expression is printed, as a kernel prints it. */
function printing(source: string): string {
  const last = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.Latest).statements.at(-1);
  if (last === undefined || !ts.isExpressionStatement(last)) return source;
  const { pos, end } = last.expression;
  const value = source.slice(pos, end);
  return `${source.slice(0, pos)}\nfor (const value of [${value}]) if (value !== undefined) console.log(value);`;
}
