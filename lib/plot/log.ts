/** The log strip: a row of offset boxes for each replica, with its high watermark, its end, and the epochs of its leaders. */

import type * as Plot from "@observablehq/plot";
import { checkWidth, element, onCard, PADDING, type Sign } from "./document.ts";
import { lineMarks, pixels, textMarks } from "./marks.ts";
import { fateOf, type Log, type LogReplica, logsOf, runsOf, tell, tellTitle } from "./offsets.ts";
import { paper } from "./palette.ts";
import type { Picture } from "./picture.ts";
import {
  BOX,
  FATES,
  fateMarks,
  LOOKS,
  layOut,
  NAME,
  PITCH,
  type Shelf,
  SMALL,
  TOP,
} from "./shelf.ts";
import { type Label, plainText, shorten, widthOf } from "./text.ts";
import { numberText } from "./words.ts";

export type LogStripOptions = {
  /** The finding, in one sentence; left out, what was counted. */
  readonly title?: string;
  /** Of the card, in pixels, 300 to 2000; 640 when left out. */
  readonly width?: number;
};

/**
 * Draws replicas of a partition's log, offset by offset. Throws one sentence when a number is no offset, or two records
 * of a replica stand at one.
 *
 *   logStrip(
 *     [
 *       { name: "b1", note: "leader", highWatermark: 2, records: [0, 1, 2].map((offset) => ({ offset, epoch: 1 })) },
 *       { name: "b2", highWatermark: 1, records: [0, 1].map((offset) => ({ offset, epoch: 1 })) },
 *     ],
 *     { title: "Offset 2 is on one replica only: no consumer sees it" },
 *   )
 */
export function logStrip(replicas: readonly LogReplica[], options: LogStripOptions = {}): Picture {
  const { width = 640 } = options;
  checkWidth("logStrip", width);
  const logs = logsOf(replicas);
  const shelf = layOut(logs, width);
  const left = logs.flatMap(({ records }) => records.filter(({ offset }) => offset < shelf.from));
  return onCard({
    title: options.title ?? tellTitle(logs),
    alt: tell(logs),
    width,
    plot: {
      width,
      height: TOP + logs.length * PITCH,
      margin: 0,
      x: { type: "linear", domain: [0, width], range: [0, width], axis: null },
      y: pixels,
      marks: [...offsetMarks(shelf), ...logs.flatMap((log, row) => logMarks(log, row, shelf))],
    },
    legend: signsOf(logs, shelf),
    remarks: left.length > 0 ? [`Offsets below ${numberText(shelf.from)} are not drawn.`] : [],
  });
}

/** The numbers of the offsets above all rows, as many as there is room for. */
function offsetMarks({ from, to, size, x }: Shelf): Plot.Markish[] {
  const step = Math.ceil((widthOf(numberText(to), SMALL) + 4) / size);
  const labels = Array.from({ length: to - from }, (_, at) => from + at).filter(
    (offset) => offset % step === 0,
  );
  const numbers = labels.map((offset): Label => {
    const text = numberText(offset);
    return { text, x: x(offset) + size / 2, y: 12, anchor: "middle", size: SMALL };
  });
  return textMarks(numbers, { fill: paper.soft, rim: "none" });
}

function logMarks(log: Log, row: number, shelf: Shelf): Plot.Markish[] {
  const { left, x } = shelf;
  const y = shelf.y(row);
  const name = { x: left - 8, anchor: "end" } as const;
  const words = [
    {
      ...name,
      text: shorten(plainText(log.name), left - PADDING - 8, NAME, true),
      y: y + 8,
      size: NAME,
      bold: true,
    },
    {
      ...name,
      text: shorten(plainText(log.note ?? ""), left - PADDING - 8, SMALL),
      y: y + 22,
      size: SMALL,
    },
  ];
  const end: Label = {
    text: `end ${numberText(log.end)}`,
    x: x(Math.max(log.end, (log.records.at(-1)?.offset ?? 0) + 1)) + 5,
    y: y + BOX / 2,
    anchor: "start",
    size: SMALL,
  };
  const base = { x1: left, x2: x(log.end), y1: y + BOX, y2: y + BOX };
  return [
    ...textMarks(words, { rim: "none" }),
    lineMarks([base], { stroke: paper.edge }),
    ...FATES.flatMap((fate) => fateMarks(fate, log, y, shelf)),
    ...epochMarks(log, y, shelf),
    ...watermarkMarks(log, y, shelf),
    ...textMarks([end], { fill: paper.soft, rim: "none" }),
  ];
}

