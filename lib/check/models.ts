/**
 * The objects that clients share, each said in one step function. What only changes an object (a
 * write, an add) returns nothing that is judged; what looks at it must return exactly what the
 * object holds. `null` is nothing.
 */

import { logQuotient, queueQuotient, setQuotient } from "./collection-quotients.ts";
import type { Model, Returned, Step } from "./model.ts";
import { dequeuesOf } from "./queue-takers.ts";
import { keyValueQuotient, registerQuotient } from "./register-quotients.ts";
import { keyOf, same } from "./value.ts";

export type RegisterInput<Value> =
  | { readonly kind: "read" }
  | { readonly kind: "write"; readonly value: Value };

export type CasRegisterInput<Value> =
  | RegisterInput<Value>
  | { readonly kind: "cas"; readonly from: Value; readonly to: Value };

/** One value. A read returns it. */
export function register<Value>(
  initial: Value,
): Model<Value, RegisterInput<Value>, Value | undefined> {
  return { ...casRegister(initial), name: "register" };
}

/**
 * One value. A read returns it; a cas writes `to` if the value is `from`, and returns whether it
 * was.
 */
export function casRegister<Value>(
  initial: Value,
): Model<Value, CasRegisterInput<Value>, Value | boolean | undefined> {
  return {
    name: "casRegister",
    init: initial,
    step(state, input, returned) {
      if (input.kind === "write") return { ok: true, state: input.value };
      const holds = `the register holds ${show(state)}`;
      if (input.kind === "read") return answer(state, returned, state, "read", holds);
      const swaps = same(state, input.from);
      const call = `cas from ${show(input.from)} to ${show(input.to)}`;
      return answer(swaps ? input.to : state, returned, swaps, call, holds);
    },
    isReadOnly: (input, returned) =>
      input.kind === "read" || (input.kind === "cas" && returned?.output === false),
    quotient: (deeds) => registerQuotient(initial, deeds),
  };
}

export type KeyValueInput =
  | { readonly kind: "get" | "delete"; readonly key: string }
  | { readonly kind: "put" | "append"; readonly key: string; readonly value: string }
  | {
      readonly kind: "cas";
      readonly key: string;
      readonly from: string | null;
      readonly to: string;
    };

/**
 * A string for each key. A get returns it, or `absent`; an append puts a string after it; a cas puts
 * `to` if it is `from` (null: if the key is absent), and returns whether it was. Keys are
 * independent.
 *
 * @param absent what an absent key counts as: nothing, or the empty string
 */
export function keyValue(
  absent: null | "" = null,
): Model<ReadonlyMap<string, string>, KeyValueInput, string | null | boolean | undefined> {
  return {
    name: "keyValue",
    init: new Map(),
    step(state, input, returned) {
      const value = state.get(input.key) ?? absent;
      const put = (next: string) => new Map(state).set(input.key, next);
      const holds = `${input.key} holds ${show(value)}`;
      switch (input.kind) {
        case "put":
          return { ok: true, state: put(input.value) };
        case "append":
          return { ok: true, state: put((value ?? "") + input.value) };
        case "delete":
          return { ok: true, state: new Map([...state].filter(([key]) => key !== input.key)) };
        case "get":
          return answer(state, returned, value, `get ${input.key}`, holds);
        case "cas": {
          const call = `cas of ${input.key} from ${show(input.from)} to ${show(input.to)}`;
          const swaps = value === input.from;
          return answer(swaps ? put(input.to) : state, returned, swaps, call, holds);
        }
      }
    },
    isReadOnly: (input, returned) =>
      input.kind === "get" || (input.kind === "cas" && returned?.output === false),
    partition: (input) => input.key,
    quotient: (deeds) => keyValueQuotient(absent, deeds),
  };
}

export type SetInput<Element> =
  | { readonly kind: "add" | "remove" | "contains"; readonly element: Element }
  | { readonly kind: "read" };

/** Elements without order. `contains` returns a boolean, a read every element in any order. */
export function set<Element extends string | number>(): Model<
  ReadonlySet<Element>,
  SetInput<Element>,
  boolean | readonly Element[] | undefined
