// Chapter 3 · A fence around the resource                              solution: 2 functions, 4 lines

import type { Stat } from "quorumlab/ensemble";

/*
 * A master that was cut off or asleep may go on writing for a while, and no clock of its own can keep it from it:
 * between its last look at the clock and the arrival of its write there is always time to sleep. So the resource
 * itself, say a database, has to refuse it. It knows no ensemble and no clock. It knows what comes with each use: a
 * number that the master was given when it was elected, its fencing token.
 *
 * A master is elected as in 03-election, many times in a row. Each time it looks at its "/master" and takes a token
 * from what it sees. Clocks jump, also those of the ensemble. A candidate may be elected twice in one session.
 */

/** What the resource remembers. It is kept with the data, and survives crashes. */
export type Fence = { newest: number };

/** A read or a write of a master. A master reads first, changes what it has read, and writes it. */
export type Use = { readonly kind: "read" | "write"; readonly token: number };

/**
 * The token of a master.
 *
 * Given  what it sees of the "/master" that it has just made
 * Return a number that is greater than that of every master before it
 */
export function tokenOf(stat: Stat): number {
  throw new Error("tokenOf: your turn");
}

/**
 * Whether the resource lets a use through.
 *
 * Given  what it remembers, { newest: 0 } at first; and the use
 * Return false when the use is of an older master than one that it has let through before, else true
 * Keep   `fence`, which this function alone changes
 *
 *   remembers 0, a read with token 5            →  true
 *   has let 9 through, then a write with 5      →  false
 */
export function admit(fence: Fence, use: Use): boolean {
  throw new Error("admit: your turn");
}