/** A bracket below the records of each epoch. */
function epochMarks(log: Log, y: number, { from: first, size, x }: Shelf): Plot.Markish[] {
  const runs = runsOf(log).filter(({ to }) => to > first);
  const bottom = y + BOX + 6;
  const lines = runs.flatMap(({ from, to }) => {
    const [x1, x2] = [x(Math.max(from, first)) + 2, x(to) - 2];
    const foot = (at: number) => ({ x1: at, x2: at, y1: bottom - 3, y2: bottom });
    return [{ x1, x2, y1: bottom, y2: bottom }, foot(x1), foot(x2)];
  });
  const labels = runs.flatMap(({ epoch, from, to }): Label[] => {
    const room = (to - Math.max(from, first)) * size - 2;
    const texts = [`epoch ${epoch}`, `${epoch}`];
    const text = texts.find((each) => widthOf(each, SMALL) <= room);
    const middle = (x(Math.max(from, first)) + x(to)) / 2;
    if (text === undefined) return [];
    return [{ text, x: middle, y: bottom + 8, anchor: "middle", size: SMALL }];
  });
  return [
    lineMarks(lines, { stroke: paper.soft }),
    ...textMarks(labels, { fill: paper.soft, rim: "none" }),
  ];
}

/** A line before the first offset that consumers may not read. */
function watermarkMarks({ highWatermark }: Log, y: number, shelf: Shelf): Plot.Markish[] {
  if (highWatermark === undefined || highWatermark < shelf.from || highWatermark > shelf.to)
    return [];
  const text = `high watermark ${numberText(highWatermark)}`;
  const at = shelf.x(highWatermark);
  const half = widthOf(text, SMALL, true) / 2;
  const label: Label = {
    text,
    x: Math.min(Math.max(at, shelf.left + half), shelf.x(shelf.to) + 30 - half),
    y: y - 10,
    anchor: "middle",
    size: SMALL,
    bold: true,
  };
  return [
    lineMarks([{ x1: at, x2: at, y1: y - 4, y2: y + BOX + 4 }], {
      stroke: paper.ink,
      strokeWidth: 2.5,
    }),
    ...textMarks([label], { rim: "none" }),
  ];
}

/** The signs of a picture, only those that it uses. */
function signsOf(logs: readonly Log[], { from }: Shelf): Sign[] {
  const seen = new Set(logs.flatMap((log) => log.records.map((each) => fateOf(each, log))));
  if (logs.some(({ start }) => start > from)) seen.add("deleted");
  const means = {
    committed: "committed: below the high watermark",
    uncommitted: "not committed",
    lost: "lost",
    deleted: "deleted by retention",
  };
  return FATES.flatMap((fate): Sign[] => {
    if (fate === "plain" || !seen.has(fate)) return [];
    const { fill, stroke, strokeDasharray } = LOOKS[fate];
    const box = {
      x: 0.5,
      y: 0.5,
      width: 25,
      height: 11,
      fill,
      stroke,
      "stroke-dasharray": strokeDasharray,
    };
    const slants = [4, 10, 16, 22].map((x) =>
      element("line", { x1: x, y1: 11, x2: x + 4, y2: 1, stroke }),
    );
    const drawing = element("g", {}, element("rect", box), ...(fate === "lost" ? slants : []));
    return [{ drawing, means: means[fate] }];
  });
}
