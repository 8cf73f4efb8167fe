/**
 * The decisions of the ensemble, as pure functions: how many are a majority, which vote wins, what is committed, what
 * a follower must do to have its leader's history, whose epoch a server accepts. Everything else carries them out.
 */

import type { Vote } from "./messages.ts";
import { epochOf, type Zxid } from "./zxid.ts";

/** How many of so many servers are a majority: any two majorities have a server in common. */
export function majority(servers: number): number {
  return Math.floor(servers / 2) + 1;
}

/**
 * The vote order: the newer epoch wins, then the newer transaction, then the greater name. So whoever wins has
 * everything that a majority may have committed.
 *
 * Source: FastLeaderElection.totalOrderPredicate.
 */
export function supersedes(a: Vote, b: Vote): boolean {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  if (a.zxid !== b.zxid) return a.zxid > b.zxid;
  return a.leader > b.leader;
}

/**
 * The commit rule: a transaction is committed when a majority has it on disk. (A new leader applies it to the history
 * that it begins with as a whole: `establish`, in `leader`.)
 *
 * @param acked the newest transaction that each server of the ensemble has on disk, the leader included; 0 for none
 * @returns the newest transaction that is committed
 */
export function commitPoint(acked: readonly Zxid[]): Zxid {
  const descending = [...acked].sort((a, b) => b - a);
  return descending[majority(acked.length) - 1] ?? 0;
}

/** What a leader has: the ids of the entries that it keeps, oldest first, and of the one before them. */
export type Kept = { readonly before: Zxid; readonly zxids: readonly Zxid[] };

/** How a follower gets its leader's history. */
export type SyncDecision =
  /** It lacks what comes after its own last transaction. */
  | { readonly kind: "diff"; readonly after: Zxid }
  /** It has transactions that the leader has not: they were never committed, and are cut off. */
  | { readonly kind: "trunc"; readonly to: Zxid }
  /** Too far behind, or cut off in an epoch that the leader never saw: it takes the leader's whole tree. */
  | { readonly kind: "snap" };

/**
 * The sync decision. A cut stays within one epoch, for there both have the same transactions up to the cut.
 *
 * @param last the follower's last transaction
 * Source: LearnerHandler.syncFollower.
 */
export function syncDecision(last: Zxid, { before, zxids }: Kept): SyncDecision {
  if (last === before || zxids.includes(last)) return { kind: "diff", after: last };
  const to = zxids.findLast((zxid) => zxid < last);
  if (to !== undefined && epochOf(to) === epochOf(last)) return { kind: "trunc", to };
  return { kind: "snap" };
}

/**
 * Whose epoch a server accepts: a newer one than any it has accepted before. It then promises to follow no older
 * leader. The same epoch again is followed but does not count towards the leader's majority, for another leader may
 * have had that promise.
 *
 * Source: Junqueira, Reed, Serafini, "Zab: High-performance broadcast for primary-backup systems" (DSN 2011),
 * phase 1; Learner.registerWithLeader.
 */
export function acceptEpoch(accepted: number, proposed: number): "promise" | "follow" | "refuse" {
  if (proposed > accepted) return "promise";
  return proposed === accepted ? "follow" : "refuse";
}
