// Chapter 9 · Where a follower cuts its log                           solution: 3 lines

import type { EpochEnd, EpochStart, Offset } from "quorumlab/broker";

/**
 * Where an epoch ends in a log. A follower names the epoch of its last record when it fetches, and its leader looks
 * where that one ends in its own log. If the follower has more, or the leader has nothing of that epoch, the logs
 * differ: then the leader answers with what it has found, and the follower looks for the same epoch in its log.
 *
 * Given  an epoch; which epochs the log has, oldest first, and with which offset each of them starts; and the log end
 *        offset
 * Return `epoch`, the epoch that was asked for or, if the log has nothing of it, the newest one before it; and
 *        `endOffset`, the offset with which the next one starts, or the log end. If all that the log has is newer: the
 *        epoch that was asked for, for what was there of it is deleted
 *
 *   endOf(5, [{ epoch: 1, start: 0 }, { epoch: 5, start: 6 }], 9)  →  { epoch: 5, endOffset: 9 }
 */
export function endOf(epoch: number, epochs: readonly EpochStart[], logEnd: Offset): EpochEnd {
  throw new Error("endOf: your turn");
}

/**
 * Where a follower cuts off the end of its log, which differs from its leader's.
 *
 * Given  what `endOf` gives for one epoch, the one that the leader has found, in the follower's own log and in the
 *        leader's
 * Return the offset of the first record that goes
 * Keep   nothing that both have is cut off, and something that differs is: after that the follower fetches again, from
 *        its new end, and if the logs still differ the leader says so once more
 *
 *   truncationPoint({ epoch: 1, endOffset: 2 }, { epoch: 1, endOffset: 2 })  →  2: what is later goes
 */
export function truncationPoint(own: EpochEnd, leaders: EpochEnd): Offset {
  throw new Error("truncationPoint: your turn");
}
