/** Two axes with their units: where numbers lie in pixels, on linear or logarithmic scales. */

import * as Plot from "@observablehq/plot";
import { PADDING } from "./document.ts";
import { textMarks } from "./marks.ts";
import { paper } from "./palette.ts";
import { type Box, type Label, plainText, shorten } from "./text.ts";

export type Axis = {
  /** What is counted along it, such as "consumers". */
  readonly label: string;
  /** Such as "ms" or "%". */
  readonly unit?: string;
  readonly log?: boolean;
  /** Where it begins and ends; left out, with the data. */
  readonly from?: number;
  readonly to?: number;
};

/** One scale: a number's pixel, and the same scale as Plot's option. */
type Scale = {
  apply(value: number): number;
  readonly options: Plot.ScaleOptions;
  readonly domain: readonly [from: number, to: number];
};

export type Grid = {
  readonly x: Scale;
  readonly y: Scale;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The same four as a box. */
  readonly frame: Box;
  /** Whether a point lies within both axes. */
  holds(point: { readonly x: number; readonly y: number }): boolean;
};

/** The height of a plot with two axes, what is free above it for a label, and below it for the other. */
export const HEIGHT = 290;
export const TOP = 30;
export const BOTTOM = 40;

/** Lays out two axes for some values. @param width of the card @param names pixels kept free at the right */
export function gridOf(
  values: { readonly x: readonly number[]; readonly y: readonly number[] },
  axes: { readonly x: Axis; readonly y: Axis },
  width: number,
  names: number,
): Grid {
  const [left, right] = [PADDING + 56, width - PADDING - names];
  const [top, bottom] = [TOP, HEIGHT - BOTTOM];
  const x = scaleOf(axes.x, values.x, [left, right], false);
  const y = scaleOf(axes.y, values.y, [bottom, top], true);
  const within = (value: number, [from, to]: Scale["domain"]) => value >= from && value <= to;
  const holds = (point: { readonly x: number; readonly y: number }) =>
    within(point.x, x.domain) && within(point.y, y.domain);
  const frame = { x: left, y: top, width: right - left, height: bottom - top };
  return { x, y, left, right, top, bottom, frame, holds };
}

/** A scale from the least to the greatest value; upright and linear, it begins at zero when that is near. */
function scaleOf(
  axis: Axis,
  values: readonly number[],
  range: readonly [number, number],
  upright: boolean,
): Scale {
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const greatest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const fromZero = upright && !axis.log && least > 0 && least < greatest / 2;
  const from = axis.from ?? (fromZero ? 0 : least);
  let to = axis.to ?? greatest;
  if (from === to) to = from > 0 ? from * 2 : from + 1;
  if (!(from < to) || (axis.log && from <= 0)) {
    throw new Error(`curve: the axis "${axis.label}" cannot go from ${from} to ${to}.`);
  }
  const nice = upright && axis.from === undefined && axis.to === undefined;
  const type = axis.log ? "log" : "linear";
  const scale = Plot.scale({ y: { type, domain: [from, to], range: [...range], nice } });
  const domain = scale?.domain as [number, number];
  const options = { type, domain, range: [...range], axis: null } as const;
  return { apply: (value) => scale?.apply(value), options, domain };
}

/** The axes with their ticks, faint lines behind, and what each axis counts. */
export function axisMarks(
  grid: Grid,
  { x, y }: { readonly x: Axis; readonly y: Axis },
): Plot.Markish[] {
  const { left, right, top } = grid;
  const label = (axis: Axis, arrow: string, room: number) => {
    const unit = axis.unit === undefined ? "" : ` (${plainText(axis.unit)})`;
    return shorten(`${plainText(axis.label)}${unit} ${arrow}`, room, 10.5);
  };
  const labels: Label[] = [
    { text: label(x, "→", right - left), x: right, y: HEIGHT - 8, anchor: "end", size: 10.5 },
    {
      text: `↑ ${label(y, "", right - PADDING)}`,
      x: PADDING,
      y: top - 18,
      anchor: "start",
      size: 10.5,
    },
  ];
  const ticks = { label: null, tickSize: 4, color: paper.soft, fontSize: 10 } as const;
  return [
    Plot.gridX({ stroke: paper.grid, strokeOpacity: 1, ...sparse(x, grid.x) }),
    Plot.gridY({ stroke: paper.grid, strokeOpacity: 1, ...sparse(y, grid.y) }),
    Plot.axisX({ ...ticks, anchor: "bottom", ...sparse(x, grid.x), tickFormat: tickText }),
    Plot.axisY({ ...ticks, anchor: "left", ...sparse(y, grid.y), tickFormat: tickText }),
    ...textMarks(labels, { fill: paper.soft, rim: "none" }),
  ];
}

/** On a logarithmic axis of two decades and more, one tick for each. */
function sparse(axis: Axis, { domain: [from, to] }: Scale): { ticks?: number[] } {
  if (!axis.log || to / from < 100) return {};
  const ticks: number[] = [];
  const step = Math.ceil(Math.log10(to / from) / 8);
  for (let exponent = Math.ceil(Math.log10(from) - 1e-9); 10 ** exponent <= to * (1 + 1e-9); ) {
    ticks.push(Number(`1e${exponent}`));
    exponent += step;
  }
  return { ticks };
}

/** A number at a tick: short, and never rounded to another. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return value.toLocaleString("en-US", { notation: "compact" });
  if (size > 0 && size < 1e-4) return value.toExponential();
  return value.toLocaleString("en-US", { maximumSignificantDigits: 10 });
}