> {
  return {
    name: "set",
    init: new Set(),
    step(state, input, returned) {
      switch (input.kind) {
        case "add":
          return { ok: true, state: new Set(state).add(input.element) };
        case "remove":
          return { ok: true, state: new Set([...state].filter((one) => one !== input.element)) };
        case "contains": {
          const element = show(input.element);
          const holds = state.has(input.element);
          const saying = `the set ${holds ? "holds" : "does not hold"} it`;
          return answer(state, returned, holds, `contains ${element}`, saying);
        }
        case "read": {
          const elements = inOrder([...state]);
          const ordered = returned && { output: inOrder(returned.output) };
          return answer(state, ordered, elements, "read", `the set holds ${show(elements)}`);
        }
      }
    },
    isReadOnly: (input) => input.kind === "contains" || input.kind === "read",
    partition: (input) => (input.kind === "read" ? undefined : keyOf(input.element)),
    quotient: setQuotient,
  };
}

export type QueueInput<Value> =
  | { readonly kind: "enqueue"; readonly value: Value }
  | { readonly kind: "dequeue" };

/** First in, first out. A dequeue returns the oldest value, or null when there is none. */
export function fifoQueue<Value extends NonNullable<unknown>>(): Model<
  readonly Value[],
  QueueInput<Value>,
  Value | null | undefined
> {
  return {
    name: "fifoQueue",
    init: [],
    step(state, input, returned) {
      if (input.kind === "enqueue") return { ok: true, state: [...state, input.value] };
      const [first = null, ...rest] = state;
      const saying = `first in the queue is ${show(first)}`;
      return answer(rest, returned, first, "dequeue", saying);
    },
    isReadOnly: (input, returned) => input.kind === "dequeue" && returned?.output === null,
    takers: dequeuesOf,
    quotient: queueQuotient,
  };
}

export type MutexInput = { readonly kind: "acquire" | "release"; readonly owner: string };

/** A lock. An acquire that was refused is recorded as `fail`. */
export function mutex(): Model<string | null, MutexInput, undefined> {
  return {
    name: "mutex",
    init: null,
    step(holder, { kind, owner }) {
      const isRight = kind === "acquire" ? holder === null : holder === owner;
      if (isRight) return { ok: true, state: kind === "acquire" ? owner : null };
      return {
        ok: false,
        why: `${owner} ${kind}d the lock, but it is held by ${holder ?? "nobody"}`,
      };
    },
  };
}

export type LogInput<Entry> =
  | { readonly kind: "append"; readonly entry: Entry }
  | { readonly kind: "read"; readonly from: number; readonly limit?: number };

/**
 * Entries that only grow. An append returns its offset, a read the entries from an offset on, at
 * most `limit`; both are whole numbers, 0 or more.
 */
export function log<Entry>(): Model<
  readonly Entry[],
  LogInput<Entry>,
  number | readonly Entry[] | undefined
> {
  return {
    name: "log",
    init: [],
    step(state, input, returned) {
      if (input.kind === "append") {
        const end = state.length;
        const call = `append of ${show(input.entry)}`;
        return answer([...state, input.entry], returned, end, call, `the log ends at ${end}`);
      }
      const { from, limit = Number.POSITIVE_INFINITY } = input;
      const entries = from < 0 || limit < 0 ? null : state.slice(from, from + limit);
      const saying = `the log holds ${show(entries)} there`;
      return answer(state, returned, entries, `read from ${from}`, saying);
    },
    isReadOnly: (input) => input.kind === "read",
    quotient: logQuotient,
  };
}

/**
 * The next state if the call returned what is right, otherwise the sentence that says what it met.
 */
function answer<State>(
  next: State,
  returned: Returned<unknown> | undefined,
  right: unknown,
  call: string,
  saying: string,
): Step<State> {
  if (returned === undefined || same(returned.output, right)) return { ok: true, state: next };
  return { ok: false, why: `${call} returned ${show(returned.output)}, but ${saying}` };
}

/** So much of a value is shown in a reason. */
const SHOWN = 200;

function show(value: unknown): string {
  const text = value === null ? "nothing" : keyOf(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
}

function inOrder(elements: unknown): unknown {
  return Array.isArray(elements)
    ? [...elements].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    : elements;
}
