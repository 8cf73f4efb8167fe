/** The znode tree: a row for each node, what it holds beside its name, and at the right who it belongs to and who watches. */

import type * as Plot from "@observablehq/plot";
import {
  type Branch,
  branchesOf,
  type Planting,
  type TreeNode,
  tell,
  tellTitle,
} from "./branches.ts";
import { checkWidth, element, onCard, PADDING, type Sign } from "./document.ts";
import { boxMarks, lineMarks, pixels, ringMarks, textMarks } from "./marks.ts";
import { palette, paper } from "./palette.ts";
import type { Picture } from "./picture.ts";
import type { Line } from "./places.ts";
import { type Box, type Label, plainText, shorten, widthOf } from "./text.ts";
import { countText } from "./words.ts";

export type TreeOptions = Planting & {
  /** The finding, in one sentence; left out, what was counted. */
  readonly title?: string;
  /** Of the card, in pixels, 300 to 2000; 640 when left out. */
  readonly width?: number;
};

const MOST_ROWS = 40;
const PITCH = 27;
const BOX = 20;
const SIZE = 11;

/**
 * Draws znodes as a tree. Parents that are not given are drawn all the same; a path that is watched or highlighted but
 * not there is drawn as absent. Throws one sentence when a path is no absolute path or is there twice.
 *
 *   tree(
 *     [
 *       { path: "/config/db-ip", data: "10.0.0.5", version: 2 },
 *       { path: "/master", data: "db1", ephemeralOwner: "db1's session" },
 *     ],
 *     { title: "db1 is master", highlight: ["/master"], watchers: [{ path: "/master", by: "db2" }] },
 *   )
 */
export function tree(nodes: readonly TreeNode[], options: TreeOptions = {}): Picture {
  const { width = 640 } = options;
  checkWidth("tree", width);
  const all = branchesOf(nodes, options);
  const branches = all.slice(0, MOST_ROWS);
  const more = all.length - branches.length;
  const rows = layOut(branches, width);
  return onCard({
    title: options.title ?? tellTitle(all),
    alt: tell(branches),
    width,
    plot: {
      width,
      height: branches.length * PITCH + 4,
      margin: 0,
      x: { type: "linear", domain: [0, width], range: [0, width], axis: null },
      y: pixels,
      marks: [lineMarks(twigsOf(rows), { stroke: paper.soft }), ...rows.flatMap(rowMarks)],
    },
    legend: signsOf(branches),
    remarks: more > 0 ? [`Not shown: ${countText(more, "more znode")}.`] : [],
  });
}

type Row = {
  readonly branch: Branch;
  readonly box: Box;
  readonly name: Label;
  readonly held: Label;
  readonly ties: Label;
  readonly watchers: Label;
};

/** Names in from the left by their depth; whom nodes belong to in a column right of all that they hold. */
function layOut(branches: readonly Branch[], width: number): Row[] {
  const indent = Math.min(26, (width * 0.25) / Math.max(1, ...branches.map(({ depth }) => depth)));
  const right = width - PADDING;
  const text = (whole: string, x: number, y: number, until: number, bold = false): Label => {
    const text = shorten(plainText(whole), until - x, SIZE, bold);
    return { text, x, y, anchor: "start", size: SIZE, bold };
  };
  const named = branches.map((branch, at) => {
    const [x, y] = [PADDING + branch.depth * indent, at * PITCH + BOX / 2 + 3];
    const name = text(branch.name, x + 9, y, width * 0.45, branch.isHighlighted);
    const box = { x, y: y - BOX / 2, width: endOf(name) - x + 9, height: BOX };
    const isAlone = branch.ties === "" && branch.watchers.length === 0;
    const held = text(branch.held, endOf(name) + 17, y, isAlone ? right : width * 0.62);
    return { branch, box, name, held, isAlone };
  });
  const isWatched = branches.some(({ watchers }) => watchers.length > 0);
  const second = Math.max(0, ...named.map((row) => (row.isAlone ? 0 : endOf(row.held)))) + 20;
  const tied = named.map((row) => {
    return {
      ...row,
      ties: text(row.branch.ties, second, row.name.y, isWatched ? width * 0.85 : right),
    };
  });
  const third = Math.max(
    second,
    ...tied.map((row) => (row.branch.ties ? endOf(row.ties) + 20 : 0)),
  );
  return tied.map((row) => {
    return {
      ...row,
      watchers: text(row.branch.watchers.join(", "), third + 20, row.name.y, right),
    };
  });
}

function endOf({ text, x, size, bold }: Label): number {
  return x + widthOf(text, size, bold);
}

/** To each node from the one before it of the same parent, or from the parent: down, then across. */
function twigsOf(rows: readonly Row[]): Line[] {
  return rows.flatMap(({ branch: { depth }, box, name: { y } }, at): Line[] => {
    const above = rows.slice(0, at);
    const parent = above.findLast((row) => row.branch.depth < depth);
    const sibling = above.findLast((row) => row.branch.depth <= depth);
    if (parent === undefined || sibling === undefined) return [];
    const x = parent.box.x + 10;
    const top = sibling === parent ? parent.box.y + BOX : sibling.name.y;
    return [
      { x1: x, x2: x, y1: top, y2: y },
      { x1: x, x2: box.x, y1: y, y2: y },
    ];
  });
}

/** A node that stays is a full box, an ephemeral one is round and dashed, one that is not there is empty and dotted. */
function rowMarks({ branch, box, name, held, ties, watchers }: Row): Plot.Markish[] {
  const { isAbsent, isEphemeral, isHighlighted } = branch;
  const stroke = isHighlighted ? paper.ink : isAbsent ? paper.soft : palette.plain.text;
  const shape = isAbsent ? ABSENT : isEphemeral ? EPHEMERAL : LASTING;
  const eyes = branch.watchers.length > 0 ? [{ x: watchers.x - 11, y: watchers.y }] : [];
  return [
    boxMarks([box], { ...shape, stroke, strokeWidth: isHighlighted ? 3 : 1.2 }),
    ...textMarks([name], { fill: isAbsent ? paper.soft : paper.ink, rim: "none" }),
    ...textMarks([held, watchers], {}),
    ...textMarks([ties], { fill: paper.soft }),
    ringMarks(eyes, 5),
    ringMarks(eyes, 1.2),
  ];
}

const LASTING = { fill: palette.plain.fill, rx: 2 };
const EPHEMERAL = { fill: paper.card, rx: 10, strokeDasharray: "5 3" };
const ABSENT = { fill: "none", rx: 2, strokeDasharray: "1 3" };

/** The signs of a picture, only those that it uses. */
function signsOf(branches: readonly Branch[]): Sign[] {
  const signs: Sign[] = [];
  if (branches.some(({ isEphemeral }) => isEphemeral)) {
    signs.push({ drawing: ephemeralSign, means: "ephemeral: goes with its session" });
  }
  if (branches.some(({ watchers }) => watchers.length > 0)) {
    signs.push({ drawing: watchSign, means: "watched by" });
  }
  return signs;
}

const ephemeralSign = element("rect", {
  ...{ x: 0.5, y: 0.5, width: 25, height: 11, rx: 5.5 },
  ...{ fill: paper.card, stroke: palette.plain.text, "stroke-dasharray": "5 3" },
});
const eye = { cx: 13, cy: 6, fill: paper.card, stroke: paper.ink, "stroke-width": 2 };
const watchSign = element(
  "g",
  {},
  element("circle", { ...eye, r: 5 }),
  element("circle", { ...eye, r: 1.2 }),
);
