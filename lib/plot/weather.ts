/** Faults of the network: each a strip above the lanes that names it and shows how long it lasted; a cut also shades the lanes. */

import type * as Plot from "@observablehq/plot";
import type { Board } from "./board.ts";
import { boxMarks, hatchMarks, lineMarks, textMarks } from "./marks.ts";
import { palette } from "./palette.ts";
import type { Line } from "./places.ts";
import type { Scene } from "./scene.ts";
import type { Weather } from "./story.ts";
import { type Box, type Label, plainText, shorten, widthOf } from "./text.ts";
import { countText, faultText, numberText, skewText } from "./words.ts";

const STRIP = 18;
const SIZE = 10;
const MOST_STRIPS = 5;

/** The faults that have a strip of their own: all but wrong clocks, which are told below. */
function stripsOf(scene: Scene): readonly Weather[] {
  return scene.weather.filter((each) => each.fault.kind !== "skew");
}

/** The height that the strips of a scene need. */
export function weatherHeight(scene: Scene): number {
  return Math.min(MOST_STRIPS, stripsOf(scene).length) * STRIP;
}

/** Sentences about the faults that are not drawn: wrong clocks, and more than there is room for. */
export function weatherLeft(scene: Scene): string[] {
  const clocks = scene.weather.flatMap(({ fault, fromMs }) => {
    const text = fault.kind === "skew" ? skewText(fault) : "";
    const since = fromMs > scene.fromMs ? ` from ${numberText(fromMs)} ms on` : "";
    return fault.kind === "skew" && text !== "" ? [`${fault.node} ${text}${since}`] : [];
  });
  const more = stripsOf(scene).length - MOST_STRIPS;
  return [
    ...(clocks.length > 0 ? [`Clocks are wrong: ${clocks.join(", ")}.`] : []),
    ...(more > 0 ? [`Not named: ${countText(more, "more fault")} of the network.`] : []),
  ];
}

/** What lies behind the lanes: shaded stretches where a cut holds, and a wall between neighbours that it separates. */
export function shadeMarks(scene: Scene, board: Board): Plot.Markish[] {
  const cuts = scene.weather.filter((each) => each.fault.kind === "cut");
  const breaks = scene.weather.filter((each) => each.fault.kind === "break");
  const boxes = cuts.map((each) => spanOf(each, board, board.frame.y, board.frame.height));
  const edges = [...cuts, ...breaks].flatMap(({ fromMs, toMs }) =>
    [fromMs, toMs]
      .filter((ms) => ms > scene.fromMs && ms < scene.toMs)
      .map((ms) => upright(board.x(ms), board)),
  );
  const walls = cuts.flatMap((each) => wallsOf(each, scene, board));
  const stroke = palette.fault.fill;
  return [
    boxMarks(boxes, { fill: stroke, fillOpacity: 0.07 }),
    lineMarks(edges, { stroke, strokeOpacity: 0.6, strokeDasharray: "3 3" }),
    hatchMarks(walls, { stroke, strokeOpacity: 0.75 }, 5),
  ];
}

/** The strips, one below the other. */
export function stripMarks(scene: Scene, board: Board): Plot.Markish[] {
  const shown = stripsOf(scene).slice(0, MOST_STRIPS);
  const boxes = shown.map((each, row) => {
    const box = spanOf(each, board, row * STRIP, STRIP - 4);
    return { ...box, width: Math.max(3, box.width) };
  });
  const labels = shown.map((each, row) => besides(boxes[row] as Box, each, board));
  return [
    boxMarks(boxes, { fill: palette.fault.fill, fillOpacity: 0.16, stroke: palette.fault.fill }),
    ...textMarks(labels, { fill: palette.fault.text, rim: "none" }),
  ];
}

/** The name of a fault: in its strip, else beside it where there is more room. */
function besides(box: Box, { fault }: Weather, board: Board): Label {
  const text = plainText(faultText(fault));
  const y = box.y + box.height / 2;
  const rightOf = { x: box.x + box.width + 5, room: board.right - box.x - box.width - 5 };
  const leftOf = { x: box.x - 5, room: box.x - 5 - board.left };
  if (widthOf(text, SIZE) + 10 <= box.width || Math.max(rightOf.room, leftOf.room) < box.width) {
    return {
      text: shorten(text, box.width - 10, SIZE),
      x: box.x + 5,
      y,
      anchor: "start",
      size: SIZE,
    };
  }
  const { x, room } = rightOf.room >= leftOf.room ? rightOf : leftOf;
  const anchor = rightOf.room >= leftOf.room ? "start" : "end";
  return { text: shorten(text, room, SIZE), x, y, anchor, size: SIZE };
}

function spanOf(each: Weather, board: Board, y: number, height: number): Box {
  const within = (ms: number) => Math.min(board.right, Math.max(board.left, board.x(ms)));
  const x = within(each.fromMs);
  return { x, y, width: within(each.toMs) - x, height };
}

function upright(x: number, board: Board): Line {
  return { x1: x, x2: x, y1: board.frame.y, y2: board.frame.y + board.frame.height };
}

/** A wall half-way between two neighbouring lanes that a cut separates. */
function wallsOf(each: Weather, scene: Scene, board: Board): Box[] {
  const { fault } = each;
  if (fault.kind !== "cut") return [];
  const side = (node: string) =>
    fault.from.includes(node) ? "from" : fault.to.includes(node) ? "to" : "";
  return scene.nodes.slice(1).flatMap((node, row) => {
    const above = scene.nodes[row] as string;
    if (side(above) === "" || side(node) === "" || side(above) === side(node)) return [];
    const middle = ((board.y.get(above) ?? 0) + (board.y.get(node) ?? 0)) / 2;
    return [spanOf(each, board, middle - 3, 6)];
  });
}
