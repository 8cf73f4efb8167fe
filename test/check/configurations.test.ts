import { expect, test } from "vitest";
import { Configurations, KNOWN } from "../../lib/check/configurations.ts";
import { luck } from "./histories.ts";

const EXACT = Int32Array.of(-1, -1, -1);

test("a configuration is new exactly once, however many there are", () => {
  const random = luck(7);
  const seen = new Configurations(EXACT);
  const known = new Set<string>();
  for (let n = 0; n < 50_000; n++) {
    const words = Int32Array.from({ length: 3 }, () => Math.floor(random() * 30) * 2 ** 27);
    const text = words.join();
    // A bad hash: many that differ look for each other's place.
    const isNew = seen.enter(words, (words[2] as number) & (3 << 27), 0, 0) !== KNOWN;
    expect(isNew).toBe(!known.has(text));
    known.add(text);
  }
  expect(seen.size).toBe(known.size);
  expect(seen.size).toBeGreaterThan(20_000);
});

test("a configuration is copied: the words may be used again", () => {
  const seen = new Configurations(EXACT);
  const words = Int32Array.of(1, 2, 3);
  const first = seen.enter(words, 0, 0, 0);
  words[0] = 2;
  expect(seen.enter(words, 0, 0, 0)).not.toBe(KNOWN);
  const copy = new Int32Array(3);
  seen.read(first, copy);
  expect([...copy]).toEqual([1, 2, 3]);
});

test("one with more of the inexact bits is nothing new, one with others is", () => {
  const seen = new Configurations(Int32Array.of(-1, -1, ~0b1110));
  const enter = (bits: number) => seen.enter(Int32Array.of(5, 6, bits), 0, 0, 0) !== KNOWN;
  expect(enter(0b0110)).toBe(true);
  expect(enter(0b0110)).toBe(false);
  expect(enter(0b1110)).toBe(false);
  expect(enter(0b0010)).toBe(true);
  expect(enter(0b1000)).toBe(true);
  expect(enter(0b0011)).toBe(true);
});

test("the path to a configuration is what was done on the way", () => {
  const seen = new Configurations(EXACT);
  const enter = (n: number, from: number, by: number) =>
    seen.enter(Int32Array.of(n, 0, 0), 0, from, by);
  const first = enter(0, 0, -1);
  const [a, b] = [enter(1, first, 7), enter(2, first, 8)];
  const c = enter(3, a, 9);
  expect(seen.pathTo(first)).toEqual([]);
  expect(seen.pathTo(b)).toEqual([8]);
  expect(seen.pathTo(c)).toEqual([7, 9]);
});
