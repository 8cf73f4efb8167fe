/** What a caller may give. Bad input is refused at the door, in a sentence that names it. */

/** Refuses a value that is not as expected. @throws RangeError */
export function checkInput(isRight: boolean, name: string, value: unknown, expected: string): void {
  if (isRight) return;
  const isText = typeof value === "string" || typeof value === "object";
  const shown = isText ? JSON.stringify(value) : String(value);
  throw new RangeError(`${name} is ${shown}; expected ${expected}.`);
}
