/**
 * What a calculation may be given. A bad number is refused at the door, in a sentence that names
 * it.
 */

function refuse(name: string, value: number, expected: string): never {
  throw new RangeError(`${name} must be ${expected}, not ${value}.`);
}

/** Refuses what is not a whole number between `from` and `to`, both allowed. */
export function checkWhole(name: string, value: number, from: number, to = Infinity): void {
  if (Number.isSafeInteger(value) && value >= from && value <= to) return;
  const range = to === Infinity ? `of at least ${from}` : `from ${from} to ${to}`;
  refuse(name, value, `a whole number ${range}`);
}

/** Refuses what is not a finite number above zero. */
export function checkPositive(name: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) refuse(name, value, "a number above 0");
}

/** Refuses what is not a finite number, zero or above. */
export function checkNotNegative(name: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0)) refuse(name, value, "a number of at least 0");
}

/** Refuses what is not a share of the whole: 0 is never, 1 is always. */
export function checkShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) refuse(name, value, "a number from 0 to 1");
}

/** Refuses a list without entries. */
export function checkSome(name: string, list: readonly unknown[]): void {
  if (list.length === 0) throw new RangeError(`${name} must have at least one entry.`);
}
