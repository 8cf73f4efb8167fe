/**
 * A segmented log, as Kafka keeps a partition: appended at the end, read from any offset, dropped at the beginning a
 * whole file at a time. A file is named after its first offset, so that offsets go on where they were even when
 * retention has left no record. When it is synced is the caller's business, as Kafka leaves it to the system.
 */

import { Buffer } from "node:buffer";
import { checkInput, checkWhole, type Files } from "quorumlab/sim";
import { StorageError } from "./errors.ts";
import { FrameFile, HEADER_BYTES } from "./frames.ts";
import { deletable, type SegmentInfo } from "./retention.ts";

export type LogRecord = {
  readonly offset: number;
  readonly timestampMs: number;
  readonly payload: Uint8Array;
};

const TIMESTAMP_BYTES = 8;

/** A file of records, each in a frame of its own. */
class Segment extends FrameFile implements SegmentInfo {
  largestTimestampMs = -1;

  constructor(files: Files, file: string, options: { baseOffset: number; isWhole: boolean }) {
    super(files, file, options);
    for (const { timestampMs } of this.recordsFrom(this.baseOffset)) this.grow(timestampMs);
  }

  add(payload: Uint8Array, timestampMs: number): void {
    const bytes = Buffer.alloc(TIMESTAMP_BYTES + payload.length);
    bytes.writeDoubleBE(timestampMs);
    bytes.set(payload, TIMESTAMP_BYTES);
    this.append(bytes);
    this.grow(timestampMs);
  }

  *recordsFrom(from: number): Generator<LogRecord> {
    let offset = Math.max(from, this.baseOffset);
    for (const bytes of this.from(from)) {
      const timestampMs = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
      yield { offset: offset++, timestampMs, payload: bytes.subarray(TIMESTAMP_BYTES) };
    }
  }

  private grow(timestampMs: number): void {
    this.largestTimestampMs = Math.max(this.largestTimestampMs, timestampMs);
  }
}

/** Kafka's. */
const DEFAULTS = { segmentBytes: 2 ** 30, retentionMs: 7 * 86_400_000, retentionBytes: Infinity };

export type LogOptions = Partial<typeof DEFAULTS>;

export class SegmentedLog {
  private readonly files: Files;
  private readonly name: string;
  private readonly options: typeof DEFAULTS;
  /** Never empty; the last one is the active one. */
  private readonly own: Segment[] = [];

  /**
   * Opens the log of this name, or begins one. A torn or damaged tail is cut off.
   * @throws StorageError CORRUPT_MESSAGE when a record before the last one is damaged or missing
   */
  constructor(files: Files, name: string, options: LogOptions = {}) {
    this.files = files;
    this.name = name;
    this.options = { ...DEFAULTS, ...options };
    const { segmentBytes, retentionMs, retentionBytes } = this.options;
    checkWhole("segmentBytes", segmentBytes, 1);
    checkInput(retentionMs >= 0, "retentionMs", retentionMs, "milliseconds, at least 0");
    checkInput(retentionBytes >= 0, "retentionBytes", retentionBytes, "bytes, at least 0");
    const bases = files.list().flatMap((file) => this.baseOffsetOf(file) ?? []);
    for (const [index, base] of bases.entries()) this.open(base, bases[index + 1]);
    if (bases.length === 0) this.roll(0);
  }

  /** From the oldest to the active one, to which records are appended. */
  get segments(): readonly SegmentInfo[] {
    return this.own;
  }

  /** The offset of the oldest record that is kept. */
  get logStartOffset(): number {
    return (this.own[0] as Segment).baseOffset;
  }

  /** The offset that the next record gets. */
  get logEndOffset(): number {
    return this.active.endOffset;
  }

