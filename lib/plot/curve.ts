/** Numbers against numbers: lines for what is computed, dots for what was measured, named where they end. */

import * as Plot from "@observablehq/plot";
import {
  type Point,
  type Reference,
  roomForNames,
  type Series,
  type Stroke,
  wordsOf,
} from "./captions.ts";
import { checkWidth, onCard } from "./document.ts";
import { type Axis, axisMarks, BOTTOM, type Grid, gridOf, HEIGHT, TOP, tickText } from "./grid.ts";
import { lineMarks } from "./marks.ts";
import { palette, paper } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { countText } from "./words.ts";

export type CurveOptions = {
  /** The finding, in one sentence. */
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly references?: readonly Reference[];
  /** Of the card, in pixels, 300 to 2000; 640 when left out. */
  readonly width?: number;
};

/** More points than this are not to be told apart. */
const MOST_POINTS = 500;

/** How series differ besides their colour. */
const LOOKS = [
  { meaning: "leader", dash: "none", symbol: "circle" },
  { meaning: "lost", dash: "7 4", symbol: "square" },
  { meaning: "committed", dash: "2 4", symbol: "triangle" },
  { meaning: "fault", dash: "10 3 2 3", symbol: "diamond" },
  { meaning: "uncommitted", dash: "4 2", symbol: "times" },
  { meaning: "plain", dash: "1 3", symbol: "star" },
] as const;

/**
 * Draws series against two axes. Throws one sentence when there is nothing to draw, a coordinate is no finite
 * number, or a logarithmic axis meets a value that is not above zero.
 *
 *   curve([{ name: "with a lease", points }, { name: "stops at once", points: others }], {
 *     title: "A master with a lease serves through the election",
 *     x: { label: "simulated time", unit: "ms" },
 *     y: { label: "writes per 50 ms", from: 0 },
 *     references: [{ x: 2000, text: "the leader crashes" }],
 *   })
 */
export function curve(series: readonly Series[], options: CurveOptions): Picture {
  const { width = 640, references = [] } = options;
  checkWidth("curve", width);
  for (const each of series) validate(each, options);
  const strokes = series.filter((each) => each.points.length > 0).map(strokeOf);
  if (strokes.length === 0) throw new Error("curve: there are no points to draw.");
  const grid = layOut(strokes, options, width);
  const words = wordsOf(strokes, references, grid);
  return onCard({
    title: options.title,
    alt: tell(strokes, options),
    width,
    plot: {
      width,
      height: HEIGHT,
      marginTop: TOP,
      marginBottom: BOTTOM,
      marginLeft: grid.left,
      marginRight: width - grid.right,
      x: grid.x.options,
      y: grid.y.options,
      marks: [
        ...axisMarks(grid, options),
        lineMarks(words.rules, { stroke: paper.soft, strokeDasharray: "6 4", strokeWidth: 1.2 }),
        ...strokes.flatMap((stroke) => strokeMarks(stroke, grid)),
        ...words.marks,
      ],
    },
    remarks: [...thinned(series), ...words.left],
  });
}

function layOut(strokes: readonly Stroke[], options: CurveOptions, width: number): Grid {
  const points = strokes.flatMap((each) => each.points);
  const references = options.references ?? [];
  const values = {
    x: [
      ...points.map(({ x }) => x),
      ...references.flatMap((each) => ("x" in each ? [each.x] : [])),
    ],
    y: [
      ...points.map(({ y }) => y),
      ...references.flatMap((each) => ("y" in each ? [each.y] : [])),
    ],
  };
  const bare = gridOf(values, options, width, 0);
  return gridOf(values, options, width, roomForNames(strokes, bare));
}

function validate({ name, points }: Series, { x, y }: CurveOptions): void {
  for (const point of points) {
    for (const [axis, value] of [[x, point.x] as const, [y, point.y] as const]) {
      const where = `curve: "${name}" has the value ${value} for "${axis.label}"`;
      if (!Number.isFinite(value)) throw new Error(`${where}; a finite number was expected.`);
      if (axis.log && value <= 0) {
        throw new Error(`${where}; on a logarithmic axis values are above 0.`);
      }
    }
  }
}

function strokeOf(series: Series, at: number): Stroke {
  const look = LOOKS[at % LOOKS.length] ?? LOOKS[0];
  const colour = palette[series.meaning ?? look.meaning].text;
  const step = Math.ceil(series.points.length / MOST_POINTS);
  const points = series.points.filter((_, at, all) => at % step === 0 || at === all.length - 1);
  return { ...series, points, colour, dash: look.dash, symbol: look.symbol };
}

function thinned(series: readonly Series[]): string[] {
  const many = series.filter(({ points }) => points.length > MOST_POINTS);
  return many.map(({ name, points }) => {
    const step = Math.ceil(points.length / MOST_POINTS);
    return `Of "${name}" every ${step}th of ${countText(points.length, "point")} is drawn.`;
  });
}

function strokeMarks(
  { points, as = "line", colour, dash, symbol }: Stroke,
  grid: Grid,
): Plot.Markish[] {
  const inside = points.filter((point) => grid.holds(point));
  const line = { x: "x", y: "y", stroke: colour, strokeWidth: 2, strokeDasharray: dash };
  const dots = { x: "x", y: "y", stroke: colour, symbol, r: inside.length > 60 ? 2 : 3.4 };
  return [
    ...(as === "dots" ? [] : [Plot.line(inside, line)]),
    ...(as === "line" ? [] : [Plot.dot(inside, { ...dots, fill: paper.card, strokeWidth: 1.6 })]),
  ];
}

/** The picture in sentences: where each series begins and ends, and what the references say. */
function tell(strokes: readonly Stroke[], { x, y, references = [] }: CurveOptions): string {
  const at = (point: Point | undefined) =>
    point === undefined ? "" : `(${valueText(point.x, x)}, ${valueText(point.y, y)})`;
  const told = strokes.map(({ name, points, as = "line" }) => {
    const what = as === "dots" ? `${name}, ${countText(points.length, "dot")},` : name;
    return `${what} goes from ${at(points[0])} to ${at(points.at(-1))}.`;
  });
  const lines = references.map((each) => `A reference line: ${each.text}.`);
  return [`${y.label} against ${x.label}.`, ...told, ...lines].join(" ");
}

function valueText(value: number, { unit }: Axis): string {
  return unit === undefined ? tickText(value) : `${tickText(value)} ${unit}`;
}
