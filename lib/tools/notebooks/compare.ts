/** Tells two executions of a notebook apart: which cell, and the first lines that differ. */

import type { Cell, Notebook, Output } from "./notebook.ts";

export type Difference = {
  /** The id of the cell. */
  readonly cell: string;
  /** A few lines from the first that differs on. */
  readonly expected: readonly string[];
  readonly got: readonly string[];
};

/** So many lines of a difference are told, and so many differences. */
const TOLD = 4;
const CELLS_TOLD = 5;

/** A line longer than this is cut around the first difference. */
const WIDTH = 100;

/** Where the outputs of two notebooks with the same cells differ. */
export function differences(expected: Notebook, got: Notebook): Difference[] {
  return expected.cells.flatMap((cell, index) => {
    const before = said(cell);
    const after = said(got.cells[index]);
    const at = before.findIndex((line, number) => line !== after[number]);
    const from = at < 0 ? before.length : at;
    if (from >= Math.max(before.length, after.length)) return [];
    const [first = "", second = ""] = [before[from], after[from]];
    const start = Math.max(0, firstDifference(first, second) - WIDTH / 3);
    const told = (lines: readonly string[]) =>
      lines.slice(from, from + TOLD).map((line, number) => cut(line, number === 0 ? start : 0));
    return [{ cell: cell.id, expected: told(before), got: told(after) }];
  });
}

/** The outputs of a cell, line by line. */
function said(cell: Cell | undefined): string[] {
  return (cell?.outputs ?? []).flatMap((output) => linesOf(output));
}

function linesOf(output: Output): string[] {
  if (output.output_type === "stream") return [`${output.name}:`, ...output.text.split("\n")];
  if (output.output_type === "error") return ["error:", ...output.traceback];
  return Object.entries(output.data)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([type, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return [`${type}:`, ...text.replaceAll("><", ">\n<").split("\n")];
    });
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function cut(line: string, from: number): string {
  if (line.length <= WIDTH) return line;
  const rest = line.slice(from, from + WIDTH);
  return `${from > 0 ? "…" : ""}${rest}${from + WIDTH < line.length ? "…" : ""}`;
}

/** The differences of a notebook as text; of many, the first. */
export function tell(name: string, found: readonly Difference[]): string {
  const side = (label: string, lines: readonly string[]) =>
    lines.length === 0 ? [`  ${label} nothing`] : lines.map((line) => `  ${label} ${line}`);
  const lines = found
    .slice(0, CELLS_TOLD)
    .flatMap(({ cell, expected, got }) => [
      `${name}, cell ${cell}: the output is not the one that is stored.`,
      ...side("stored:", expected),
      ...side("now:   ", got),
    ]);
  const more = found.length - CELLS_TOLD;
  return more > 0 ? [...lines, `… and ${more} more cells`].join("\n") : lines.join("\n");
}
