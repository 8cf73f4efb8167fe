/**
 * The objects that the models describe, built the plain way, and the few calls that tests make of
 * them.
 */

import {
  casRegister,
  fifoQueue,
  independent,
  keyValue,
  log,
  type Model,
  mutex,
  register,
  set,
} from "../../lib/check/index.ts";
import { REFUSED } from "./brute-force.ts";
import { type Subject, subject } from "./subject.ts";

export const aRegister: Subject = subject({
  model: register(0),
  fresh: () => {
    let value = 0;
    return (input) => {
      if (input.kind === "read") return value;
      value = input.value;
      return undefined;
    };
  },
  letters: [
    { input: { kind: "read" }, output: 0 },
    { input: { kind: "read" }, output: 1 },
    { input: { kind: "read" }, output: 2 },
    { input: { kind: "write", value: 1 }, output: undefined },
    { input: { kind: "write", value: 2 }, output: undefined },
  ],
});

const aCasRegister: Subject = subject({
  model: casRegister(0),
  fresh: () => {
    let value = 0;
    return (input) => {
      if (input.kind === "read") return value;
      const writes = input.kind === "write" || value === input.from;
      if (writes) value = input.kind === "write" ? input.value : input.to;
      return input.kind === "write" ? undefined : writes;
    };
  },
  letters: [
    { input: { kind: "read" }, output: 0 },
    { input: { kind: "read" }, output: 1 },
    { input: { kind: "write", value: 1 }, output: undefined },
    { input: { kind: "cas", from: 0, to: 1 }, output: true },
    { input: { kind: "cas", from: 0, to: 1 }, output: false },
    { input: { kind: "cas", from: 1, to: 0 }, output: true },
    { input: { kind: "cas", from: 1, to: 0 }, output: false },
  ],
});

export const aKeyValue: Subject = subject({
  model: keyValue(),
  fresh: () => {
    const values = new Map<string, string>();
    return (input) => {
      const value = values.get(input.key) ?? null;
      if (input.kind === "get") return value;
      if (input.kind === "put") values.set(input.key, input.value);
      if (input.kind === "append") values.set(input.key, `${value ?? ""}${input.value}`);
      if (input.kind === "delete") values.delete(input.key);
      if (input.kind !== "cas") return undefined;
      if (value === input.from) values.set(input.key, input.to);
      return value === input.from;
    };
  },
  letters: [
    { input: { kind: "get", key: "x" }, output: null },
    { input: { kind: "get", key: "x" }, output: "1" },
    { input: { kind: "get", key: "x" }, output: "11" },
    { input: { kind: "get", key: "y" }, output: null },
    { input: { kind: "get", key: "y" }, output: "1" },
    { input: { kind: "put", key: "x", value: "1" }, output: undefined },
    { input: { kind: "put", key: "y", value: "1" }, output: undefined },
    { input: { kind: "append", key: "x", value: "1" }, output: undefined },
    { input: { kind: "append", key: "x", value: "2" }, output: undefined },
    { input: { kind: "delete", key: "x" }, output: undefined },
    { input: { kind: "cas", key: "x", from: null, to: "1" }, output: true },
    { input: { kind: "cas", key: "x", from: "1", to: "2" }, output: false },
  ],
});

export const aSet: Subject = subject({
  model: set<number>(),
  fresh: () => {
    const elements = new Set<number>();
    return (input) => {
      if (input.kind === "read") return [...elements].sort();
      if (input.kind === "contains") return elements.has(input.element);
      if (input.kind === "add") elements.add(input.element);
      else elements.delete(input.element);
      return undefined;
    };
  },
  letters: [
    { input: { kind: "read" }, output: [] },
    { input: { kind: "read" }, output: [1] },
    { input: { kind: "read" }, output: [1, 2] },
    { input: { kind: "contains", element: 1 }, output: true },
    { input: { kind: "contains", element: 1 }, output: false },
    { input: { kind: "contains", element: 2 }, output: true },
    { input: { kind: "add", element: 1 }, output: undefined },
    { input: { kind: "add", element: 2 }, output: undefined },
    { input: { kind: "remove", element: 1 }, output: undefined },
  ],
});

