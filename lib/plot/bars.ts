/** A few numbers side by side as bars, such as the messages per request before and after. */

import * as Plot from "@observablehq/plot";
import { checkWidth, onCard, PADDING } from "./document.ts";
import { boxMarks, lineMarks, pixels, textMarks } from "./marks.ts";
import { type Meaning, palette, paper } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { type Box, type Label, plainText, shorten, widthOf } from "./text.ts";
import { numberText } from "./words.ts";

export type Item = { readonly name: string; readonly value: number; readonly meaning?: Meaning };

export type BarsOptions = {
  /** The finding, in one sentence. */
  readonly title: string;
  /** What is counted, such as "messages per request". */
  readonly label: string;
  /** Such as "ms". */
  readonly unit?: string;
  /** A line across all bars at one value, such as a limit, and what it stands for. */
  readonly reference?: { readonly value: number; readonly text: string };
  /** Of the card, in pixels, 300 to 2000; 520 when left out. */
  readonly width?: number;
};

const MOST_ITEMS = 40;
const TOP = 36;
const PITCH = 30;
const BAR = 20;
const SIZE = 11;

/** Draws a bar for each item, from the top down. Throws one sentence when a value is no number from 0 up. */
export function bars(items: readonly Item[], options: BarsOptions): Picture {
  const { width = 520, label, reference } = options;
  validate(items, reference, width);
  const field = fieldOf(items, options, width);
  const { left, right, greatest, height } = field;
  return onCard({
    title: options.title,
    alt: [
      `${label}: ${items.map(({ name, value }) => `${name} ${say(value, options)}`).join(", ")}.`,
      ...(reference === undefined ? [] : [`A reference line: ${reference.text}.`]),
    ].join(" "),
    width,
    plot: {
      width,
      height,
      margin: 0,
      x: { type: "linear", domain: [0, greatest], range: [left, right], axis: null },
      y: pixels,
      marks: [
        ...barMarks(items, field),
        Plot.ruleX([0], { stroke: paper.soft, insetTop: 24, insetBottom: 2 }),
        ...wordMarks(items, options, field),
      ],
    },
  });
}

/** Where the bars lie, in pixels. */
type Field = {
  readonly left: number;
  readonly right: number;
  readonly height: number;
  readonly greatest: number;
  x(value: number): number;
  y(row: number): number;
};

function validate(
  items: readonly Item[],
  reference: BarsOptions["reference"],
  width: number,
): void {
  checkWidth("bars", width);
  if (items.length === 0 || items.length > MOST_ITEMS) {
    throw new Error(`bars: 1 to ${MOST_ITEMS} items can be drawn, not ${items.length}.`);
  }
  const line = reference && { name: reference.text, value: reference.value };
  for (const { name, value } of line === undefined ? items : [...items, line]) {
    if (value >= 0 && Number.isFinite(value)) continue;
    throw new Error(`bars: "${name}" is ${value}; a finite number from 0 up was expected.`);
  }
}

function fieldOf(items: readonly Item[], options: BarsOptions, width: number): Field {
  const names = items.map(({ name }) => widthOf(shortName(name, width), SIZE, true));
  const values = items.map(({ value }) => widthOf(amount(value, options, width), SIZE, true));
  const left = PADDING + Math.max(...names) + 10;
  const right = width - PADDING - Math.max(...values) - 10;
  const all = [...items.map(({ value }) => value), options.reference?.value ?? 0];
  const greatest = Math.max(...all) || 1;
  const x = (value: number) => left + ((right - left) * value) / greatest;
  const y = (row: number) => TOP + (row + 0.5) * PITCH;
  return { left, right, greatest, x, y, height: y(items.length) - PITCH / 2 + 4 };
}

function shortName(name: string, width: number): string {
  return shorten(plainText(name), width / 3, SIZE, true);
}

function amount(value: number, options: BarsOptions, width: number): string {
  return shorten(say(value, options), width / 4, SIZE, true);
}

function say(value: number, { unit }: BarsOptions): string {
  return unit === undefined ? numberText(value, 3) : `${numberText(value, 3)} ${plainText(unit)}`;
}

function barMarks(items: readonly Item[], field: Field): Plot.Markish[] {
  const meanings = [...new Set(items.map(({ meaning = "plain" }) => meaning))];
  return meanings.map((meaning) => {
    const boxes = items.flatMap((item, row): Box[] => {
      if ((item.meaning ?? "plain") !== meaning) return [];
      const [x, y] = [field.left, field.y(row) - BAR / 2];
      return [{ x, y, width: field.x(item.value) - x, height: BAR }];
    });
    return boxMarks(boxes, { fill: palette[meaning].fill, stroke: palette[meaning].text });
  });
}

/** Names before the bars, values after them, what is counted above, and the reference with its text. */
function wordMarks(items: readonly Item[], options: BarsOptions, field: Field): Plot.Markish[] {
  const { label, reference, width = 520 } = options;
  const names = items.map(({ name }, row): Label => {
    const text = shortName(name, width);
    return { text, x: field.left - 8, y: field.y(row), anchor: "end", size: SIZE, bold: true };
  });
  const values = items.map(({ value }, row): Label => {
    const [text, x] = [amount(value, options, width), field.x(value) + 7];
    return { text, x, y: field.y(row), anchor: "start", size: SIZE, bold: true };
  });
  const counted = shorten(`${plainText(label)} →`, width - 2 * PADDING, 10.5);
  const above: Label = { text: counted, x: PADDING, y: 8, anchor: "start", size: 10.5 };
  return [
    ...(reference === undefined ? [] : referenceMarks(reference, field)),
    ...textMarks(names, { rim: "none" }),
    ...textMarks(values, {}),
    ...textMarks([above], { fill: paper.soft, rim: "none" }),
  ];
}

function referenceMarks(
  { value, text }: NonNullable<BarsOptions["reference"]>,
  field: Field,
): Plot.Markish[] {
  const x = field.x(value);
  const toLeft = x - PADDING > field.right - x;
  const room = toLeft ? x - PADDING - 6 : field.right - x - 6;
  const said: Label = {
    text: shorten(plainText(text), room, 10.5),
    x: toLeft ? x - 5 : x + 5,
    y: 25,
    anchor: toLeft ? "end" : "start",
    size: 10.5,
  };
  return [
    lineMarks([{ x1: x, x2: x, y1: 18, y2: field.height - 2 }], {
      stroke: palette.lost.fill,
      strokeDasharray: "6 4",
      strokeWidth: 1.4,
    }),
    ...textMarks([said], { fill: palette.lost.text }),
  ];
}
