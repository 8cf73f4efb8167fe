/** A notebook as a file, and its normal form: what does not belong to the course is left out, so that diffs are small. */

import { readFileSync } from "node:fs";

/** What a code cell put out: text of a stream, something shown, or an error. */
export type Output =
  | { readonly output_type: "stream"; readonly name: string; readonly text: string }
  | {
      readonly output_type: "display_data";
      readonly data: Readonly<Record<string, unknown>>;
      readonly metadata: Readonly<Record<string, unknown>>;
    }
  | {
      readonly output_type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

export type Cell = {
  readonly id: string;
  readonly cell_type: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly source: string;
  /** Only of code cells. */
  readonly outputs?: readonly Output[];
};

/** A notebook in normal form: texts whole, neighbouring pieces of a stream merged, no counters and no times. */
export type Notebook = { readonly cells: readonly Cell[] };

/** What every notebook of the course says of itself. */
const METADATA = {
  kernelspec: {
    display_name: "TypeScript (Quorumlab)",
    language: "typescript",
    name: "quorumlab",
  },
  language_info: { name: "typescript" },
};

/** Reads a notebook file. Throws one sentence when it is not a notebook. */
export function readNotebook(path: string): Notebook {
  try {
    return normal(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new Error(`${path} is not a notebook: ${error.message}`);
    throw error;
  }
}

type Raw = Readonly<Record<string, unknown>>;

/** The normal form of a parsed notebook file. */
export function normal(notebook: unknown): Notebook {
  const { cells } = Object(notebook) as Raw;
  if (!Array.isArray(cells)) throw new Error("a notebook has an array of cells, and this has none");
  return { cells: cells.map(normalCell) };
}

function normalCell(raw: Raw, index: number): Cell {
  const { execution: _times, trusted: _trust, ...metadata } = Object(raw.metadata) as Raw;
  const cell = {
    id: typeof raw.id === "string" ? raw.id : `cell-${index + 1}`,
    cell_type: String(raw.cell_type),
    metadata,
    source: whole(raw.source),
  };
  if (raw.cell_type !== "code") return cell;
  return { ...cell, outputs: merged((raw.outputs as readonly Raw[] | undefined) ?? []) };
}

function merged(raws: readonly Raw[]): Output[] {
  const outputs: Output[] = [];
  for (const raw of raws) {
    const output = normalOutput(raw);
    const last = outputs.at(-1);
    if (
      output.output_type === "stream" &&
      last?.output_type === "stream" &&
      last.name === output.name
    ) {
      outputs[outputs.length - 1] = { ...last, text: last.text + output.text };
    } else outputs.push(output);
  }
  return outputs;
}

function normalOutput(raw: Raw): Output {
  if (raw.output_type === "stream") {
    return { output_type: "stream", name: String(raw.name), text: whole(raw.text) };
  }
  if (raw.output_type === "error") {
    const { ename, evalue, traceback } = raw;
    return {
      output_type: "error",
      ename: String(ename),
      evalue: String(evalue),
      traceback: Array.isArray(traceback) ? traceback.map(String) : [],
    };
  }
  const data = Object.entries(Object(raw.data) as Raw).map(([type, value]) => [
    type,
    isText(type) ? whole(value) : value,
  ]);
  return {
    output_type: "display_data",
    data: Object.fromEntries(data),
    metadata: Object(raw.metadata) as Raw,
  };
}

/** Whether a MIME type's content is text, which files keep as a list of lines. */
function isText(type: string): boolean {
  return type.startsWith("text/") || type === "image/svg+xml";
}

function whole(text: unknown): string {
  return Array.isArray(text) ? text.join("") : String(text ?? "");
}

/** The text of a notebook file, written as Jupyter writes it: sorted keys, texts as lists of lines. */
export function fileText({ cells }: Notebook): string {
  const file = { cells: cells.map(fileCell), metadata: METADATA, nbformat: 4, nbformat_minor: 5 };
  return `${JSON.stringify(sorted(file), undefined, 1)}\n`;
}

function fileCell({ outputs, ...cell }: Cell): object {
  const written = { ...cell, source: lines(cell.source) };
  if (outputs === undefined) return written;
  return { ...written, execution_count: null, outputs: outputs.map(fileOutput) };
}

function fileOutput(output: Output): object {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([type, value]) => [
    type,
    typeof value === "string" && isText(type) ? lines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