  /** Adds a record. @returns its offset */
  append(payload: Uint8Array, timestampMs: number): number {
    checkInput(payload instanceof Uint8Array, "payload", payload, "a Uint8Array");
    checkInput(timestampMs >= 0, "timestampMs", timestampMs, "milliseconds, at least 0");
    const offset = this.logEndOffset;
    const sizeBytes = HEADER_BYTES + TIMESTAMP_BYTES + payload.length;
    const isFull = this.active.sizeBytes + sizeBytes > this.options.segmentBytes;
    if (isFull && this.active.sizeBytes > 0) this.roll(offset);
    this.active.add(payload, timestampMs);
    return offset;
  }

  /**
   * The records from an offset on: as many as have `maxBytes` of payload in all, and at least one if there is one.
   * @throws StorageError OFFSET_OUT_OF_RANGE
   */
  read(offset: number, maxBytes: number = 2 ** 20): LogRecord[] {
    this.checkRange(offset);
    checkInput(maxBytes >= 0, "maxBytes", maxBytes, "bytes, at least 0");
    const found: LogRecord[] = [];
    let sizeBytes = 0;
    for (const segment of this.own.filter(({ endOffset }) => endOffset > offset)) {
      for (const record of segment.recordsFrom(offset)) {
        sizeBytes += record.payload.length;
        if (sizeBytes > maxBytes && found.length > 0) return found;
        found.push(record);
      }
    }
    return found;
  }

  /**
   * Drops the records from an offset on. A crash in the middle may leave some of them, the oldest.
   * @throws StorageError OFFSET_OUT_OF_RANGE below the log's start
   */
  truncateTo(offset: number): void {
    if (offset >= this.logEndOffset) return;
    this.checkRange(offset);
    // The newest first: whenever a crash comes, what remains has no hole.
    while (this.active.baseOffset > offset) this.remove(this.own.pop() as Segment);
    const { baseOffset } = this.active;
    this.active.truncateTo(offset);
    this.own.pop();
    this.open(baseOffset);
  }

  /** Deletes what retention lets go. A crash in the middle may leave some of the segments, the newest. */
  deleteOldSegments(nowMs: number, highWatermark: number = this.logEndOffset): void {
    checkInput(nowMs >= 0, "nowMs", nowMs, "milliseconds, at least 0");
    checkWhole("highWatermark", highWatermark, 0);
    const old = deletable(this.own, this.options, nowMs, highWatermark);
    if (old.length === this.own.length) this.roll(this.logEndOffset);
    // The oldest first, for the same reason.
    for (const segment of this.own.splice(0, old.length)) this.remove(segment);
  }

  private get active(): Segment {
    return this.own.at(-1) as Segment;
  }

  private remove({ file }: Segment): void {
    this.files.remove(file);
  }

  private checkRange(offset: number): void {
    const { logStartOffset: start, logEndOffset: end } = this;
    if (Number.isInteger(offset) && offset >= start && offset <= end) return;
    const what = `${this.name} has the offsets from ${start} up to ${end}, not ${offset}`;
    throw new StorageError("OFFSET_OUT_OF_RANGE", what);
  }

  private fileOf(baseOffset: number): string {
    return `${this.name}-${String(baseOffset).padStart(20, "0")}.log`;
  }

  private baseOffsetOf(file: string): number | undefined {
    const baseOffset = Number(file.slice(this.name.length + 1, -".log".length));
    return file === this.fileOf(baseOffset) ? baseOffset : undefined;
  }

  /** Begins a new active segment. Its file is made even while it is empty, for its name. */
  private roll(baseOffset: number): void {
    this.files.truncate(this.fileOf(baseOffset), 0);
    this.open(baseOffset);
  }

  /** @param next where the next segment begins, if there is one: then no crash has torn this one */
  private open(baseOffset: number, next?: number): void {
    const options = { baseOffset, isWhole: next !== undefined };
    const segment = new Segment(this.files, this.fileOf(baseOffset), options);
    const { file, endOffset } = segment;
    if (next !== undefined && next !== endOffset) {
      const what = `${file} ends at ${endOffset}, and the next segment begins at ${next}`;
      throw new StorageError("CORRUPT_MESSAGE", what);
    }
    this.own.push(segment);
  }
}
