/** Requests through a failover: a strip for each kind of request, a sign for each answer, the length of each outage. */

import type * as Plot from "@observablehq/plot";
import { placesBeside, stem } from "./beside.ts";
import { type Board, boardOf, nameMarks, plotOn, timeAxis } from "./board.ts";
import { checkWidth, element, onCard, type Sign } from "./document.ts";
import { boxMarks, crossMarks, lineMarks, textMarks } from "./marks.ts";
import { type Answer, lengthOf, outagesOf, type Pause, pausesOf, timeOf } from "./outages.ts";
import { palette, paper } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { type Candidate, type Line, Room } from "./places.ts";
import type { Remark } from "./scene.ts";
import { heightOf, type Strip, spanMarks, stripMarks } from "./strips.ts";
import { countText, numberText } from "./words.ts";

/** The answers to one kind of request, such as "writes". */
export type Answers = { readonly name: string; readonly answers: readonly Answer[] };

export type AvailabilityOptions = {
  /** The finding, in one sentence; left out, the longest outage of each row. */
  readonly title?: string;
  /** Spans of time to name above the rows, such as "no leader"; at most five are drawn. */
  readonly spans?: readonly Strip[];
  /** Only this stretch of simulated time; left out, from the first answer to the last. */
  readonly window?: { readonly fromMs: number; readonly toMs: number };
  /** Of the card, in pixels, 300 to 2000; 760 when left out. */
  readonly width?: number;
};

/** Of each row, the longest. */
const MOST_OUTAGES = 12;
const BAR = 18;
const PITCH = 58;

/**
 * Draws when requests were answered and when they were refused, and how long each outage was (`outagesOf` says what is
 * one). Throws one sentence when there is nothing to draw, or two rows have one name.
 *
 *   availability(
 *     [
 *       { name: "writes", answers: [{ atMs: 12, ok: true }, { atMs: 31, ok: false, label: "ConnectionLoss" }] },
 *       { name: "reads", answers: reads.map(({ atMs }) => ({ atMs, ok: true })) },
 *     ],
 *     { title: "Writes stop for 620 ms, reads do not", spans: [{ fromMs: 20, toMs: 640, label: "no leader" }] },
 *   )
 */
export function availability(rows: readonly Answers[], options: AvailabilityOptions = {}): Picture {
  const { width = 760, spans = [] } = options;
  const window = windowOf(rows, options);
  checkWidth("availability", width);
  const shown = rows.map(({ name, answers }) => {
    return { name, answers: answers.filter(({ atMs }) => isWithin(atMs, window)) };
  });
  const lanes = { nodes: shown.map(({ name }) => name), ...window };
  const board = boardOf(lanes, { width, above: heightOf(spans), bar: BAR, pitch: PITCH });
  const words = wordsOf(shown, board);
  const told = shown.map(tellRow);
  return onCard({
    title: options.title ?? shown.map(tellShort).join("; "),
    alt: [...told, ...spans.map(tellSpan)].join(" "),
    width,
    plot: plotOn(board, [
      ...timeAxis(board),
      ...spanMarks(spans, [], board),
      ...nameMarks(lanes, board),
      ...shown.flatMap((row) => answerMarks(row, board)),
      ...stripMarks(spans, board),
      ...words.marks,
    ]),
    legend: signsOf(shown),
    remarks: [...told, ...words.left],
  });
}

type Window = { readonly fromMs: number; readonly toMs: number };

function windowOf(rows: readonly Answers[], { window }: AvailabilityOptions): Window {
  const names = rows.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`availability: two rows have the name "${twice}".`);
  const times = rows.flatMap(({ answers }) => answers.map(timeOf));
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const aside = (last - first || 1) / 60;
  const { fromMs, toMs } = window ?? { fromMs: Math.max(0, first - aside), toMs: last + aside };
  if (Number.isFinite(fromMs) && fromMs < toMs) return { fromMs, toMs };
  if (window === undefined) throw new Error("availability: there are no answers to draw.");
  throw new Error(`availability: the window goes from ${fromMs} ms to ${toMs} ms.`);
}

function isWithin(ms: number, { fromMs, toMs }: Window): boolean {
  return ms >= fromMs && ms <= toMs;
}

function longestOf(pauses: readonly Pause[]): Pause[] {
  return pauses.toSorted((a, b) => lengthOf(b) - lengthOf(a)).slice(0, MOST_OUTAGES);
}

function msText(pause: Pause): string {
  return `${numberText(lengthOf(pause), 0)} ms`;
}

function tellShort({ name, answers }: Answers): string {
  const [longest] = longestOf(outagesOf(answers));
  return `${name}: ${longest === undefined ? "no outage" : `out for ${msText(longest)}`}`;
}

