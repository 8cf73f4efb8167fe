/** House rules about chapters: short cells, a question first, one import cell, and names that stay. */

import { basename } from "node:path";
import { test } from "vitest";
import { filesIn, nothingBreaks, textOf } from "./tree.ts";

const CELLS = { from: 25, to: 45 };
/** Chapters that may have more. */
const LONGER: Readonly<Record<string, number>> = {
  // It judges the ensemble and the broker, and then the judge.
  "11-proving-it.ipynb": 56,
};
const CODE_LINES = 20;
const PROSE_WORDS = 120;

type RawCell = {
  readonly id: string;
  readonly cell_type: "code" | "markdown";
  readonly source: string | readonly string[];
  readonly outputs?: readonly { readonly output_type: string }[];
};

type RawNotebook = {
  readonly cells: readonly RawCell[];
  readonly metadata: { readonly kernelspec?: { readonly name: string } };
};

type Cell = Omit<RawCell, "source"> & { readonly source: string; readonly place: string };

const notebooks = filesIn(["notebooks"], ".ipynb").map((path) => {
  const { cells, metadata } = JSON.parse(textOf(path)) as RawNotebook;
  return {
    path,
    kernel: metadata.kernelspec?.name,
    cells: cells.map((cell): Cell => {
      const source = typeof cell.source === "string" ? cell.source : cell.source.join("");
      return { ...cell, source, place: `${path}, cell ${cell.id}` };
    }),
  };
});

const cells = notebooks.flatMap((notebook) => notebook.cells);
const code = cells.filter((cell) => cell.cell_type === "code");
const prose = cells.filter((cell) => cell.cell_type === "markdown");

function lines({ source }: Cell): number {
  return source.trimEnd().split("\n").length;
}

/** What a reader reads: no code, no marks, and of a link only its text. */
function words({ source }: Cell): number {
  const read = source
    .replace(/^```.*?^```/gms, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\]\([^)]*\)/g, "]");
  return read.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

test("a chapter has a length that can be sat through", () => {
  for (const { path, cells: own } of notebooks) {
    const of = (type: string) => own.filter((cell) => cell.cell_type === type);
    const [lengths, sizes] = [of("code").map(lines), of("markdown").map(words)];
    const prose = `prose ${median(sizes)} words (at most ${Math.max(...sizes)})`;
    const code = `code ${median(lengths)} lines (at most ${Math.max(...lengths)})`;
    console.log(`${basename(path)}: ${own.length} cells; medians: ${code}, ${prose}`);
  }
  const offences = notebooks
    .filter(({ path, cells: own }) => {
      return own.length < CELLS.from || own.length > (LONGER[basename(path)] ?? CELLS.to);
    })
    .map(({ path, cells: own }) => `${path} has ${own.length} cells`);
  nothingBreaks(`Join, cut or split cells: ${CELLS.from} to ${CELLS.to} in a chapter.`, offences);
});

test("a code cell has one idea", () => {
  const offences = code.filter((cell) => lines(cell) > CODE_LINES);
  nothingBreaks(
    `Split the cell, or move what is in it to the library: at most ${CODE_LINES} lines.`,
    offences.map((cell) => `${cell.place} has ${lines(cell)} lines`),
  );
});

test("a prose cell is read, not skipped", () => {
  const offences = prose.filter((cell) => words(cell) > PROSE_WORDS);
  nothingBreaks(
    `Cut it, or split it where something can be run: at most ${PROSE_WORDS} words.`,
    offences.map((cell) => `${cell.place} has ${words(cell)} words`),
  );
});

test("a cell keeps its name, and no other has it", () => {
  const offences = notebooks.flatMap(({ path, cells: own }) => {
    const chapter = basename(path).slice(0, 3);
    return own
      .filter(({ id }, index) => {
        const twice = own.findIndex((cell) => cell.id === id) !== index;
        return twice || !(id.startsWith(chapter) && /^\d\d-[a-z0-9-]+$/.test(id));
      })
      .map(({ place }) => place);
  });
  nothingBreaks(
    'Give it an id of its own that says what it is about, such as "01-hop-predict".',
    offences,
  );
});

test("a chapter opens with a title and a question", () => {
  const offences = notebooks.filter(({ cells: [first] }) => {
    return !(
      first?.cell_type === "markdown" &&
      first.source.startsWith("# ") &&
      first.source.includes("?")
    );
  });
  nothingBreaks(
    "Begin with `# Title` and the question that the chapter answers.",
    offences.map(({ path }) => path),
  );
});

test("everything is imported in the first code cell", () => {
  const offences = notebooks.flatMap(({ path, cells: own }) => {
    const [first, ...others] = own.filter((cell) => cell.cell_type === "code");
    const imports = (cell: Cell | undefined) => /^import\b/m.test(cell?.source ?? "");
    const late = others.filter(imports).map(({ place }) => place);
    return imports(first) ? late : [`${path} imports nothing in its first code cell`, ...late];
  });
  nothingBreaks("Move the import to the first code cell.", offences);
});

test("a chapter runs in the course's kernel, and stores no error", () => {
  const strangers = notebooks.filter(({ kernel }) => kernel !== "quorumlab");
  nothingBreaks(
    'Set metadata.kernelspec.name to "quorumlab".',
    strangers.map(({ path }) => path),
  );
  const failed = code.filter(({ outputs }) =>
    outputs?.some((each) => each.output_type === "error"),
  );
  nothingBreaks(
    "Mend the cell, then `npx quorumlab notebooks --write`.",
    failed.map(({ place }) => place),
  );
});
