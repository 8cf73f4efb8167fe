/** Who was what when: a band for every role of every server, over seconds, without the messages. */

import type * as Plot from "@observablehq/plot";
import type { NodeId, Trace } from "../sim/index.ts";
import { placesBeside, stem } from "./beside.ts";
import {
  type Board,
  boardOf,
  fallsOn,
  laneMarks,
  leads,
  looksOf,
  plotOn,
  timeAxis,
  tooShort,
} from "./board.ts";
import { checkWidth, element, onCard, type Sign } from "./document.ts";
import { boxMarks, lineMarks, textMarks } from "./marks.ts";
import { palette, paper } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { Room } from "./places.ts";
import { type Remark, type Scene, type Selection, sceneOf } from "./scene.ts";
import { stripMarks } from "./strips.ts";
import { signsOf, spanText, tellLives } from "./tell.ts";
import type { Box } from "./text.ts";
import { shadeMarks, stripsOf, weatherHeight, weatherLeft } from "./weather.ts";
import { countText, numberText } from "./words.ts";

/** What a server does for clients. */
export type Service = "writes" | "reads" | "nothing";

export type RolesOptions = Pick<Selection, "window"> & {
  /** Only these servers, from top to bottom in this order; left out, those that ever have a role. */
  readonly nodes?: readonly NodeId[];
  /** The finding, in one sentence; left out, what was counted. */
  readonly title?: string;
  /**
   * What servers serve, drawn as a line below their roles: told from the role, or as spans of time. "writes" are
   * served together with reads, "reads" alone.
   */
  readonly serves?: ((role: string, node: NodeId) => Service) | readonly Serving[];
  /** Of the card, in pixels, 300 to 2000; 760 when left out. */
  readonly width?: number;
};

export type Serving = {
  readonly node: NodeId;
  readonly fromMs: number;
  readonly toMs: number;
  readonly serves: Service;
};

const BAR = 18;
const PITCH = 44;

/**
 * Draws the roles of servers over a run: who led, in which epoch, who was looking for a leader, crashed, slept or was
 * cut off. A role is the string in the `role` field of a server's state, such as "leading, epoch 3"; what stands
 * before the comma gives the band its look. Throws one sentence when an option makes no sense for this trace.
 *
 *   roles(run.trace, { title: "s2 takes over 600 ms after s3 crashed", nodes: ["s1", "s2", "s3"] })
 *   roles(run.trace, { serves: (role) => (role.startsWith("looking") ? "reads" : "writes") })
 */
export function roles(trace: Trace, options: RolesOptions = {}): Picture {
  const { width = 760, serves = [], window, nodes = nodesOf(trace) } = options;
  checkWidth("roles", width);
  const events = trace.events.filter(({ kind }) => !UNSEEN.has(kind));
  const scene = sceneOf({ ...trace, events }, { nodes, ...(window && { window }) });
  const board = boardOf(scene, { width, above: weatherHeight(scene), bar: BAR, pitch: PITCH });
  const servings = typeof serves === "function" ? servingsOf(scene, serves) : serves;
  const words = wordsOf(scene, servings, board);
  return onCard({
    title: options.title ?? tellTitle(scene),
    alt: [`Roles of ${spanText(scene)}.`, ...tellLives(scene), ...scene.left].join(" "),
    width,
    plot: plotOn(board, [
      ...timeAxis(board),
      ...shadeMarks(scene, board),
      ...laneMarks(scene, board),
      ...servingMarks(scene, servings, board),
      ...stripMarks(stripsOf(scene), board),
      ...words.marks,
    ]),
    legend: [...roleSigns(scene), ...servingSigns(servings), ...signsOf(scene)],
    remarks: [...scene.left, ...weatherLeft(scene), ...words.left],
  });
}

/** What happens all the time, and is not what this picture is about. */
const UNSEEN = new Set(["send", "deliver", "lose", "timer", "write", "synced", "note"]);

function nodesOf({ nodes, events }: Trace): readonly NodeId[] {
  const inRoles = new Set(events.flatMap((event) => (event.kind === "role" ? [event.node] : [])));
  return inRoles.size === 0 ? nodes : nodes.filter((node) => inRoles.has(node));
}