function tellRow({ name, answers }: Answers): string {
  const good = answers.filter(({ ok }) => ok).length;
  const counts = `${name}: ${numberText(good)} answered, ${numberText(answers.length - good)} refused`;
  const outages = outagesOf(answers);
  const [longest] = longestOf(outages.length > 0 ? outages : pausesOf(answers));
  if (longest === undefined) return `${counts}.`;
  if (outages.length === 0) return `${counts}; never more than ${msText(longest)} apart.`;
  const which =
    outages.length === 1 ? "out" : `${countText(outages.length, "outage")}, the longest`;
  const span = `${numberText(longest.fromMs, 0)} to ${numberText(longest.toMs, 0)} ms`;
  return `${counts}; ${which} for ${msText(longest)}, from ${span}.`;
}

function tellSpan({ label, fromMs, toMs }: Strip): string {
  return `From ${numberText(fromMs)} to ${numberText(toMs)} ms: ${label}.`;
}

/** An upright line for each good answer, a cross for each refusal, in a lane that is as long as the picture. */
function answerMarks({ name, answers }: Answers, board: Board): Plot.Markish[] {
  const lane = board.stretch(name, ...board.domain);
  const y = board.y.get(name) ?? 0;
  const at = (ok: boolean) => {
    const pixels = answers.flatMap((each) =>
      each.ok === ok ? [Math.round(2 * board.x(each.atMs))] : [],
    );
    return [...new Set(pixels)].map((twice) => twice / 2);
  };
  const lines = at(true).map((x) => ({ x1: x, x2: x, y1: y - BAR / 2, y2: y + BAR / 2 }));
  const outages = longestOf(outagesOf(answers)).flatMap((each) => bracketOf(each, y, board));
  return [
    boxMarks([lane], { fill: paper.lane }),
    lineMarks(lines, { stroke: palette.committed.text, strokeWidth: 1.4 }),
    crossMarks(
      at(false).map((x) => ({ x, y })),
      3.5,
      { stroke: palette.lost.fill, strokeWidth: 1.6 },
    ),
    lineMarks(outages, { stroke: palette.lost.text, strokeWidth: 1.4 }),
  ];
}

/** A bracket above a lane, from the last good answer to the next. */
function bracketOf({ fromMs, toMs }: Pause, y: number, board: Board): Line[] {
  const [x1, x2, top] = [board.x(fromMs), board.x(toMs), y - BAR / 2 - 5];
  const end = (x: number) => ({ x1: x, x2: x, y1: top, y2: top + 4 });
  return [{ x1, x2, y1: top, y2: top }, end(x1), end(x2)];
}

/** The length of each outage above it, then what is said of the answers, once for all that come one after the other. */
function wordsOf(
  rows: readonly Answers[],
  board: Board,
): { marks: Plot.Markish[]; left: string[] } {
  const outages = rows.flatMap(({ name, answers }) =>
    longestOf(outagesOf(answers)).map((outage) => ({ outage, y: board.y.get(name) ?? 0 })),
  );
  const brackets = outages.flatMap(({ outage, y }) => bracketOf(outage, y, board));
  const lanes = rows.map(({ name }) => board.stretch(name, ...board.domain));
  const room = new Room(board.frame, brackets, lanes);
  const lengths = room.place(
    outages.map(({ outage, y }) => ({ candidates: aboveBracket(outage, y, board) })),
  );
  const remarks = rows.flatMap(({ name, answers }) =>
    answers.flatMap(({ atMs, label }, at): Remark[] => {
      const isNew = label !== undefined && label !== answers[at - 1]?.label;
      return isNew ? [{ node: name, atMs, text: label }] : [];
    }),
  );
  const said = room.place(remarks.map((each) => ({ candidates: placesBeside(each, board) })));
  const stems = remarks.flatMap((each, at) => stem(each, said[at], board));
  return {
    marks: [
      lineMarks(stems, { stroke: paper.soft }),
      ...textMarks(lengths, { fill: palette.lost.text }),
      ...textMarks(said, { fill: paper.soft, fontStyle: "italic" }),
    ],
    left: room.refused > 0 ? [`${countText(room.refused, "label")} had no room.`] : [],
  };
}

function aboveBracket(outage: Pause, y: number, board: Board): Candidate[] {
  const at = { text: msText(outage), size: 11, bold: true, y: y - BAR / 2 - 14 };
  const [left, right] = [board.x(outage.fromMs), board.x(outage.toMs)];
  return [
    { ...at, x: (left + right) / 2, anchor: "middle", cost: 0 },
    { ...at, x: left, anchor: "start", cost: 1 },
    { ...at, x: right, anchor: "end", cost: 1 },
  ];
}

/** The signs of a picture, only those that it uses. */
function signsOf(rows: readonly Answers[]): Sign[] {
  const answers = rows.flatMap((row) => row.answers);
  return SIGNS.filter((sign) => answers.some(({ ok }) => ok === sign.ok));
}

const SIGNS = [
  {
    ok: true,
    drawing: element("path", {
      d: "M5,0V12M10,0V12M15,0V12",
      stroke: palette.committed.text,
      "stroke-width": 1.4,
    }),
    means: "answered",
  },
  {
    ok: false,
    drawing: element("path", {
      d: "M8,2L16,10M8,10L16,2",
      stroke: palette.lost.fill,
      "stroke-width": 1.8,
    }),
    means: "refused",
  },
];
