import { expect, test } from "vitest";
import { keyOf, same } from "../../lib/check/value.ts";

test("values that hold the same data are the same", () => {
  expect(same({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
  expect(
    same(
      new Map([
        ["x", 1],
        ["y", 2],
      ]),
      new Map([
        ["y", 2],
        ["x", 1],
      ]),
    ),
  ).toBe(true);
  expect(same(new Set([2, 1]), new Set([1, 2]))).toBe(true);
  expect(same(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(same(Number.NaN, Number.NaN)).toBe(true);
  expect(same(0, -0)).toBe(true);
});

test("values that hold different data differ", () => {
  const values = [
    undefined,
    null,
    "null",
    0,
    "0",
    0n,
    false,
    [],
    [undefined],
    [[]],
    {},
    { a: undefined },
    { a: 1 },
    new Map(),
    new Set(),
    new Set([[]]),
    Uint8Array.of(),
    Uint8Array.of(1, 2),
    [1, 2],
    ["1,2"],
    new Map([[1, 2]]),
  ];
  expect(new Set(values.map(keyOf)).size).toBe(values.length);
});

test("what is no plain data is refused in a sentence", () => {
  class Account {}
  expect(() => keyOf(new Account())).toThrow(
    "An instance of Account cannot be compared by value; plain data was expected.",
  );
  expect(() => keyOf(() => 1)).toThrow("plain data was expected");
});
