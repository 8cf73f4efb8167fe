// Chapter 5 · The leader's commit rule                               solution: 2 lines

import type { Zxid } from "quorumlab/ensemble";

/**
 * What is committed: the newest transaction that a majority of the servers has on disk. The leader asks it whenever a
 * follower has acknowledged something, and answers its clients accordingly.
 *
 * Given  the newest transaction that each server of the ensemble has on disk, the leader included; 0 for a server that
 *        is away. A server that has a transaction has all those before it
 * Return the newest transaction that is committed; 0 for none
 * Keep   it must not depend on the order of the servers; the ensemble may have any number of them, even ones included
 *
 *   commitPoint([7, 7, 7])  →  7
 *   commitPoint([7])        →  7
 */
export function commitPoint(acked: readonly Zxid[]): Zxid {
  throw new Error("commitPoint: your turn");
}
