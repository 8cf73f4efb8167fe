/** What clients saw, as bars from invocation to return, and what a checker made of it: an order, or an operation without one. */

import type { History, Linearizability, Operation } from "../check/index.ts";
import { onCard } from "./document.ts";
import { lineMarks, pixels, textMarks } from "./marks.ts";
import { palette } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { type Candidate, type Line, place, type Wish } from "./places.ts";
import { linearizationPoints } from "./points.ts";
import { type Bar, type Rows, rowsOf } from "./rows.ts";
import { AXIS, BAR, barMarks, boxOfBar, groundMarks, type Sheet, sheetOf } from "./sheet.ts";
import { type Box, boxOf, overlap, plainText, shorten, widthOf } from "./text.ts";
import { leftOut, signsOf, tell, tellTitle } from "./verdict.ts";
import { countText, operationText } from "./words.ts";

export type HistoryOptions<Input = unknown, Output = unknown> = {
  /** The finding, in one sentence; left out, the verdict, or what was counted. */
  readonly title?: string;
  /** What is written at an operation; left out, its kind, its values and its output. */
  label?(operation: Operation<Input, Output>): string | undefined;
  /** What a checker found in this history: its order is drawn, or the operation that cannot be placed. */
  readonly result?: Linearizability;
  /** Of the card, in pixels, 300 to 2000; 760 when left out. */
  readonly width?: number;
};

const SIZE = 10.5;
/** A place in a bar costs less than this, any other at least as much. */
const INSIDE = 0.5;
const POINT = { stroke: palette.committed.text, strokeWidth: 2.4 };

/**
 * Draws a history. With a checker's result: when it is ok, the moment at which each operation took effect, numbered
 * in their order; when it is violated, the shortest part that fails, and why. At most 60 operations are drawn.
 */
export function historyBars<Input, Output>(
  history: History<Input, Output>,
  options: HistoryOptions<Input, Output> = {},
): Picture {
  const { width = 760, result, label = operationText }: HistoryOptions = options;
  if (!(width >= 300 && width <= 2000)) {
    throw new Error(`historyBars: the width is 300 to 2000 pixels, not ${width}.`);
  }
  if (history.length === 0) throw new Error("historyBars: the history has no operations to draw.");
  const broken = result?.verdict === "violated" ? result : undefined;
  const shown = broken?.prefix ?? history;
  const rows = rowsOf(shown, broken?.operation);
  const order = result?.verdict === "ok" ? result.witness : (broken?.deepest ?? []);
  const sheet = sheetOf(rows, width, order.length > 0);
  const points = linearizationPoints(shown, order, sheet.domain[1]);
  const words = wordsOf(rows, sheet, label, points, broken?.operation);
  return onCard({
    title: options.title ?? tellTitle(history, result),
    alt: tell(rows, history, order, result),
    width,
    plot: {
      width,
      height: sheet.height,
      marginTop: 0,
      marginBottom: AXIS,
      x: { type: "linear", domain: [...sheet.domain], range: [sheet.left, sheet.right] },
      y: pixels,
      marks: [
        ...groundMarks(rows, sheet),
        ...barMarks(rows, sheet, broken?.operation),
        lineMarks(pointLines(rows, sheet, points), POINT),
        ...words.marks,
      ],
    },
    legend: signsOf(rows, order.length > 0, broken !== undefined),
    ...(broken === undefined
      ? {}
      : {
          conclusion: `${broken.operation.client}, ${operationText(broken.operation)}: ${broken.why}.`,
        }),
    remarks: [
      ...(result?.verdict === "unknown" ? [`No verdict: ${result.reason}.`] : []),
      ...leftOut(history, shown, rows),
      ...words.left,
    ],
  });
}

/** An upright line through the bar at the moment when its operation took effect. */
function pointLines(rows: Rows, sheet: Sheet, points: ReadonlyMap<number, number>): Line[] {
  return rows.bars.flatMap(({ operation, row }) => {
    const ms = points.get(operation.id);
    if (ms === undefined || ms > sheet.domain[1]) return [];
    const [x, y] = [sheet.x(ms), sheet.y(row)];
    return [{ x1: x, x2: x, y1: y - BAR / 2 - 4, y2: y + BAR / 2 + 2 }];
  });
}

