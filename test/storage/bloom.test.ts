/** A Bloom filter forgets no key, and takes other keys for its own as seldom as the formula says. */

import fc from "fast-check";
import { luck } from "quorumlab/sim";
import { BloomFilter } from "quorumlab/storage";
import { expect, test } from "vitest";

test("a key of the filter is never answered with no", () => {
  const keys = fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 20 }), (own, bitsPerKey) => {
      const filter = new BloomFilter(own, bitsPerKey);
      expect(own.filter((key) => !filter.mayHave(key))).toEqual([]);
    }),
  );
});

const KEYS = 5000;
const OTHERS = 20_000;

test.each([4, 8, 10, 16])(
  "with %i bits for each key, others pass as often as the formula says",
  (bitsPerKey) => {
    const hashes = Math.round(bitsPerKey * Math.LN2);
    const formula = (1 - Math.exp(-hashes / bitsPerKey)) ** hashes;
    const deviation = Math.sqrt((formula * (1 - formula)) / OTHERS);
    for (const seed of [1, 2, 3]) {
      const key = (n: number) => `key ${luck(seed, n)}`;
      const filter = new BloomFilter(
        Array.from({ length: KEYS }, (_, n) => key(n)),
        bitsPerKey,
      );
      const others = Array.from({ length: OTHERS }, (_, n) => key(KEYS + n));
      const rate = others.filter((each) => filter.mayHave(each)).length / OTHERS;
      expect(Math.abs(rate - formula)).toBeLessThan(0.1 * formula + 4 * deviation);
    }
  },
);
