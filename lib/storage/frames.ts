/**
 * Frames: records of any length in one file, so that a reader knows where each ends, which one it is, and that it is
 * whole. A frame is the payload's length (4 bytes), the CRC-32C of all that follows (4), the frame's offset (8),
 * and the payload. Where each begins is kept in memory, and found anew at each opening; larger systems have an index in a
 * file, of one frame in every few kilobytes, and read on from there.
 *
 * A crash keeps a prefix of what was written, so it can tear the last frame only, and that one is cut off: nobody was
 * promised it. A bad frame with a whole one after it is no crash's doing. To read on would pass over what is missing,
 * to cut would drop what was promised: so the file is refused. (A last frame that was synced, and damaged later, looks
 * torn as well: from one copy nobody can tell.)
 */

import { Buffer } from "node:buffer";
import type { Files } from "quorumlab/sim";
import { crc32c } from "./crc.ts";
import { StorageError } from "./errors.ts";

export const HEADER_BYTES = 16;

export class FrameFile {
  private readonly files: Files;
  private readonly starts: number[] = [];
  readonly file: string;
  /** The offset of the first frame. */
  readonly baseOffset: number;
  sizeBytes = 0;

  /**
   * Opens a file, or begins one. A torn or damaged tail is cut off.
   * @param options `isWhole`: no crash can have torn the last frame, for something was written later that depends on it
   * @throws StorageError CORRUPT_MESSAGE when a frame is damaged that no crash can have torn
   */
  constructor(files: Files, file: string, { baseOffset = 0, isWhole = false } = {}) {
    this.files = files;
    this.file = file;
    this.baseOffset = baseOffset;
    const bytes = files.read(file);
    const next = () => frameAt(bytes, this.sizeBytes);
    for (let frame = next(); frame?.offset === this.endOffset; frame = next()) this.note(frame.end);
    let isDamaged = isWhole && this.sizeBytes < bytes.length;
    // A damaged length does not say where the next frame begins: every place is looked at.
    for (let at = this.sizeBytes; at < bytes.length && !isDamaged; at++) {
      isDamaged = (frameAt(bytes, at)?.offset ?? -1) > this.endOffset;
    }
    if (isDamaged) throw this.damaged(this.endOffset);
    if (this.sizeBytes < bytes.length) files.truncate(file, this.sizeBytes);
  }

  /** The offset that the next frame gets. */
  get endOffset(): number {
    return this.baseOffset + this.starts.length;
  }

  append(payload: Uint8Array): void {
    const bytes = encode(this.endOffset, payload);
    this.files.write(this.file, this.sizeBytes, bytes);
    this.note(this.sizeBytes + bytes.length);
  }

  /** The payloads of the frames from an offset on. @throws StorageError CORRUPT_MESSAGE */
  *from(offset: number): Generator<Uint8Array> {
    for (let nth = Math.max(0, offset - this.baseOffset); nth < this.starts.length; nth++) {
      const bytes = this.files.read(this.file, this.starts[nth], this.starts[nth + 1]);
      const frame = frameAt(bytes, 0);
      if (frame?.offset !== this.baseOffset + nth) throw this.damaged(this.baseOffset + nth);
      yield frame.payload;
    }
  }

  /** Cuts off the frames from an offset on. */
  truncateTo(offset: number): void {
    const [end = this.sizeBytes] = this.starts.splice(offset - this.baseOffset);
    this.sizeBytes = end;
    this.files.truncate(this.file, end);
  }

  /** Takes notice of the next frame, which ends here. */
  private note(end: number): void {
    this.starts.push(this.sizeBytes);
    this.sizeBytes = end;
  }

  private damaged(offset: number): StorageError {
    return new StorageError("CORRUPT_MESSAGE", `frame ${offset} of ${this.file} is damaged`);
  }
}

function encode(offset: number, payload: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES + payload.length);
  bytes.writeUInt32BE(payload.length, 0);
  bytes.writeDoubleBE(offset, 8);
  bytes.set(payload, HEADER_BYTES);
  bytes.writeUInt32BE(crc32c(bytes.subarray(8)), 4);
  return bytes;
}

/** The frame that begins at a place, if a whole one does, and where it ends. */
function frameAt(bytes: Uint8Array, at: number) {
  if (at + HEADER_BYTES > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const end = at + HEADER_BYTES + view.getUint32(0);
  if (end > bytes.length) return undefined;
  if (view.getUint32(4) !== crc32c(bytes.subarray(at + 8, end))) return undefined;
  return { offset: view.getFloat64(8), payload: bytes.subarray(at + HEADER_BYTES, end), end };
}
