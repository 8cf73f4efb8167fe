/** Where everything of a history picture lies, in pixels, and the bars themselves. */

import * as Plot from "@observablehq/plot";
import type { Operation } from "../check/index.ts";
import { PADDING } from "./document.ts";
import { boxMarks, hatchMarks, lineMarks, pixels, textMarks } from "./marks.ts";
import { palette, paper } from "./palette.ts";
import type { Bar, Rows } from "./rows.ts";
import { type Box, type Label, plainText, shorten, widthOf } from "./text.ts";

/** Where bars lie, in pixels. */
export type Sheet = {
  readonly left: number;
  readonly right: number;
  readonly height: number;
  /** Where bars and texts may be. */
  readonly frame: Box;
  readonly domain: readonly [fromMs: number, toMs: number];
  x(ms: number): number;
  y(row: number): number;
};

/** The thickness of a bar. */
export const BAR = 20;
/** The height of the axis of time. */
const AXIS = 34;

/** The scales and margins of a plot of this sheet. */
export function scalesOf({
  left,
  right,
  height,
  domain,
}: Sheet): Plot.PlotOptions & { height: number } {
  const x = { type: "linear", domain: [...domain], range: [left, right] } as const;
  return { height, marginTop: 0, marginBottom: AXIS, x, y: pixels };
}

/** Lays rows out. @param width of the card @param numbered whether numbers stand above the bars */
export function sheetOf(rows: Rows, width: number, numbered: boolean): Sheet {
  const names = rows.clients.map(({ client }) => widthOf(plainText(client), 12, true));
  const left = PADDING + Math.min(110, Math.max(20, ...names)) + 10;
  const right = width - PADDING - 4;
  const pitch = numbered ? 46 : 38;
  const count = rows.clients.reduce((sum, { rows }) => sum + rows.length, 0);
  const span = rows.toMs - rows.fromMs || 1;
  const open = rows.bars.some(({ operation }) => operation.outcome === "info");
  const domain = [rows.fromMs - span / 60, rows.toMs + span / (open ? 8 : 60)] as const;
  const perMs = (right - left) / (domain[1] - domain[0]);
  const x = (ms: number) => left + (ms - domain[0]) * perMs;
  const y = (row: number) => 30 + row * pitch;
  const bottom = y(count - 1) + 28;
  const frame = { x: left, y: 0, width: right - left, height: bottom };
  return { left, right, height: bottom + AXIS, frame, domain, x, y };
}

export function boxOfBar({ operation, row }: Bar, sheet: Sheet): Box {
  const x = sheet.x(operation.invokedMs);
  const end = operation.outcome === "info" ? sheet.right : sheet.x(operation.returnedMs);
  return { x, y: sheet.y(row) - BAR / 2, width: Math.max(3, end - x), height: BAR };
}

/** Names, the axis of time, and a line between one client and the next. */
export function groundMarks(rows: Rows, sheet: Sheet): Plot.Markish[] {
  const bottom = sheet.frame.height;
  const names = rows.clients.map(({ client, rows }): Label => {
    const y = sheet.y(rows[0] ?? 0);
    const text = shorten(plainText(client), 110, 12, true);
    return { text, x: sheet.left - 8, y, anchor: "end", size: 12, bold: true };
  });
  const between = rows.clients.slice(1).map(({ rows }) => {
    const y = (sheet.y(rows[0] ?? 0) + sheet.y((rows[0] ?? 0) - 1)) / 2;
    return { x1: PADDING, x2: sheet.right, y1: y, y2: y };
  });
  const axis: Label = {
    text: "time (ms) →",
    x: sheet.right,
    y: sheet.height - 7,
    anchor: "end",
    size: 10,
  };
  return [
    Plot.gridX({ stroke: paper.grid, strokeOpacity: 1, insetTop: 4 }),
    lineMarks(between, { stroke: paper.grid }),
    Plot.axisX({ label: null, tickSize: 4, color: paper.soft }),
    lineMarks([{ x1: sheet.left, x2: sheet.right, y1: bottom, y2: bottom }], {
      stroke: paper.edge,
    }),
    ...textMarks([axis], { fill: paper.soft, rim: "none" }),
    ...textMarks(names, { rim: "none" }),
  ];
}

/** A full bar returned, a hatched one failed, one that fades away was never answered, a thick one has no place. */
export function barMarks(rows: Rows, sheet: Sheet, broken: Operation | undefined): Plot.Markish[] {
  const boxes = (holds: (operation: Operation) => boolean) =>
    rows.bars.filter(({ operation }) => holds(operation)).map((bar) => boxOfBar(bar, sheet));
  const failed = boxes(({ outcome }) => outcome === "fail");
  const lost = boxes(({ id }) => id === broken?.id);
  const open = boxes(({ outcome, id }) => outcome === "info" && id !== broken?.id);
  const { fill } = palette.plain;
  const edge = paper.soft;
  const returned = boxes(({ outcome, id }) => outcome === "ok" && id !== broken?.id);
  return [
    boxMarks(returned, { fill, stroke: edge }),
    boxMarks(failed, { fill: paper.card, stroke: edge, strokeDasharray: "2 2" }),
    hatchMarks(failed, { stroke: paper.edge, strokeWidth: 1.2 }, 7),
    ...[1, 0.7, 0.45, 0.2].map((share, at) =>
      boxMarks(
        open.map((box) => slice(box, at)),
        {
          fill,
          fillOpacity: share,
        },
      ),
    ),
    lineMarks(open.flatMap(openOutline), { stroke: edge, strokeDasharray: "4 3" }),
    boxMarks(lost, { fill: paper.card }),
    hatchMarks(lost, { stroke: palette.lost.fill, strokeOpacity: 0.55, strokeWidth: 1.3 }, 7),
    boxMarks(lost, { fill: "none", stroke: palette.lost.fill, strokeWidth: 3 }),
  ];
}

/** One of the four parts of an open bar: the last three fade. */
function slice({ x, y, width, height }: Box, at: number): Box {
  const fading = Math.min(16, width / 4);
  const solid = width - 3 * fading;
  if (at === 0) return { x, y, width: solid, height };
  return { x: x + solid + (at - 1) * fading, y, width: fading, height };
}

function openOutline({ x, y, width, height }: Box) {
  const [right, bottom] = [x + width, y + height];
  return [
    { x1: x, x2: right, y1: y, y2: y },
    { x1: x, x2: right, y1: bottom, y2: bottom },
    { x1: x, x2: x, y1: y, y2: bottom },
  ];
}
