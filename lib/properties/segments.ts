/** A learner's segmented log on a machine whose power fails: what is done with it in words, and what its files hold. */

import fc from "fast-check";
import type { LogRecord, RetentionLimits, SegmentInfo } from "quorumlab/storage";
import { codec } from "./codec.ts";
import { Tale } from "./power.ts";

type Module = typeof import("../../exercises/07-segmented-log.ts");

/** A segment, as it stands in the files. */
type Segment = SegmentInfo & { readonly records: readonly LogRecord[] };

type Now = Parameters<Module["deleteOldSegments"]>[3];

/** What a read answers. */
export type Answer = readonly LogRecord[] | string;

/** What a log is made of: records of so many bytes. Clocks jump, so timestamps are not in order. */
export type Plan = {
  readonly start: number;
  readonly segmentBytes: number;
  readonly records: readonly { readonly bytes: number; readonly timestampMs: number }[];
};

export const start: fc.Arbitrary<number> = fc.constantFrom(0, 0, 7);
export const segmentBytes: fc.Arbitrary<number> = fc.nat(20).map((n) => 32 + 4 * n);

/** Some records are larger than a segment. */
export function records(maxLength: number): fc.Arbitrary<Plan["records"]> {
  const bytes = fc.constantFrom(0, 1, 2, 4, 8, 8, 12, 160);
  const timestampMs = fc.nat(9).map((n) => 100 * n);
  return fc.array(fc.record({ bytes, timestampMs }), { maxLength, size: "max" });
}

export const plan: fc.Arbitrary<Plan> = fc.record({ start, segmentBytes, records: records(14) });

/** The log after a plan. */
export function made(
  instances: readonly Module[],
  { start, segmentBytes, records }: Plan,
): Segmented {
  const log = new Segmented(instances, start, segmentBytes);
  log.appendAll(records);
  return log;
}

export class Segmented extends Tale<Module> {
  private readonly segmentBytes: number;
  /** The offset of the first record, and the records. */
  private start: number;
  records: readonly LogRecord[] = [];
  /** What the log has had since the last sync. */
  private since: (readonly LogRecord[])[] = [];
  private made = 0;

  /** A log whose first record will have the offset `start`, opened. */
  constructor(instances: readonly Module[], start: number, segmentBytes: number) {
    super(instances);
    this.segmentBytes = segmentBytes;
    this.start = start;
    const first = `a log from offset ${start} on, ${segmentBytes} bytes in a segment`;
    this.attempt(first, () => start > 0 && this.files.truncate(nameOf(start), 0));
    this.sync();
    this.open();
  }

  /** The offset of the next record. */
  get end(): number {
    return this.start + this.records.length;
  }

  open(): void {
    this.begin("open", () => this.module.open(this.files, codec));
  }

  append(payloadBytes: number, timestampMs: number): void {
    const { end } = this;
    const payload = new Uint8Array(payloadBytes).fill(++this.made);
    let offset: unknown;
    this.have([...this.records, { offset: end, timestampMs, payload }]);
    const isDone = this.attempt(`append ${payloadBytes} bytes of ${timestampMs} ms`, () => {
      const record = { timestampMs, payload };
      offset = this.module.append(this.files, codec, record, this.segmentBytes);
    });
    if (isDone && offset !== end) {
      throw this.violation(`it got the offset ${String(offset)}; expected ${end}`);
    }
  }

  appendAll(records: Plan["records"]): void {
    for (const { bytes, timestampMs } of records) this.append(bytes, timestampMs);
  }

  /** @returns the answer, and the segments that were read for it */
  read(offset: number, maxBytes: number): { answer: Answer; opened: readonly string[] } {
    const { opened } = this.machine;
    opened.clear();
    let answer: unknown;
    this.attempt(`read from ${offset}, at most ${maxBytes} bytes`, () => {
      answer = this.module.read(this.files, codec, { offset, maxBytes });
    });
    if (isAnswer(answer)) return { answer, opened: [...opened] };
    const expected = 'records { offset, timestampMs, payload }, or "OFFSET_OUT_OF_RANGE"';
    throw this.violation(`it returned ${fc.stringify(answer)}; expected ${expected}`);
  }

  truncateTo(offset: number): void {
    this.have(this.records.slice(0, offset - this.start));
    this.attempt(`truncateTo ${offset}`, () => this.module.truncateTo(this.files, codec, offset));
  }

  deleteOldSegments(limits: RetentionLimits, now: Now): void {
    const said = JSON.stringify({ ...limits, ...now }).replaceAll('"', "");
    this.attempt(`deleteOldSegments ${said}`, () => {
      this.module.deleteOldSegments(this.files, codec, limits, now);
    });
  }

