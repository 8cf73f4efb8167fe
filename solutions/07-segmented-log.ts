import type { Files } from "quorumlab/sim";
import type { LogRecord, RetentionLimits } from "quorumlab/storage";

export type Codec = {
  encode(record: LogRecord): Uint8Array;
  decode(bytes: Uint8Array): (LogRecord & { readonly end: number })[];
};

const nameOf = (base: number) => `${String(base).padStart(20, "0")}.log`;

/** Twenty digits sort as numbers do. */
const basesOf = (files: Files) => files.list().map((file) => Number.parseInt(file, 10));

function segmentAt(files: Files, codec: Codec, base: number) {
  const records = codec.decode(files.read(nameOf(base)));
  return { base, records, next: base + records.length, sizeBytes: records.at(-1)?.end ?? 0 };
}

const active = (files: Files, codec: Codec) =>
  segmentAt(files, codec, basesOf(files).at(-1) as number);

/** Only the last segment can be torn: nothing is written behind a tear. */
export function open(files: Files, codec: Codec): void {
  const { base, sizeBytes } = segmentAt(files, codec, basesOf(files).at(-1) ?? 0);
  files.truncate(nameOf(base), sizeBytes);
}

/** The name of a segment says where it begins, so that nobody has to count from the first record of all. */
export function append(
  files: Files,
  codec: Codec,
  record: { readonly timestampMs: number; readonly payload: Uint8Array },
  segmentBytes: number,
): number {
  const { base, next: offset, sizeBytes } = active(files, codec);
  const bytes = codec.encode({ offset, ...record });
  const isFull = sizeBytes > 0 && sizeBytes + bytes.length > segmentBytes;
  files.write(nameOf(isFull ? offset : base), isFull ? 0 : sizeBytes, bytes);
  return offset;
}

/** The segment with an offset is the last that does not begin beyond it. */
export function read(
  files: Files,
  codec: Codec,
  from: { readonly offset: number; readonly maxBytes: number },
): LogRecord[] | "OFFSET_OUT_OF_RANGE" {
  const { offset, maxBytes } = from;
  const bases = basesOf(files);
  const first = bases.findLastIndex((base) => base <= offset);
  if (first < 0 || offset > active(files, codec).next) return "OFFSET_OUT_OF_RANGE";
  const found: LogRecord[] = [];
  let sizeBytes = 0;
  for (const base of bases.slice(first)) {
    for (const { end, ...record } of segmentAt(files, codec, base).records) {
      if (record.offset < offset) continue;
      sizeBytes += record.payload.length;
      if (sizeBytes > maxBytes && found.length > 0) return found;
      found.push(record);
    }
  }
  return found;
}

/** The newest first: whenever the power fails, what is left has no hole. */
export function truncateTo(files: Files, codec: Codec, offset: number): void {
  const [, ...others] = basesOf(files);
  for (const base of others.reverse()) if (base >= offset) files.remove(nameOf(base));
  const { base, records } = active(files, codec);
  files.truncate(nameOf(base), records[offset - base - 1]?.end ?? 0);
}

/** The oldest first, for the same reason. What comes next is begun before the last one goes: its name is the memory. */
export function deleteOldSegments(
  files: Files,
  codec: Codec,
  limits: RetentionLimits,
  now: { readonly timeMs: number; readonly highWatermark: number },
): void {
  const { retentionMs = Infinity, retentionBytes = Infinity } = limits;
  const segments = basesOf(files).map((base) => segmentAt(files, codec, base));
  let leftBytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const { base, records, next, sizeBytes } of segments) {
    leftBytes -= sizeBytes;
    const isOld = records.every(({ timestampMs }) => now.timeMs - timestampMs > retentionMs);
    const mayGo = isOld || leftBytes >= retentionBytes;
    if (records.length === 0 || next > now.highWatermark || !mayGo) return;
    if (base === segments.at(-1)?.base) files.truncate(nameOf(next), 0);
    files.remove(nameOf(base));
  }
}
