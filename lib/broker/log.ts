/**
 * A replica's log: batches in order, in memory and on disk, and what is known from them alone: where each leader's part
 * begins, and what each producer wrote last. Batches are appended, cut off at the end, and dropped at the beginning;
 * none is ever changed.
 */

import { Buffer } from "node:buffer";
import type { Data } from "quorumlab/ensemble";
import { invariant, type Out, type Saved } from "quorumlab/sim";
import { deletable, type SegmentInfo } from "quorumlab/storage";
import { type EpochStart, type ProducerState, REMEMBERED_BATCHES } from "./decisions.ts";
import type { Offset, TopicConfig } from "./kafka.ts";
import type { Batch, LogRecord, ProducerId, Sequenced } from "./messages.ts";

export type Log = {
  /** What the log on disk is called. */
  readonly name: string;
  /** The first offset that is kept, and the one that the next record gets. */
  start: Offset;
  end: Offset;
  batches: Batch[];
  /** The place on disk of the first batch. */
  place: number;
  /** Also of the last record that is deleted: a log that has another one there is another one. */
  epochs: EpochStart[];
  producers: Producers;
  /** What was known of producers where the log begins: a batch that is deleted may still be sent again. */
  before: Producers;
};

type Producers = Map<ProducerId, ProducerState>;

/** The cell that says where a log begins, also when nothing of it is left. */
type Start = { readonly offset: Offset } & Pick<Log, "epochs" | "producers">;

/** Kafka's defaults: log.segment.bytes, log.retention.hours. */
const SEGMENT_BYTES = 2 ** 30;
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
/** What a batch takes besides its records, and a record besides its key and value when both are short. */
const BATCH_BYTES = 61;
const RECORD_BYTES = 10;

/** What the disk kept of a log. */
export function openLog(name: string, saved: Saved): Log {
  const kept = saved.log<Batch>(name);
  const { offset, epochs, producers } = saved.cell<Start>(startOf(name)) ?? NOTHING;
  // After a crash between the two writes of `dropBefore`, the disk has batches that are deleted.
  const batches = kept.entries.filter(({ baseOffset }) => baseOffset >= offset);
  const place = kept.start + kept.entries.length - batches.length;
  const known = { before: new Map(producers), producers: new Map(producers), epochs: [...epochs] };
  const log = { ...emptyLog(name, offset), place, ...known };
  for (const batch of batches) keep(log, batch);
  return log;
}

const NOTHING: Start = { offset: 0, epochs: [], producers: new Map() };

export function emptyLog(name: string, start = 0): Log {
  const known = { epochs: [], producers: new Map(), before: new Map() };
  return { name, start, end: start, batches: [], place: 0, ...known };
}

function startOf(name: string): string {
  return `${name} start`;
}

/** The offset after a batch. */
function endOfBatch({ baseOffset, records }: Batch): Offset {
  return baseOffset + records.length;
}

function keep(log: Log, batch: Batch): void {
  const { baseOffset, leaderEpoch } = batch;
  const newest = log.epochs.at(-1)?.epoch ?? -1;
  invariant(
    baseOffset === log.end && leaderEpoch >= newest,
    () =>
      `${log.name} ends at ${log.end} in epoch ${newest}, and gets a batch at ${baseOffset} of epoch ${leaderEpoch}`,
  );
  if (leaderEpoch > newest) log.epochs.push({ epoch: leaderEpoch, start: baseOffset });
  log.batches.push(batch);
  log.end = endOfBatch(batch);
  remember(log.producers, batch);
}

function remember(producers: Producers, { baseOffset, records, sequenced }: Batch): void {
  if (sequenced === null) return;
  const { producerId, producerEpoch: epoch, baseSequence: first } = sequenced;
  const known = producers.get(producerId);
  const older = known?.epoch === epoch ? known.batches.slice(1 - REMEMBERED_BATCHES) : [];
  const newer = { first, last: first + records.length - 1, offset: baseOffset };
  producers.set(producerId, { epoch, batches: [...older, newer] });
}

/** Appends a batch, whose offsets go on from the end of the log. */
export function append(log: Log, batch: Batch, out: Out<unknown>): void {
  keep(log, batch);
  out.append(log.name, batch);
}

/** Appends records as the next batch of a leader. */
export function appendNew(
  log: Log,
  leaderEpoch: number,
  records: readonly LogRecord[],
  sequenced: Sequenced | null,
  out: Out<unknown>,
): void {
  const bytes = sizeOf(records);
  const maxTimestampMs = Math.max(...records.map(({ timestampMs }) => timestampMs));
  const baseOffset = log.end;
  append(log, { baseOffset, leaderEpoch, records, bytes, maxTimestampMs, sequenced }, out);
}

/**
 * Cuts off all batches that reach beyond an offset; what was known from them goes with them. Where nothing is left, not
 * even what was deleted, the log goes on at the offset.
 */
