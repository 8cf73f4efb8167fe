/** How test tools call the operations of an object, and what a model is told of their values. */

import {
  casRegister,
  fifoQueue,
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
  /** @param outputs what the operations returned */
  model(outputs: readonly unknown[]): Model<unknown, unknown, unknown>;
  readonly operations: Readonly<Record<string, Operation>>;
};

/** Returns nothing that is judged: what is written down repeats the input. */
const silent = (): undefined => undefined;
const asIs = (value: unknown): unknown => value;
const flag = (value: unknown) => (typeof value === "boolean" ? value : WRONG);
const list = (value: unknown) => (Array.isArray(value) ? value : WRONG);
const count = (value: unknown) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? value : WRONG;
const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
const orNull = (value: unknown) => (value === null ? null : text(value));

/** The input, unless a part of it is wrong. */
function whole(input: Readonly<Record<string, unknown>>): unknown {
  return Object.values(input).includes(WRONG) ? WRONG : input;
}

function fromTo(value: unknown): { readonly from: unknown; readonly to: unknown } {
  const isPair = Array.isArray(value) && value.length === 2;
  return isPair ? { from: value[0], to: value[1] } : { from: WRONG, to: WRONG };
}

const read: Operation = { input: () => ({ kind: "read" }), output: asIs };
const write: Operation = { input: ({ value }) => ({ kind: "write", value }), output: silent };
/** One that returned has swapped, unless it says that it has not. */
const cas: Operation = {
  input: ({ value }) => whole({ kind: "cas", ...fromTo(value) }),
  output: (value) => value !== false,
};

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
      typeof element === "string" || typeof element === "number" ? { kind, element } : WRONG,
    output: kind === "contains" ? flag : silent,
  };
}

function onLock(kind: "acquire" | "release"): Operation {
  return { input: ({ process: owner }) => ({ kind, owner }), output: silent };
}

function untyped<State, Input, Output>(model: Model<State, Input, Output>) {
  return model as unknown as Model<unknown, unknown, unknown>;
}

/** By the names that `readHistory` knows. */
export const VOCABULARIES: Readonly<Record<string, Vocabulary>> = {
  register: {
    model: () => untyped(register<unknown>(null)),
    operations: { read, write },
  },
  "cas-register": {
    model: () => untyped(casRegister<unknown>(null)),
    operations: { read, write, cas },
  },
  kv: {
    // Porcupine's tests read an absent key as the empty text, others as nil.
    model: (outputs) =>
      untyped(keyValue(outputs.includes("") && !outputs.includes(null) ? "" : null)),
    operations: {
      ...{ get, read: get, put: onKey("put"), write: onKey("put"), append: onKey("append") },
      ...{ delete: remove, cas: casOnKey },
    },
  },
  set: {
    model: () => untyped(set()),
    operations: {
      ...{ add: onElement("add"), remove: onElement("remove"), contains: onElement("contains") },
      read: { ...read, output: list },
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
