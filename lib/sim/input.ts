/** What a caller may give. Bad input is refused at the door, in a sentence that names it. */

/** Refuses a value that is not as expected. @throws RangeError */
export function checkInput(isRight: boolean, name: string, value: unknown, expected: string): void {
  if (isRight) return;
  throw new RangeError(`${name} is ${shown(value)}; expected ${expected}.`);
}

/** A value as a sentence names it. */
export function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "string" && typeof value !== "object") return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    // It contains itself, or a bigint.
    return Object.prototype.toString.call(value);
  }
}

/** Refuses what is not a whole number, or is below `least`. @throws RangeError */
export function checkWhole(name: string, value: number, least = -Infinity): void {
  const expected = least === -Infinity ? "a whole number" : `a whole number of at least ${least}`;
  checkInput(Number.isSafeInteger(value) && value >= least, name, value, expected);
}
