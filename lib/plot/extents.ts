/** What lies where: rows of stretches along one axis, such as the records of a file by bytes, or tables by keys. */

import * as Plot from "@observablehq/plot";
import { checkWidth, element, onCard, PADDING, type Sign } from "./document.ts";
import { boxMarks, hatchMarks, lineMarks, pixels, textMarks } from "./marks.ts";
import { paper } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { LOOKS } from "./shelf.ts";
import { type Box, type Label, plainText, shorten, widthOf } from "./text.ts";
import { numberText } from "./words.ts";

const STATES = ["plain", "committed", "uncommitted", "lost"] as const;

/** A stretch of the axis, from a number up to another. */
export type Extent = {
  readonly from: number;
  readonly to: number;
  /** Written into it, if there is room. */
  readonly text?: string;
  /** How it is drawn; plain when left out. */
  readonly state?: (typeof STATES)[number];
};

export type ExtentRow = { readonly name: string; readonly extents: readonly Extent[] };

export type ExtentsOptions = {
  /** The finding, in one sentence. */
  readonly title: string;
  /** What is counted along the axis, such as "bytes". */
  readonly label: string;
  /** What the states mean here, such as { lost: "torn" }. */
  readonly legend?: Readonly<Partial<Record<(typeof STATES)[number], string>>>;
  /** Of the card, in pixels, 300 to 2000; 640 when left out. */
  readonly width?: number;
};

const MOST_ROWS = 16;
const MOST_EXTENTS = 60;
const TOP = 8;
const PITCH = 34;
const BAR = 22;
const AXIS = 38;
const NAME = 12;
const SMALL = 10;

/**
 * Draws rows of stretches. Throws one sentence when there is nothing to draw, or a stretch ends before it begins.
 *
 *   extents([{ name: "log", extents: [{ from: 0, to: 21, text: "a" }, { from: 21, to: 30, state: "lost" }] }], {
 *     title: "The last record is torn",
 *     label: "bytes",
 *     legend: { lost: "torn" },
 *   })
 */
export function extents(rows: readonly ExtentRow[], options: ExtentsOptions): Picture {
  const { width = 640, title, label } = options;
  checkWidth("extents", width);
  validate(rows);
  const field = fieldOf(rows, width);
  return onCard({
    title,
    alt: `Rows of stretches, in ${plainText(label)}. ${rows.map(tellRow).join(" ")}`,
    width,
    plot: {
      width,
      height: field.bottom + AXIS,
      marginTop: 0,
      marginBottom: AXIS,
      x: { type: "linear", domain: [...field.domain], range: [field.left, field.right] },
      y: pixels,
      marks: [...axisMarks(field, label), ...rows.flatMap((row, at) => rowMarks(row, at, field))],
    },
    legend: signsOf(rows, options),
  });
}

function validate(rows: readonly ExtentRow[]): void {
  if (rows.length < 1 || rows.length > MOST_ROWS) {
    throw new Error(`extents: 1 to ${MOST_ROWS} rows can be drawn, not ${rows.length}.`);
  }
  for (const { name, extents } of rows) {
    if (extents.length > MOST_EXTENTS) {
      const most = `at most ${MOST_EXTENTS} stretches of a row can be drawn`;
      throw new Error(`extents: ${most}, not the ${extents.length} of "${name}".`);
    }
    for (const { from, to } of extents) {
      if (Number.isFinite(from) && Number.isFinite(to) && from <= to) continue;
      throw new Error(`extents: a stretch of "${name}" goes from ${from} to ${to}.`);
    }
  }
  if (rows.some(({ extents }) => extents.length > 0)) return;
  throw new Error("extents: there is no stretch to draw.");
}

/** Where the rows lie, in pixels. */
type Field = {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly domain: readonly [from: number, to: number];
  box(extent: Extent, row: number): Box;
};

