/**
 * How a broker coordinates groups: the leader of a partition of __consumer_offsets keeps the groups that belong there,
 * and writes what they must not forget into that partition, like any other record.
 */

import type { ErrorCode } from "./errors.ts";
import {
  type Coordinating,
  type Groups,
  handle,
  type Stored,
  storeEnded,
  unload,
} from "./groups.ts";
import type { TopicPartition } from "./kafka.ts";
import { advance, isLed, type Led, whyRefused } from "./leading.ts";
import { appendNew } from "./log.ts";
import { passTime } from "./membership.ts";
import type { Caller, GroupRequest } from "./messages.ts";
import { load } from "./offsets.ts";
import { answer, keyOf, refuse, type Turn } from "./state.ts";

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
  const partition = partitionOfGroup(request.group, topics.get(OFFSETS)?.partitions.length ?? 0);
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
  handle(coordinating(turn, replica, groups), request, caller);
  advance(turn, replica);
}

/** The groups of a partition, read from its log when all of it is committed that this leader began with. */
function groupsOf({ nowMs }: Turn, { highWatermark, part, log }: Led): Groups | undefined {
  if (part.groups === undefined && highWatermark >= part.epochStart) {
    const records = log.batches.flatMap((batch) => batch.records);
    part.groups = load(records, nowMs);
  }
  return part.groups;
}

/** What the coordinator of a group may do. */
function coordinating(turn: Turn, replica: Led, groups: Groups): Coordinating {
  const { nowMs, out, options } = turn;
  const { log, part } = replica;
  const own: Coordinating = {
    nowMs,
    groups,
    checkGeneration: options.checkGeneration,
    answer: (to, said) => answer(turn, to, said),
    store(records, then) {
      const refusal = whyRefused(turn, replica, { acks: "all", records });
      if (refusal !== undefined) {
        storeEnded(own, then, refusal);
        return;
      }
      appendNew(log, replica.state.leaderEpoch, records, null, out);
      const untilMs = nowMs + options.requestTimeoutMs;
      part.writes.push({ end: log.end, untilMs, upon: { kind: "stored", then } });
    },
  };
  return own;
}

/** What a group wrote is committed, or nobody knows. */
export function hearStore(turn: Turn, replica: Led, then: Stored, code?: ErrorCode): void {
  const { groups } = replica.part;
  if (groups !== undefined) storeEnded(coordinating(turn, replica, groups), then, code);
}

/** Time has passed for the groups of a partition that this broker leads. */
export function passGroupTime(turn: Turn, replica: Led): void {
  const groups = replica.topic === OFFSETS ? groupsOf(turn, replica) : undefined;
  if (groups === undefined) return;
  passTime(coordinating(turn, replica, groups));
  advance(turn, replica);
}

/** Another broker may coordinate the groups of a partition from now on. */
export function unloadGroups(turn: Turn, replica: Led): void {
  const { groups } = replica.part;
  if (groups !== undefined) unload(coordinating(turn, replica, groups));
}
