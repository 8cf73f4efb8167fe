/** A log in segments: dense offsets that are never given twice, reads that go to their place, a beginning that goes. */

import { Disk } from "quorumlab/sim";
import { type LogOptions, SegmentedLog } from "quorumlab/storage";
import { expect, test } from "vitest";
import { Counting, codeOf, damage } from "./crashes.ts";

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const text = (payload: Uint8Array) => Buffer.from(payload).toString();
const payloads = (log: SegmentedLog, from = log.logStartOffset, maxBytes?: number) =>
  log.read(from, maxBytes).map(({ payload }) => text(payload));

/** A log whose segments take two records of one byte each. */
function small(disk: Disk, options: LogOptions = {}): SegmentedLog {
  return new SegmentedLog(disk, "p", { segmentBytes: 50, ...options });
}

/** A log with the records "a", "b", …, each with a timestamp ten later than the one before. */
function filled(disk: Disk, records: string, options?: LogOptions): SegmentedLog {
  const log = small(disk, options);
  for (const [n, record] of [...records].entries()) log.append(bytes(record), 10 * (n + 1));
  return log;
}

const fileOf = (baseOffset: number) => `p-${String(baseOffset).padStart(20, "0")}.log`;

test("records get dense offsets and come back from any of them, with their timestamps", () => {
  const log = filled(new Disk(), "abcde");
  expect(log.read(1)).toEqual(
    ["b", "c", "d", "e"].map((record, n) => {
      return { offset: n + 1, timestampMs: 10 * (n + 2), payload: bytes(record) };
    }),
  );
  expect(log.read(5)).toEqual([]);
});

test("a log rolls to a new file, named after its first offset, when a record no longer fits", () => {
  const disk = new Disk();
  const { segments } = filled(disk, "abcde");
  expect(disk.list()).toEqual([0, 2, 4].map(fileOf));
  expect(segments).toMatchObject([
    { baseOffset: 0, endOffset: 2, sizeBytes: 50, largestTimestampMs: 20 },
    { baseOffset: 2, endOffset: 4, sizeBytes: 50, largestTimestampMs: 40 },
    { baseOffset: 4, endOffset: 5, sizeBytes: 25, largestTimestampMs: 50 },
  ]);
});

test("a record that is larger than a segment has one for itself", () => {
  const log = small(new Disk());
  for (const size of [1, 99, 99, 1]) log.append(new Uint8Array(size), 0);
  expect(log.segments.map(({ endOffset }) => endOffset)).toEqual([1, 2, 3, 4]);
});

test("a read stops before maxBytes is exceeded, but has one record at least", () => {
  const log = filled(new Disk(), "abcde");
  expect(payloads(log, 1, 3)).toEqual(["b", "c", "d"]);
  expect(payloads(log, 1, 0)).toEqual(["b"]);
});

test("a read outside of the log is out of range", () => {
  const log = filled(new Disk(), "abcde", { retentionBytes: 75 });
  log.deleteOldSegments(0);
  expect([log.logStartOffset, log.logEndOffset]).toEqual([2, 5]);
  for (const offset of [-1, 1, 2.5, 6, Number.NaN]) {
    expect(codeOf(() => log.read(offset))).toBe("OFFSET_OUT_OF_RANGE");
  }
  expect(() => log.read(6)).toThrow("p has the offsets from 2 up to 5, not 6");
});

test("a read goes to its place: it reads what it wants and one record more, wherever that is", () => {
  const disk = new Counting();
  const options = { segmentBytes: 100_000 };
  const log = new SegmentedLog(disk, "p", options);
  for (let n = 0; n < 5000; n++) log.append(bytes(`record ${n}`), n);
  expect(log.segments).toHaveLength(2);
  for (const opened of [log, new SegmentedLog(disk, "p", options)]) {
    for (const offset of [0, 1, 17, 2500, 4998]) {
      disk.bytesRead = 0;
      expect(payloads(opened, offset, 5)).toEqual([`record ${offset}`]);
      expect(disk.bytesRead).toBeLessThan(2 * 40);
    }
  }
});

