// Chapter 5 · How a follower gets its leader's history                solution: 5 lines

import type { Kept, SyncDecision, Zxid } from "quorumlab/ensemble";

/**
 * What a follower must do to have its leader's history. It may be behind, or have transactions that were proposed by
 * an older leader and never committed.
 *
 * Given  the follower's last transaction (0 for none), and what the leader keeps: `zxids`, the ids of its entries,
 *        oldest first, and `before`, the id of the one before those (0 when it keeps all)
 * Return { kind: "diff", after }   the follower lacks what the leader has after `after`, its own last transaction
 *        { kind: "trunc", to }     it cuts off what it has after `to`, one of `zxids`, and then gets what the leader
 *                                  has after `to`
 *        { kind: "snap" }          it throws its history away and takes the leader's whole tree
 * Keep   afterwards both have the same history; what both have is not cut off; the cheapest way that is safe: a
 *        diff, else a trunc, else a snap.
 *        An id is epoch × 2³² + counter, and within one epoch both have the same transactions up to where one of
 *        them ends. Across epochs that is not so: a cut stays within the epoch of the follower's last transaction
 *
 *   syncDecision(3, { before: 0, zxids: [1, 2, 3, 4] })  →  { kind: "diff", after: 3 }
 */
export function syncDecision(last: Zxid, kept: Kept): SyncDecision {
  throw new Error("syncDecision: your turn");
}
