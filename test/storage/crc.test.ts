/** CRC-32C by the vectors of RFC 3720, and by what a checksum is for. */

import fc from "fast-check";
import { crc32c } from "quorumlab/storage";
import { expect, test } from "vitest";

test("the checksum is Castagnoli's", () => {
  const of = (bytes: ArrayLike<number>) => crc32c(Uint8Array.from(bytes)).toString(16);
  expect(of(Buffer.from("123456789"))).toBe("e3069283");
  expect(of([])).toBe("0");
  expect(of(Array(32).fill(0))).toBe("8a9136aa");
  expect(of(Array(32).fill(255))).toBe("62a8ab43");
  expect(of(Array.from({ length: 32 }, (_, n) => n))).toBe("46dd794e");
});

test("no damage within 32 bits goes unnoticed", () => {
  const damage = fc.record({
    bytes: fc.uint8Array({ minLength: 4, maxLength: 60 }),
    at: fc.nat(),
    flips: fc.uint8Array({ minLength: 4, maxLength: 4 }).filter((flips) => flips.some(Boolean)),
  });
  fc.assert(
    fc.property(damage, ({ bytes, at, flips }) => {
      const start = at % (bytes.length - 3);
      const damaged = bytes.map((byte, n) => byte ^ (flips[n - start] ?? 0));
      expect(crc32c(damaged)).not.toBe(crc32c(bytes));
    }),
  );
});
