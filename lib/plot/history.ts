/** What clients saw, as bars from invocation to return, and what a checker made of it: an order, or an operation without one. */

import type * as Plot from "@observablehq/plot";
import {
  type History,
  type Linearizability,
  type Operation,
  operationText,
} from "../check/index.ts";
import { checkWidth, onCard } from "./document.ts";
import { lineMarks, textMarks } from "./marks.ts";
import { palette } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { type Candidate, type Line, Room, type Wish } from "./places.ts";
import { linearizationPoints } from "./points.ts";
import { type Bar, checkTimes, type Rows, rowsOf } from "./rows.ts";
import { BAR, barMarks, boxOfBar, groundMarks, type Sheet, scalesOf, sheetOf } from "./sheet.ts";
import { type Box, boxOf, overlap, plainText, shorten, widthOf } from "./text.ts";
import { conclusionOf, leftOut, signsOf, tell, tellTitle } from "./verdict.ts";
import { countText } from "./words.ts";

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
  checkWidth("historyBars", width);
  if (history.length === 0) throw new Error("historyBars: the history has no operations to draw.");
  checkTimes(history);
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
      ...scalesOf(sheet),
      marks: [
        ...groundMarks(rows, sheet),
        ...barMarks(rows, sheet, broken?.operation),
        lineMarks(pointLines(rows.bars, sheet, points), POINT),
        ...words.marks,
      ],
    },
    legend: signsOf(rows, order.length > 0, broken !== undefined),
    conclusion: conclusionOf(result),
    remarks: [...leftOut(history, shown, rows), ...words.left],
  });
}

/** An upright line through the bar at the moment when its operation took effect, as far as that is shown. */
function pointLines(
  bars: readonly Bar[],
  sheet: Sheet,
  points: ReadonlyMap<number, number>,
): (Line & { id: number })[] {
  return bars.flatMap(({ operation: { id }, row }) => {
    const ms = points.get(id);
    if (ms === undefined || ms > sheet.domain[1]) return [];
    const [x, y] = [sheet.x(ms), sheet.y(row)];
    return [{ id, x1: x, x2: x, y1: y - BAR / 2 - 4, y2: y + BAR / 2 + 2 }];
  });
}

/** The word at the operation without a place, the numbers of the order, and what each operation was. */
function wordsOf(
  { bars }: Rows,
  sheet: Sheet,
  label: (operation: Operation) => string | undefined,
  points: ReadonlyMap<number, number>,
  broken: Operation | undefined,
): { marks: Plot.Markish[]; left: string[] } {
  const room = new Room(sheet.frame, pointLines(bars, sheet, points));
  const wrong = bars.filter(({ operation }) => operation.id === broken?.id);
  const word = { text: "cannot be placed", size: 11, bold: true };
  const words = room.place(wrong.map((bar) => ({ candidates: around(bar, word, sheet) })));
  const order = new Map([...points.keys()].map((id, at) => [id, at + 1]));
  const numbers = room.place(
    pointLines(bars, sheet, points).map(({ id, x1: x, y1 }) => {
      const at = { text: `${order.get(id)}`, size: 10, bold: true, anchor: "middle" } as const;
      return { candidates: [{ ...at, x, y: y1 - 7, cost: 0 }] };
    }),
  );
  const boxes = bars.map((bar) => boxOfBar(bar, sheet));
  const labelled = bars.flatMap((bar): Wish[] => {
    const text = plainText(label(bar.operation) ?? "");
    return text === "" ? [] : [{ candidates: inOrAround(bar, text, sheet, boxes) }];
  });
  const labels = room.place(labelled);
  const inside = labels.filter((each) => each !== undefined && each.cost < INSIDE);
  const outside = labels.filter((each) => !inside.includes(each));
  return {
    marks: [
      ...textMarks(inside, { rim: palette.plain.fill }),
      ...textMarks(outside, {}),
      ...textMarks(words, { fill: palette.lost.text }),
      ...textMarks(numbers, { fill: palette.committed.text }),
    ],
    left: room.refused > 0 ? [`${countText(room.refused, "label")} had no room.`] : [],
  };
}

/** In its bar where it fits and nothing crosses it, else after it or around it, in full or shortened. */
function inOrAround(bar: Bar, text: string, sheet: Sheet, others: readonly Box[]): Candidate[] {
  const { x, width } = boxOfBar(bar, sheet);
  const at = { size: SIZE, y: sheet.y(bar.row) };
  const whole = { text: shorten(text, 200, SIZE), size: SIZE };
  const short = { text: shorten(text, Math.max(40, width), SIZE), size: SIZE };
  const inside: Candidate[] = [
    { ...at, text, x: x + 6, anchor: "start", cost: 0 },
    { ...at, text, x: x + width - 6, anchor: "end", cost: 0.1 },
  ];
  const outside: Candidate[] = [
    { ...at, ...whole, x: x + width + 5, anchor: "start", cost: INSIDE },
    ...around(bar, whole, sheet),
    ...around(bar, short, sheet),
  ];
  return [
    ...(widthOf(text, SIZE) + 12 <= width ? inside : []),
    ...outside.filter((place) => !others.some((box) => overlap(box, boxOf(place)))),
  ];
}

/** Above and below a bar, beginning with it or ending with it. */
function around(
  bar: Bar,
  text: Pick<Candidate, "text" | "size" | "bold">,
  sheet: Sheet,
): Candidate[] {
  const { x, y, width, height } = boxOfBar(bar, sheet);
  return [y - 9, y + height + 9].flatMap((y, below): Candidate[] => [
    { ...text, x, y, anchor: "start", cost: 1.5 + below },
    { ...text, x: x + width, y, anchor: "end", cost: 1.7 + below },
    { ...text, x: x + width / 2, y, anchor: "middle", cost: 1.9 + below },
  ]);
}
