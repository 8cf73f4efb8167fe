/**
 * A leader: it appends what producers send, hands it to followers that fetch, and moves the high watermark when all
 * in-sync replicas have it. Who is in sync it proposes to the controller, and until it knows the answer it counts
 * everybody who may be. (Kafka counts on replicas alone. This leader also waits for its disk before anybody hears of a
 * record: messages leave after the writes that came before them.)
 *
 * Source: kafka.cluster.Partition.
 */

import { invariant, type NodeId } from "quorumlab/sim";
import { hearStore, unloadGroups } from "./coordinator.ts";
import { checkSequence } from "./decisions.ts";
import { type ErrorCode, refused } from "./errors.ts";
import type { Offset } from "./kafka.ts";
import { appendNew, read, sizeOf } from "./log.ts";
import type { Caller, Fetch, Produce } from "./messages.ts";
import { askController } from "./office.ts";
import {
  answer,
  epochEnd,
  type Follower,
  type Leading,
  type Replica,
  refuse,
  type Turn,
  type Upon,
} from "./state.ts";

/** A replica whose broker leads it. */
export type Led = Replica & { part: Leading };

export function isLed(replica: Replica | undefined): replica is Led {
  return replica?.part.kind === "leading";
}

/** A new term begins. */
export function lead(turn: Turn, replica: Replica): void {
  const { broker, nowMs } = turn;
  const unheard = { end: 0, caughtUpMs: nowMs, brokerEpoch: -1, fetchedMs: nowMs, leaderEnd: 0 };
  const others = replica.state.replicas.filter((id) => id !== broker.id);
  replica.part = {
    kind: "leading",
    epochStart: replica.log.end,
    followers: new Map(others.map((id): [NodeId, Follower] => [id, unheard])),
    proposed: undefined,
    parked: [],
    writes: [],
    groups: undefined,
  };
  advance(turn, replica as Led);
}

/** The term is over: whoever waits has to ask the next leader. */
export function resign(turn: Turn, replica: Led): void {
  const { part } = replica;
  const code = "NOT_LEADER_OR_FOLLOWER";
  for (const { upon } of part.writes.splice(0)) conclude(turn, replica, upon, code);
  for (const { caller } of part.parked.splice(0)) refuse(turn, caller, code);
  unloadGroups(turn, replica);
}

/** A write is committed, or nobody knows. */
function conclude(turn: Turn, replica: Led, upon: Upon, code?: ErrorCode): void {
  if (upon.kind === "stored") hearStore(turn, replica, upon.then, code);
  else if (code !== undefined) refuse(turn, upon.caller, code);
  else answer(turn, upon.caller, { kind: "produced", baseOffset: upon.baseOffset });
}

/** @returns why nothing is appended */
export function hearProduce(
  turn: Turn,
  replica: Led,
  request: Produce,
  caller: Caller,
): ErrorCode | undefined {
  const { acks, timeoutMs, records, sequenced } = request;
  const { log } = replica;
  const known = sequenced === null ? undefined : log.producers.get(sequenced.producerId);
  const check = sequenced === null ? "new" : checkSequence(known, sequenced, records.length);
  const refusal = whyRefused(turn, replica, request);
  if (refusal !== undefined) return refusal;
  if (typeof check === "string" && check !== "new") return check;
  const baseOffset = typeof check === "object" ? check.duplicateOf : log.end;
  if (check === "new") appendNew(log, replica.state.leaderEpoch, records, sequenced, turn.out);
  const end = baseOffset + records.length;
  if (acks === "all") {
    const upon: Upon = { kind: "answer", caller, baseOffset };
    replica.part.writes.push({ end, untilMs: turn.nowMs + timeoutMs, upon });
  } else if (acks === 1) {
    answer(turn, caller, { kind: "produced", baseOffset });
  }
  advance(turn, replica);
  return undefined;
}

/** Why nothing is appended, as far as it does not depend on who writes. */
export function whyRefused(
  { options }: Turn,
  replica: Led,
  { acks, records }: Pick<Produce, "acks" | "records">,
): ErrorCode | undefined {
  if (acks === "all" && replica.state.isr.length < minInSync(replica)) return "NOT_ENOUGH_REPLICAS";
  return sizeOf(records) > options.maxMessageBytes ? "MESSAGE_TOO_LARGE" : undefined;
}

/** How many replicas must be in sync before anything is committed. */
function minInSync({ config, state }: Replica): number {
  return Math.min(config.minInsyncReplicas ?? 1, state.replicas.length);
}

/** Answers a fetch, or keeps it until there is something to send. */
export function hearFetch(turn: Turn, replica: Led, request: Fetch, caller: Caller): void {
  const { log, part } = replica;
  const { offset, replica: by, maxWaitMs } = request;
  // Also who ends where this log begins may have another record before: in sync, it could lead who still has the right
  // one. (Kafka takes it for in sync: what it has deleted is of no epoch that it remembers.)
  if (by !== undefined && by.lastEpoch >= 0 && offset >= log.start) {
    const end = epochEnd(turn, by.lastEpoch, log);
    if (end.epoch < by.lastEpoch || end.endOffset < offset) {
      answer(turn, caller, { kind: "diverging", end });
      return;
    }
  }
  if (offset < log.start || offset > log.end) {
    answer(turn, caller, { ...refused("OFFSET_OUT_OF_RANGE"), logStart: log.start });
    return;
  }
  if (by !== undefined) heard(turn, replica, caller.from, offset, by.brokerEpoch);
  part.parked.push({ caller, request, untilMs: turn.nowMs + maxWaitMs });
  settle(turn, replica);
}

