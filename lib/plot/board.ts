/** Where everything of a lanes picture lies, in pixels: the lanes and their bands, the time axis, the room above for faults. */

import * as Plot from "@observablehq/plot";
import type { NodeId } from "../sim/index.ts";
import type { Field } from "./arrows.ts";
import { PADDING } from "./document.ts";
import { boxMarks, crossMarks, hatchMarks, lineMarks, pixels, textMarks } from "./marks.ts";
import { palette, paper, quiet } from "./palette.ts";
import type { Remark, Scene } from "./scene.ts";
import { type Box, type Label, plainText, shorten, widthOf } from "./text.ts";

export type Board = Field & {
  readonly width: number;
  readonly height: number;
  /** Where texts and arrows may be: right of the names, above the axis, below the faults. */
  readonly frame: Box;
  readonly domain: readonly [fromMs: number, toMs: number];
  /** The stretch of a server's lane between two moments, as far as it is shown. */
  stretch(node: NodeId, fromMs: number, toMs: number): Box;
};

const NAME_SIZE = 12;
const ROLE_SIZE = 10;
const AXIS = 34;

/** How thick a lane is, and how far it is from one lane to the next, in pixels. */
type Lane = { readonly bar: number; readonly pitch: number };

/** Lanes of a scene with arrows: room for them and their labels, as far as there may be many lanes. */
export function roomFor({ nodes, bands, pauses }: Scene): Lane {
  const bar = bands.some((band) => band.role !== undefined) ? 18 : pauses.length > 0 ? 12 : 8;
  const count = nodes.length;
  return {
    bar,
    pitch: count <= 2 ? 104 : count === 3 ? 88 : count <= 5 ? 76 : count <= 8 ? 62 : 50,
  };
}

type Rows = Pick<Scene, "nodes" | "fromMs" | "toMs">;

/** Lays out lanes. @param room the width of the card, pixels kept free above the lanes, and how large lanes are */
export function boardOf(
  { nodes, fromMs, toMs }: Rows,
  { width, above, bar, pitch }: Lane & { readonly width: number; readonly above: number },
): Board {
  const names = nodes.map((node) => widthOf(plainText(node), NAME_SIZE, true));
  const left = PADDING + Math.min(110, Math.max(20, ...names)) + 10;
  const right = width - PADDING - 4;
  const first = above + 22 + bar / 2;
  const y = new Map(nodes.map((node, row) => [node, first + row * pitch]));
  const bottom = first + (nodes.length - 1) * pitch + bar / 2 + 22;
  const perMs = (right - left) / (toMs - fromMs);
  const x = (ms: number) => left + (ms - fromMs) * perMs;
  const within = (ms: number) => Math.min(right, Math.max(left, x(ms)));
  const stretch = (node: NodeId, fromMs: number, toMs: number): Box => {
    const start = within(fromMs);
    return { x: start, y: (y.get(node) ?? 0) - bar / 2, width: within(toMs) - start, height: bar };
  };
  const frame = { x: left, y: above, width: right - left, height: bottom - above };
  const domain = [fromMs, toMs] as const;
  return { x, y, left, right, bar, width, height: bottom + AXIS, frame, domain, stretch };
}

/** Marks on a board, as Plot's options. */
export function plotOn(
  { width, height, domain, left, right }: Board,
  marks: Plot.Markish[],
): Plot.PlotOptions & { width: number; height: number } {
  const x = { type: "linear", domain: [...domain], range: [left, right] } as const;
  return { width, height, marginTop: 0, marginBottom: AXIS, x, y: pixels, marks };
}

/** Plot's axis of time, with faint lines behind the lanes. */
export function timeAxis(board: Board): Plot.Markish[] {
  const { y, height } = board.frame;
  const label = { text: "simulated time (ms) →", x: board.right, y: board.height - 7, size: 10 };
  return [
    Plot.gridX({ stroke: paper.grid, strokeOpacity: 1, insetTop: y, insetBottom: 0 }),
    Plot.axisX({ label: null, tickSize: 4, color: paper.soft }),
    lineMarks([{ x1: board.left, x2: board.right, y1: y + height, y2: y + height }], {
      stroke: paper.edge,
    }),
    ...textMarks([{ ...label, anchor: "end" }], { fill: paper.soft, rim: "none" }),
  ];
}

/** The lanes: a dotted line throughout, a band while the server is up, hatched while it sleeps, a cross where it fell. */
export function laneMarks(scene: Scene, board: Board): Plot.Markish[] {
  const bases = scene.nodes.map((node) => {
    const y = board.y.get(node) ?? 0;
    return { x1: board.left, x2: board.right, y1: y, y2: y };
  });
  const asleep = scene.pauses.map((pause) => board.stretch(pause.node, pause.fromMs, pause.toMs));
  return [
    lineMarks(bases, { stroke: paper.soft, strokeWidth: 1, strokeDasharray: "1 4" }),
    ...bandMarks(scene, board),
    boxMarks(asleep, { fill: paper.card, stroke: palette.fault.text }),
    hatchMarks(asleep, { stroke: palette.fault.fill, strokeWidth: 1.2 }),
    crossMarks(fallsOn(scene, board), 5, { stroke: palette.fault.fill, strokeWidth: 2.6 }),
    ...nameMarks(scene, board),
  ];
}