  /** What is written is safe from now on. */
  sync(): void {
    this.machine.sync();
    this.since = [this.records];
  }

  /** The segments as the files have them: each where the one before it ends, and whole. */
  get segments(): Segment[] {
    const segments = this.files.list().map((file) => this.segmentIn(file));
    for (const [index, { baseOffset, endOffset }] of segments.entries()) {
      const next = segments[index + 1]?.baseOffset ?? endOffset;
      if (next === endOffset) continue;
      throw this.violation(
        `the segment of ${baseOffset} ends at ${endOffset}, the next one begins at ${next}`,
      );
    }
    if (segments.length === 0) throw this.violation("there is no segment");
    return segments;
  }

  /** The log has all of its records, and no other. */
  mustHoldAll(): void {
    const found = this.found();
    if (textOf(found) !== textOf(this.records)) {
      throw this.violation(`its files have ${namesOf(found)}; expected ${namesOf(this.records)}`);
    }
  }

  /** After a crash: the files have a beginning of what the log had at some moment since the last sync. */
  mustHoldBeginning(): void {
    const found = this.found();
    const least = Math.min(...this.since.map(({ length }) => length));
    const isOne = this.since.some((had) => textOf(had.slice(0, found.length)) === textOf(found));
    if (found.length < least || !isOne) {
      const had = [...new Set(this.since.map(namesOf))].join(", or ");
      throw this.violation(`its files have ${namesOf(found)}; it had ${had}`);
    }
    this.records = found;
    this.sync();
  }

  /** After a crash: the files have an ending of what the log had, and it goes on where it was. */
  mustHoldEnding(): void {
    const { segments, end } = this;
    const [first, last] = [segments[0] as Segment, segments.at(-1) as Segment];
    if (last.endOffset !== end) {
      throw this.violation(`the next record gets the offset ${last.endOffset}; expected ${end}`);
    }
    const found = segments.flatMap(({ records }) => records);
    const expected = this.records.slice(this.records.length - found.length);
    if (textOf(found) !== textOf(expected)) {
      throw this.violation(`its files have ${namesOf(found)}; expected ${namesOf(expected)}`);
    }
    this.start = first.baseOffset;
    this.records = found;
    this.sync();
  }

  /** What the files have, from where the log began. */
  private found(): LogRecord[] {
    const { segments, start } = this;
    const first = segments[0]?.baseOffset;
    if (first !== start) throw this.violation(`it begins at ${first}; expected ${start}`);
    return segments.flatMap(({ records }) => records);
  }

  private have(records: readonly LogRecord[]): void {
    if (this.machine.isDown) return;
    this.records = records;
    this.since.push(records);
  }

  private segmentIn(file: string): Segment {
    const baseOffset = Number.parseInt(file, 10);
    if (file !== nameOf(baseOffset)) throw this.violation(`there is a file "${file}"`);
    const bytes = this.files.read(file);
    const decoded = codec.decode(bytes);
    if ((decoded.at(-1)?.end ?? 0) < bytes.length) {
      throw this.violation(`the segment of ${baseOffset} ends with a torn record`);
    }
    const records = decoded.map(({ end: _, ...record }) => record);
    const strange = records.findIndex(({ offset }, index) => offset !== baseOffset + index);
    if (strange >= 0) {
      throw this.violation(`record ${strange} of the segment of ${baseOffset} has another offset`);
    }
    return {
      baseOffset,
      endOffset: baseOffset + records.length,
      sizeBytes: bytes.length,
      largestTimestampMs: Math.max(-1, ...records.map(({ timestampMs }) => timestampMs)),
      records,
    };
  }
}

function isAnswer(answer: unknown): answer is Answer {
  return Array.isArray(answer) ? [...answer].every(isRecord) : typeof answer === "string";
}

function isRecord(each: unknown): each is LogRecord {
  const { offset, timestampMs, payload } = Object(each) as Record<keyof LogRecord, unknown>;
  const areNumbers = typeof offset === "number" && typeof timestampMs === "number";
  return areNumbers && payload instanceof Uint8Array;
}

export function nameOf(base: number): string {
  return `${String(base).padStart(20, "0")}.log`;
}

/** The same for the same records only. */
export function textOf(records: readonly LogRecord[]): string {
  return records
    .map(({ offset, timestampMs, payload }) => `${offset} ${timestampMs} ${payload}`)
    .join("\n");
}

/** Such as "the records 3, 4". */
export function namesOf(records: readonly LogRecord[]): string {
  return records.length === 0
    ? "no record"
    : `the records ${records.map(({ offset }) => offset).join(", ")}`;
}
