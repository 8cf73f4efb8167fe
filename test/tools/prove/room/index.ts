/** A room for the tests of the proof: it keeps the greatest number that it was given. */

import { invariant } from "quorumlab/sim";

export type Greatest = { held: number; offered: number };

export function offer(greatest: Greatest, n: number): void {
  invariant(n >= 0, `${n} is offered; expected 0 or more`);
  greatest.offered += 1;
  if (n > greatest.held) greatest.held = n;
}
