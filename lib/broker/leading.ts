/**
 * A leader: it appends what producers send, hands it to followers that fetch, and moves the high watermark when all
 * in-sync replicas have it. Who is in sync it proposes to the controller, and until it knows the answer it counts
 * everybody who may be. (Kafka counts on replicas alone. This leader also waits for its disk before anybody hears of a
 * record: messages leave after the writes that came before them.)
 *
 * Source: kafka.cluster.Partition.
 */

import { invariant, type NodeId } from "quorumlab/sim";
import { conclude } from "./coordinator.ts";
import { checkSequence } from "./decisions.ts";
import type { ErrorCode } from "./errors.ts";
import type { Offset } from "./kafka.ts";
import { append, read, sizeOf } from "./log.ts";
import type { Caller, Fetch, LogRecord, Produce, Sequenced } from "./messages.ts";
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
  };
  advance(turn, replica as Led);
}

/** The term is over: whoever waits has to ask the next leader. */
export function resign(turn: Turn, { part }: Led): void {
  for (const { upon } of part.writes.splice(0)) conclude(turn, upon, "NOT_LEADER_OR_FOLLOWER");
  for (const { caller } of part.parked.splice(0)) refuse(turn, caller, "NOT_LEADER_OR_FOLLOWER");
}

export function hearProduce(turn: Turn, replica: Led, request: Produce, caller: Caller): void {
  const { acks, timeoutMs, records, sequenced } = request;
  const { log } = replica;
  const known = sequenced === null ? undefined : log.producers.get(sequenced.producerId);
  const check = sequenced === null ? "new" : checkSequence(known, sequenced, records.length);
  const refusal = whyRefused(turn, replica, request) ?? (isCode(check) ? check : undefined);
  if (refusal !== undefined) {
    // With acks 0 nobody waits for an answer: only the end of the connection tells that something is wrong.
    if (acks === 0) turn.out.close(caller.from);
    else refuse(turn, caller, refusal);
    return;
  }
  const baseOffset = typeof check === "object" ? check.duplicateOf : log.end;
  if (check === "new") store(turn, replica, records, sequenced);
  const end = baseOffset + records.length;
  if (acks === "all") {
    const upon: Upon = { kind: "answer", caller, baseOffset };
    replica.part.writes.push({ end, untilMs: turn.nowMs + timeoutMs, upon });
  } else if (acks === 1) {
    answer(turn, caller, { kind: "produced", baseOffset });
  }
  advance(turn, replica);
}

function isCode(check: ReturnType<typeof checkSequence>): check is ErrorCode {
  return typeof check === "string" && check !== "new";
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

/** Appends records at the end of the log. `advance` has to follow. */
export function store(
  { out }: Turn,
  { log, state }: Led,
  records: readonly LogRecord[],
  sequenced: Sequenced | null,
): void {
  const maxTimestampMs = Math.max(...records.map(({ timestampMs }) => timestampMs));
  const { leaderEpoch } = state;
  const bytes = sizeOf(records);
  const batch = { baseOffset: log.end, leaderEpoch, records, bytes, maxTimestampMs, sequenced };
  append(log, batch, out);
}

/** Answers a fetch, or keeps it until there is something to send. */
export function hearFetch(turn: Turn, replica: Led, request: Fetch, caller: Caller): void {
  const { log, part } = replica;
  const { offset, replica: by, maxWaitMs } = request;
  // Who begins where this log begins has nothing that could differ: what lies before was committed, and is deleted.
  if (by !== undefined && by.lastEpoch >= 0 && offset > log.start) {
    const end = epochEnd(turn, by.lastEpoch, log);
    if (end.epoch < by.lastEpoch || end.endOffset < offset) {
      answer(turn, caller, { kind: "diverging", end });
      return;
    }
  }
  if (offset < log.start || offset > log.end) {
    const range = [log.start, log.end] as const;
    answer(turn, caller, { kind: "error", code: "OFFSET_OUT_OF_RANGE", range });
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

/** Asks the controller for other in-sync replicas, one change at a time. */
function propose(turn: Turn, replica: Led, isr: readonly NodeId[]): void {
  const { broker, nowMs } = turn;
  const { part } = replica;
  if (part.proposed !== undefined) return;
  const epochOf = (id: NodeId) =>
    id === broker.id ? broker.brokerEpoch : (part.followers.get(id)?.brokerEpoch ?? -1);
  const registered = new Map(isr.map((id) => [id, epochOf(id)]));
  part.proposed = { isr: registered, sentMs: nowMs, call: 0 };
  sendProposal(turn, replica);
}

function sendProposal(turn: Turn, { topic, topicId, partition, state, part }: Led): void {
  const { proposed } = part;
  if (proposed === undefined) return;
  const { leaderEpoch, partitionEpoch } = state;
  const { isr } = proposed;
  const at = { topic, topicId, partition, leaderEpoch, partitionEpoch };
  proposed.sentMs = turn.nowMs;
  proposed.call = ++turn.broker.calls;
  askController(turn, { kind: "alterPartition", ...at, isr }, proposed.call);
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
  const { log, part, highWatermark } = replica;
  const ready = part.writes.filter(({ end }) => end <= highWatermark);
  part.writes = part.writes.filter(({ end }) => end > highWatermark);
  const limitOf = ({ replica: by }: Fetch) => (by === undefined ? highWatermark : log.end);
  const served = part.parked.filter(({ request }) => request.offset < limitOf(request));
  part.parked = part.parked.filter(({ request }) => request.offset >= limitOf(request));
  for (const { caller, request } of served) serve(turn, replica, request, caller, limitOf(request));
  for (const { upon } of ready) conclude(turn, upon);
}

function serve(
  turn: Turn,
  { log, highWatermark }: Led,
  { offset, maxBytes }: Fetch,
  caller: Caller,
  limit: Offset,
): void {
  const batches = read(log, offset, limit, maxBytes);
  answer(turn, caller, { kind: "fetched", batches, highWatermark, logStart: log.start });
}

/** Time has passed: what waited too long is answered, and who lags too long is to be out of sync. */
export function passTime(turn: Turn, replica: Led): void {
  const { broker, nowMs, options } = turn;
  const { log, part, state } = replica;
  invariant(state.isr.includes(broker.id), `${broker.id} leads ${log.name}, and is not in sync`);
  const late = part.writes.filter(({ untilMs }) => untilMs <= nowMs);
  part.writes = part.writes.filter(({ untilMs }) => untilMs > nowMs);
  for (const { upon } of late) conclude(turn, upon, "REQUEST_TIMED_OUT");
  const idle = part.parked.filter(({ untilMs }) => untilMs <= nowMs);
  part.parked = part.parked.filter(({ untilMs }) => untilMs > nowMs);
  for (const { caller, request } of idle) serve(turn, replica, request, caller, request.offset);
  const { replicaLagTimeMaxMs } = options;
  const inSync = state.isr.filter((id) => {
    const known = part.followers.get(id);
    return known === undefined || options.staysInSync(known, log.end, nowMs, replicaLagTimeMaxMs);
  });
  if (inSync.length < state.isr.length) propose(turn, replica, inSync);
  const { proposed } = part;
  if (proposed && nowMs - proposed.sentMs > options.requestTimeoutMs) sendProposal(turn, replica);
}

/** A client or follower is gone: nobody waits for what it has asked. */
export function forget({ part }: Led, peer: NodeId): void {
  part.parked = part.parked.filter(({ caller }) => caller.from !== peer);
}
