/**
 * Logs and cells on byte files: what the effects `append`, `cutTail`, `dropHead` and `put` come to, on any `Files`.
 * A log is a file of frames: the length and CRC-32 of what follows, the entry's index, the entry. A frame without
 * an entry says where the log starts. The first write after a crash cuts a torn tail off.
 */

import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import type { Files } from "./disk.ts";
import type { WriteEffect } from "./effects.ts";
import { decode, encode } from "./encoding.ts";
import { invariant, type Saved } from "./protocol.ts";

const HEADER_BYTES = 16;

type Log = {
  readonly start: number;
  /** Where the first entry begins in the file, and where each ends. */
  readonly ends: number[];
};

export class Stable implements Saved {
  private readonly files: Files;
  private readonly logs = new Map<string, Log>();

  constructor(files: Files) {
    this.files = files;
  }

  log<Entry>(name: string): { readonly start: number; readonly entries: Entry[] } {
    const { start, payloads } = frames(this.files.read(`${name}.log`));
    return { start, entries: payloads.map((payload) => decode(payload) as Entry) };
  }

  cell<Value>(name: string): Value | undefined {
    const [payload] = frames(this.files.read(`${name}.cell`)).payloads;
    return payload === undefined ? undefined : (decode(payload) as Value);
  }

  perform(effect: WriteEffect): void {
    if (effect.kind === "append") this.append(`${effect.log}.log`, effect.entry);
    else if (effect.kind === "cutTail") this.cutTail(`${effect.log}.log`, effect.from);
    else if (effect.kind === "dropHead") this.dropHead(`${effect.log}.log`, effect.before);
    else this.replace(`${effect.cell}.cell`, frame(0, encode(effect.value)));
  }

  private append(file: string, entry: unknown): void {
    const { start, ends } = this.open(file);
    const bytes = frame(start + ends.length - 1, encode(entry));
    const at = ends.at(-1) as number;
    this.files.write(file, at, bytes);
    ends.push(at + bytes.length);
  }

  private cutTail(file: string, from: number): void {
    const { start, ends } = this.open(file);
    invariant(from >= start, `${file} starts at ${start} and cannot be cut at ${from}`);
    const kept = from - start;
    if (kept >= ends.length - 1) return;
    ends.length = kept + 1;
    this.files.truncate(file, ends[kept] as number);
  }

  private dropHead(file: string, before: number): void {
    const { start, ends } = this.open(file);
    if (before <= start) return;
    const end = start + ends.length - 1;
    invariant(before <= end, `${file} ends at ${end} and cannot start at ${before}`);
    const rest = this.files.read(file, ends[before - start]);
    this.replace(file, Buffer.concat([frame(before, new Uint8Array(0)), rest]));
    this.logs.delete(file);
  }

  private replace(file: string, bytes: Uint8Array): void {
    const fresh = `${file}.new`;
    this.files.truncate(fresh, 0);
    this.files.write(fresh, 0, bytes);
    this.files.rename(fresh, file);
  }

  private open(file: string): Log {
    return this.logs.getOrInsertComputed(file, () => {
      const bytes = this.files.read(file);
      const { start, ends } = frames(bytes);
      const end = ends.at(-1) as number;
      if (end < bytes.length) this.files.truncate(file, end);
      return { start, ends };
    });
  }
}

function frame(index: number, payload: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  bytes.writeUInt32BE(payload.length, 0);
  bytes.writeDoubleBE(index, 8);
  bytes.set(payload, HEADER_BYTES);
  bytes.writeUInt32BE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/** The whole frames of a file, up to the first that is torn or damaged. */
function frames(bytes: Uint8Array): Log & { readonly payloads: Uint8Array[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const result = { start: 0, ends: [0], payloads: [] as Uint8Array[] };
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const end = at + HEADER_BYTES + view.getUint32(at);
    if (end > bytes.length || view.getUint32(at + 4) !== crc32(bytes.subarray(at + 8, end))) break;
    if (at === 0) result.start = view.getFloat64(8);
    if (end === at + HEADER_BYTES) {
      result.ends = [end];
    } else {
      result.ends.push(end);
      result.payloads.push(bytes.subarray(at + HEADER_BYTES, end));
    }
    at = end;
  }
  return result;
}