/** A follower has everything before an offset, on disk. */
function heard(turn: Turn, replica: Led, id: NodeId, end: Offset, brokerEpoch: number): void {
  const { nowMs, options } = turn;
  const { log, part, state } = replica;
  const known = part.followers.get(id);
  if (known === undefined) return;
  // Who has now what the leader had at the last fetch had caught up then.
  const reached = end >= log.end ? nowMs : end >= known.leaderEnd ? known.fetchedMs : -Infinity;
  const caughtUpMs = Math.max(known.caughtUpMs, reached);
  part.followers.set(id, { end, caughtUpMs, brokerEpoch, fetchedMs: nowMs, leaderEnd: log.end });
  if (!state.isr.includes(id) && options.joinsInSync(end, replica.highWatermark, part.epochStart)) {
    propose(turn, replica, [...state.isr, id]);
  }
  advance(turn, replica);
}

/** Proposes other in-sync replicas, one change at a time. */
function propose(turn: Turn, replica: Led, ids: readonly NodeId[]): void {
  const { broker } = turn;
  const { proposed, followers } = replica.part;
  if (proposed !== undefined) return;
  const epochOf = (id: NodeId) =>
    id === broker.id ? broker.brokerEpoch : (followers.get(id)?.brokerEpoch ?? -1);
  askFor(turn, replica, new Map(ids.map((id) => [id, epochOf(id)])));
}

/** Asks the controller, perhaps once more. */
function askFor(turn: Turn, replica: Led, isr: ReadonlyMap<NodeId, number>): void {
  const { topic, topicId, partition, state, part } = replica;
  const { leaderEpoch, partitionEpoch } = state;
  const at = { topic, topicId, partition, leaderEpoch, partitionEpoch };
  const call = ++turn.broker.calls;
  part.proposed = { isr, sentMs: turn.nowMs, call };
  askController(turn, { kind: "alterPartition", ...at, isr }, call);
}

/** The controller has decided: what was proposed is so, or is not. */
export function decided(turn: Turn, replica: Led): void {
  replica.part.proposed = undefined;
  advance(turn, replica);
}

/** Moves the high watermark as far as all have come that are in sync, or may be by what is proposed. */
export function advance(turn: Turn, replica: Led): void {
  const { broker, options } = turn;
  const { log, part, state } = replica;
  if (state.isr.length >= minInSync(replica)) {
    const counted = new Set([...state.isr, ...(part.proposed?.isr.keys() ?? [])]);
    const ends = [...counted].map((id) =>
      id === broker.id ? log.end : (part.followers.get(id)?.end ?? 0),
    );
    const committed = options.highWatermark(ends);
    invariant(
      committed <= log.end,
      () => `${log.name} ends at ${log.end}, but is committed up to ${committed}`,
    );
    replica.highWatermark = Math.max(replica.highWatermark, committed);
  }
  settle(turn, replica);
}

/** Answers whoever has waited for the log or its high watermark to come so far. */
function settle(turn: Turn, replica: Led): void {
  const { part, highWatermark } = replica;
  const ready = part.writes.filter(({ end }) => end <= highWatermark);
  part.writes = part.writes.filter(({ end }) => end > highWatermark);
  const isThere = (request: Fetch) => request.offset < limitFor(replica, request);
  const served = part.parked.filter(({ request }) => isThere(request));
  part.parked = part.parked.filter(({ request }) => !isThere(request));
  for (const { caller, request } of served) serve(turn, replica, request, caller);
  for (const { upon } of ready) conclude(turn, replica, upon);
}

/** A follower gets all that the leader has, a consumer what is committed. */
function limitFor({ log, highWatermark }: Led, { replica: by }: Fetch): Offset {
  return by === undefined ? highWatermark : log.end;
}

/** Answers a fetch with what there is, which may be nothing. */
function serve(turn: Turn, replica: Led, request: Fetch, caller: Caller): void {
  const { log, highWatermark } = replica;
  const batches = read(log, request.offset, limitFor(replica, request), request.maxBytes);
  answer(turn, caller, { kind: "fetched", batches, highWatermark, logStart: log.start });
}

/** Time has passed: what waited too long is answered, and who lags too long is to be out of sync. */
export function passTime(turn: Turn, replica: Led): void {
  const { broker, nowMs, options } = turn;
  const { log, part, state } = replica;
  invariant(state.isr.includes(broker.id), `${broker.id} leads ${log.name}, and is not in sync`);
  const late = part.writes.filter(({ untilMs }) => untilMs <= nowMs);
  part.writes = part.writes.filter(({ untilMs }) => untilMs > nowMs);
  for (const { upon } of late) conclude(turn, replica, upon, "REQUEST_TIMED_OUT");
  const idle = part.parked.filter(({ untilMs }) => untilMs <= nowMs);
  part.parked = part.parked.filter(({ untilMs }) => untilMs > nowMs);
  for (const { caller, request } of idle) serve(turn, replica, request, caller);
  const { replicaLagTimeMaxMs } = options;
  const inSync = state.isr.filter((id) => {
    const known = part.followers.get(id);
    return known === undefined || options.staysInSync(known, log.end, nowMs, replicaLagTimeMaxMs);
  });
  if (inSync.length < state.isr.length) propose(turn, replica, inSync);
  const { proposed } = part;
  if (proposed && nowMs - proposed.sentMs > options.requestTimeoutMs) {
    askFor(turn, replica, proposed.isr);
  }
}

/** A client or follower is gone: nobody waits for what it has asked. */
export function forget({ part }: Led, peer: NodeId): void {
  part.parked = part.parked.filter(({ caller }) => caller.from !== peer);
}
