/** How test tools call the operations of an object, and what a model is told of their values. */

import {
  casRegister,
  fifoQueue,
  type History,
  independent,
  keyOf,
  keyValue,
  log,
  type Model,
  mutex,
  register,
  set,
} from "quorumlab/check";
import type { Event } from "./events.ts";

/** A value that is none of those that the operation takes, or returns. */
export const WRONG: unique symbol = Symbol("wrong");

export type Operation = {
  input(invoked: Event): unknown;
  /** Of the value that was written down when it returned. */
  output(value: unknown): unknown;
};

export type Vocabulary = {
  model(history: History): Model<unknown, unknown, unknown>;
  readonly operations: Readonly<Record<string, Operation>>;
};

/** Returns nothing that is judged: what is written down repeats the input. */
const silent = (): undefined => undefined;
const asIs = (value: unknown): unknown => value;
const flag = (value: unknown) => (typeof value === "boolean" ? value : WRONG);
const list = (value: unknown) => (Array.isArray(value) ? value : WRONG);
const elements = (value: unknown) => (value instanceof Set ? [...value] : list(value));
const count = (value: unknown) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? value : WRONG;
const orNull = (value: unknown) =>
  value === null || typeof value === "string" ? value : keyOf(value);
const text = (value: unknown) => orNull(value) ?? WRONG;

/** The input, unless a part of it is wrong. */
function whole(input: Readonly<Record<string, unknown>>): unknown {
  return Object.values(input).includes(WRONG) ? WRONG : input;
}

function fromTo(value: unknown): { readonly from: unknown; readonly to: unknown } {
  const isPair = Array.isArray(value) && value.length === 2;
  return isPair ? { from: value[0], to: value[1] } : { from: WRONG, to: WRONG };
}

/** The key of one of many registers, if there are many. */
const of = ({ key }: Event) => (key === undefined ? {} : { key });

const read: Operation = { input: (event) => ({ kind: "read", ...of(event) }), output: asIs };
const write: Operation = {
  input: (event) => ({ kind: "write", ...of(event), value: event.value }),
  output: silent,
};
/** One that returned has swapped, unless it says that it has not. */
const cas: Operation = {
  input: (event) => whole({ kind: "cas", ...of(event), ...fromTo(event.value) }),
  output: (value) => value !== false,
};

/** One register, or one for each key. */
function registers(one: Model<unknown, never, unknown>): Vocabulary["model"] {
  const hasKey = ({ input }: History[number]) => "key" in (input as object);
  return (history) => untyped(history.some(hasKey) ? independent(one) : one);
}

/** An operation on a key with a text. */
function onKey(kind: "put" | "append"): Operation {
  const input = ({ key, value }: Event) => whole({ kind, key: key ?? WRONG, value: text(value) });
  return { input, output: silent };
}

const get: Operation = { input: ({ key = WRONG }) => whole({ kind: "get", key }), output: orNull };
const remove: Operation = {
  input: ({ key = WRONG }) => whole({ kind: "delete", key }),
  output: silent,
};
const casOnKey: Operation = {
  input({ key = WRONG, value }) {
    const { from, to } = fromTo(value);
    if (from === WRONG) return WRONG;
    return whole({ kind: "cas", key, from: orNull(from), to: text(to) });
  },
  output: cas.output,
};

function onElement(kind: "add" | "remove" | "contains"): Operation {
  return {
    input: ({ value: element }) =>
      ["string", "number", "bigint"].includes(typeof element) ? { kind, element } : WRONG,
    output: kind === "contains" ? flag : silent,
  };
}

function onLock(kind: "acquire" | "release"): Operation {
  return { input: ({ process: owner }) => ({ kind, owner }), output: silent };
}

/** Whether somebody read this value, or asked for it. */
function saw(history: History, value: unknown): boolean {
  return history.some(({ input, ...end }) => {
    const { kind, from } = input as { readonly kind: string; readonly from?: unknown };
    const got = kind === "get" && end.outcome === "ok" && end.output === value;
    return got || (kind === "cas" && from === value);
  });
}

function untyped<State, Input, Output>(model: Model<State, Input, Output>) {
  return model as unknown as Model<unknown, unknown, unknown>;
}

/** By the names that `readHistory` knows. */
export const VOCABULARIES: Readonly<Record<string, Vocabulary>> = {
  register: {
    model: registers(register<unknown>(null)),
    operations: { read, write },
  },
  "cas-register": {
    model: registers(casRegister<unknown>(null)),
    operations: { read, write, cas },
  },
  kv: {
    // Porcupine's tests read an absent key as the empty text, others as nil.
    model: (history) => untyped(keyValue(saw(history, "") && !saw(history, null) ? "" : null)),
    operations: {
      ...{ get, read: get, put: onKey("put"), write: onKey("put"), append: onKey("append") },
      ...{ delete: remove, cas: casOnKey },
    },
  },
  set: {
    model: () => untyped(set()),
    operations: {
      ...{ add: onElement("add"), remove: onElement("remove"), contains: onElement("contains") },
      read: { ...read, output: elements },
    },
  },
  queue: {
    model: () => untyped(fifoQueue()),
    operations: {
      enqueue: {
        input: ({ value }) => (value === null ? WRONG : { kind: "enqueue", value }),
        output: silent,
      },
      dequeue: { input: () => ({ kind: "dequeue" }), output: asIs },
    },
  },
  mutex: {
    model: () => untyped(mutex()),
    operations: { acquire: onLock("acquire"), release: onLock("release") },
  },
  log: {
    model: () => untyped(log()),
    operations: {
      append: { input: ({ value: entry }) => ({ kind: "append", entry }), output: count },
      read: {
        input: ({ value }) => whole({ kind: "read", from: count(value ?? 0) }),
        output: list,
      },
    },
  },
};
