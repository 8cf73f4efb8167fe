/** Spans of time above the lanes: each a strip that names it and shows how long it lasted; some also shade the lanes. */

import type * as Plot from "@observablehq/plot";
import type { Board } from "./board.ts";
import { boxMarks, lineMarks, textMarks } from "./marks.ts";
import { palette } from "./palette.ts";
import type { Line } from "./places.ts";
import { type Box, type Label, plainText, shorten, widthOf } from "./text.ts";

type Span = { readonly fromMs: number; readonly toMs: number };

/** A span of time with a name, such as "no leader". */
export type Strip = Span & { readonly label: string };

const STRIP = 18;
const SIZE = 10;
/** More strips than this are not drawn. */
export const MOST_STRIPS = 5;

/** The height that strips need. */
export function heightOf(strips: readonly Strip[]): number {
  return Math.min(MOST_STRIPS, strips.length) * STRIP;
}

/** The strips, one below the other. */
export function stripMarks(strips: readonly Strip[], board: Board): Plot.Markish[] {
  const shown = strips.slice(0, MOST_STRIPS);
  const boxes = shown.map((each, row) => {
    const box = spanOf(each, board, row * STRIP, STRIP - 4);
    return { ...box, width: Math.max(3, box.width) };
  });
  const labels = shown.map((each, row) => besides(boxes[row] as Box, each, board));
  return [
    boxMarks(boxes, { fill: palette.fault.fill, fillOpacity: 0.16, stroke: palette.fault.fill }),
    ...textMarks(labels, { fill: palette.fault.text, rim: "none" }),
  ];
}

/** The name of a strip: within it, else beside it where there is more room. */
function besides(box: Box, strip: Strip, board: Board): Label {
  const text = plainText(strip.label);
  const y = box.y + box.height / 2;
  const rightOf = { x: box.x + box.width + 5, room: board.right - box.x - box.width - 5 };
  const leftOf = { x: box.x - 5, room: box.x - 5 - board.left };
  if (widthOf(text, SIZE) + 10 <= box.width || Math.max(rightOf.room, leftOf.room) < box.width) {
    const short = shorten(text, box.width - 10, SIZE);
    return { text: short, x: box.x + 5, y, anchor: "start", size: SIZE };
  }
  const { x, room } = rightOf.room >= leftOf.room ? rightOf : leftOf;
  const anchor = rightOf.room >= leftOf.room ? "start" : "end";
  return { text: shorten(text, room, SIZE), x, y, anchor, size: SIZE };
}

/** Shades the lanes during some spans, and marks the beginnings and ends of these and others. */
export function spanMarks(
  shaded: readonly Span[],
  marked: readonly Span[],
  board: Board,
): Plot.Markish[] {
  const { y, height } = board.frame;
  const boxes = shaded.map((each) => spanOf(each, board, y, height));
  const edges = [...shaded, ...marked].flatMap(({ fromMs, toMs }) =>
    [fromMs, toMs]
      .filter((ms) => ms > board.domain[0] && ms < board.domain[1])
      .map((ms): Line => ({ x1: board.x(ms), x2: board.x(ms), y1: y, y2: y + height })),
  );
  const stroke = palette.fault.fill;
  return [
    boxMarks(boxes, { fill: stroke, fillOpacity: 0.07 }),
    lineMarks(edges, { stroke, strokeOpacity: 0.6, strokeDasharray: "3 3" }),
  ];
}

/** The part of a span that is shown, as a box. */
export function spanOf({ fromMs, toMs }: Span, board: Board, y: number, height: number): Box {
  const within = (ms: number) => Math.min(board.right, Math.max(board.left, board.x(ms)));
  const x = within(fromMs);
  return { x, y, width: within(toMs) - x, height };
}
