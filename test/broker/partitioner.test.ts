/** Where messages go: Kafka's own hashes, its remainder, and a batch without keys that stays together. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { murmur2, partitionFor, type Stuck, stick } from "../../lib/broker/partitioner.ts";

describe("the hash of a key (UtilsTest.testMurmur2):", () => {
  test.each([
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["abc", 479470107],
    ["", 275646681],
  ])("%j is hashed as Kafka's clients do", (key, hash) => {
    expect(murmur2(key)).toBe(hash);
  });

  test("it is the hash of the key's UTF-8 bytes, whatever is left over after the fours", () => {
    // As kafkajs 2.2.4 hashes them.
    expect(["a", "ab", "é", "🙂", "ünïcodé"].map(murmur2)).toEqual([
      -1563381124, 316155434, 186971271, 925250799, 1065067876,
    ]);
    const utf8 = new TextEncoder();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (key) => {
        expect(murmur2(utf8.encode(key))).toBe(murmur2(key));
      }),
      { seed: 1 },
    );
  });
});

describe("the partition of a key", () => {
  test("is its hash without the sign, modulo the partitions", () => {
    expect(["21", "foobar", "abc"].map((key) => partitionFor(key, 10))).toEqual([0, 6, 7]);
  });

  test("is one of the topic's, and no partition is left out", () => {
    const keys = Array.from({ length: 2000 }, (_, n) => `rider-${n}`);
    for (const partitions of [1, 3, 12]) {
      const chosen = new Set(keys.map((key) => partitionFor(key, partitions)));
      expect([...chosen].sort((a, b) => a - b)).toEqual(
        Array.from({ length: partitions }, (_, n) => n),
      );
    }
  });

  test("cannot be told without partitions", () => {
    expect(() => partitionFor("k", 0)).toThrow("partitions is 0; expected a number of at least 1.");
  });
});

describe("messages without a key", () => {
  /** The partitions of messages of so many bytes. */
  function partitionsOf(sizes: readonly number[], partitions: number, luck: () => number) {
    let stuck: Stuck | null = null;
    return sizes.map((bytes) => {
      stuck = stick(stuck, bytes, { batchBytes: 100, partitions, luck: luck() });
      return stuck.partition;
    });
  }

  test("stay on one partition until it has had a batch, then go to another one", () => {
    expect(partitionsOf([40, 40, 40, 40, 60, 1], 3, () => 0)).toEqual([0, 0, 0, 1, 1, 2]);
    expect(partitionsOf([100, 100, 100], 3, () => 0.999)).toEqual([2, 1, 0]);
    expect(partitionsOf([100, 100], 1, () => 0.5)).toEqual([0, 0]);
  });

  test("never go twice in a row to a partition that has had its batch, and only to those there are", () => {
    const lucks = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
      minLength: 2,
    });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), lucks, (partitions, luck) => {
        let turn = 0;
        const all = partitionsOf(
          luck.map(() => 100),
          partitions,
          () => luck[turn++] ?? 0,
        );
        for (const [at, each] of all.entries()) {
          expect(each).toBeGreaterThanOrEqual(0);
          expect(each).toBeLessThan(partitions);
          expect(each).not.toBe(all[at + 1]);
        }
      }),
      { seed: 1 },
    );
  });

  test("use all partitions alike when luck is even", () => {
    const partitions = 5;
    const draws = 1000;
    const counts = Array<number>(partitions).fill(0);
    let nth = 0;
    // The golden ratio's multiples spread evenly over [0, 1).
    for (const each of partitionsOf(Array(draws).fill(100), partitions, () => (nth++ * 0.618) % 1))
      counts[each] = (counts[each] ?? 0) + 1;
    for (const count of counts) expect(Math.abs(count - draws / partitions)).toBeLessThan(30);
  });
});
