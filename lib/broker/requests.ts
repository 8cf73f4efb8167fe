/** What a broker is asked, and which of its parts answers: a leader, a coordinator, the controller, or what it was told. */

import type { NodeId } from "quorumlab/sim";
import { hearGroup, OFFSETS, partitionOfGroup } from "./coordinator.ts";
import type { ErrorCode } from "./errors.ts";
import { fetched, isFollowing } from "./following.ts";
import type { OffsetSpec } from "./kafka.ts";
import { hearFetch, hearProduce, isLed, type Led } from "./leading.ts";
import { offsetAt } from "./log.ts";
import type { Answer, Answered, Call, Caller, Request } from "./messages.ts";
import { hearRequest } from "./office.ts";
import { hearDecision } from "./replicas.ts";
import { answer, type Broker, epochEnd, keyOf, refuse, type Turn } from "./state.ts";

/** A client or another broker asks, or answers. */
export function hear(turn: Turn, from: NodeId, message: (Request & Call) | Answered): void {
  const { broker } = turn;
  const { call } = message;
  const caller = { from, call, since: broker.connected.get(from) };
  switch (message.kind) {
    case "metadata":
      answer(turn, caller, metadata(broker));
      return;
    case "findCoordinator":
      answer(turn, caller, coordinator(broker, message.group));
      return;
    case "initProducerId":
      answer(turn, caller, producerId(broker));
      return;
    case "joinGroup":
    case "syncGroup":
    case "heartbeat":
    case "leaveGroup":
    case "offsetCommit":
    case "offsetFetch":
      hearGroup(turn, message, caller);
      return;
    case "createTopic":
    case "deleteTopic":
    case "createPartitions":
    case "electLeader":
    case "alterPartition":
      hearRequest(turn, message, caller);
      return;
    case "produce":
    case "fetch":
    case "listOffset":
    case "offsetForLeaderEpoch":
      hearLeader(turn, message, caller);
      return;
    default:
      hearAnswer(turn, from, message);
  }
}

type ToLeader = Extract<
  Request,
  { kind: "produce" | "fetch" | "listOffset" | "offsetForLeaderEpoch" }
>;

/** What only the leader of a partition can answer. */
function hearLeader(turn: Turn, request: ToLeader, caller: Caller): void {
  const code = whyNot(turn, request) ?? carryOut(turn, request, caller);
  if (code === undefined) return;
  // With acks 0 nobody waits for an answer: only the end of the connection tells that something is wrong.
  if (request.kind === "produce" && request.acks === 0) turn.out.close(caller.from);
  else refuse(turn, caller, code);
}

/** @returns why it cannot be done */
function carryOut(turn: Turn, request: ToLeader, caller: Caller): ErrorCode | undefined {
  const replica = turn.broker.replicas.get(keyOf(request));
  if (!isLed(replica)) return "NOT_LEADER_OR_FOLLOWER";
  switch (request.kind) {
    case "produce":
      return hearProduce(turn, replica, request, caller);
    case "fetch":
      hearFetch(turn, replica, request, caller);
      return undefined;
    case "listOffset":
      answer(turn, caller, offset(replica, request.spec));
      return undefined;
    case "offsetForLeaderEpoch": {
      const end = epochEnd(turn, request.epoch, replica.log);
      answer(turn, caller, { kind: "epochEnd", end });
      return undefined;
    }
  }
}

/** Why this broker cannot speak for a partition: it has none such, or the asker lives in another term. */
function whyNot({ broker }: Turn, request: ToLeader): ErrorCode | undefined {
  const { replicas, image } = broker;
  const replica = replicas.get(keyOf(request));
  if (replica === undefined) {
    const known = image.topics.get(request.topic)?.partitions[request.partition];
    return known === undefined ? "UNKNOWN_TOPIC_OR_PARTITION" : "NOT_LEADER_OR_FOLLOWER";
  }
  const { leaderEpoch = -1, replica: by } = request.kind === "fetch" ? request : {};
  // A topic of the same name that is deleted, or not told of yet.
  if (by !== undefined && by.topicId !== replica.topicId) return "UNKNOWN_TOPIC_OR_PARTITION";
  const own = replica.state.leaderEpoch;
  if (leaderEpoch !== -1 && leaderEpoch < own) return "FENCED_LEADER_EPOCH";
  return leaderEpoch > own ? "UNKNOWN_LEADER_EPOCH" : undefined;
}

function offset({ log, highWatermark, part, state }: Led, spec: OffsetSpec): Answer {
  const { leaderEpoch } = state;
  if (spec === "earliest") return { kind: "offset", offset: log.start, leaderEpoch };
  // An older leader may have shown more than this one knows to be committed: nothing shown is taken back.
  if (highWatermark < part.epochStart) return { kind: "error", code: "OFFSET_NOT_AVAILABLE" };
  const found = spec === "latest" ? highWatermark : offsetAt(log, spec.timestampMs, highWatermark);
  return { kind: "offset", offset: found, leaderEpoch };
}

function hearAnswer(turn: Turn, from: NodeId, message: Answered): void {
  const { call, controllerEpoch } = message;
  if (message.kind === "error" && controllerEpoch !== undefined) {
    hearDecision(turn, call, message.code, controllerEpoch);
    return;
  }
  for (const replica of turn.broker.replicas.values()) {
    if (!isFollowing(replica) || replica.part.leader !== from) continue;
    if (replica.part.asked?.call === call) fetched(turn, replica, message);
  }
}

function metadata({ image }: Broker): Answer {
  const { controller, brokers } = image;
  const topics = [...image.topics].map(([topic, { partitions }]) => {
    const described = partitions.map(({ leader, leaderEpoch, replicas, isr }, partition) => {
      return { partition, leader, leaderEpoch, replicas, isr };
    });
    return [topic, described] as const;
  });
  return { kind: "metadata", controller, brokers: [...brokers.keys()], topics: new Map(topics) };
}

function coordinator({ image }: Broker, group: string): Answer {
  const partitions = image.topics.get(OFFSETS)?.partitions ?? [];
  const leader = partitions[partitionOfGroup(group, partitions.length)]?.leader ?? null;
  return leader === null
    ? { kind: "error", code: "COORDINATOR_NOT_AVAILABLE" }
    : { kind: "coordinator", broker: leader };
}

/** An id that no broker gives again: no other registration has this number, and this one counts. */
function producerId(broker: Broker): Answer {
  if (broker.brokerEpoch === 0) return { kind: "error", code: "COORDINATOR_NOT_AVAILABLE" };
  return { kind: "producerId", producerId: `${broker.brokerEpoch}-${++broker.calls}` };
}