/** The numbers of the order, what each operation was, and the word at the one that has no place. */
function wordsOf(
  rows: Rows,
  sheet: Sheet,
  label: (operation: Operation) => string | undefined,
  points: ReadonlyMap<number, number>,
  broken: Operation | undefined,
) {
  const order = [...points.keys()];
  const numbered = rows.bars.filter(
    ({ operation }) => (points.get(operation.id) ?? Number.POSITIVE_INFINITY) <= sheet.domain[1],
  );
  const wrong = rows.bars.filter(({ operation }) => operation.id === broken?.id);
  const labelled = rows.bars.flatMap((bar) => {
    const text = plainText(label(bar.operation) ?? "");
    return text === "" ? [] : [{ bar, text }];
  });
  const boxes = rows.bars.map((bar) => boxOfBar(bar, sheet));
  const wishes: Wish[] = [
    ...wrong.map((bar) => ({ candidates: around(bar, "cannot be placed", 11, sheet) })),
    ...numbered.map((bar) => {
      const x = sheet.x(points.get(bar.operation.id) as number);
      const text = `${order.indexOf(bar.operation.id) + 1}`;
      const at = { text, x, size: 10, anchor: "middle", cost: 0 } as const;
      return { candidates: [{ ...at, y: sheet.y(bar.row) - BAR / 2 - 11 }] };
    }),
    ...labelled.map(({ bar, text }) => ({ candidates: inOrAround(bar, text, sheet, boxes) })),
  ];
  const frame = {
    x: sheet.left,
    y: 0,
    width: sheet.right - sheet.left,
    height: sheet.height - AXIS,
  };
  const placed = place(wishes, { frame, taken: [], lines: pointLines(rows, sheet, points) });
  const found = (from: number, to?: number) =>
    placed.slice(from, to).filter((each) => each !== undefined);
  const missing = placed.filter((each) => each === undefined).length;
  const labels = found(wrong.length + numbered.length);
  const inside = labels.filter((each) => each.cost < INSIDE);
  return {
    marks: [
      ...textMarks(inside, { rim: palette.plain.fill }),
      ...textMarks(
        labels.filter((each) => each.cost >= INSIDE),
        {},
      ),
      ...textMarks(found(0, wrong.length), { fill: palette.lost.text, fontWeight: "bold" }),
      ...textMarks(found(wrong.length, wrong.length + numbered.length), {
        fill: palette.committed.text,
        fontWeight: "bold",
      }),
    ],
    left: missing > 0 ? [`${countText(missing, "label")} had no room.`] : [],
  };
}

/** In its bar where it fits and nothing crosses it, else after it or around it, in full or shortened. */
function inOrAround(bar: Bar, text: string, sheet: Sheet, others: readonly Box[]): Candidate[] {
  const { x, width } = boxOfBar(bar, sheet);
  const y = sheet.y(bar.row);
  const at = { size: SIZE, y } as const;
  const whole = shorten(text, 200, SIZE);
  const inside: Candidate[] = [
    { ...at, text, x: x + 6, anchor: "start", cost: 0 },
    { ...at, text, x: x + width - 6, anchor: "end", cost: 0.1 },
  ];
  const outside: Candidate[] = [
    { ...at, text: whole, x: x + width + 5, anchor: "start", cost: INSIDE },
    ...around(bar, whole, SIZE, sheet),
    ...around(bar, shorten(text, Math.max(40, width), SIZE), SIZE, sheet),
  ];
  return [
    ...(widthOf(text, SIZE) + 12 <= width ? inside : []),
    ...outside.filter((place) => !others.some((box) => overlap(box, boxOf(place)))),
  ];
}

/** Above and below a bar, beginning with it or ending with it. */
function around(bar: Bar, text: string, size: number, sheet: Sheet): Candidate[] {
  const { x, y, width, height } = boxOfBar(bar, sheet);
  return [y - 9, y + height + 9].flatMap((y, below): Candidate[] => [
    { text, size, x, y, anchor: "start", cost: 1.5 + below },
    { text, size, x: x + width, y, anchor: "end", cost: 1.7 + below },
    { text, size, x: x + width / 2, y, anchor: "middle", cost: 1.9 + below },
  ]);
}
