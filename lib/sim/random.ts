/**
 * Luck. There is no stream of random numbers: what is lucky is a hash of the seed and of what the event is, so
 * that leaving one operation out of a run leaves the luck of all the others as it was, and a failure shrinks well.
 */

import { hash, spread } from "./plain.ts";

/** How long something takes: always the same, anywhere between two times, or exponential above a least time. */
export type Latency =
  | number
  | { readonly minMs: number; readonly maxMs: number }
  | { readonly minMs: number; readonly meanMs: number };

/** A number in [0, 1) made of a seed and the words that say what it is for. */
export function luck(seed: number, ...words: readonly (number | string)[]): number {
  const h = words.reduce<number>((start, word) => hash(word, start), hash(seed));
  return spread(h) / 2 ** 32;
}

/** Draws a duration. @param at luck in [0, 1) @returns whole microseconds */
export function drawUs(latency: Latency, at: number): number {
  if (typeof latency === "number") return Math.round(latency * 1000);
  const aboveMs =
    "maxMs" in latency
      ? at * (latency.maxMs - latency.minMs)
      : -Math.log(1 - at) * (latency.meanMs - latency.minMs);
  return Math.round((latency.minMs + aboveMs) * 1000);
}

/** Throws unless the latency is one. @param name as the caller calls it */
export function checkLatency(name: string, latency: Latency): void {
  const { minMs, topMs } =
    typeof latency === "number"
      ? { minMs: latency, topMs: latency }
      : { minMs: latency.minMs, topMs: "maxMs" in latency ? latency.maxMs : latency.meanMs };
  if (!(minMs >= 0 && topMs >= minMs && topMs < Infinity)) {
    throw new RangeError(
      `${name} is ${JSON.stringify(latency)}; expected milliseconds, at least 0, the least first.`,
    );
  }
}
