/** Where everything of a lanes picture lies, in pixels: the lanes and their bands, the time axis, the room above for faults. */

import * as Plot from "@observablehq/plot";
import type { NodeId } from "../sim/index.ts";
import type { Field } from "./arrows.ts";
import { PADDING } from "./document.ts";
import { boxMarks, crossMarks, hatchMarks, lineMarks, textMarks } from "./marks.ts";
import { palette, paper, quiet } from "./palette.ts";
import type { Remark, Scene } from "./scene.ts";
import { type Box, type Label, plainText, shorten, widthOf } from "./text.ts";

export type Board = Field & {
  readonly width: number;
  readonly height: number;
  /** Where texts and arrows may be: right of the names, above the axis, below the faults. */
  readonly frame: Box;
  /** The stretch of a server's lane between two moments, as far as it is shown. */
  stretch(node: NodeId, fromMs: number, toMs: number): Box;
};

const NAME_SIZE = 12;
const ROLE_SIZE = 10;
const AXIS = 34;

/** Lays out a scene. @param width of the card @param above pixels kept free above the lanes */
export function boardOf(scene: Scene, width: number, above: number): Board {
  const names = scene.nodes.map((node) => widthOf(plainText(node), NAME_SIZE, true));
  const left = PADDING + Math.min(110, Math.max(20, ...names)) + 10;
  const right = width - PADDING - 4;
  const bar = scene.bands.some((band) => band.role !== undefined)
    ? 18
    : scene.pauses.length > 0
      ? 12
      : 8;
  const count = scene.nodes.length;
  const pitch = count <= 2 ? 104 : count === 3 ? 88 : count <= 5 ? 76 : count <= 8 ? 62 : 50;
  const first = above + 22 + bar / 2;
  const y = new Map(scene.nodes.map((node, row) => [node, first + row * pitch]));
  const bottom = first + (count - 1) * pitch + bar / 2 + 22;
  const perMs = (right - left) / (scene.toMs - scene.fromMs);
  const x = (ms: number) => left + (ms - scene.fromMs) * perMs;
  const within = (ms: number) => Math.min(right, Math.max(left, x(ms)));
  const stretch = (node: NodeId, fromMs: number, toMs: number): Box => {
    const start = within(fromMs);
    return { x: start, y: (y.get(node) ?? 0) - bar / 2, width: within(toMs) - start, height: bar };
  };
  const frame = { x: left, y: above, width: right - left, height: bottom - above };
  return { x, y, left, right, bar, width, height: bottom + AXIS, frame, stretch };
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
  const names = scene.nodes.map((node): Label => {
    const text = shorten(plainText(node), 110, NAME_SIZE, true);
    return {
      text,
      x: board.left - 8,
      y: board.y.get(node) ?? 0,
      anchor: "end",
      size: NAME_SIZE,
      bold: true,
    };
  });
  const asleep = scene.pauses.map((pause) => board.stretch(pause.node, pause.fromMs, pause.toMs));
  return [
    lineMarks(bases, { stroke: paper.soft, strokeWidth: 1, strokeDasharray: "1 4" }),
    ...bandMarks(scene, board),
    boxMarks(asleep, { fill: paper.card, stroke: palette.fault.text }),
    hatchMarks(asleep, { stroke: palette.fault.fill, strokeWidth: 1.2 }),
    crossMarks(fallsOn(scene, board), 5, { stroke: palette.fault.fill, strokeWidth: 2.6 }),
    ...textMarks(names, { rim: "none" }),
  ];
}

/** The points at which servers fell. */
export function fallsOn(scene: Scene, board: Board): { x: number; y: number }[] {
  return scene.falls.map((fall) => ({ x: board.x(fall.atMs), y: board.y.get(fall.node) ?? 0 }));
}

function bandMarks(scene: Scene, board: Board): Plot.Markish[] {
  const fills = fillsOf(scene);
  return [...new Set(fills.values())].flatMap((fill) => {
    const bands = scene.bands.filter((band) => fills.get(band.role) === fill);
    const boxes = bands.map((band) => board.stretch(band.node, band.fromMs, band.toMs));
    const roles = bands.map((band) => roleIn(band, board));
    const leading = fill === palette.leader.fill;
    return [
      boxMarks(boxes, { fill, stroke: leading ? palette.leader.text : paper.edge }),
      ...textMarks(roles, { fill: leading ? palette.leader.ink : paper.ink, rim: fill }),
    ];
  });
}

/** The fill of each role: one colour for those that lead, a grey for each other, the palest for none. */
function fillsOf(scene: Scene): Map<string | undefined, string> {
  const roles = [...new Set(scene.bands.map((band) => band.role))];
  const others = roles.filter((role) => role !== undefined && !leads(role));
  return new Map(
    roles.map((role) => {
      if (role === undefined) return [role, paper.lane];
      const grey = quiet[others.indexOf(role) % quiet.length] ?? palette.plain.fill;
      return [role, leads(role) ? palette.leader.fill : grey];
    }),
  );
}

function leads(role: string | undefined): boolean {
  return role !== undefined && /^(leader|leading|master|primary|active)\b/i.test(role);
}

type Band = Scene["bands"][number];

/** The name of a role within its band, if it fits. */
function roleIn(band: Band, board: Board): Label | undefined {
  if (band.role === undefined) return undefined;
  const { x, y, width, height } = board.stretch(band.node, band.fromMs, band.toMs);
  const [text, bold] = [plainText(band.role), leads(band.role)];
  if (widthOf(text, ROLE_SIZE, bold) + 10 > width) return undefined;
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
