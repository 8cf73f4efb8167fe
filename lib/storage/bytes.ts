/** Plain values as bytes, in JSON: so that a reader can look into the files. */

import { Buffer } from "node:buffer";

export function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

export function decode<Value>(bytes: Uint8Array): Value {
  return JSON.parse(Buffer.from(bytes).toString());
}
