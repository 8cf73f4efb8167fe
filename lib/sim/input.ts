/** What a caller may give. Bad input is refused at the door, in a sentence that names it. */

/** Refuses a value that is not as expected. @throws RangeError */
export function checkInput(isRight: boolean, name: string, value: unknown, expected: string): void {
  if (isRight) return;
  const isText = typeof value === "string" || typeof value === "object";
  const shown = isText ? JSON.stringify(value) : String(value);
  throw new RangeError(`${name} is ${shown}; expected ${expected}.`);
}

/** Refuses what is not a whole number, or is below `least`. @throws RangeError */
export function checkWhole(name: string, value: number, least = -Infinity): void {
  const expected = least === -Infinity ? "a whole number" : `a whole number of at least ${least}`;
  checkInput(Number.isSafeInteger(value) && value >= least, name, value, expected);
}
