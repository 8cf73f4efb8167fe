/** Whether sets of machines meet: the machines in a row, an outline around each set, and those in both made plain. */

import type * as Plot from "@observablehq/plot";
import { checkWidth, onCard, PADDING } from "./document.ts";
import { boxMarks, lineMarks, pixels, textMarks } from "./marks.ts";
import {
  findingOf,
  type MachineSet,
  nameOf,
  type Sets,
  setsOf,
  sharedBy,
  tell,
} from "./meeting.ts";
import { palette, paper } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { type Box, type Label, plainText, shorten, widthOf } from "./text.ts";

export type QuorumsOptions = Sets & {
  /** The finding, in one sentence; left out, whether the sets meet. */
  readonly title?: string;
  /** Of the card, in pixels, 300 to 2000; 640 when left out. */
  readonly width?: number;
};

/** How sets differ besides their colour. */
const LOOKS = [
  { stroke: palette.leader.text, strokeDasharray: "none" },
  { stroke: palette.uncommitted.text, strokeDasharray: "7 4" },
  { stroke: palette.fault.text, strokeDasharray: "2 3" },
  { stroke: palette.plain.text, strokeDasharray: "10 3 2 3" },
] as const;
const SIZE = 12;
const SMALL = 10;
/** The height of a set's name above or below the machines. */
const LEVEL = 27;

/**
 * Draws sets of machines and the machines in which they meet. Two sets that can both decide and have no machine in
 * common are called a split brain. Throws one sentence when a set is empty or names a machine that is not there.
 *
 *   quorums({
 *     machines: ["s1", "s2", "s3", "s4", "s5"],
 *     sets: [
 *       { name: "writes", members: ["s1", "s2", "s3"] },
 *       { name: "reads", members: ["s3", "s4", "s5"] },
 *     ],
 *   })
 */
export function quorums(options: QuorumsOptions): Picture {
  const { width = 640, machines, sets } = options;
  validate(options, width);
  const finding = findingOf(options);
  const row = rowOf(options, width);
  return onCard({
    title: options.title ?? finding.title,
    alt: tell(options),
    width,
    plot: {
      width,
      height: row.height,
      margin: 0,
      x: { type: "linear", domain: [0, width], range: [0, width], axis: null },
      y: pixels,
      marks: [
        ...sets.flatMap((set, at) => outlineMarks(set, at, row, options)),
        ...machines.flatMap((machine) => machineMarks(machine, row, options)),
      ],
    },
    conclusion: finding.wrong,
  });
}

function validate({ machines, sets }: Sets, width: number): void {
  checkWidth("quorums", width);
  const twice = machines.find((machine, at) => machines.indexOf(machine) !== at);
  if (twice !== undefined) throw new Error(`quorums: the machine "${twice}" is there twice.`);
  if (sets.length < 1 || sets.length > LOOKS.length) {
    throw new Error(`quorums: 1 to ${LOOKS.length} sets can be drawn, not ${sets.length}.`);
  }
  for (const { name, members } of sets) {
    const stranger = members.find((member) => !machines.includes(member));
    if (members.length === 0) throw new Error(`quorums: the set "${name}" is empty.`);
    if (stranger === undefined) continue;
    const known = `the machines are ${machines.join(", ")}`;
    throw new Error(`quorums: "${name}" has the machine "${stranger}", but ${known}.`);
  }
  const most = Math.floor((width - 2 * PADDING) / (gapOf(sets) + 24));
  if (machines.length <= most) return;
  throw new Error(`quorums: ${most} machines fit into ${width} pixels, not ${machines.length}.`);
}

/** Where the machines are, in pixels. */
type Row = {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Box>;
  /** The y at which the outermost outline begins and ends. */
  readonly top: number;
  readonly bottom: number;
};

/** The space between a machine and the outline of a set: each set has its own, so that two never coincide. */
function marginOf(at: number): number {
  return 5 + 5 * at;
}

function gapOf(sets: readonly MachineSet[]): number {
  return 2 * marginOf(sets.length - 1) + 8;
}

