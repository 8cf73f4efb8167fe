/** Who reads what: a column for each partition, a row for each member of the group, an arrow for each partition that moved. */

import type * as Plot from "@observablehq/plot";
import { checkWidth, element, onCard, PADDING, type Sign } from "./document.ts";
import { arrowMarks, boxMarks, hatchMarks, lineMarks, pixels, textMarks } from "./marks.ts";
import { palette, paper } from "./palette.ts";
import type { Picture } from "./picture.ts";
import {
  isMoved,
  type Move,
  membersOf,
  movesOf,
  type Shares,
  tell,
  tellTitle,
  wrongIn,
} from "./shares.ts";
import { type Box, type Label, plainText, shorten, widthOf } from "./text.ts";

export type AssignmentOptions = {
  /** Who owned what until now; left out, nobody anything. */
  readonly before?: Shares;
  readonly after: Shares;
  /** The finding, in one sentence; left out, what was counted. */
  readonly title?: string;
  /** Of the card, in pixels, 300 to 2000; 640 when left out. */
  readonly width?: number;
};

const ROW = 40;
const BOX = 22;
const TOP = 44;
const SIZE = 12;
const SMALL = 10;

/**
 * Draws which member of a group owns which partition, and which ones a rebalance has moved. A partition that two members
 * own, or nobody, is called wrong. Throws one sentence when there is nothing to draw, or too much.
 *
 *   assignment({
 *     before: { c1: [{ topic: "orders", partition: 0 }, { topic: "orders", partition: 1 }] },
 *     after: { c1: [{ topic: "orders", partition: 0 }], c2: [{ topic: "orders", partition: 1 }] },
 *     title: "c2 joins: one partition moves",
 *   })
 */
export function assignment(options: AssignmentOptions): Picture {
  const { width = 640, before = {}, after } = options;
  checkWidth("assignment", width);
  const moves = movesOf(before, after);
  const members = membersOf(before, after, moves);
  const table = layOut(members, moves, width);
  return onCard({
    title: options.title ?? tellTitle(members, moves, options.before === undefined),
    alt: tell(members, moves),
    width,
    plot: {
      width,
      height: TOP + members.length * ROW + 2,
      margin: 0,
      x: { type: "linear", domain: [0, width], range: [0, width], axis: null },
      y: pixels,
      marks: [
        ...topicMarks(moves, table),
        ...members.flatMap((member) => rowMarks(member, options, moves, table)),
        ...moveMarks(moves, table),
      ],
    },
    legend: signsOf(moves),
    conclusion: wrongIn(moves),
  });
}

/** Where the cells lie, in pixels. */
type Table = {
  readonly left: number;
  readonly right: number;
  readonly size: number;
  x(move: Move): number;
  /** The middle of a member's row. */
  y(member: string): number;
  box(move: Move, member: string): Box;
};

/** Columns of one topic stand together, with a space before the next topic. */
function layOut(members: readonly string[], moves: readonly Move[], width: number): Table {
  const names = members.map((member) => widthOf(plainText(member), SIZE, true));
  const left = PADDING + Math.min(width / 4, Math.max(20, ...names)) + 12;
  const counts = widthOf("99 → 99", SMALL, true) + 10;
  const spaces = moves.map((move, at) => (at > 0 && move.topic !== moves[at - 1]?.topic ? 1 : 0));
  const gap = 10;
  const all = spaces.reduce<number>((sum, each) => sum + each, 0) * gap;
  const size = Math.min(40, (width - PADDING - counts - left - all) / moves.length);
  let next = left;
  const xs = new Map(
    moves.map((move, at) => {
      const x = next + (spaces[at] ?? 0) * gap;
      next = x + size;
      return [move, x];
    }),
  );
  const x = (move: Move) => xs.get(move) ?? left;
  const y = (member: string) => TOP + (members.indexOf(member) + 0.5) * ROW;
  const box = (move: Move, member: string) => {
    return { x: x(move) + 1.5, y: y(member) - BOX / 2, width: size - 3, height: BOX };
  };
  return { left, right: next, size, x, y, box };
}

/** The name of each topic above its partitions, and their numbers, as far as there is room. */
function topicMarks(moves: readonly Move[], { size, x }: Table): Plot.Markish[] {
  const topics = [...new Set(moves.map(({ topic }) => topic))];
  const spans = topics.map((topic) => {
    const own = moves.filter((move) => move.topic === topic).map(x);
    return { topic, x1: Math.min(...own) + 2, x2: Math.max(...own) + size - 2, y1: 22, y2: 22 };
  });
  const names = spans.map(({ topic, x1, x2 }): Label => {
    const text = shorten(plainText(topic), x2 - x1, SMALL, true);
    return { text, x: (x1 + x2) / 2, y: 12, anchor: "middle", size: SMALL, bold: true };
  });
  const numbers = moves.flatMap((move): Label[] => {
    const text = String(move.partition);
    if (widthOf(text, SMALL) > size) return [];
    return [{ text, x: x(move) + size / 2, y: 32, anchor: "middle", size: SMALL }];
  });
  return [
    lineMarks(spans, { stroke: paper.edge }),
    ...textMarks(names, { rim: "none" }),
    ...textMarks(numbers, { fill: paper.soft, rim: "none" }),
  ];
}

