/** Which broker keeps which replica: a row for each broker, a box for each replica, the leaders marked, the busiest counted. */

import type * as Plot from "@observablehq/plot";
import { checkWidth, element, onCard, PADDING, type Sign } from "./document.ts";
import { boxMarks, lineMarks, pixels, textMarks } from "./marks.ts";
import { palette, paper } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { type Box, type Label, plainText, shorten, widthOf } from "./text.ts";
import { countText } from "./words.ts";

/** A partition and the brokers of its replicas. */
export type Placed = {
  /** Such as "orders-0". */
  readonly name: string;
  readonly replicas: readonly (string | number)[];
  /** The first replica when left out; null for none. */
  readonly leader?: string | number | null;
};

export type PlacementOptions = {
  /** Such as [0, 1, 2], from top to bottom; also those that keep nothing. */
  readonly brokers: readonly (string | number)[];
  /** The finding, in one sentence; left out, what the busiest broker keeps. */
  readonly title?: string;
  /** A line after so many replicas, and what it stands for, such as "balanced: at most 6". */
  readonly reference?: { readonly value: number; readonly text: string };
  /** Of the card, in pixels, 300 to 2000; 640 when left out. */
  readonly width?: number;
};

const MOST_BROKERS = 30;
const ROW = 30;
const BOX = 22;
const SIZE = 12;
const SMALL = 10;

/**
 * Draws replicas on their brokers. Throws one sentence when a replica is on no broker that is named, or twice on one.
 *
 *   placementGrid(
 *     [
 *       { name: "orders-0", replicas: [0, 1] },
 *       { name: "orders-1", replicas: [1, 2] },
 *     ],
 *     { brokers: [0, 1, 2], title: "Broker 1 keeps a replica of everything" },
 *   )
 */
export function placementGrid(partitions: readonly Placed[], options: PlacementOptions): Picture {
  const { width = 640 } = options;
  validate(partitions, options, width);
  const rows = rowsOf(partitions, options);
  const field = layOut(rows, options, width);
  return onCard({
    title: options.title ?? tellTitle(rows),
    alt: tell(rows, options),
    width,
    plot: {
      width,
      height: field.top + rows.length * ROW + 2,
      margin: 0,
      x: { type: "linear", domain: [0, width], range: [0, width], axis: null },
      y: pixels,
      marks: [
        ...rows.flatMap((row, at) => rowMarks(row, at, rows, field)),
        ...referenceMarks(options.reference, rows.length, field),
      ],
    },
    legend: signs,
  });
}

/** A broker with what it keeps, in the order of the partitions. */
type Row = {
  readonly broker: string;
  readonly kept: readonly { readonly name: string; readonly isLeader: boolean }[];
};

function validate(
  partitions: readonly Placed[],
  { brokers }: PlacementOptions,
  width: number,
): void {
  checkWidth("placementGrid", width);
  if (brokers.length < 1 || brokers.length > MOST_BROKERS) {
    throw new Error(
      `placementGrid: 1 to ${MOST_BROKERS} brokers can be drawn, not ${brokers.length}.`,
    );
  }
  for (const { name, replicas, leader } of partitions) {
    const all = leader == null ? replicas : [...replicas, leader];
    const stranger = all.find((replica) => !brokers.includes(replica));
    const twice = replicas.find((replica, at) => replicas.indexOf(replica) !== at);
    if (stranger !== undefined) {
      const known = `the brokers are ${brokers.join(", ")}`;
      throw new Error(`placementGrid: "${name}" is on the broker ${stranger}, but ${known}.`);
    }
    if (twice === undefined) continue;
    throw new Error(`placementGrid: "${name}" has two replicas on the broker ${twice}.`);
  }
}

function rowsOf(partitions: readonly Placed[], { brokers }: PlacementOptions): Row[] {
  return brokers.map((broker) => ({
    broker: plainText(String(broker)),
    kept: partitions
      .filter(({ replicas }) => replicas.includes(broker))
      .map(({ name, replicas, leader = replicas[0] }) => ({
        name: plainText(name),
        isLeader: leader === broker,
      })),
  }));
}

/** Where the boxes lie, in pixels. */
type Field = {
  readonly left: number;
  /** The right end of the longest row. */
  readonly right: number;
  readonly top: number;
  readonly size: number;
  x(place: number): number;
  y(row: number): number;
};