function rowOf(options: Sets, width: number): Row {
  const { machines, sets, label } = options;
  const gap = gapOf(sets);
  const margin = marginOf(sets.length - 1);
  const lines = 1 + (label === undefined ? 0 : 1) + Math.min(1, sharedBy(sets, options).length);
  const pitch = Math.min(130, (width - 2 * PADDING) / machines.length);
  const left = (width - pitch * machines.length) / 2;
  const top = 4 + Math.ceil(sets.length / 2) * LEVEL;
  const size = { width: pitch - gap, height: 14 + 15 * lines };
  const boxes = machines.map((machine, at): [string, Box] => {
    return [machine, { x: left + at * pitch + gap / 2, y: top + margin, ...size }];
  });
  const bottom = top + 2 * margin + size.height;
  const height = bottom + Math.floor(sets.length / 2) * LEVEL + 2;
  return { width, height, boxes: new Map(boxes), top, bottom };
}

/** A machine in one set is full, one in more is thick, coloured and says so, one in none is an empty dashed box. */
function machineMarks(machine: string, row: Row, options: Sets): Plot.Markish[] {
  const box = row.boxes.get(machine) as Box;
  const count = setsOf(machine, options.sets);
  const { fill, ink, text: edge } = count > 1 ? palette.committed : palette.plain;
  const both = count < 2 ? "" : options.sets.length === 2 ? "in both" : `in ${count}`;
  const texts = [machine, ...(options.label ? [options.label(machine) ?? ""] : []), both];
  const labels = texts.map((text, line): Label => {
    const bold = line === 0 || text === both;
    const size = line === 0 ? SIZE : SMALL;
    const y = box.y + 15 + 15 * line;
    const short = shorten(plainText(text), box.width - 4, size, bold);
    return { text: short, x: box.x + box.width / 2, y, anchor: "middle", size, bold };
  });
  const look =
    count === 0
      ? { fill: paper.card, stroke: paper.soft, strokeDasharray: "2 3" }
      : { fill, stroke: edge, strokeWidth: count > 1 ? 3 : 1 };
  return [
    boxMarks([box], { ...look, rx: 4 }),
    ...textMarks(labels, { fill: count === 0 ? paper.soft : ink, rim: "none" }),
  ];
}

/** An outline around each run of neighbours; the runs of one set are joined where its name stands. */
function outlineMarks(set: MachineSet, at: number, row: Row, options: Sets): Plot.Markish[] {
  const look = { ...(LOOKS[at] ?? LOOKS[0]), strokeWidth: 2 };
  const outlines = runsOf(set, at, row, options.machines);
  const above = at % 2 === 0;
  const away = (far: number) => (above ? row.top - far : row.bottom + far);
  const level = Math.floor(at / 2) * LEVEL;
  const middles = outlines.map(({ x, width }) => x + width / 2);
  const [first, last] = [Math.min(...middles), Math.max(...middles)];
  const joint = away(level + 7);
  const edge = (box: Box) => (above ? box.y : box.y + box.height);
  const stems = outlines.map((box, n) => {
    const x = middles[n] ?? 0;
    return { x1: x, x2: x, y1: edge(box), y2: joint };
  });
  const text = shorten(nameOf(set, options), row.width - 2 * PADDING, SIZE, true);
  const half = widthOf(text, SIZE, true) / 2;
  const x = Math.min(row.width - PADDING - half, Math.max(PADDING + half, (first + last) / 2));
  const name: Label = { text, x, y: away(level + 18), anchor: "middle", size: SIZE, bold: true };
  return [
    boxMarks(outlines, { ...look, fill: "none", rx: 9 }),
    lineMarks(stems, { stroke: look.stroke, strokeWidth: 2 }),
    lineMarks([{ x1: first, x2: last, y1: joint, y2: joint }], look),
    ...textMarks([name], { fill: look.stroke }),
  ];
}

function runsOf(set: MachineSet, at: number, row: Row, machines: readonly string[]): Box[] {
  const margin = marginOf(at);
  const isIn = (machine: string | undefined) =>
    machine !== undefined && set.members.includes(machine);
  return machines.flatMap((machine, start): Box[] => {
    if (!isIn(machine) || isIn(machines[start - 1])) return [];
    let end = start;
    while (isIn(machines[end + 1])) end += 1;
    const from = row.boxes.get(machine) as Box;
    const to = row.boxes.get(machines[end] as string) as Box;
    const width = to.x + to.width - from.x + 2 * margin;
    return [{ x: from.x - margin, y: from.y - margin, width, height: from.height + 2 * margin }];
  });
}
