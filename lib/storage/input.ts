/** What the room's callers may give. Bad input is refused at the door, in a sentence that names it. */

/** Refuses a value that is not as expected. @throws RangeError */
export function check(isRight: boolean, name: string, value: unknown, expected: string): void {
  if (isRight) return;
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new RangeError(`${name} is ${shown}; expected ${expected}.`);
}

/** Refuses what is not a whole number of at least `least`. @throws RangeError */
export function checkWhole(name: string, value: number, least: number): void {
  const isRight = Number.isSafeInteger(value) && value >= least;
  check(isRight, name, value, `a whole number of at least ${least}`);
}
