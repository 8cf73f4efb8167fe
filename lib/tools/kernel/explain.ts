/** An error in the words of the person who wrote the cell: what is wrong, on which line, and that line. */

import { readFileSync } from "node:fs";
import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import type { Cells } from "./cells.ts";

/** An error as Jupyter's protocol has it. */
export type Explained = {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
};

/** A type error as tslab reports it; lines and characters count from 0, the end is left out. */
export type TypeProblem = {
  readonly messageText: string;
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
  readonly fileName?: string;
};

/** More frames than this say nothing new. */
const FRAMES = 8;

/** Type errors of a cell: each with its line and a mark under what is meant. */
export function explainTypes(source: string, problems: readonly TypeProblem[]): Explained {
  const lines = source.split("\n");
  const said: string[] = [];
  let place = "";
  for (const { messageText, start, end, fileName } of problems) {
    const here = `${fileName ?? ""}:${start.line}:${start.character}`;
    // tslab gives the parts of one long message as messages of their own, at the same place.
    if (here === place) {
      said.push(`    ${messageText}`);
      continue;
    }
    place = here;
    const where = fileName === undefined ? "" : `${fileName}, `;
    said.push(`${where}line ${start.line + 1}: ${messageText}`);
    const line = fileName === undefined ? lines[start.line] : undefined;
    if (line === undefined) continue;
    const to = end.line === start.line ? end.character : line.length;
    const mark = "^".repeat(Math.max(1, to - start.character));
    said.push(`    ${line}`, `    ${" ".repeat(start.character)}${mark}`);
  }
  const first = problems[0];
  const evalue = first === undefined ? "" : `line ${first.start.line + 1}: ${first.messageText}`;
  return { ename: "Type error", evalue, traceback: [`Type error, ${said.join("\n")}`] };
}

/** A thrown error, or anything else that was thrown. @param root frames of files in it are named from there */
export function explainThrown(thrown: unknown, cells: Cells, root: string): Explained {
  if (isInterrupt(thrown)) {
    const evalue = "the cell was stopped; what it had started may still be running";
    return { ename: "Interrupted", evalue, traceback: [`Interrupted: ${evalue}.`] };
  }
  if (!(thrown instanceof Error)) {
    const evalue = inspect(thrown);
    return { ename: "Thrown", evalue, traceback: [`Thrown, and not an Error: ${evalue}`] };
  }
  return {
    ename: String(thrown.name),
    evalue: String(thrown.message),
    traceback: paragraphs(thrown, cells, root),
  };
}

function paragraphs(error: Error, cells: Cells, root: string): string[] {
  const head = error.message === "" ? error.name : `${error.name}: ${error.message}`;
  const said = [head, ...frames(error, cells, root)];
  const parts = error instanceof AggregateError ? error.errors : [];
  const below = error.cause === undefined ? parts : [...parts, error.cause];
  for (const part of below) {
    const lines =
      part instanceof Error && part !== error ? paragraphs(part, cells, root) : [inspect(part)];
    said.push(...lines.map((line, index) => (index === 0 ? `because of ${line}` : line)));
  }
  return said;
}

/** tslab rejects a waiting cell with this sentence; Node stops a busy one with this code. */
function isInterrupt(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = "code" in thrown ? thrown.code : undefined;
  return (
    code === "ERR_SCRIPT_EXECUTION_INTERRUPTED" || thrown.message === "Interrupted asynchronously"
  );
}

const FRAME = /^ {4}at (?:(.*) \()?(?:async )?(.*?):(\d+):(\d+)\)?$/;

function frames(error: Error, cells: Cells, root: string): string[] {
  const said: string[] = [];
  for (const line of String(error.stack).split("\n")) {
    const [, name, file = "", at = ""] = FRAME.exec(line) ?? [];
    const place = placeOf(file, Number(at), cells, root);
    if (place === undefined) continue;
    const nameless = name === undefined || name.startsWith("Timeout.");
    said.push(`    ${nameless ? "" : `${plain(name)}, `}${place}`);
  }
  const more = said.length - FRAMES;
  return more > 1 ? [...said.slice(0, FRAMES), `    … and ${more} more`] : said;
}

/** V8 also says how a function was called, which helps nobody here. */
function plain(name: string): string {
  return name.replace(/^(async |new |Object\.|Proxy\.|Module\.)+/, "").replace(/ \[as .*\]$/, "");
}

/** A place in a cell, an exercise or a room of the library; undefined for all else, such as Node and the tools. */
function placeOf(file: string, line: number, cells: Cells, root: string): string | undefined {
  const [, cell] = /^cell-(\d+)$/.exec(file) ?? [];
  if (cell !== undefined) {
    return `cell [${cell}], line ${line}:  ${cells.text(Number(cell), line)?.trim()}`;
  }
  const path = file.startsWith("file:") ? fileURLToPath(file.replace(/\?.*$/, "")) : file;
  const inside = relative(root, path);
  if (!isAbsolute(path) || /^\.\.|node_modules|^lib.tools/.test(inside)) return undefined;
  if (!/\.[cm]?[jt]s$/.test(inside)) return undefined;
  return `${inside}, line ${line}${inside.startsWith("lib") ? "" : `:  ${textOf(path, line)}`}`;
}

function textOf(path: string, line: number): string {
  try {
    return readFileSync(path, "utf8").split("\n")[line - 1]?.trim() ?? "";
  } catch {
    return "";
  }
}