export function truncateTo(log: Log, offset: Offset, out: Out<unknown>): void {
  const { batches, start, before } = log;
  if (offset < start) {
    restartAt(log, offset, out);
    return;
  }
  const kept = countBefore(log, offset);
  if (kept === batches.length) return;
  out.cutTail(log.name, log.place + kept);
  const epochs = log.epochs.filter((each) => each.start < start);
  Object.assign(log, { batches: [], end: start, epochs, producers: new Map(before) });
  for (const batch of batches.slice(0, kept)) keep(log, batch);
}

/** Drops all batches before an offset, which is the end of one of them or the beginning of the log. */
export function dropBefore(log: Log, offset: Offset, out: Out<unknown>): void {
  if (offset <= log.start) return;
  invariant(offset <= log.end, `${log.name} ends at ${log.end}, and is to begin at ${offset}`);
  const dropped = countBefore(log, offset);
  for (const batch of log.batches.splice(0, dropped)) remember(log.before, batch);
  log.place += dropped;
  log.start = offset;
  log.epochs = log.epochs
    .filter((_, i) => (log.epochs[i + 1]?.start ?? Infinity) >= offset)
    .map(({ epoch, start }) => ({ epoch, start: Math.max(start, offset - 1) }));
  const epochs = log.epochs.slice(0, 1);
  out.put(startOf(log.name), { offset, epochs, producers: log.before } satisfies Start);
  out.dropHead(log.name, log.place);
}

/** Forgets everything, and goes on at an offset. */
export function restartAt(log: Log, offset: Offset, out: Out<unknown>): void {
  const place = log.place + log.batches.length;
  out.dropHead(log.name, place);
  out.put(startOf(log.name), { ...NOTHING, offset } satisfies Start);
  Object.assign(log, { ...emptyLog(log.name, offset), place });
}

/**
 * Drops the segments that the topic's limits no longer keep, but nothing that is not committed. Where segments end
 * follows from the batches; here a segment is rolled by its size alone.
 */
export function retain(
  log: Log,
  { segmentBytes = SEGMENT_BYTES, retentionMs = WEEK_MS, retentionBytes = Infinity }: TopicConfig,
  nowMs: number,
  highWatermark: Offset,
  out: Out<unknown>,
): void {
  const segments = segmentsOf(log, segmentBytes);
  const gone = deletable(segments, { retentionMs, retentionBytes }, nowMs, highWatermark);
  for (const { endOffset } of gone) dropBefore(log, endOffset, out);
}

function segmentsOf({ batches }: Log, segmentBytes: number): SegmentInfo[] {
  const segments: SegmentInfo[] = [];
  for (const batch of batches) {
    const { baseOffset, bytes, maxTimestampMs } = batch;
    const active = segments.at(-1);
    const rolls = active === undefined || active.sizeBytes + bytes > segmentBytes;
    const before = rolls ? { baseOffset, sizeBytes: 0, largestTimestampMs: -Infinity } : active;
    const grown = {
      baseOffset: before.baseOffset,
      endOffset: endOfBatch(batch),
      sizeBytes: before.sizeBytes + bytes,
      largestTimestampMs: Math.max(before.largestTimestampMs, maxTimestampMs),
    };
    segments.splice(rolls ? segments.length : -1, 1, grown);
  }
  return segments;
}

/** How many batches end at or before an offset. */
function countBefore({ batches }: Log, offset: Offset): number {
  let low = 0;
  let high = batches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endOfBatch(batches[middle] as Batch) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The batches from the one with this offset on, up to a limit; the first one whole, however large it is. */
export function read(log: Log, from: Offset, limit: Offset, maxBytes: number): Batch[] {
  const found: Batch[] = [];
  let bytes = 0;
  for (let at = countBefore(log, from); at < log.batches.length; at++) {
    const batch = log.batches[at] as Batch;
    bytes += batch.bytes;
    if (endOfBatch(batch) > limit || (found.length > 0 && bytes > maxBytes)) break;
    found.push(batch);
  }
  return found;
}

/** The first offset before the limit whose record is at least so new. */
export function offsetAt(log: Log, timestampMs: number, limit: Offset): Offset | null {
  const batch = log.batches.find(({ maxTimestampMs }) => maxTimestampMs >= timestampMs);
  if (batch === undefined) return null;
  const nth = batch.records.findIndex((record) => record.timestampMs >= timestampMs);
  const offset = batch.baseOffset + nth;
  return offset < limit ? offset : null;
}

/** The bytes of some records in one batch, as Kafka counts them with its shortest headers. */
export function sizeOf(records: readonly LogRecord[]): number {
  return records.reduce(
    (sum, { key, value }) => sum + RECORD_BYTES + bytesOf(key) + bytesOf(value),
    BATCH_BYTES,
  );
}

function bytesOf(data: Data | null): number {
  if (data === null) return 0;
  return typeof data === "string" ? Buffer.byteLength(data) : data.length;
}
