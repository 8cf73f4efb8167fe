// Chapter 7 · A segmented log                                          solution: 5 functions, 43 lines

import type { Files } from "quorumlab/sim";
import type { LogRecord, RetentionLimits } from "quorumlab/storage";

/*
 * A partition is a log in several files, its segments. Each record has an offset, one more than the record before it.
 * A segment is called after the offset of its first record, as in "00000000000000000042.log"; an empty one, after the
 * offset that its first record will have. There is always one: the last is the active one, which grows.
 *
 * All that is known of the log is in these files, and there are no others. (Kafka remembers what your functions look
 * up.) `files.truncate(name, 0)` makes an empty file. Your functions sync nothing. When the power fails, of all changes
 * since the last sync a beginning is left, in order, and of a write behind that beginning perhaps a part. Then the log
 * is opened, before anything else.
 */

/** How records are written. It is given. */
export type Codec = {
  encode(record: LogRecord): Uint8Array;
  /** The whole records at the beginning of these bytes, and where each of them ends. */
  decode(bytes: Uint8Array): (LogRecord & { readonly end: number })[];
};

/**
 * Opens the log, or begins it with an empty segment at offset 0.
 *
 * Keep   of what a crash has left, a record is whole or is not there
 */
export function open(files: Files, codec: Codec): void {
  throw new Error("open: your turn");
}

/**
 * Adds a record at the end.
 *
 * Given  how many bytes fit into a segment
 * Return its offset
 * Keep   a record that no longer fits begins the next segment; one that is too large for any has a segment of its own
 */
export function append(
  files: Files,
  codec: Codec,
  record: { readonly timestampMs: number; readonly payload: Uint8Array },
  segmentBytes: number,
): number {
  throw new Error("append: your turn");
}

/**
 * Reads from an offset on.
 *
 * Return as many records as have at most `maxBytes` of payload together, but one at least if there is one; or
 *        "OFFSET_OUT_OF_RANGE" when no record has the offset and none gets it next
 * Keep   of the segments, read only those that the answer comes from, the one behind them, and the active one
 *
 *   with records at 0, 1 and 2, of 10 bytes each: from 0, 15  →  [record 0];  from 9, 15  →  "OFFSET_OUT_OF_RANGE"
 */
export function read(
  files: Files,
  codec: Codec,
  from: { readonly offset: number; readonly maxBytes: number },
): LogRecord[] | "OFFSET_OUT_OF_RANGE" {
  throw new Error("read: your turn");
}

/**
 * Drops the records from an offset on, as a follower does with what its leader does not have.
 *
 * Given  an offset from that of the first record up to that of the next one
 * Keep   whenever the power fails: no record is missing between two that are left
 */
export function truncateTo(files: Files, codec: Codec, offset: number): void {
  throw new Error("truncateTo: your turn");
}

/**
 * Deletes what is too old, or too much: whole segments, the oldest first, up to one that must stay.
 *
 * Given  `retentionMs`: a segment may go when all its records are older; `retentionBytes`: it may go when at least as
 *        many bytes are left without it; where one is left out, nothing may go for its sake
 *        the high watermark: records at or above it are not committed yet, and their segments stay
 * Keep   an empty active segment stays; one with records goes when it may, and an empty one comes after it
 *        whenever the power fails: no record is missing between two that are left, and no offset is given twice
 */
export function deleteOldSegments(
  files: Files,
  codec: Codec,
  limits: RetentionLimits,
  now: { readonly timeMs: number; readonly highWatermark: number },
): void {
  throw new Error("deleteOldSegments: your turn");
}