function layOut(rows: readonly Row[], { reference }: PlacementOptions, width: number): Field {
  const names = rows.map(({ broker }) => widthOf(broker, SIZE, true));
  const left = PADDING + Math.min(width / 4, Math.max(20, ...names)) + 10;
  const counts = rows.map((row) => widthOf(countOf(row), SMALL, true));
  const most = Math.max(1, reference?.value ?? 0, ...rows.map(({ kept }) => kept.length));
  const size = Math.min(72, (width - PADDING - Math.max(...counts) - 10 - left) / most);
  const top = reference === undefined ? 0 : 24;
  return {
    left,
    right: left + most * size,
    top,
    size,
    x: (place) => left + place * size,
    y: (row) => top + (row + 0.5) * ROW,
  };
}

const leadersIn = ({ kept }: Row) => kept.filter(({ isLeader }) => isLeader).length;

function countOf(row: Row): string {
  return `${countText(row.kept.length, "replica")}, leads ${leadersIn(row)}`;
}

const isBusiest = (row: Row, rows: readonly Row[]) =>
  row.kept.length === Math.max(...rows.map(({ kept }) => kept.length));

function rowMarks(row: Row, at: number, rows: readonly Row[], field: Field): Plot.Markish[] {
  const { left, right, size, x } = field;
  const y = field.y(at);
  const boxAt = (place: number): Box => {
    return { x: x(place) + 1.5, y: y - BOX / 2, width: Math.max(1, size - 3), height: BOX };
  };
  const parts = ([true, false] as const).flatMap((isLeader) => {
    const { fill, ink, text: stroke } = isLeader ? palette.leader : palette.plain;
    const places = row.kept.flatMap((each, place) => (each.isLeader === isLeader ? [place] : []));
    const labels = places.map((place): Label => {
      const text = shorten(row.kept[place]?.name ?? "", size - 8, SMALL, isLeader);
      return { text, x: x(place) + size / 2, y, anchor: "middle", size: SMALL, bold: isLeader };
    });
    return [
      boxMarks(places.map(boxAt), { fill, stroke, rx: isLeader ? 6 : 1 }),
      ...textMarks(labels, { fill: ink, rim: "none" }),
    ];
  });
  const name = shorten(row.broker, left - PADDING - 8, SIZE, true);
  const bold = isBusiest(row, rows);
  const count = { text: countOf(row), x: right + 8, y, size: SMALL, bold };
  return [
    ...parts,
    ...textMarks([{ text: name, x: left - 8, y, anchor: "end", size: SIZE, bold: true }], {
      rim: "none",
    }),
    ...textMarks([{ ...count, anchor: "start" }], {
      fill: bold ? paper.ink : paper.soft,
      rim: "none",
    }),
  ];
}

function referenceMarks(
  reference: PlacementOptions["reference"],
  rows: number,
  { left, x, y }: Field,
): Plot.Markish[] {
  if (reference === undefined) return [];
  const at = x(reference.value);
  const said: Label = {
    text: shorten(plainText(reference.text), at - left, SMALL),
    x: at,
    y: 10,
    anchor: "end",
    size: SMALL,
  };
  return [
    lineMarks([{ x1: at, x2: at, y1: 18, y2: y(rows - 1) + ROW / 2 }], {
      stroke: palette.lost.fill,
      strokeDasharray: "6 4",
      strokeWidth: 1.4,
    }),
    ...textMarks([said], { fill: palette.lost.text }),
  ];
}

function tellTitle(rows: readonly Row[]): string {
  const all = rows.reduce((sum, { kept }) => sum + kept.length, 0);
  const most = Math.max(...rows.map(({ kept }) => kept.length));
  return `The busiest of ${countText(rows.length, "broker")} keeps ${most} of ${countText(all, "replica")}`;
}

/** The picture in sentences. */
function tell(rows: readonly Row[], { reference }: PlacementOptions): string {
  const told = rows.map((row) => {
    const names = row.kept.map(({ name, isLeader }) => (isLeader ? `${name} as leader` : name));
    return `Broker ${row.broker}: ${countOf(row)} (${names.join(", ")}).`;
  });
  return [
    ...told,
    ...(reference === undefined ? [] : [`A reference line: ${reference.text}.`]),
  ].join(" ");
}

const sign = { x: 0.5, y: 0.5, width: 25, height: 11 };
const signs: readonly Sign[] = [
  {
    drawing: element("rect", {
      ...sign,
      rx: 5.5,
      fill: palette.leader.fill,
      stroke: palette.leader.text,
    }),
    means: "leader",
  },
  {
    drawing: element("rect", { ...sign, fill: palette.plain.fill, stroke: palette.plain.text }),
    means: "follower",
  },
];
