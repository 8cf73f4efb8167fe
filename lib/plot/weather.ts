/** Faults of the network: each has a strip above the lanes; a cut also shades them and stands between them as a wall. */

import type * as Plot from "@observablehq/plot";
import type { Board } from "./board.ts";
import { hatchMarks } from "./marks.ts";
import { palette } from "./palette.ts";
import type { Scene } from "./scene.ts";
import type { Weather } from "./story.ts";
import { heightOf, MOST_STRIPS, type Strip, spanMarks, spanOf } from "./strips.ts";
import type { Box } from "./text.ts";
import { countText, faultText, numberText, skewText } from "./words.ts";

/** The faults that have a strip of their own: all but wrong clocks, which are told below. */
export function stripsOf(scene: Scene): Strip[] {
  return scene.weather.flatMap(({ fault, fromMs, toMs }) =>
    fault.kind === "skew" ? [] : [{ fromMs, toMs, label: faultText(fault) }],
  );
}

/** The height that the strips of a scene need. */
export function weatherHeight(scene: Scene): number {
  return heightOf(stripsOf(scene));
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
  const walls = cuts.flatMap((each) => wallsOf(each, scene, board));
  return [
    ...spanMarks(cuts, breaks, board),
    hatchMarks(walls, { stroke: palette.fault.fill, strokeOpacity: 0.75 }, 5),
  ];
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
