/** Plain data: copies share nothing, hashes do not see the order of keys, and every difference is found. */

import fc from "fast-check";
import { copy, diff, hash } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { plain } from "./plain-data.ts";

/** Every object in a value, itself included. */
function parts(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  if (value instanceof Uint8Array) return [value, value.buffer];
  const members =
    value instanceof Map
      ? [...value].flat()
      : value instanceof Set
        ? [...value]
        : Object.values(value);
  return [value, ...members.flatMap(parts)];
}

/** The same value with the members of its objects, Maps and Sets in the opposite order. */
function reversed(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(reversed);
  if (value instanceof Set) return new Set([...value].map(reversed).reverse());
  if (value instanceof Map) {
    return new Map([...value].map(([k, v]) => [reversed(k), reversed(v)] as const).reverse());
  }
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, item]) => [key, reversed(item)]));
}

/** The same value with one thing in it changed; `way` says where. */
function changed(value: unknown, way: readonly number[]): unknown {
  const [turn = 0, ...rest] = way;
  if (typeof value === "string") return `${value}!`;
  if (typeof value === "number")
    return Number.isFinite(value) ? value + Math.max(1, Math.abs(value)) : 0;
  if (typeof value === "boolean") return !value;
  if (typeof value === "bigint") return value + 1n;
  if (typeof value !== "object" || value === null) return "something";
  if (value instanceof Uint8Array)
    return value.length === 0
      ? new Uint8Array(1)
      : value.map((b, i) => (i === turn % value.length ? b ^ 1 : b));
  if (Array.isArray(value)) {
    const at = turn % (value.length + 1);
    if (at === value.length) return [...value, null];
    return value.map((item, i) => (i === at ? changed(item, rest) : item));
  }
  if (value instanceof Set) return new Set([...value, "one more"]);
  if (value instanceof Map) {
    const at = turn % (value.size + 1);
    if (at === value.size) return new Map([...value, ["one more", 1]]);
    return new Map([...value].map(([k, v], i) => [k, i === at ? changed(v, rest) : v]));
  }
  const keys = Object.keys(value);
  const at = turn % (keys.length + 1);
  if (at === keys.length) return { ...value, "one more": 1 };
  return Object.fromEntries(
    Object.entries(value).map(([k, v], i) => [k, i === at ? changed(v, rest) : v]),
  );
}

const equal = (a: unknown, b: unknown) => diff(a, b).length === 0;

describe("copy", () => {
  test("a copy is equal and shares nothing with the original", () => {
    fc.assert(
      fc.property(plain, (value) => {
        const twin = copy(value);
        expect(diff(value, twin)).toEqual([]);
        expect(hash(twin)).toBe(hash(value));
        const originals = new Set(parts(value));
        expect(parts(twin).filter((part) => originals.has(part))).toEqual([]);
      }),
    );
  });

  test("a copied Buffer keeps its bytes when the original changes", () => {
    const bytes = Buffer.from("abc");
    const twin = copy({ bytes });
    bytes[0] = 0;
    expect([...twin.bytes]).toEqual([97, 98, 99]);
  });

  test("an object without a prototype and a member called __proto__ are copied as what they are", () => {
    const odd = Object.assign(Object.create(null), { a: 1 });
    const named = JSON.parse('{"__proto__": {"a": [1]}, "constructor": 2}');
    expect(diff(odd, copy(odd))).toEqual([]);
    expect(Object.keys(copy(named))).toEqual(["__proto__", "constructor"]);
    expect(JSON.stringify(copy(named))).toBe(JSON.stringify(named));
  });

  class Account {
    balance = 0;
  }
  test.each([
    ["a function", { a: { go() {} } }, '"a.go" is a function'],
    ["a symbol", { a: Symbol("s") }, '"a" is a symbol'],
    [
      "a class instance",
      { list: [1, { account: new Account() }] },
      '"list.1.account" is a Account',
    ],
    ["a promise", [Promise.resolve()], '"0" is a Promise'],
    ["a date", new Map([["when", new Date(0)]]), '"0.1" is a Date'],
    ["an error", new Set([new Error("x")]), '"0" is a Error'],
    ["a function alone", () => {}, "The value is a function"],
  ])("%s is refused with the place where it stands", (_what, value, message) => {
    expect(() => copy(value)).toThrow(`${message}; messages, state and records are plain data.`);
  });

  test("a value that contains itself is refused", () => {
    const loop: { next?: unknown } = {};
    loop.next = { back: loop };
    expect(() => copy(loop)).toThrow("The value contains itself");
  });
});

describe("hash and diff", () => {
  test("the order of keys does not count", () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(hash(reversed(value))).toBe(hash(value));
        expect(diff(value, reversed(value))).toEqual([]);
      }),
    );
  });

  test("one change anywhere changes the hash and is a difference", () => {
    fc.assert(
      fc.property(plain, fc.array(fc.nat(20), { maxLength: 6 }), (value, way) => {
        const other = changed(value, way);
        expect(hash(other)).not.toBe(hash(value));
        expect(equal(value, other)).toBe(false);
      }),
    );
  });

  test("two values hash alike exactly when they do not differ", () => {
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        expect(hash(a) === hash(b)).toBe(equal(a, b));
      }),
      { numRuns: 300 },
    );
  });

  test("empty things of different kinds are different things", () => {
    const empty = [
      {},
      [],
      new Map(),
      new Set(),
      new Uint8Array(),
      "",
      0,
      0n,
      false,
      null,
      undefined,
    ];
    expect(new Set(empty.map((value) => hash(value))).size).toBe(empty.length);
    expect(diff({ a: {} }, { a: new Map() })).toHaveLength(1);
  });

  test("names, places and nesting count", () => {
    const like = [
      { a: 1, b: 2 },
      { a: 2, b: 1 },
      { b: 1, c: 2 },
      [1, [2]],
      [[1], 2],
      [[1, 2]],
      [[[1, 2]]],
      [1, 2, []],
    ];
    expect(new Set(like.map((value) => hash(value))).size).toBe(like.length);
    for (const one of like) for (const other of like) expect(equal(one, other)).toBe(one === other);
  });

  test("a hash without numbers is what a value is about", () => {
    const about = (value: unknown) => hash(value, 0, true);
    expect(about({ kind: "put", n: 1, xs: [1, 2] })).toBe(about({ kind: "put", n: 7, xs: [3] }));
    expect(about({ kind: "put", n: 1 })).not.toBe(about({ kind: "get", n: 1 }));
  });

  test("a difference says where it is and what was there", () => {
    const before = { a: [1, { b: "x" }], c: new Map([["k", 1]]), gone: true };
    const after = { a: [1, { b: "y" }, 3], c: new Map([["k", 2]]) };
    expect(diff(before, after)).toEqual([
      { path: "a.1.b", before: "x", after: "y" },
      { path: "a.2", before: undefined, after: 3 },
      { path: "c.k", before: 1, after: 2 },
      { path: "gone", before: true, after: undefined },
    ]);
  });

  test("Sets of equal objects do not differ", () => {
    expect(diff(new Set([{ a: 1 }]), new Set([{ a: 1 }]))).toEqual([]);
    expect(diff(new Map([[[1], 2]]), new Map([[[1], 3]]))).toHaveLength(1);
  });
});
