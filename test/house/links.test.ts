/** House rules about what visitors read first: it is there, it is short, and its links lead somewhere. */

import { posix } from "node:path";
import { test } from "vitest";
import { files, filesIn, linesOf, nothingBreaks, textOf } from "./tree.ts";

const README_LINES = 100;
const DOCUMENTS = ["README.md", "CONTRIBUTING.md", "LICENSE"];

test("a visitor finds a README, a LICENSE and how to contribute", () => {
  nothingBreaks(
    "Write it.",
    DOCUMENTS.filter((path) => !files.includes(path)),
  );
  const long = ["README.md"].filter((path) => files.includes(path) && linesOf(path) > README_LINES);
  nothingBreaks(`Cut it to ${README_LINES} lines.`, long);
});

/** The markdown of a file: of a notebook, that of its cells. */
function markdownOf(path: string): string {
  if (!path.endsWith(".ipynb")) return textOf(path);
  const { cells } = JSON.parse(textOf(path)) as {
    cells: { cell_type: string; source: string[] }[];
  };
  const prose = cells.filter((cell) => cell.cell_type === "markdown");
  return prose.map(({ source }) => source.join("")).join("\n\n");
}

function linksOf(path: string): string[] {
  const markdown = markdownOf(path);
  const targets = [/\]\(<?([^)\s>]+)/g, /\b(?:src|href)="([^"]+)"/g].flatMap((pattern) =>
    [...markdown.matchAll(pattern)].map(([, target = ""]) => target),
  );
  return targets.filter((target) => !/^(https?:|mailto:|#)/.test(target));
}

test("a link within the course leads to a file of it", () => {
  const documents = files.filter((path) => path.endsWith(".md"));
  const offences = [...documents, ...filesIn(["notebooks"], ".ipynb")].flatMap((path) =>
    linksOf(path)
      .map((link) => ({ link, target: posix.join(posix.dirname(path), link.replace(/#.*$/, "")) }))
      .filter(
        ({ target }) =>
          !files.some(
            (file) => file === target || file.startsWith(`${target.replace(/\/$/, "")}/`),
          ),
      )
      .map(({ link }) => `${path} → ${link}`),
  );
  nothingBreaks("Write the path from the file that has the link.", offences);
});
