/** How the records of exercise 07-segmented-log are written, so that nobody has to think of it: with a checksum. */

import { Buffer } from "node:buffer";
import { crc32c } from "quorumlab/storage";
import type { Codec } from "../../exercises/07-segmented-log.ts";

const HEADER_BYTES = 24;

/** What a record takes in its segment. */
export function sizeOf(payloadBytes: number): number {
  return HEADER_BYTES + payloadBytes;
}

/** Length, checksum, offset, timestamp, payload. */
export const codec: Codec = {
  encode({ offset, timestampMs, payload }) {
    const bytes = Buffer.alloc(HEADER_BYTES + payload.length);
    bytes.writeUInt32BE(payload.length, 0);
    bytes.writeDoubleBE(offset, 8);
    bytes.writeDoubleBE(timestampMs, 16);
    bytes.set(payload, HEADER_BYTES);
    bytes.writeUInt32BE(crc32c(bytes.subarray(8)), 4);
    return new Uint8Array(bytes);
  },
  decode(bytes) {
    const buffer = Buffer.from(bytes);
    const records: ReturnType<Codec["decode"]> = [];
    for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
      const end = at + HEADER_BYTES + buffer.readUInt32BE(at);
      const isWhole = end <= bytes.length;
      if (!isWhole || crc32c(bytes.subarray(at + 8, end)) !== buffer.readUInt32BE(at + 4)) break;
      records.push({
        offset: buffer.readDoubleBE(at + 8),
        timestampMs: buffer.readDoubleBE(at + 16),
        payload: bytes.slice(at + HEADER_BYTES, end),
        end,
      });
      at = end;
    }
    return records;
  },
};
