/** The few shapes that pictures are drawn with, in pixels, each one Plot mark; Plot's own scales are left to the axes. */

import * as Plot from "@observablehq/plot";
import { paper } from "./palette.ts";
import type { Line } from "./places.ts";
import type { Box, Label } from "./text.ts";

/** A channel that holds pixels already, whatever the plot's scales are. */
const px = (name: string) => ({ value: name, scale: null });

const ENDS = { x1: px("x1"), y1: px("y1"), x2: px("x2"), y2: px("y2") };

/** The y scale of a plot with boxes: pixels, because Plot draws no rectangle without a scale. */
export const pixels = { type: "identity", axis: null } as const;

type Point = { readonly x: number; readonly y: number };

type Look = {
  readonly stroke?: string;
  readonly strokeWidth?: number;
  readonly strokeDasharray?: string;
  readonly strokeOpacity?: number;
  readonly fill?: string;
  readonly fillOpacity?: number;
  readonly fontStyle?: string;
  readonly rx?: number;
};

export function lineMarks(lines: readonly Line[], look: Look): Plot.Markish {
  return Plot.link(lines, { ...ENDS, ...look });
}

export function arrowMarks(lines: readonly Line[], look: Look): Plot.Markish {
  return Plot.arrow(lines, { ...ENDS, headLength: 6, headAngle: 50, ...look });
}

/** Rectangles; without width or height they are not drawn. */
export function boxMarks(boxes: readonly Box[], look: Look): Plot.Markish {
  const sides = boxes.map(({ x, y, width, height }) => ({
    x1: x,
    y1: y,
    x2: x + width,
    y2: y + height,
  }));
  return Plot.rect(sides, { ...ENDS, y1: "y1", y2: "y2", ...look });
}

/** Slanted lines that fill boxes: the sign of a fault or a pause that is also seen without colour. */
export function hatchMarks(boxes: readonly Box[], look: Look, step = 6): Plot.Markish {
  const lines = boxes.flatMap(({ x, y, width, height }) => {
    const starts = Array.from({ length: Math.ceil((width + height) / step) }, (_, k) => k * step);
    return starts.map((start) => {
      const [x1, x2] = [Math.max(0, start - height), Math.min(width, start)];
      return { x1: x + x1, y1: y + start - x1, x2: x + x2, y2: y + start - x2 };
    });
  });
  return lineMarks(lines, look);
}

/** Crosses, each at a point. */
export function crossMarks(points: readonly Point[], size: number, look: Look): Plot.Markish {
  const lines = points.flatMap(({ x, y }) => [
    { x1: x - size, y1: y - size, x2: x + size, y2: y + size },
    { x1: x - size, y1: y + size, x2: x + size, y2: y - size },
  ]);
  return lineMarks(lines, { strokeWidth: 2.2, ...look });
}

/** Rings, each around a point. */
export function ringMarks(points: readonly Point[], r: number): Plot.Markish {
  return Plot.dot(points, {
    x: px("x"),
    y: px("y"),
    r,
    fill: paper.card,
    stroke: paper.ink,
    strokeWidth: 2,
  });
}

/** Texts, with a rim in the colour of what is behind them so that lines do not cross the letters. */
export function textMarks(
  labels: readonly (Label | undefined)[],
  look: Look & { readonly rim?: string },
): Plot.Markish[] {
  const { rim = paper.card, ...rest } = look;
  const kinds = new Map<string, Label[]>();
  for (const label of labels) {
    if (label === undefined) continue;
    const key = `${label.anchor} ${label.size} ${label.bold}`;
    kinds.set(key, [...(kinds.get(key) ?? []), label]);
  }
  return [...kinds.values()].map((same) =>
    Plot.text(same, {
      x: px("x"),
      y: px("y"),
      text: "text",
      textAnchor: same[0]?.anchor ?? "start",
      fontSize: same[0]?.size ?? 10,
      ...(same[0]?.bold ? { fontWeight: "bold" } : {}),
      fill: paper.ink,
      ...(rim === "none" ? {} : { stroke: rim, strokeWidth: 6 }),
      ...rest,
    }),
  );
}
