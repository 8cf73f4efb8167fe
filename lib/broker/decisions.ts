/**
 * The decisions of a broker cluster, as pure functions: what is committed, who is in sync, who leads, what a follower
 * cuts off, which batch is new, which commit counts. Everything else carries them out.
 */

import type { NodeId } from "quorumlab/sim";
import type { ErrorCode } from "./errors.ts";
import type { Group } from "./groups.ts";
import type { Offset } from "./kafka.ts";
import type { EpochEnd, MemberId, Sequenced } from "./messages.ts";

/**
 * The high watermark: everything before it is on all in-sync replicas, so that whichever of them leads next has it.
 *
 * @param ends the log end offset of every in-sync replica, the leader's included; never empty
 */
export function highWatermark(ends: readonly Offset[]): Offset {
  return Math.min(...ends);
}

/** What a leader knows of a follower. */
export type Progress = {
  /** The follower's log end: up to there it has everything on disk. */
  readonly end: Offset;
  /** The newest moment at which it is known to have had all that the leader had. */
  readonly caughtUpMs: number;
};

/**
 * Whether a replica stays among the in-sync ones: it has everything, or had it not long ago. Messages that lie
 * behind do not count, only time: a burst of writes throws nobody out.
 *
 * Source: Partition.getOutOfSyncReplicas; replica.lag.time.max.ms.
 */
export function staysInSync(
  { end, caughtUpMs }: Progress,
  leaderEnd: Offset,
  nowMs: number,
  maxLagMs: number,
): boolean {
  return end === leaderEnd || nowMs - caughtUpMs <= maxLagMs;
}

/**
 * Whether a follower may join the in-sync replicas: it has all that is committed, and all that its leader began with,
 * which an older leader may have committed. Source: Partition.isFollowerInSync.
 */
export function joinsInSync(end: Offset, highWatermark: Offset, epochStart: Offset): boolean {
  return end >= highWatermark && end >= epochStart;
}

/** Who leads a partition from now on, and who is in sync with it. */
export type Elected = {
  readonly leader: NodeId | null;
  readonly isr: readonly NodeId[];
};

/**
 * The election of a partition's leader: the first replica, in the order of the assignment, that is alive and in sync.
 * When there is none nobody leads, unless the topic takes availability for durability: then any replica that is alive
 * leads, and what only the others have is lost. Whoever is dead is not in sync any more; but the last in-sync replicas
 * stay, for only they are known to have everything.
 *
 * Source: PartitionLeaderElectionAlgorithms.offlinePartitionLeaderElection.
 */
export function electLeader(
  replicas: readonly NodeId[],
  isr: readonly NodeId[],
  isAlive: (replica: NodeId) => boolean,
  mayBeUnclean: boolean,
): Elected {
  const inSync = isr.filter(isAlive);
  const clean = replicas.find((replica) => inSync.includes(replica));
  if (clean !== undefined) return { leader: clean, isr: inSync };
  const unclean = mayBeUnclean ? replicas.find(isAlive) : undefined;
  return unclean === undefined ? { leader: null, isr } : { leader: unclean, isr: [unclean] };
}

/** Where each leader's part of a log begins; both numbers ascend. */
export type EpochStart = { readonly epoch: number; readonly start: Offset };

/**
 * Where an epoch ends in a log: where the next one begins, or the log ends. Of an epoch that the log does not have, it
 * says where the newest one before it ends; one before all others ends where they begin, for what was there is deleted.
 *
 * Source: LeaderEpochFileCache.endOffsetFor.
 */
export function endOf(epoch: number, epochs: readonly EpochStart[], logEnd: Offset): EpochEnd {
  const at = epochs.findLastIndex((each) => each.epoch <= epoch);
  return { epoch: epochs[at]?.epoch ?? epoch, endOffset: epochs[at + 1]?.start ?? logEnd };
}

/**
 * Where a follower cuts its log: it keeps what both logs have of the epoch that its leader named. If the leader's log
 * still differs there, the leader says so at the next fetch. Source: KIP-101, KIP-279; AbstractFetcherThread.
 *
 * @param own the follower's end of that epoch
 */
export function truncationPoint(own: EpochEnd, leaders: EpochEnd): Offset {
  return Math.min(own.endOffset, leaders.endOffset);
}

/** What a partition remembers of a producer: its last batches, at most five, so that a repeated one is recognized. */
export type ProducerState = {
  readonly epoch: number;
  readonly batches: readonly {
    readonly first: number;
    readonly last: number;
    readonly offset: Offset;
  }[];
};

/** How many batches a producer may have under way, and how many a partition remembers of it. */
export const REMEMBERED_BATCHES = 5;

/**
 * Whether a batch of an idempotent producer is new, or was appended before (then at which offset), or must not be
 * appended: it comes from before the producer's epoch, or one before it is missing.
 *
 * Source: ProducerAppendInfo.maybeValidateDataBatch, ProducerStateEntry.findDuplicateBatch.
 */
export function checkSequence(
  known: ProducerState | undefined,
  { producerEpoch, baseSequence }: Sequenced,
  records: number,
): "new" | { readonly duplicateOf: Offset } | ErrorCode {
  // Nothing is known of a producer whose batches were all cut off or deleted: any number may be its next.
  if (known === undefined) return "new";
  const last = baseSequence + records - 1;
  const same = known.batches.find((batch) => batch.first === baseSequence && batch.last === last);
  if (producerEpoch === known.epoch && same !== undefined) return { duplicateOf: same.offset };
  if (producerEpoch < known.epoch) return "INVALID_PRODUCER_EPOCH";
  const next = producerEpoch > known.epoch ? 0 : (known.batches.at(-1)?.last ?? -1) + 1;
  return baseSequence === next ? "new" : "OUT_OF_ORDER_SEQUENCE_NUMBER";
}

/**
 * Whether a commit is made by a member in its generation, or by somebody who is no member while nobody is. While the
 * group joins again, the members of the last generation may still commit what they have done; once the next one has
 * begun, they may not.
 *
 * Source: ClassicGroup.validateOffsetCommit.
 *
 * @returns why it must not be stored
 */
export function checkGeneration(
  group: Pick<Group, "state" | "generation" | "members">,
  memberId: MemberId,
  generation: number,
): ErrorCode | undefined {
  if (group.state === "Empty" && memberId === "" && generation === -1) return undefined;
  if (!group.members.has(memberId)) return "UNKNOWN_MEMBER_ID";
  if (generation !== group.generation) return "ILLEGAL_GENERATION";
  return group.state === "CompletingRebalance" ? "REBALANCE_IN_PROGRESS" : undefined;
}
