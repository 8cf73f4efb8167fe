/** Rows as a table: HTML for the screen, aligned columns for everything else. */

import { inspect } from "node:util";
import { escapeHtml, type Forms } from "./display.ts";

export type Row = Readonly<Record<string, unknown>>;

/** Whether something is a table: an array of plain objects, at least one. */
export function isTable(thing: unknown): thing is readonly Row[] {
  return Array.isArray(thing) && thing.length > 0 && thing.every(isPlainObject);
}

function isPlainObject(thing: unknown): boolean {
  if (typeof thing !== "object" || thing === null) return false;
  const prototype: unknown = Object.getPrototypeOf(thing);
  return prototype === Object.prototype || prototype === null;
}

/** A table with a column for every key, in the order in which the keys first occur. Numbers stand to the right. */
export function table(rows: readonly Row[]): Forms {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const right = new Set(columns.filter((column) => rows.every((row) => isNumeric(row[column]))));
  const texts = rows.map((row) => columns.map((column) => cellText(row[column])));
  return {
    "text/html": html(columns, texts, right),
    "text/plain": plain(columns, texts, right),
  };
}

function isNumeric(value: unknown): boolean {
  return value === undefined || value === null || ["number", "bigint"].includes(typeof value);
}

function cellText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : inspect(value, { breakLength: Infinity });
}

function html(columns: string[], rows: string[][], right: ReadonlySet<string>): string {
  const cell = (tag: "th" | "td", text: string, index: number) => {
    const side = right.has(columns[index] ?? "") ? "right" : "left";
    return `<${tag} style="text-align: ${side}">${escapeHtml(text).replaceAll("\n", "<br>")}</${tag}>`;
  };
  const line = (tag: "th" | "td", texts: string[]) =>
    `<tr>${texts.map((text, index) => cell(tag, text, index)).join("")}</tr>`;
  return [
    "<table>",
    `<thead>${line("th", columns)}</thead>`,
    "<tbody>",
    ...rows.map((texts) => line("td", texts)),
    "</tbody>",
    "</table>",
  ].join("\n");
}

function plain(columns: string[], rows: string[][], right: ReadonlySet<string>): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((texts) => texts[index]?.length ?? 0)),
  );
  const line = (texts: string[]) =>
    texts
      .map((text, index) => {
        const width = widths[index] ?? 0;
        return right.has(columns[index] ?? "") ? text.padStart(width) : text.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(columns), rule, ...rows.map(line)].join("\n");
}
