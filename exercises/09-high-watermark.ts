// Chapter 9 · What is committed, and who is in sync                   solution: 4 lines

import type { Offset, Progress } from "quorumlab/broker";

/**
 * The high watermark: everything before it is committed. The leader asks for it whenever a follower has fetched. What
 * lies before it consumers may read, and acks=all is answered.
 *
 * Given  the log end offset of every in-sync replica, the leader's included (never empty)
 * Return the largest offset that all of them have reached
 * Keep   it must not depend on the order of the replicas
 *
 *   highWatermark([7, 7, 7])  →  7
 *   highWatermark([4])        →  4
 */
export function highWatermark(ends: readonly Offset[]): Offset {
  throw new Error("highWatermark: your turn");
}

/**
 * Whether a follower stays in sync. The leader asks again and again, for each one that is.
 *
 * Given  what it knows of the follower: `end`, its log end offset, and `caughtUpMs`, the newest moment at which it is
 *        known to have had all that the leader had; the leader's own log end offset; the time now; and for how long a
 *        follower may lag
 * Return whether it has everything, or had it no longer ago than that
 * Keep   how many records it lacks does not count: a burst of writes throws nobody out
 *
 *   staysInSync({ end: 9, caughtUpMs: 400 }, 9, 400, 300)  →  true
 *   staysInSync({ end: 2, caughtUpMs: 100 }, 9, 900, 300)  →  false
 */
export function staysInSync(
  progress: Progress,
  leaderEnd: Offset,
  nowMs: number,
  maxLagMs: number,
): boolean {
  throw new Error("staysInSync: your turn");
}

/**
 * Whether a follower that is not in sync may join. The leader asks whenever it has fetched.
 *
 * Given  the follower's log end offset, the high watermark as far as the leader knows it, and `epochStart`, where the
 *        leader's log ended when it began to lead
 * Return whether the follower has everything that may be committed: it could lead next
 * Keep   a leader that has just begun does not know yet how far its predecessor had committed; but all of that was in
 *        the log with which it began
 *
 *   joinsInSync(8, 5, 5)  →  true
 *   joinsInSync(3, 5, 5)  →  false
 */
export function joinsInSync(end: Offset, highWatermark: Offset, epochStart: Offset): boolean {
  throw new Error("joinsInSync: your turn");
}
