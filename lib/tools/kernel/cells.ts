/**
 * Which line of which cell. What runs is not what was written: a cell is compiled twice, and these are the two
 * source maps that lead back.
 */

import { SourceMap, type SourceMapPayload } from "node:module";

/** A line and a column, both counted from 1. */
export type Place = { readonly line: number; readonly column: number };

/** The maps of one compilation, the last step first. */
export type Maps = readonly SourceMapPayload[];

type Cell = {
  readonly lines: readonly string[];
  /** The last line of the code; what follows is tslab's own. */
  readonly codeEnds: number;
  readonly maps: readonly SourceMap[];
};

/** tslab puts one line of its own above a cell's text, and one above its code. */
const LINES_ABOVE = 1;

/** The cells that ran, by the number that the notebook shows beside them. */
export class Cells {
  readonly #cells = new Map<number, Cell>();

  /** Remembers a cell and gives its code the name `cell-<number>`, on a line below tslab's own first line. */
  add(number: number, source: string, code: string, maps: Maps): string {
    this.#cells.set(number, {
      lines: source.split("\n"),
      codeEnds: code.trimEnd().split("\n").length + LINES_ABOVE,
      maps: maps.map((map) => new SourceMap(map)),
    });
    return `\n${code}\n//# sourceURL=cell-${number}`;
  }

  /** Where the code at this place was written, or undefined for code that no line of the cell stands for. */
  written(number: number, ran: Place): Place | undefined {
    const cell = this.#cells.get(number);
    if (cell === undefined || ran.line > cell.codeEnds) return undefined;
    let line = ran.line - 1 - LINES_ABOVE;
    let column = ran.column - 1;
    for (const map of cell.maps) {
      const entry = map.findEntry(line, column);
      if (!("originalLine" in entry)) return undefined;
      line = entry.originalLine;
      column = entry.originalColumn;
    }
    const place = { line: line + 1 - LINES_ABOVE, column: column + 1 };
    return cell.lines[place.line - 1] === undefined ? undefined : place;
  }

  /** The text of one line of a cell. */
  text(number: number, line: number): string | undefined {
    return this.#cells.get(number)?.lines[line - 1];
  }
}

const IN_CELL = /\bcell-(\d+):(\d+):(\d+)/;

/** A line of a stack trace with the place in the cell put right; undefined when nothing was written there. */
function rightFrame(frame: string, cells: Cells): string | undefined {
  const found = IN_CELL.exec(frame);
  if (found === null) return frame;
  const [ran, cell = "", line, column] = found;
  const place = cells.written(Number(cell), { line: Number(line), column: Number(column) });
  return place && frame.replace(ran, `cell-${cell}:${place.line}:${place.column}`);
}

/** Files whose frames say nothing about a cell: Node's, tslab's and the kernel's. */
const KERNEL = /^node:|\/node_modules\/tslab\/|\/lib\/tools\/kernel(\/|\.cjs)/;

/** Makes every error's `stack` name the cell's own lines and leave the kernel out. */
export function nameCellsInStacks(cells: Cells): void {
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites
      .filter((site) => !KERNEL.test(site.getFileName() ?? ""))
      .map((site) => rightFrame(String(site), cells))
      .filter((frame) => frame !== undefined);
    return [headline(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
  };
}

function headline(error: Error): string {
  try {
    return String(error);
  } catch {
    return "Error";
  }
}
