/** What the room's callers may give. */

import { checkInput } from "quorumlab/sim";

/** Refuses what is not a whole number of at least `least`. @throws RangeError */
export function checkWhole(name: string, value: number, least: number): void {
  const isRight = Number.isSafeInteger(value) && value >= least;
  checkInput(isRight, name, value, `a whole number of at least ${least}`);
}