/** The names of the lanes, left of them. */
export function nameMarks({ nodes }: Pick<Scene, "nodes">, board: Board): Plot.Markish[] {
  const names = nodes.map((node): Label => {
    const text = shorten(plainText(node), 110, NAME_SIZE, true);
    const [x, y] = [board.left - 8, board.y.get(node) ?? 0];
    return { text, x, y, anchor: "end", size: NAME_SIZE, bold: true };
  });
  return textMarks(names, { rim: "none" });
}

/** The points at which servers fell. */
export function fallsOn(scene: Scene, board: Board): { x: number; y: number }[] {
  return scene.falls.map((fall) => ({ x: board.x(fall.atMs), y: board.y.get(fall.node) ?? 0 }));
}

/** How the bands of one kind of role look. */
export type Look = {
  readonly fill: string;
  readonly ink: string;
  readonly stroke: string;
  readonly strokeDasharray?: string;
};

function bandMarks(scene: Scene, board: Board): Plot.Markish[] {
  return [...looksOf(scene)].flatMap(([kind, { ink, ...look }]) => {
    const bands = scene.bands.filter((band) => kindOf(band.role) === kind);
    const boxes = bands.map((band) => board.stretch(band.node, band.fromMs, band.toMs));
    const roles = bands.map((band) => roleIn(band, board));
    return [boxMarks(boxes, look), ...textMarks(roles, { fill: ink, rim: look.fill })];
  });
}

/** What a role is but for its epoch: "leading" of "leading, epoch 3". */
function kindOf(role: string | undefined): string | undefined {
  return role?.split(",")[0];
}

/**
 * The look of each kind of role: one colour for those that lead, the palest for no role, a grey for each other, always
 * the same for those that follow. Servers that are looking for a leader, or not yet one with it, have a dashed edge.
 */
export function looksOf(scene: Scene): Map<string | undefined, Look> {
  const kinds = [...new Set(scene.bands.map((band) => kindOf(band.role)))];
  const others = kinds.filter((kind) => kind !== undefined && !leads(kind) && !LOOKING.test(kind));
  const greys = [...others.filter(follows), ...others.filter((kind) => !follows(kind))];
  const plain = { ink: paper.ink, stroke: paper.edge };
  return new Map(
    kinds.map((kind) => {
      const { fill, ink, text } = palette.leader;
      if (kind === undefined) return [kind, { ...plain, fill: paper.lane }];
      if (leads(kind)) return [kind, { fill, ink, stroke: text }];
      const grey = quiet[greys.indexOf(kind) % quiet.length] ?? paper.card;
      const dashed = { stroke: paper.soft, strokeDasharray: "3 2" };
      const isUnsettled = LOOKING.test(kind) || SYNCHRONIZING.test(kind);
      return [kind, { ...plain, fill: grey, ...(isUnsettled && dashed) }];
    }),
  );
}

const LOOKING = /^(looking|candidate)\b/i;
const SYNCHRONIZING = /^synchronizing\b/i;

function follows(role: string | undefined): boolean {
  return role !== undefined && /^follow/i.test(role);
}

/** Whether a server in this role leads the others. */
export function leads(role: string | undefined): boolean {
  return role !== undefined && /^(leader|leading|master|primary|active)\b/i.test(role);
}

type Band = Scene["bands"][number];

/** The name of a role within its band, or of its epoch alone, if it fits. */
function roleIn(band: Band, board: Board): Label | undefined {
  if (band.role === undefined) return undefined;
  const { x, y, width, height } = board.stretch(band.node, band.fromMs, band.toMs);
  const [whole, bold] = [plainText(band.role), leads(band.role)];
  const [, epoch = whole] = whole.split(", ");
  const text = [whole, epoch].find((each) => widthOf(each, ROLE_SIZE, bold) + 10 <= width);
  if (text === undefined) return undefined;
  return { text, x: x + 6, y: y + height / 2, anchor: "start", size: ROLE_SIZE, bold };
}

/** The roles whose bands are too short for their names: they must stand beside them. */
export function tooShort(scene: Scene, board: Board): Remark[] {
  return scene.bands.flatMap((band): Remark[] => {
    const { node, role, fromMs } = band;
    if (role === undefined || roleIn(band, board) !== undefined) return [];
    return [{ node, atMs: Math.max(fromMs, scene.fromMs), text: role }];
  });
}
