/**
 * Plain data compared by what it holds. One text per value, so that a map of texts is a set of
 * values.
 */

/**
 * A text that two values share exactly when they hold the same data: objects whatever the order of
 * their fields, maps and sets whatever the order of insertion. Throws for a function, a symbol or
 * an instance of another class.
 */
export function keyOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "0" : String(value);
    case "bigint":
      return `${value}n`;
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      return value === null ? "null" : keyOfObject(value);
    default:
      throw new Error(`${String(value)} cannot be compared by value; plain data was expected.`);
  }
}

/** Whether two values hold the same data. */
export function same(a: unknown, b: unknown): boolean {
  return a === b || keyOf(a) === keyOf(b);
}

function keyOfObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  if (value instanceof Uint8Array) return `bytes[${value.join()}]`;
  // Not instanceof: a value may come from another realm, such as a test's.
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Map]") {
    const entries = [...(value as Map<unknown, unknown>)].map(
      ([key, item]) => `${keyOf(key)}=>${keyOf(item)}`,
    );
    return `map{${entries.sort().join()}}`;
  }
  if (tag === "[object Set]")
    return `set{${[...(value as Set<unknown>)].map(keyOf).sort().join()}}`;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new Error(
      `An instance of ${value.constructor.name} cannot be compared by value; ` +
        "plain data was expected.",
    );
  }
  const fields = Object.entries(value).map(
    ([name, item]) => `${JSON.stringify(name)}:${keyOf(item)}`,
  );
  return `{${fields.sort().join()}}`;
}
