/**
 * Luck. There is no stream of random numbers: what is lucky is a hash of the seed and of what the event is, so
 * that leaving one operation out of a run leaves the luck of all the others as it was, and a failure shrinks well.
 */

import { checkInput } from "./input.ts";
import { hash, spread } from "./plain.ts";

/** How long something takes: always the same, or anywhere between two times. */
export type Latency = number | { readonly minMs: number; readonly maxMs: number };

/** A number in [0, 1) made of a seed and the words that say what it is for. */
export function luck(seed: number, ...words: readonly (number | string)[]): number {
  const h = words.reduce<number>((start, word) => hash(word, start), hash(seed));
  return spread(h) / 2 ** 32;
}

/** Draws a duration. @param at luck in [0, 1) @returns whole microseconds */
export function drawUs(latency: Latency, at: number): number {
  if (typeof latency === "number") return Math.round(latency * 1000);
  const { minMs, maxMs } = latency;
  return Math.round((minMs + at * (maxMs - minMs)) * 1000);
}

/** Refuses what is no latency. @param name as the caller calls it @throws RangeError */
export function checkLatency(name: string, latency: Latency): void {
  const { minMs, maxMs } =
    typeof latency === "number" ? { minMs: latency, maxMs: latency } : latency;
  const isRight = minMs >= 0 && maxMs >= minMs && maxMs < Infinity;
  checkInput(isRight, name, latency, "milliseconds, at least 0, the least first");
}