function fieldOf(rows: readonly ExtentRow[], width: number): Field {
  const names = rows.map(({ name }) => widthOf(plainText(name), NAME, true));
  const left = PADDING + Math.min(width / 3, Math.max(20, ...names)) + 10;
  const right = width - PADDING - 4;
  const all = rows.flatMap(({ extents }) => extents);
  const [from, to] = [
    Math.min(...all.map((each) => each.from)),
    Math.max(...all.map((each) => each.to)),
  ];
  const x = (value: number) => left + ((right - left) * (value - from)) / (to - from || 1);
  return {
    left,
    right,
    bottom: TOP + rows.length * PITCH,
    domain: [from, to],
    box(extent, row) {
      const start = x(extent.from);
      const end = x(extent.to);
      return { x: start, y: TOP + row * PITCH + 6, width: Math.max(2, end - start), height: BAR };
    },
  };
}

function axisMarks({ left, right, bottom }: Field, label: string): Plot.Markish[] {
  const text = shorten(`${plainText(label)} →`, right - left, SMALL);
  const counted: Label = { text, x: right, y: bottom + AXIS - 7, anchor: "end", size: SMALL };
  return [
    Plot.gridX({ stroke: paper.grid, strokeOpacity: 1 }),
    Plot.axisX({ label: null, tickSize: 4, color: paper.soft }),
    lineMarks([{ x1: left, x2: right, y1: bottom, y2: bottom }], { stroke: paper.edge }),
    ...textMarks([counted], { fill: paper.soft, rim: "none" }),
  ];
}

function rowMarks({ name, extents }: ExtentRow, row: number, field: Field): Plot.Markish[] {
  const y = TOP + row * PITCH + 6 + BAR / 2;
  const text = shorten(plainText(name), field.left - PADDING - 8, NAME, true);
  const label: Label = { text, x: field.left - 8, y, anchor: "end", size: NAME, bold: true };
  return [
    ...textMarks([label], { rim: "none" }),
    ...STATES.flatMap((state) => {
      const own = extents.filter((each) => (each.state ?? "plain") === state);
      const boxes = own.map((each) => field.box(each, row));
      const { ink, ...look } = LOOKS[state];
      const isLost = state === "lost";
      const words = own.map((each, at) => wordsIn(each, boxes[at] as Box));
      return [
        boxMarks(boxes, { ...look, strokeWidth: isLost ? 2.5 : 1 }),
        hatchMarks(isLost ? boxes : [], { stroke: look.stroke, strokeOpacity: 0.55 }),
        ...textMarks(words, { fill: ink, rim: isLost ? paper.card : "none" }),
      ];
    }),
  ];
}

function wordsIn({ text = "" }: Extent, { x, y, width, height }: Box): Label | undefined {
  const short = shorten(plainText(text), width - 6, SMALL);
  if (short === "") return undefined;
  return { text: short, x: x + width / 2, y: y + height / 2, anchor: "middle", size: SMALL };
}

/** The signs of the states that are there, as far as they are told what they mean. */
function signsOf(rows: readonly ExtentRow[], { legend = {} }: ExtentsOptions): Sign[] {
  const seen = new Set(rows.flatMap(({ extents }) => extents.map(({ state = "plain" }) => state)));
  return STATES.flatMap((state): Sign[] => {
    const means = legend[state];
    if (means === undefined || !seen.has(state)) return [];
    const { fill, stroke, strokeDasharray } = LOOKS[state];
    const box = { x: 0.5, y: 0.5, width: 25, height: 11, fill, stroke };
    const slants = [4, 10, 16, 22].map((x) =>
      element("line", { x1: x, y1: 11, x2: x + 4, y2: 1, stroke }),
    );
    const rect = element("rect", { ...box, "stroke-dasharray": strokeDasharray });
    return [{ drawing: element("g", {}, rect, ...(state === "lost" ? slants : [])), means }];
  });
}

function tellRow({ name, extents }: ExtentRow): string {
  const told = extents.map(({ from, to, text, state }) => {
    const what = [text, state === "plain" ? undefined : state].filter(Boolean).join(", ");
    return `${numberText(from)} to ${numberText(to)}${what === "" ? "" : ` (${plainText(what)})`}`;
  });
  return `${plainText(name)}: ${told.length === 0 ? "nothing" : told.join(", ")}.`;
}