function tellTitle({ nodes, bands, fromMs, toMs }: Scene): string {
  const led = bands.filter(({ role }) => leads(role)).length;
  const time = `in ${numberText(toMs - fromMs)} ms`;
  return [countText(nodes.length, "server"), `led ${countText(led, "time")}`, time].join(", ");
}

function servingsOf(scene: Scene, serves: (role: string, node: NodeId) => Service): Serving[] {
  return scene.bands.flatMap(({ node, fromMs, toMs, role }) =>
    role === undefined ? [] : [{ node, fromMs, toMs, serves: serves(role, node) }],
  );
}

/** Full where a server serves writes, empty where it serves reads only, none where it serves nothing or sleeps. */
function servingMarks(scene: Scene, servings: readonly Serving[], board: Board): Plot.Markish[] {
  const boxes = (service: Service) =>
    linesOf(
      servings.filter(({ serves }) => serves === service),
      board,
    );
  const { fill, text: stroke } = palette.committed;
  return [
    boxMarks(boxes("writes"), { fill, stroke }),
    boxMarks(boxes("reads"), { fill: paper.card, stroke }),
    boxMarks(servings.length === 0 ? [] : linesOf(scene.pauses, board), {
      fill: paper.card,
      stroke: paper.card,
    }),
  ];
}

/** The place below a server's band in which is drawn what it serves. */
function linesOf(spans: readonly Omit<Serving, "serves">[], board: Board): Box[] {
  return spans.flatMap(({ node, fromMs, toMs }): Box[] => {
    const band = board.stretch(node, fromMs, toMs);
    return board.y.has(node) ? [{ ...band, y: band.y + band.height + 3, height: 5 }] : [];
  });
}

/** Falls, and who led for too short a time to be named in the band; other short roles are known by their looks. */
function wordsOf(
  scene: Scene,
  servings: readonly Serving[],
  board: Board,
): { marks: Plot.Markish[]; left: string[] } {
  const taken = [
    ...scene.bands.map((band) => board.stretch(band.node, band.fromMs, band.toMs)),
    ...linesOf(servings, board),
    ...fallsOn(scene, board).map(({ x, y }) => ({ x: x - 6, y: y - 6, width: 12, height: 12 })),
  ];
  const room = new Room(board.frame, [], taken);
  const place = (remarks: readonly Remark[]) =>
    room.place(remarks.map((remark) => ({ candidates: placesBeside(remark, board) })));
  const fallen = place(scene.falls.map((fall) => ({ ...fall, text: fall.kind, bold: true })));
  const short = tooShort(scene, board).filter(({ text }) => leads(text));
  const said = place(short);
  return {
    marks: [
      lineMarks(
        short.flatMap((remark, at) => stem(remark, said[at], board)),
        { stroke: paper.soft },
      ),
      ...textMarks(fallen, { fill: palette.fault.text }),
      ...textMarks(said, { fill: palette.leader.text }),
    ],
    left: room.refused > 0 ? [`${countText(room.refused, "label")} had no room.`] : [],
  };
}

function roleSigns(scene: Scene): Sign[] {
  return [...looksOf(scene)].flatMap(([kind, { fill, stroke, strokeDasharray = "none" }]) => {
    if (kind === undefined) return [];
    const look = { fill, stroke, "stroke-dasharray": strokeDasharray };
    return [{ drawing: element("rect", { ...SIGN, ...look }), means: kind }];
  });
}

const SIGN = { x: 0.5, y: 0.5, width: 25, height: 11 };

function servingSigns(servings: readonly Serving[]): Sign[] {
  const line = { ...SIGN, y: 3.5, height: 5, stroke: palette.committed.text };
  const signs = [
    { serves: "writes", fill: palette.committed.fill, means: "serves writes and reads" },
    { serves: "reads", fill: paper.card, means: "serves reads only" },
  ];
  return signs
    .filter((sign) => servings.some(({ serves }) => serves === sign.serves))
    .map(({ fill, means }) => ({ drawing: element("rect", { ...line, fill }), means }));
}
