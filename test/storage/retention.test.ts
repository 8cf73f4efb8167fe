/** Which segments may go: by time, by size, never beyond the high watermark, and never so that a hole remains. */

import fc from "fast-check";
import { deletable, type SegmentInfo } from "quorumlab/storage";
import { describe, expect, test } from "vitest";

/** Segments of one record a byte, from their sizes and largest timestamps. */
function segments(
  ...given: readonly (readonly [sizeBytes: number, atMs: number])[]
): SegmentInfo[] {
  let endOffset = 0;
  return given.map(([sizeBytes, largestTimestampMs]) => {
    const baseOffset = endOffset;
    endOffset += sizeBytes;
    return { baseOffset, endOffset, sizeBytes, largestTimestampMs };
  });
}

const all = Infinity;

describe("by time", () => {
  const three = segments([10, 100], [10, 200], [10, 300]);

  test("a segment goes when its newest record is older than retention.ms, not when it is just as old", () => {
    expect(deletable(three, { retentionMs: 50 }, 150, all)).toEqual([]);
    expect(deletable(three, { retentionMs: 50 }, 151, all)).toEqual(three.slice(0, 1));
  });

  test("the first segment that must stay keeps those behind it", () => {
    const late = segments([10, 900], [10, 200], [10, 300]);
    expect(deletable(late, { retentionMs: 50 }, 900, all)).toEqual([]);
  });

  test("the active segment goes as well, unless it is empty", () => {
    expect(deletable(three, { retentionMs: 50 }, 351, all)).toEqual(three);
    const rolled = segments([10, 100], [0, -1]);
    expect(deletable(rolled, { retentionMs: 50 }, 1000, all)).toEqual(rolled.slice(0, 1));
  });
});

describe("by size", () => {
  const three = segments([10, 1], [20, 2], [30, 3]);

  test("segments go while as many bytes as retention.bytes remain", () => {
    expect(deletable(three, { retentionBytes: 51 }, 5, all)).toEqual([]);
    expect(deletable(three, { retentionBytes: 50 }, 5, all)).toEqual(three.slice(0, 1));
    expect(deletable(three, { retentionBytes: 31 }, 5, all)).toEqual(three.slice(0, 1));
    expect(deletable(three, { retentionBytes: 30 }, 5, all)).toEqual(three.slice(0, 2));
  });

  test("a small segment does not go in place of a large older one", () => {
    const large = segments([100, 1], [1, 2], [50, 3]);
    expect(deletable(large, { retentionBytes: 60 }, 5, all)).toEqual([]);
  });
});

test("without limits nothing goes", () => {
  expect(deletable(segments([10, 0], [10, 0]), {}, 1e15, all)).toEqual([]);
});

test("a segment with a record at or above the high watermark stays, however old it is", () => {
  const three = segments([10, 0], [10, 0], [10, 0]);
  const until = (highWatermark: number) => deletable(three, { retentionMs: 1 }, 100, highWatermark);
  expect([9, 10, 19, 20, 30].map((each) => until(each).length)).toEqual([0, 1, 1, 2, 3]);
});

const given = fc.record({
  sizes: fc.array(fc.tuple(fc.nat(9), fc.nat(20)), { minLength: 1, maxLength: 6 }),
  limits: fc.record({ retentionMs: fc.nat(20), retentionBytes: fc.nat(30) }, { requiredKeys: [] }),
  nowMs: fc.integer({ min: 10, max: 30 }),
  highWatermark: fc.nat(40),
});

test("what goes is the longest beginning of which each may go by age, or by what remains without it", () => {
  const seen = { none: 0, some: 0, all: 0 };
  fc.assert(
    fc.property(given, ({ sizes, limits, nowMs, highWatermark }) => {
      const list = segments(...sizes);
      const bytesFrom = (index: number) =>
        list.slice(index).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const may = ({ sizeBytes, largestTimestampMs, endOffset }: SegmentInfo, index: number) =>
        (nowMs > largestTimestampMs + (limits.retentionMs ?? Infinity) ||
          bytesFrom(index + 1) >= (limits.retentionBytes ?? Infinity)) &&
        endOffset <= highWatermark &&
        (index < list.length - 1 || sizeBytes > 0);
      const longest = list.findLastIndex((_, index) => list.slice(0, index + 1).every(may)) + 1;
      expect(deletable(list, limits, nowMs, highWatermark)).toEqual(list.slice(0, longest));
      seen[longest === 0 ? "none" : longest < list.length ? "some" : "all"] += 1;
    }),
    { numRuns: 1000 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
});
