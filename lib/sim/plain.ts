/**
 * Plain data: the only thing that messages, state and the disk are made of, so that a world can copy, hash,
 * compare and draw it. Plain are null, booleans, numbers, strings, bigints, arrays, objects, Map, Set and Uint8Array.
 */

const { imul } = Math;

/** A copy that shares nothing with the original. Throws when a value is not plain, and says where it stands. */
export function copy<T>(value: T): T {
  try {
    return copyAt(value, undefined) as T;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TypeError("The value contains itself; messages, state and records are plain data.");
  }
}

/** Where a value stands, innermost last; turned into text only when something is wrong. */
type Place = { readonly above: Place | undefined; readonly key: string | number } | undefined;

function copyAt(value: unknown, place: Place): unknown {
  if (typeof value !== "object" || value === null) {
    if (typeof value === "function" || typeof value === "symbol") throw notPlain(value, place);
    return value;
  }
  if (Array.isArray(value)) return value.map((item, key) => copyAt(item, { above: place, key }));
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    const result: Record<string, unknown> = { ...value };
    for (const key in result) {
      const item = result[key];
      if (typeof item === "string" || typeof item === "number") continue;
      result[key] = copyAt(item, { above: place, key });
    }
    return result;
  }
  // Not `slice`, which a Buffer answers with a view of the same bytes.
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (value instanceof Map) return new Map(copyAt([...value], place) as [unknown, unknown][]);
  if (value instanceof Set) return new Set(copyAt([...value], place) as unknown[]);
  throw notPlain(value, place);
}

function notPlain(value: unknown, place: Place): Error {
  const keys: string[] = [];
  for (let at = place; at !== undefined; at = at.above) keys.unshift(String(at.key));
  const what = typeof value === "object" ? `a ${value?.constructor?.name}` : `a ${typeof value}`;
  const where = keys.length === 0 ? "The value" : `"${keys.join(".")}"`;
  return new TypeError(`${where} is ${what}; messages, state and records are plain data.`);
}

/** Stirs a word into a hash (the mixing step of MurmurHash3). All numbers are 32-bit. */
export function stir(hash: number, word: number): number {
  let k = imul(word, 0xcc9e2d51);
  k = imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** Spreads every bit of a hash over all others (the last step of MurmurHash3). */
export function spread(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = imul(h, 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const float = new Float64Array(1);
const floatWords = new Uint32Array(float.buffer);

function hashNumber(hash: number, value: number): number {
  if ((value | 0) === value) return stir(hash, value);
  float[0] = value;
  return stir(stir(hash, floatWords[0] as number), floatWords[1] as number);
}

/** Stirs a string into a hash. */
export function hashString(hash: number, text: string): number {
  let h = hash;
  for (let i = 0; i < text.length; i++) h = imul(h ^ text.charCodeAt(i), 0x01000193);
  return stir(h, text.length);
}

/**
 * A 32-bit hash of plain data. The order of an object's keys, and of the members of a Set or Map, does not count.
 * @param start where to start from: two hashes with different starts make one of 64 bits
 * @param skipNumbers leaves numbers out: what remains is what the value is about, without its counters
 */
export function hash(value: unknown, start = 0, skipNumbers = false): number {
  switch (typeof value) {
    case "string":
      return hashString(start ^ 1, value);
    case "number":
      return skipNumbers ? start : hashNumber(start ^ 2, value);
    case "boolean":
      return stir(start, value ? 3 : 4);
    case "bigint":
      return skipNumbers ? start : hashString(start ^ 5, value.toString());
    case "undefined":
      return stir(start, 6);
  }
  if (value === null) return stir(start, 7);
  if (Array.isArray(value)) {
    let h = stir(start, 8);
    for (const item of value) h = hash(item, h, skipNumbers);
    return stir(h, skipNumbers ? 0 : value.length);
  }
  let members = 0;
  if (value instanceof Uint8Array) {
    let h = stir(start, 9);
    for (const byte of value) h = imul(h ^ byte, 0x01000193);
    return stir(h, value.length);
  }
  if (value instanceof Map) {
    for (const [k, v] of value)
      members = (members + spread(hash(v, hash(k, start), skipNumbers))) | 0;
    return stir(stir(start, 10), members);
  }
  if (value instanceof Set) {
    for (const v of value) members = (members + spread(hash(v, start, skipNumbers))) | 0;
    return stir(stir(start, 11), members);
  }
  const object = value as Record<string, unknown>;
  for (const key in object) {
    members = (members + spread(hash(object[key], hashString(start, key), skipNumbers))) | 0;
  }
  return stir(stir(start, 12), members);
}

/** One place where two values differ; a side that lacks the place has undefined there. */
export type Difference = {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
};

/** Where two plain values differ, in the order of the first's keys. Equal values have no differences. */
export function diff(before: unknown, after: unknown, path = ""): Difference[] {
  if (Object.is(before, after)) return [];
  const a = branches(before);
  const b = branches(after);
  if (a === undefined || b === undefined || kindOf(before) !== kindOf(after)) {
    return [{ path, before, after }];
  }
  const keys = new Set([...a.keys(), ...b.keys()]);
  return [...keys].flatMap((key) =>
    diff(a.get(key), b.get(key), path === "" ? String(key) : `${path}.${String(key)}`),
  );
}

function branches(value: unknown): Map<unknown, unknown> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [name(key), item]));
  if (value instanceof Set) return new Map([...value].map((item) => [name(item), item]));
  return new Map(Object.entries(value));
}

/** What a member of a Set or a key of a Map is known by: equal ones by the same. */
function name(key: unknown): unknown {
  return typeof key === "object" && key !== null ? `#${hash(key)}` : key;
}

/** "[object Map]" and the like: the same for a Buffer and its copy, and for an object without a prototype. */
function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}
