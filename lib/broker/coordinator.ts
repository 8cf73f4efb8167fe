/**
 * How a broker coordinates groups: the leader of a partition of __consumer_offsets keeps the groups that belong there,
 * and writes what they must not forget into that partition, like any other record.
 */

import type { ErrorCode } from "./errors.ts";
import {
  expire,
  type Groups,
  type GroupTurn,
  handle,
  stored,
  storeFailed,
  unload,
} from "./groups.ts";
import type { TopicPartition } from "./kafka.ts";
import { advance, isLed, type Led, store, whyRefused } from "./leading.ts";
import type { Caller, GroupRequest } from "./messages.ts";
import { load } from "./offsets.ts";
import { answer, keyOf, refuse, type Turn, type Upon } from "./state.ts";

export const OFFSETS = "__consumer_offsets";

/** Which partition of __consumer_offsets keeps a group. Source: GroupMetadataManager.partitionFor; String.hashCode. */
export function partitionOfGroup(group: string, partitions: number): number {
  let hash = 0;
  for (let i = 0; i < group.length; i++) hash = (Math.imul(hash, 31) + group.charCodeAt(i)) | 0;
  return Math.abs(hash) % Math.max(1, partitions);
}

/** A request that concerns a group. */
export function hearGroup(turn: Turn, request: GroupRequest, caller: Caller): void {
  const { broker } = turn;
  const { topics } = broker.image;
  const isThere = ({ topic, partition: nth }: TopicPartition) =>
    topics.get(topic)?.partitions[nth] !== undefined;
  if (request.kind === "offsetCommit" && !request.offsets.every(isThere)) {
    refuse(turn, caller, "UNKNOWN_TOPIC_OR_PARTITION");
    return;
  }
  const partitions = topics.get(OFFSETS)?.partitions.length ?? 0;
  const partition = partitionOfGroup(request.group, partitions);
  const replica = broker.replicas.get(keyOf({ topic: OFFSETS, partition }));
  if (!isLed(replica)) {
    refuse(turn, caller, "NOT_COORDINATOR");
    return;
  }
  const groups = groupsOf(turn, replica);
  if (groups === undefined) {
    refuse(turn, caller, "COORDINATOR_LOAD_IN_PROGRESS");
    return;
  }
  handle(groupTurn(turn, replica, groups), groups, request, caller);
  advance(turn, replica);
}

/** The groups of a partition, read from its log when all of it is committed that this leader began with. */
function groupsOf({ broker, nowMs }: Turn, replica: Led): Groups | undefined {
  const { partition, highWatermark, part, log } = replica;
  const known = broker.groups.get(partition);
  if (known !== undefined || highWatermark < part.epochStart) return known;
  const records = log.batches.flatMap((batch) => batch.records);
  const groups = load(records, nowMs);
  broker.groups.set(partition, groups);
  return groups;
}

/** What the coordinator of a group may do. */
function groupTurn(turn: Turn, replica: Led, groups: Groups): GroupTurn {
  const { nowMs, out, options } = turn;
  const { partition, log, part } = replica;
  const own: GroupTurn = {
    nowMs,
    options,
    checkGeneration: options.checkGeneration,
    random: () => out.random(),
    answer: (to, said) => answer(turn, to, said),
    store(records, then) {
      const refusal = whyRefused(turn, replica, { acks: "all", records });
      if (refusal !== undefined) {
        storeFailed(own, groups, then, refusal);
        return;
      }
      store(turn, replica, records, null);
      const untilMs = nowMs + options.requestTimeoutMs;
      const upon = { kind: "stored", partition, stored: then } as const;
      part.writes.push({ end: log.end, untilMs, upon });
    },
  };
  return own;
}

/** A write is committed, or nobody knows. */
export function conclude(turn: Turn, upon: Upon, code?: ErrorCode): void {
  if (upon.kind === "answer") {
    const { caller, baseOffset } = upon;
    if (code === undefined) answer(turn, caller, { kind: "produced", baseOffset });
    else refuse(turn, caller, code);
    return;
  }
  const { partition } = upon;
  const replica = turn.broker.replicas.get(keyOf({ topic: OFFSETS, partition }));
  const groups = turn.broker.groups.get(partition);
  if (!isLed(replica) || groups === undefined) return;
  const own = groupTurn(turn, replica, groups);
  if (code === undefined) stored(own, groups, upon.stored);
  else storeFailed(own, groups, upon.stored, code);
}

/** Time has passed for the groups of a partition that this broker leads. */
export function passGroupTime(turn: Turn, replica: Led): void {
  const groups = replica.topic === OFFSETS ? groupsOf(turn, replica) : undefined;
  if (groups === undefined) return;
  expire(groupTurn(turn, replica, groups), groups);
  advance(turn, replica);
}

/** Another broker may coordinate the groups of a partition from now on. */
export function unloadGroups(turn: Turn, replica: Led): void {
  const { broker } = turn;
  const groups = replica.topic === OFFSETS ? broker.groups.get(replica.partition) : undefined;
  if (groups === undefined) return;
  unload(groupTurn(turn, replica, groups), groups);
  broker.groups.delete(replica.partition);
}