/** A member: its name, its line, and how many partitions it has. */
function rowMarks(
  member: string,
  { before, after }: AssignmentOptions,
  moves: readonly Move[],
  { left, right, y }: Table,
): Plot.Markish[] {
  const middle = y(member);
  const isThere = Object.hasOwn(after, member);
  const count = (when: "before" | "after") =>
    moves.filter((move) => move[when].includes(member)).length;
  const had =
    before === undefined ? "" : Object.hasOwn(before, member) ? `${count("before")} → ` : "new → ";
  const has = isThere ? String(count("after")) : "gone";
  const name = { text: shorten(plainText(member), left - PADDING - 10, SIZE, true), bold: true };
  const line = { x1: left, x2: right, y1: middle, y2: middle };
  return [
    lineMarks([line], {
      stroke: isThere ? paper.edge : paper.soft,
      strokeDasharray: isThere ? "none" : "1 4",
    }),
    ...textMarks([{ ...name, x: left - 10, y: middle, anchor: "end", size: SIZE }], {
      fill: isThere ? paper.ink : paper.soft,
      rim: "none",
    }),
    ...textMarks(
      [{ text: `${had}${has}`, x: right + 8, y: middle, anchor: "start", size: SMALL, bold: true }],
      { fill: paper.soft, rim: "none" },
    ),
  ];
}

type Cell = { readonly move: Move; readonly member: string };

/** A partition at a member, by what it is there. */
function cellsOf(moves: readonly Move[]): Record<"had" | "owns" | "got" | "wrong", Cell[]> {
  const cells: ReturnType<typeof cellsOf> = { had: [], owns: [], got: [], wrong: [] };
  for (const move of moves) {
    const { before, after } = move;
    const kind = after.length !== 1 ? "wrong" : isMoved(move) ? "got" : "owns";
    cells[kind].push(...after.map((member) => ({ move, member })));
    const left = before.filter((member) => !after.includes(member));
    cells.had.push(...left.map((member) => ({ move, member })));
  }
  return cells;
}

const LOOKS = {
  owns: { fill: palette.plain.fill, stroke: palette.plain.text, strokeDasharray: "none" },
  got: { fill: paper.ink, stroke: paper.ink, strokeDasharray: "none" },
  had: { fill: paper.card, stroke: paper.soft, strokeDasharray: "3 2" },
} as const;

/** What has moved has an arrow from where it was; what is wrong is hatched. */
function moveMarks(moves: readonly Move[], { size, x, y, box }: Table): Plot.Markish[] {
  const cells = cellsOf(moves);
  const boxes = (kind: keyof typeof cells) =>
    cells[kind].map(({ move, member }) => box(move, member));
  const arrows = cells.got.flatMap(({ move, member: to }) =>
    move.before.map((from) => {
      const [down, middle] = [y(to) > y(from) ? 1 : -1, x(move) + size / 2];
      const [y1, y2] = [y(from) + (down * BOX) / 2, y(to) - down * (BOX / 2 + 1)];
      return { x1: middle, x2: middle, y1, y2 };
    }),
  );
  const wrong = boxes("wrong");
  return [
    ...(["had", "owns", "got"] as const).map((kind) => boxMarks(boxes(kind), LOOKS[kind])),
    boxMarks(wrong, { fill: paper.card }),
    hatchMarks(wrong, { stroke: palette.lost.fill, strokeOpacity: 0.55 }),
    boxMarks(wrong, { fill: "none", stroke: palette.lost.fill, strokeWidth: 2.5 }),
    arrowMarks(arrows, { stroke: paper.ink, strokeWidth: 1.6 }),
  ];
}

/** The signs of a picture, only those that it uses. */
function signsOf(moves: readonly Move[]): Sign[] {
  const cells = cellsOf(moves);
  const means = { owns: "owns it", got: "has got it", had: "had it" };
  return (["owns", "got", "had"] as const).flatMap((kind): Sign[] => {
    const { fill, stroke, strokeDasharray } = LOOKS[kind];
    const box = { x: 0.5, y: 0.5, width: 25, height: 11, fill, stroke };
    const drawing = element("rect", { ...box, "stroke-dasharray": strokeDasharray });
    return cells[kind].length === 0 ? [] : [{ drawing, means: means[kind] }];
  });
}
