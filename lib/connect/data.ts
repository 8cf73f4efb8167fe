/** Values on real systems are bytes: a string goes as UTF-8, and comes back as one. */

import type { Data } from "quorumlab/ensemble";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @returns a string when the bytes are UTF-8, and else the bytes */
export function dataOf(bytes: Uint8Array): Data {
  try {
    return utf8.decode(bytes);
  } catch {
    return new Uint8Array(bytes);
  }
}

export function bytesOf(data: Data): Buffer {
  return Buffer.from(data as string);
}
