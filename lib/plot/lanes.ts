/** The space-time diagram: time runs to the right, every server has a lane, every message is an arrow. */

import type * as Plot from "@observablehq/plot";
import type { Trace } from "../sim/index.ts";
import { type Arrow, arrowsOf, labelText, placesAlong } from "./arrows.ts";
import { placesBeside, stem } from "./beside.ts";
import {
  type Board,
  boardOf,
  fallsOn,
  laneMarks,
  plotOn,
  roomFor,
  timeAxis,
  tooShort,
} from "./board.ts";
import { checkWidth, onCard } from "./document.ts";
import { arrowMarks, crossMarks, lineMarks, ringMarks, textMarks } from "./marks.ts";
import { palette, paper } from "./palette.ts";
import type { Picture } from "./picture.ts";
import { type Candidate, type Line, Room } from "./places.ts";
import { type Remark, type Scene, type Selection, sceneOf } from "./scene.ts";
import { stripMarks } from "./strips.ts";
import { signsOf, tell, tellTitle } from "./tell.ts";
import { type Box, plainText, shorten, widthOf } from "./text.ts";
import { shadeMarks, stripsOf, weatherHeight, weatherLeft } from "./weather.ts";
import { countText, kindOf } from "./words.ts";

export type LanesOptions = Selection & {
  /** The finding, in one sentence; left out, what was counted. */
  readonly title?: string;
  /** What is written at a message, or undefined for nothing; left out, the string in its `kind`. */
  readonly label?: (body: unknown) => string | undefined;
  /** Of the card, in pixels, 300 to 2000; 760 when left out. */
  readonly width?: number;
};

/**
 * Draws a run: who told whom what, when, and what went wrong. At most 80 messages and 16 servers are drawn; what is
 * left out is said below the picture. Throws one sentence when an option makes no sense for this trace.
 */
export function lanes(trace: Trace, options: LanesOptions = {}): Picture {
  const { width = 760 } = options;
  checkWidth("lanes", width);
  const scene = sceneOf(trace, options);
  const board = boardOf(scene, { width, above: weatherHeight(scene), ...roomFor(scene) });
  const arrows = arrowsOf(scene.journeys, board, options.label ?? kindOf);
  const words = wordsOf(scene, board, arrows);
  return onCard({
    title: options.title ?? tellTitle(scene),
    alt: tell(scene),
    width,
    plot: plotOn(board, [
      ...timeAxis(board),
      ...shadeMarks(scene, board),
      ...laneMarks(scene, board),
      ...chainMarks(scene, board),
      ...messageMarks(arrows),
      ...stripMarks(stripsOf(scene), board),
      ...words.marks,
    ]),
    legend: signsOf(scene),
    remarks: [...scene.left, ...weatherLeft(scene), ...words.left],
  });
}

function messageMarks(arrows: readonly Arrow[]): Plot.Markish[] {
  const of = (fate: Arrow["fate"], ends: boolean) =>
    arrows.filter((arrow) => arrow.fate === fate && arrow.ends === ends);
  const lost = { stroke: palette.lost.fill, strokeWidth: 1.4, strokeDasharray: "4 3" };
  const echo = { stroke: paper.soft, strokeDasharray: "2 2", strokeWidth: 1.3 };
  const plain = { stroke: paper.ink, strokeWidth: 1.2 };
  const crosses = of("lost", true).map(({ x2, y2 }) => ({ x: x2, y: y2 }));
  return [
    lineMarks(arrows, { stroke: paper.card, strokeWidth: 4, strokeOpacity: 0.8 }),
    lineMarks(
      [...of("delivered", false), ...of("under way", true), ...of("under way", false)],
      plain,
    ),
    arrowMarks(of("delivered", true), plain),
    lineMarks(of("echo", false), echo),
    arrowMarks(of("echo", true), echo),
    lineMarks([...of("lost", true), ...of("lost", false)], lost),
    crossMarks(crosses, 4, { stroke: palette.lost.fill }),
  ];
}

/** The chain of causes along the lanes: from what a server heard to what it did then, and a ring at the last event. */
function chainMarks({ chain }: Scene, board: Board): Plot.Markish[] {
  const steps = chain.slice(1).flatMap((event, before): Line[] => {
    const cause = chain[before];
    if (cause === undefined || !("node" in event) || !("node" in cause)) return [];
    const y = board.y.get(event.node);
    if (y === undefined || cause.node !== event.node) return [];
    return [{ x1: board.x(cause.atMs), x2: board.x(event.atMs), y1: y, y2: y }];
  });
  const last = chain.at(-1);
  const y = last !== undefined && "node" in last ? board.y.get(last.node) : undefined;
  const rings = last === undefined || y === undefined ? [] : [{ x: board.x(last.atMs), y }];
  return [lineMarks(steps, { stroke: paper.ink, strokeWidth: 3 }), ringMarks(rings, 5)];
}

const SIZE = 10;

/** Everything that needs a free place: what is said beside the lanes first, then what the messages are called. */
function wordsOf(
  scene: Scene,
  board: Board,
  arrows: readonly Arrow[],
): { marks: Plot.Markish[]; left: string[] } {
  const room = new Room(board.frame, arrows, takenBy(scene, board, arrows));
  const wishOf = (remark: Remark) => ({ candidates: placesBeside(remark, board) });
  const falls = room.place(
    scene.falls.map((fall) => wishOf({ ...fall, text: fall.kind, bold: true })),
  );
  const remarks = [...tooShort(scene, board), ...scene.remarks];
  const said = room.place(remarks.map(wishOf));
  const { refused } = room;
  const named = arrows.filter((arrow) => labelText(arrow) !== "");
  const called = room.place(named.map((own) => ({ candidates: placesOn(own), own })));
  const told = new Set(named.filter((_, at) => called[at] !== undefined).map(fanOf));
  const missing = refused + named.filter((arrow) => !told.has(fanOf(arrow))).length;
  const stems = remarks.flatMap((remark, at) => stem(remark, said[at], board));
  return {
    marks: [
      lineMarks(stems, { stroke: paper.soft }),
      ...textMarks(falls, { fill: palette.fault.text }),
      ...textMarks(said, { fill: paper.soft, fontStyle: "italic" }),
      ...textMarks(called, {}),
    ],
    left: missing > 0 ? [`${countText(missing, "label")} had no room.`] : [],
  };
}

/** What no label may cover: lanes, crosses and the heads of arrows. */
function takenBy(scene: Scene, board: Board, arrows: readonly Arrow[]): Box[] {
  const around = (x: number, y: number, reach: number): Box => {
    return { x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach };
  };
  return [
    ...scene.bands.map((band) => board.stretch(band.node, band.fromMs, band.toMs)),
    ...fallsOn(scene, board).map(({ x, y }) => around(x, y, 6)),
    ...arrows.flatMap(({ ends, x2, y2 }) => (ends ? [around(x2, y2, 4)] : [])),
  ];
}

/** Messages that leave one server at one moment under one label: a label at one of them speaks for all. */
function fanOf({ x1, y1, label }: Arrow): string {
  return JSON.stringify([x1, y1, label]);
}

/** Upon and beside the arrow, in full and, if there is no room for that, shortened. */
function placesOn(arrow: Arrow): Candidate[] {
  const whole = plainText(labelText(arrow));
  const texts = [...new Set([shorten(whole, 130, SIZE), shorten(whole, 60, SIZE)])];
  return texts.flatMap((text, less) =>
    placesAlong(arrow, text, SIZE, widthOf(text, SIZE)).map((each) => {
      return { ...each, cost: each.cost + less * 2 };
    }),
  );
}