test("offsets go on where they were when retention has left no record, also after a crash", () => {
  const disk = new Disk();
  const log = filled(disk, "abc", { retentionMs: 100 });
  log.deleteOldSegments(131);
  expect(log.segments).toMatchObject([{ baseOffset: 3, endOffset: 3, sizeBytes: 0 }]);
  disk.sync();
  disk.crash("lost");
  const again = small(disk);
  expect([again.logStartOffset, again.logEndOffset]).toEqual([3, 3]);
  expect(again.append(bytes("d"), 140)).toBe(3);
  expect(payloads(again)).toEqual(["d"]);
});

test("retention takes nothing at or above the high watermark", () => {
  const log = filled(new Disk(), "abcde", { retentionMs: 1 });
  log.deleteOldSegments(1e9, 3);
  expect(log.logStartOffset).toBe(2);
});

test("a log that is cut has the timestamps of what is left, and gives the offsets again", () => {
  const log = filled(new Disk(), "abcdef");
  log.truncateTo(3);
  expect(payloads(log)).toEqual(["a", "b", "c"]);
  const active = () => log.segments.at(-1);
  expect(active()).toMatchObject({ baseOffset: 2, endOffset: 3, largestTimestampMs: 30 });
  log.truncateTo(2);
  expect(active()).toMatchObject({ baseOffset: 2, sizeBytes: 0, largestTimestampMs: -1 });
  expect(log.append(bytes("C"), 5)).toBe(2);
  log.truncateTo(3);
  expect(payloads(log)).toEqual(["a", "b", "C"]);
});

test("a log cannot be cut before its beginning", () => {
  const log = filled(new Disk(), "abcde", { retentionBytes: 75 });
  log.deleteOldSegments(0);
  expect(codeOf(() => log.truncateTo(1))).toBe("OFFSET_OUT_OF_RANGE");
});

test("two logs on one disk do not see each other's files", () => {
  const disk = new Disk();
  for (const name of ["t", "t-0"]) new SegmentedLog(disk, name).append(bytes(name), 0);
  for (const name of ["t", "t-0"]) expect(payloads(new SegmentedLog(disk, name))).toEqual([name]);
});

test("damage and gaps make a log refused, unless they are at its end", () => {
  const opened = (spoil: (disk: Disk) => void) => {
    const disk = new Disk();
    filled(disk, "abcde");
    spoil(disk);
    return () => small(disk);
  };
  expect(opened((disk) => damage(disk, fileOf(0), 49))).toThrow(`1 of ${fileOf(0)} is damaged`);
  expect(opened((disk) => disk.truncate(fileOf(0), 25))).toThrow(
    `${fileOf(0)} ends at 1, and the next segment begins at 2`,
  );
  const gap = opened((disk) => disk.remove(fileOf(2)));
  expect(gap).toThrow("ends at 2, and the next segment begins at 4");
  expect(codeOf(gap)).toBe("CORRUPT_MESSAGE");
  expect(payloads(opened((disk) => damage(disk, fileOf(4), 24))())).toEqual(["a", "b", "c", "d"]);
});

test("what is no record and no size is refused with its name", () => {
  const log = small(new Disk());
  expect(() => log.append("x" as unknown as Uint8Array, 0)).toThrow('payload is "x"; expected');
  expect(() => log.append(bytes("x"), -1)).toThrow("timestampMs is -1; expected milliseconds");
  expect(() => small(new Disk(), { segmentBytes: 0 })).toThrow("segmentBytes is 0; expected");
  expect(() => small(new Disk(), { retentionMs: -1 })).toThrow("retentionMs is -1; expected");
  expect(() => small(new Disk(), { retentionBytes: Number.NaN })).toThrow("retentionBytes is NaN");
  expect(() => log.read(0, Number.NaN)).toThrow("maxBytes is NaN; expected bytes, at least 0.");
  expect(() => log.deleteOldSegments(Number.NaN)).toThrow("nowMs is NaN; expected milliseconds");
  expect(() => log.deleteOldSegments(0, Number.NaN)).toThrow("highWatermark is NaN; expected");
  expect(log.logEndOffset).toBe(0);
});
