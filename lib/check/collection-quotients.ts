/**
 * Smaller models of what holds many values: each function makes one for one history, and says why it
 * is enough.
 */

import type { Deed, Model } from "./model.ts";
import type { LogInput, QueueInput, SetInput } from "./models.ts";
import { numbering, stepIf, UNSEEN } from "./numbering.ts";
import { EMPTY, Sequences } from "./sequences.ts";

/**
 * A queue holds the numbers of its values. Values that no dequeue returned are one: whichever of them
 * is first, no dequeue that returned can take it; one of unknown outcome may.
 */
export function queueQuotient(
  deeds: readonly Deed<QueueInput<unknown>, unknown>[],
): Model<unknown, QueueInput<unknown>, unknown> {
  const number = numbering(
    deeds.flatMap(({ input, returned }) =>
      input.kind === "dequeue" && returned !== undefined ? [returned.output] : [],
    ),
  );
  return {
    name: "",
    init: [],
    key: (state) => (state as readonly number[]).join(),
    inputKey: (input) => (input.kind === "enqueue" ? `${number(input.value)}` : "dequeue"),
    step(state, input, returned) {
      const [first, ...rest] = state as readonly number[];
      if (input.kind === "enqueue") {
        return { ok: true, state: [...(state as readonly number[]), number(input.value)] };
      }
      const isRight =
        returned === undefined ||
        (first === undefined ? returned.output === null : first === number(returned.output));
      return stepIf(isRight, rest);
    },
  };
}

/**
 * A log holds at each offset the number of its entry among those that reads returned from there. Any
 * other entry is as good as any other such entry: no read that returned covers it, or could. The
 * length stays what it is, so that appends return what they do.
 */
export function logQuotient(
  deeds: readonly Deed<LogInput<unknown>, unknown>[],
): Model<unknown, LogInput<unknown>, unknown> {
  const seen = new Map<number, unknown[]>();
  for (const { input, returned } of deeds) {
    if (input.kind !== "read" || !Array.isArray(returned?.output)) continue;
    returned.output.forEach((entry, at) => {
      const offset = input.from + at;
      const entries = seen.get(offset);
      if (entries === undefined) seen.set(offset, [entry]);
      else entries.push(entry);
    });
  }
  const numbers = new Map([...seen].map(([offset, entries]) => [offset, numbering(entries)]));
  const number = (offset: number, entry: unknown) => numbers.get(offset)?.(entry) ?? UNSEEN;
  const anywhere = numbering([...seen.values()].flat());
  const sequences = new Sequences();
  return {
    name: "",
    init: EMPTY,
    // What nobody has read at any offset is everywhere as good as any other such entry.
    inputKey: (input) => (input.kind === "append" ? `${anywhere(input.entry)}` : "read"),
    step(state, input, returned) {
      const entries = state as number;
      const end = sequences.length(entries);
      if (input.kind === "append") {
        const next = sequences.after(entries, number(end, input.entry));
        return stepIf(returned === undefined || returned.output === end, next);
      }
      if (returned === undefined) return { ok: true, state };
      const { from, limit = Number.POSITIVE_INFINITY } = input;
      const { output } = returned;
      const held = Math.max(0, Math.min(limit, end - from));
      const isRight =
        from >= 0 &&
        limit >= 0 &&
        Array.isArray(output) &&
        output.length === held &&
        sequences.holds(entries, from, held, (at) => number(from + at, output[at]));
      return stepIf(isRight, state);
    },
  };
}

/**
 * A set has a bit for each element that anybody names. Nothing is left out: a read looks at all of
 * them, and without one each element is a part of its own.
 */
export function setQuotient(
  deeds: readonly Deed<SetInput<unknown>, unknown>[],
): Model<unknown, SetInput<unknown>, unknown> {
  const number = numbering(
    deeds.flatMap(({ input }) => (input.kind === "read" ? [] : [input.element])),
  );
  const bitsOf = new Map<unknown, bigint | undefined>();
  const bits = (elements: unknown) => {
    if (!bitsOf.has(elements)) bitsOf.set(elements, toBits(elements, number));
    return bitsOf.get(elements);
  };
  return {
    name: "",
    init: 0n,
    key: (state) => (state as bigint).toString(32),
    inputKey: (input) =>
      input.kind === "read" ? "read" : `${input.kind} ${number(input.element)}`,
    step(before, input, returned) {
      const state = before as bigint;
      if (input.kind === "read") {
        return stepIf(returned === undefined || bits(returned.output) === state, state);
      }
      const bit = 1n << BigInt(number(input.element));
      const holds = (state & bit) !== 0n;
      if (input.kind === "contains") {
        return stepIf(returned === undefined || returned.output === holds, state);
      }
      const changes = holds === (input.kind === "remove");
      return { ok: true, state: changes ? state ^ bit : state };
    },
  };
}

/** The bits of what a read returned; undefined if it is nothing that a set can hold. */
function toBits(elements: unknown, number: (element: unknown) => number): bigint | undefined {
  if (!Array.isArray(elements)) return undefined;
  const numbers = elements.map(number);
  const isSet = new Set(numbers).size === numbers.length && !numbers.includes(UNSEEN);
  return isSet ? numbers.reduce((bits, at) => bits | (1n << BigInt(at)), 0n) : undefined;
}
