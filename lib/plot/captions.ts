/** What is written into a curve: the names of its series where they end, and what its reference lines stand for. */

import type * as Plot from "@observablehq/plot";
import type { Grid } from "./grid.ts";
import { lineMarks, textMarks } from "./marks.ts";
import { type Meaning, paper } from "./palette.ts";
import { type Candidate, type Line, Room } from "./places.ts";
import { type Label, plainText, shorten, widthOf } from "./text.ts";
import { countText } from "./words.ts";

export type Point = { readonly x: number; readonly y: number };

export type Series = {
  /** Written at its end, in as few words as possible. */
  readonly name: string;
  readonly points: readonly Point[];
  /** A line for a formula, dots for measurements; a line when left out. */
  readonly as?: "line" | "dots" | "both";
  /** The meaning whose colour it takes; left out, each series gets one of its own. */
  readonly meaning?: Meaning;
};

/** A line across the whole picture at one value, and what it stands for. */
export type Reference = { readonly text: string } & (
  | { readonly x: number }
  | { readonly y: number }
);

/** A series ready to be drawn. */
export type Stroke = Series & {
  readonly colour: string;
  readonly dash: string;
  readonly symbol: string;
};

/** The most pixels that the names of series take. */
const NAMES = 170;
const SIZE = 11;
/** The names at the ends of the series, and the references with their texts. */
export function wordsOf(
  strokes: readonly Stroke[],
  references: readonly Reference[],
  grid: Grid,
): { rules: Line[]; marks: Plot.Markish[]; left: string[] } {
  const rules = references.map((reference) => ruleOf(reference, grid));
  const lines = strokes.flatMap((stroke) => linesOf(stroke, grid));
  const ends = endsOf(strokes, grid);
  const inner = ends.filter((end) => !isAtEdge(end, grid));
  const outer = namesBeside(
    ends.filter((end) => isAtEdge(end, grid)),
    grid,
  );
  const room = new Room(grid.frame, [...lines, ...rules]);
  const within = room.place(inner.map((end) => ({ candidates: aroundEnd(end, grid) })));
  const names = within.flatMap((label, at): Name[] => {
    const colour = inner[at]?.stroke.colour;
    return label === undefined || colour === undefined ? [] : [{ ...label, colour }];
  });
  const texts = room.place(
    references.map(({ text }, at) => ({
      candidates: alongRule(plainText(text), rules[at] as Line, grid),
    })),
  );
  return {
    rules,
    marks: [
      lineMarks(outer.ties, { stroke: paper.edge }),
      ...[...names, ...outer.names].flatMap(({ colour, ...label }) =>
        textMarks([label], { fill: colour }),
      ),
      ...textMarks(texts, { fill: paper.soft }),
    ],
    left: room.refused > 0 ? [`${countText(room.refused, "text")} had no room.`] : [],
  };
}

function ruleOf(reference: Reference, grid: Grid): Line {
  const { left, right, top, bottom } = grid;
  const upright = "x" in reference;
  const [value, scale] = upright ? [reference.x, grid.x] : [reference.y, grid.y];
  const [from, to] = scale.domain;
  if (!(value >= from && value <= to)) {
    const where = `lies outside of its axis, ${from} to ${to}`;
    throw new Error(`curve: the reference "${reference.text}" at ${value} ${where}.`);
  }
  const at = scale.apply(value);
  return upright
    ? { x1: at, x2: at, y1: top, y2: bottom }
    : { x1: left, x2: right, y1: at, y2: at };
}

/** Where a series ends, in pixels. */
type End = { readonly stroke: Stroke; readonly x: number; readonly y: number };

/** Series that end far to the right are named beside the picture, the others within. */
function isAtEdge({ x }: End, { left, right }: Grid): boolean {
  return x > left + (right - left) * 0.85;
}

/** The pixels that names beside the picture need. */
export function roomForNames(strokes: readonly Stroke[], grid: Grid): number {
  const beside = endsOf(strokes, grid).filter((end) => isAtEdge(end, grid));
  const widths = beside.map(({ stroke }) => widthOf(plainText(stroke.name), SIZE, true));
  return Math.min(NAMES, Math.max(0, ...widths)) + 12;
}

