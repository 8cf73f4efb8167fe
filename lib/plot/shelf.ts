/** Where everything of a log strip lies, in pixels, and the boxes themselves. */

import type * as Plot from "@observablehq/plot";
import { PADDING } from "./document.ts";
import { boxMarks, hatchMarks, textMarks } from "./marks.ts";
import { type Fate, fateOf, type Log } from "./offsets.ts";
import { palette, paper } from "./palette.ts";
import { type Box, type Label, plainText, shorten, widthOf } from "./text.ts";
import { numberText } from "./words.ts";

/** More boxes than this are not to be told apart: the newest are drawn. */
const MOST_OFFSETS = 40;
export const BOX = 24;
export const PITCH = 70;
export const TOP = 22;
export const NAME = 12;
export const SMALL = 10;

/** Where the boxes lie, in pixels. */
export type Shelf = {
  /** The first offset that is drawn, and the one behind the last. */
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly size: number;
  x(offset: number): number;
  /** The top of a replica's boxes. */
  y(row: number): number;
};

/** All offsets that any replica has, and before them two of those that retention has deleted. */
export function layOut(logs: readonly Log[], width: number): Shelf {
  const firsts = logs.map(({ start, records }) => Math.max(start, records[0]?.offset ?? start));
  const ends = logs.map(({ end, records }) => Math.max(end, (records.at(-1)?.offset ?? -1) + 1));
  const isCut = logs.some(({ start }) => start > 0);
  const to = Math.max(...ends, 1);
  const least = Math.max(0, Math.min(...firsts) - (isCut ? 2 : 0));
  const from = Math.max(least, to - MOST_OFFSETS);
  const words = logs.flatMap(({ name, note }) => [
    widthOf(plainText(name), NAME, true),
    widthOf(plainText(note ?? ""), SMALL),
  ]);
  const left = PADDING + Math.min(width / 4, Math.max(20, ...words)) + 10;
  const behind = widthOf(`end ${numberText(to)}`, SMALL) + 8;
  const size = Math.min(44, (width - PADDING - behind - left) / (to - from));
  return {
    from,
    to,
    left,
    size,
    x: (offset) => left + (offset - from) * size,
    y: (row) => TOP + row * PITCH + 20,
  };
}

export const FATES = ["deleted", "plain", "committed", "uncommitted", "lost"] as const;

/** How the boxes of each fate look: each differs in more than its colour. */
export const LOOKS: Readonly<
  Record<Fate, { fill: string; ink: string; stroke: string; strokeDasharray: string }>
> = {
  deleted: { fill: paper.lane, ink: paper.soft, stroke: paper.edge, strokeDasharray: "1 3" },
  plain: { ...palette.plain, stroke: palette.plain.text, strokeDasharray: "none" },
  committed: { ...palette.committed, stroke: palette.committed.text, strokeDasharray: "none" },
  uncommitted: { ...palette.uncommitted, stroke: palette.uncommitted.text, strokeDasharray: "4 2" },
  lost: {
    fill: paper.card,
    ink: palette.lost.text,
    stroke: palette.lost.fill,
    strokeDasharray: "none",
  },
};

export function fateMarks(fate: Fate, log: Log, y: number, shelf: Shelf): Plot.Markish[] {
  const { size, x } = shelf;
  const { ink, ...look } = LOOKS[fate];
  const boxAt = (offset: number): Box => ({ x: x(offset) + 1, y, width: size - 2, height: BOX });
  if (fate === "deleted") {
    const count = Math.max(0, Math.min(log.start, shelf.to) - shelf.from);
    return [
      boxMarks(
        Array.from({ length: count }, (_, at) => boxAt(shelf.from + at)),
        look,
      ),
    ];
  }
  const records = log.records.filter(
    (each) => each.offset >= shelf.from && fateOf(each, log) === fate,
  );
  const boxes = records.map(({ offset }) => boxAt(offset));
  const labels = records.map(({ offset, text = "" }): Label => {
    const short = shorten(plainText(text), size - 5, SMALL);
    return { text: short, x: x(offset) + size / 2, y: y + BOX / 2, anchor: "middle", size: SMALL };
  });
  const isLost = fate === "lost";
  return [
    boxMarks(boxes, { ...look, strokeWidth: isLost ? 2.5 : 1 }),
    hatchMarks(isLost ? boxes : [], { stroke: look.stroke, strokeOpacity: 0.55 }),
    ...textMarks(labels, { fill: ink, rim: isLost ? paper.card : "none" }),
  ];
}
