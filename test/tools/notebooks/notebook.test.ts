/** The normal form of a notebook: what depends on the machine or the moment is no difference, all else is one. */

import { expect, test } from "vitest";
import { differences, tell } from "../../../lib/tools/notebooks/compare.ts";
import { fileText, normal } from "../../../lib/tools/notebooks/notebook.ts";

const stream = (...text: string[]) => ({ output_type: "stream", name: "stdout", text });
const shown = (data: object, more: object = {}) => ({
  output_type: "display_data",
  data,
  metadata: {},
  ...more,
});
const cell = (outputs: object[], more: object = {}) => ({
  ...{ cell_type: "code", id: "c1", metadata: {}, source: ["1\n", "2"], execution_count: 3 },
  ...{ outputs, ...more },
});
const book = (...cells: object[]) => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });

test("counters, times and the pieces of a stream are no difference", () => {
  const one = book(cell([stream("a\n"), stream("b\n", "c")]));
  const other = book(
    cell([stream("a\nb\nc")], {
      execution_count: 9,
      metadata: { execution: { "iopub.status.busy": "2026-01-01T00:00:00Z" } },
    }),
  );
  expect(normal(one)).toEqual(normal(other));
  expect(fileText(normal(one))).toBe(fileText(normal(other)));
});

test("the id under which something was shown is no difference", () => {
  const one = book(
    cell([shown({ "text/html": ["<b>", "x"] }, { transient: { display_id: "1" } })]),
  );
  const other = book(cell([shown({ "text/html": "<b>x" })]));
  expect(normal(one)).toEqual(normal(other));
});

test("a file that is read and written again is the same file", () => {
  const text = fileText(
    normal(book(cell([stream("a\n"), shown({ "image/svg+xml": "<svg>\n</svg>" })]))),
  );
  expect(fileText(normal(JSON.parse(text)))).toBe(text);
  expect(JSON.parse(text).cells[0]).toMatchObject({
    execution_count: null,
    outputs: [{ text: ["a\n"] }, { data: { "image/svg+xml": ["<svg>\n", "</svg>"] } }],
  });
});

test("a difference is told with its cell and the first lines that differ", () => {
  const long = "x".repeat(300);
  const one = normal(book(cell([stream(`same\n${long}1${long}\n`)])));
  const other = normal(book(cell([stream(`same\n${long}2${long}\n`)])));
  expect(differences(one, one)).toEqual([]);
  const said = tell("00.ipynb", differences(one, other));
  expect(said).toMatch(/^00.ipynb, cell c1: the output is not the one that is stored\.\n/);
  expect(said).toMatch(/ {2}stored: …x+1x+…\n/);
  expect(said).toMatch(/ {2}now: {4}…x+2x+…\n/);
});

test("output that is missing, and output that is new, are differences", () => {
  const empty = normal(book(cell([])));
  const full = normal(book(cell([stream("a")])));
  expect(tell("n", differences(empty, full))).toContain("stored: nothing");
  expect(tell("n", differences(full, empty))).toContain("now:    nothing");
});

test("what is no notebook is refused in a sentence", () => {
  expect(() => normal({})).toThrow("a notebook has an array of cells, and this has none");
});