export const aQueue: Subject = subject({
  model: fifoQueue<number>(),
  fresh: () => {
    const values: number[] = [];
    return (input) => {
      if (input.kind === "dequeue") return values.shift() ?? null;
      values.push(input.value);
      return undefined;
    };
  },
  letters: [
    { input: { kind: "enqueue", value: 1 }, output: undefined },
    { input: { kind: "enqueue", value: 2 }, output: undefined },
    { input: { kind: "dequeue" }, output: null },
    { input: { kind: "dequeue" }, output: 1 },
    { input: { kind: "dequeue" }, output: 2 },
  ],
});

export const aMutex: Subject = subject({
  model: mutex(),
  fresh: () => {
    const holders: string[] = [];
    return ({ kind, owner }) => {
      if (kind === "acquire" ? holders.length > 0 : !holders.includes(owner)) return REFUSED;
      if (kind === "acquire") holders.push(owner);
      else holders.pop();
      return undefined;
    };
  },
  letters: [
    { input: { kind: "acquire", owner: "a" }, output: undefined },
    { input: { kind: "release", owner: "a" }, output: undefined },
    { input: { kind: "acquire", owner: "b" }, output: undefined },
    { input: { kind: "release", owner: "b" }, output: undefined },
  ],
});

const aLog: Subject = subject({
  model: log<string>(),
  fresh: () => {
    const entries: string[] = [];
    return (input) =>
      input.kind === "append"
        ? entries.push(input.entry) - 1
        : entries.filter((_, at) => at >= input.from && at < input.from + (input.limit ?? 99));
  },
  letters: [
    { input: { kind: "append", entry: "p" }, output: 0 },
    { input: { kind: "append", entry: "p" }, output: 1 },
    { input: { kind: "append", entry: "q" }, output: 0 },
    { input: { kind: "append", entry: "q" }, output: 1 },
    { input: { kind: "read", from: 0 }, output: [] },
    { input: { kind: "read", from: 0 }, output: ["p", "q"] },
    { input: { kind: "read", from: 0, limit: 1 }, output: ["q"] },
    { input: { kind: "read", from: 1 }, output: ["q"] },
  ],
});

const aRegisterForEachKey: Subject = subject({
  model: independent(register(0)),
  fresh: () => {
    const values = new Map<string, number>();
    return (input) => {
      if (input.kind === "read") return values.get(input.key) ?? 0;
      values.set(input.key, input.value);
      return undefined;
    };
  },
  letters: [
    { input: { kind: "read", key: "x" }, output: 0 },
    { input: { kind: "read", key: "x" }, output: 1 },
    { input: { kind: "read", key: "y" }, output: 1 },
    { input: { kind: "write", key: "x", value: 1 }, output: undefined },
    { input: { kind: "write", key: "x", value: 0 }, output: undefined },
    { input: { kind: "write", key: "y", value: 1 }, output: undefined },
    { input: { kind: "write", key: "y", value: 2 }, output: undefined },
  ],
});

type Swap = { readonly kind: "swap"; readonly value: number };
const swap: Model<number, Swap, number> = {
  name: "swap",
  init: 0,
  step: (state, { value }, returned) =>
    returned === undefined || returned.output === state
      ? { ok: true, state: value }
      : { ok: false, why: `swap returned ${returned.output}, but the register holds ${state}` },
};

/** A user's own object, with nothing declared: every operation both changes it and looks at it. */
const aSwap: Subject = subject({
  model: swap,
  fresh: () => {
    let held = 0;
    return ({ value }) => {
      const before = held;
      held = value;
      return before;
    };
  },
  letters: [
    { input: { kind: "swap", value: 1 }, output: 0 },
    { input: { kind: "swap", value: 1 }, output: 1 },
    { input: { kind: "swap", value: 1 }, output: 2 },
    { input: { kind: "swap", value: 2 }, output: 0 },
    { input: { kind: "swap", value: 2 }, output: 1 },
  ],
});

export const subjects: readonly Subject[] = [
  aRegister,
  aCasRegister,
  aKeyValue,
  aSet,
  aQueue,
  aMutex,
  aLog,
  aRegisterForEachKey,
  aSwap,
];
