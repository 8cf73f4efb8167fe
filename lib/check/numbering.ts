/** What the smaller models of objects have in common: values as numbers, and steps without reasons. */

import type { Step } from "./model.ts";
import { keyOf } from "./value.ts";

/** The number of every value that nobody looks at. */
export const UNSEEN = -1;

/** A number for each of the values that somebody looks at, and UNSEEN for all others. */
export function numbering(seen: Iterable<unknown>): (value: unknown) => number {
  const numbers = new Map<unknown, number>();
  for (const value of seen) {
    const name = nameOf(value);
    if (!numbers.has(name)) numbers.set(name, numbers.size);
  }
  return (value) => numbers.get(nameOf(value)) ?? UNSEEN;
}

/** The key of a value in a Map: equal values, equal keys. The quote keeps a text from being an object's key. */
export function nameOf(value: unknown): unknown {
  if (typeof value === "string") return `"${value}`;
  return typeof value === "object" ? keyOf(value) : value;
}

/** Possible if the condition holds. Reasons are the model's own. */
export function stepIf<State>(isPossible: boolean, state: State): Step<State> {
  return isPossible ? { ok: true, state } : { ok: false, why: "" };
}