type Name = Label & { readonly colour: string };

function endsOf(strokes: readonly Stroke[], grid: Grid): End[] {
  return strokes.map((stroke) => {
    const inside = stroke.points.filter((point) => grid.holds(point));
    const first = inside[0] ?? { x: grid.x.domain[1], y: grid.y.domain[0] };
    const last = inside.reduce((a, b) => (b.x >= a.x ? b : a), first);
    return { stroke, x: grid.x.apply(last.x), y: grid.y.apply(last.y) };
  });
}

/** The names of series that end at the right edge: beside it, moved apart where they would touch. */
function namesBeside(ends: readonly End[], grid: Grid): { names: Name[]; ties: Line[] } {
  const height = SIZE * 1.35;
  const sorted = ends.toSorted((a, b) => a.y - b.y);
  const ys: number[] = [];
  for (const { y } of sorted) ys.push(Math.max(y, (ys.at(-1) ?? 0) + height));
  for (let at = ys.length - 1, floor = grid.bottom; at >= 0; at--, floor -= height) {
    ys[at] = Math.min(ys[at] as number, floor);
  }
  const names = sorted.map(({ stroke: { name, colour } }, at): Name => {
    const text = shorten(plainText(name), NAMES, SIZE, true);
    return {
      text,
      x: grid.right + 10,
      y: ys[at] as number,
      anchor: "start",
      size: SIZE,
      bold: true,
      colour,
    };
  });
  const ties = sorted.map(({ x, y }, at): Line => {
    return { x1: x + 3, y1: y, x2: grid.right + 7, y2: ys[at] as number };
  });
  return { names, ties };
}

/** Places for the name of a series that ends within the picture: close to its last point. */
function aroundEnd({ stroke, x, y }: End, grid: Grid): Candidate[] {
  const text = shorten(plainText(stroke.name), Math.min(NAMES, grid.right - x - 20), SIZE, true);
  const at = { text, size: SIZE, bold: true, x: x + 8, anchor: "start" } as const;
  return [0, -9, 9, -18, 18, -30, 30].map((dy, cost) => ({ ...at, y: y + dy, cost: cost / 5 }));
}

/** Beside a reference line, near one of its ends or in its middle. */
function alongRule(text: string, rule: Line, grid: Grid) {
  const flat = rule.y1 === rule.y2;
  const at = { text: shorten(text, grid.right - grid.left - 12, SIZE), size: SIZE };
  if (flat) {
    const [left, right, middle] = [grid.left + 6, grid.right - 6, (grid.left + grid.right) / 2];
    return [-9, 9].flatMap((dy, under) => [
      { ...at, x: left, y: rule.y1 + dy, anchor: "start" as const, cost: under * 0.2 },
      { ...at, x: right, y: rule.y1 + dy, anchor: "end" as const, cost: 0.1 + under * 0.2 },
      { ...at, x: middle, y: rule.y1 + dy, anchor: "middle" as const, cost: 0.2 + under * 0.2 },
    ]);
  }
  return [0.06, 0.2, 0.5, 0.8, 0.94].flatMap((share) => {
    const y = grid.top + (grid.bottom - grid.top) * share;
    return [
      { ...at, x: rule.x1 + 6, y, anchor: "start" as const, cost: share },
      { ...at, x: rule.x1 - 6, y, anchor: "end" as const, cost: share + 0.1 },
    ];
  });
}

function linesOf({ points, as }: Stroke, grid: Grid): Line[] {
  const inside = points.filter((point) => grid.holds(point));
  const step = Math.ceil(inside.length / 40);
  const some = inside.filter((_, at) => at % step === 0 || at === inside.length - 1);
  const at = some.map(({ x, y }) => ({ x: grid.x.apply(x), y: grid.y.apply(y) }));
  if (as === "dots") return at.map(({ x, y }) => ({ x1: x - 3, y1: y, x2: x + 3, y2: y }));
  return at.slice(1).map(({ x, y }, before) => {
    const from = at[before] ?? { x, y };
    return { x1: from.x, y1: from.y, x2: x, y2: y };
  });
}
