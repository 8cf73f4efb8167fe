/** Plain data as bytes. Most of it can be said in JSON, which takes a fifth of the time that Node's own format takes. */

import { Buffer } from "node:buffer";
import { deserialize, serialize } from "node:v8";

/** How Node's format begins, and no text does. */
const NOT_TEXT = 0xff;

export function encode(value: unknown): Uint8Array {
  return isJson(value) ? Buffer.from(JSON.stringify(value)) : serialize(value);
}

export function decode(bytes: Uint8Array): unknown {
  if (bytes[0] === NOT_TEXT) return deserialize(bytes);
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
}

/** Whether JSON says all of it. */
function isJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== "object") return typeof value === "string" || typeof value === "boolean";
  if (value === null) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (!isJson(item)) return false;
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) if (!isJson((value as Record<string, unknown>)[key])) return false;
  return true;
}
