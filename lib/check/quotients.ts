/**
 * Smaller models of the objects in models.ts: each function makes one for one history, and says why it
 * is enough.
 */

import type { Deed, Model, Step } from "./model.ts";
import type { CasRegisterInput, KeyValueInput, LogInput, QueueInput } from "./models.ts";
import { EMPTY, Prefixes } from "./prefixes.ts";
import { keyOf } from "./value.ts";

/** The number of every value that nobody looks at. */
const UNSEEN = -1;

/** A number for each of the values that somebody looks at, and UNSEEN for all others. */
function numbering(seen: Iterable<unknown>): (value: unknown) => number {
  const numbers = new Map<unknown, number>();
  for (const value of seen) {
    const name = nameOf(value);
    if (!numbers.has(name)) numbers.set(name, numbers.size);
  }
  return (value) => numbers.get(nameOf(value)) ?? UNSEEN;
}

/** The key of a value in a Map: equal values, equal keys. The quote keeps a text from being an object's key. */
function nameOf(value: unknown): unknown {
  if (typeof value === "string") return `"${value}`;
  return typeof value === "object" ? keyOf(value) : value;
}

/** Possible if the condition holds. Reasons are the model's own. */
function stepIf<State>(isPossible: boolean, state: State): Step<State> {
  return isPossible ? { ok: true, state } : { ok: false, why: "" };
}

/**
 * A register holds the number of its value. A value that no read returned and no cas asks for is as
 * good as any other such value: a read that would return it does not exist, and every cas finds that
 * it is not what it asks for.
 */
export function registerQuotient<Value>(
  initial: Value,
  deeds: readonly Deed<CasRegisterInput<Value>, unknown>[],
): Model<unknown, CasRegisterInput<Value>, unknown> {
  const number = numbering(
    deeds.flatMap(({ input, returned }) => {
      if (input.kind === "cas") return [input.from];
      return input.kind === "read" && returned !== undefined ? [returned.output] : [];
    }),
  );
  return {
    name: "",
    init: number(initial),
    step(state, input, returned) {
      if (input.kind === "write") return { ok: true, state: number(input.value) };
      if (input.kind === "read") {
        return stepIf(returned === undefined || number(returned.output) === state, state);
      }
      const swaps = number(input.from) === state;
      const next = swaps ? number(input.to) : state;
      return stepIf(returned === undefined || returned.output === swaps, next);
    },
  };
}

/** The number of a key's value when there is none. */
const ABSENT = -2;

/**
 * A key holds the number of its value as a beginning of what its gets and cas look at. Whatever else
 * it holds is looked at by nobody: no get returned it, no cas asks for it, and it stays so however
 * much is appended, until a put or a delete takes its place. So all such values are one.
 *
 * @param absent what a get of an absent key returns
 */
export function keyValueQuotient(
  absent: null | "",
  deeds: readonly Deed<KeyValueInput, unknown>[],
): Model<unknown, KeyValueInput, unknown> {
  const looks = new Map<string, string[]>();
  for (const { input, returned } of deeds) {
    const looked = looks.get(input.key) ?? [];
    looks.set(input.key, looked);
    const got = input.kind === "get" ? returned?.output : undefined;
    const value = input.kind === "cas" ? input.from : got;
    if (typeof value === "string") looked.push(value);
  }
  const places = new Map([...looks.keys()].map((key, place) => [key, place]));
  const prefixes = [...looks.values()].map((looked) => new Prefixes(looked));
  const none = absent === null ? ABSENT : EMPTY;
  return {
    name: "",
    init: prefixes.map(() => none),
    key: (state) => (state as readonly number[]).join(),
    step(state, input, returned) {
      const values = state as readonly number[];
      const place = places.get(input.key) as number;
      const prefix = prefixes[place] as Prefixes;
      const value = values[place] as number;
      const put = (next: number) => values.with(place, next);
      const is = (looked: unknown) =>
        typeof looked === "string"
          ? value === prefix.of(looked)
          : value === ABSENT && looked === null;
      switch (input.kind) {
        case "put":
          return { ok: true, state: put(prefix.of(input.value)) };
        case "append":
          return {
            ok: true,
            state: put(prefix.after(value === ABSENT ? EMPTY : value, input.value)),
          };
        case "delete":
          return { ok: true, state: put(none) };
        case "get":
          return stepIf(returned === undefined || is(returned.output), state);
        case "cas": {
          const next = is(input.from) ? put(prefix.of(input.to)) : state;
          return stepIf(returned === undefined || returned.output === is(input.from), next);
        }
      }
    },
  };
}

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
  return {
    name: "",
    init: [],
    key: (state) => (state as readonly number[]).join(),
    step(state, input, returned) {
      const entries = state as readonly number[];
      const end = entries.length;
      if (input.kind === "append") {
        const next = [...entries, number(end, input.entry)];
        return stepIf(returned === undefined || returned.output === end, next);
      }
      if (returned === undefined) return { ok: true, state };
      const { from, limit = Number.POSITIVE_INFINITY } = input;
      const held = entries.slice(from, from + limit);
      const { output } = returned;
      const isRight =
        Array.isArray(output) &&
        output.length === held.length &&
        held.every((entry, at) => entry === number(from + at, output[at]));
      return stepIf(isRight, state);
    },
  };
}
