/**
 * A follower: it fetches from its leader, one fetch after the other, and cuts off what the leader does not have. A fetch
 * from an offset says that everything before it is on this disk: it leaves when that is so.
 *
 * Source: kafka.server.AbstractFetcherThread; KIP-101, KIP-279 and KIP-595 for the truncation within fetches.
 */

import type { NodeId } from "quorumlab/sim";
import { append, dropBefore, restartAt, truncateTo } from "./log.ts";
import type { Answer, EpochEnd } from "./messages.ts";
import { epochEnd, type Following, type Replica, reach, type Turn } from "./state.ts";

/** A replica that follows another broker's. */
export type Follows = Replica & { part: Following };

export function isFollowing(replica: Replica): replica is Follows {
  return replica.part.kind === "following";
}

export function follow(turn: Turn, replica: Replica, leader: NodeId): void {
  replica.part = { kind: "following", leader, asked: undefined };
  fetchNext(turn, replica as Follows);
}

/** Asks for what comes after the end of the log, unless an answer is still to come. */
export function fetchNext(turn: Turn, replica: Follows): void {
  const { topic, topicId, partition, state, log, part } = replica;
  const { broker, nowMs, out, options } = turn;
  if (part.asked !== undefined || !reach(turn, part.leader)) return;
  const call = ++broker.calls;
  part.asked = { call, sentMs: nowMs };
  out.send(part.leader, {
    kind: "fetch",
    call,
    topic,
    partition,
    offset: log.end,
    leaderEpoch: state.leaderEpoch,
    maxBytes: options.maxMessageBytes,
    maxWaitMs: options.requestTimeoutMs / 2,
    replica: {
      topicId,
      brokerEpoch: broker.brokerEpoch,
      lastEpoch: log.epochs.at(-1)?.epoch ?? -1,
    },
  });
}

/** The leader has answered the fetch that was under way. */
export function fetched(turn: Turn, replica: Follows, answer: Answer): void {
  const { log, part } = replica;
  const { out } = turn;
  part.asked = undefined;
  switch (answer.kind) {
    case "fetched": {
      for (const batch of answer.batches) append(log, batch, out);
      const committed = Math.min(answer.highWatermark, log.end);
      replica.highWatermark = Math.max(replica.highWatermark, committed);
      if (answer.logStart <= log.end) dropBefore(log, answer.logStart, out);
      fetchNext(turn, replica);
      return;
    }
    case "diverging":
      cut(turn, replica, answer.end);
      fetchNext(turn, replica);
      return;
    case "error":
      // Other errors pass when the controller has told both sides the same: the next tick asks again.
      if (answer.logStart === undefined) return;
      // Whoever goes on beyond the leader's end hears where they differ: so this one has nothing that the leader has.
      restartAt(log, answer.logStart, out);
      replica.highWatermark = log.start;
      fetchNext(turn, replica);
  }
}

/** The leader's log is another one from some offset on. What differs was never committed, or was given up uncleanly. */
function cut(turn: Turn, replica: Follows, leaders: EpochEnd): void {
  const { out, options } = turn;
  const { log } = replica;
  const own = epochEnd(turn, leaders.epoch, log);
  truncateTo(log, options.truncationPoint(own, leaders), out);
  replica.highWatermark = Math.min(replica.highWatermark, log.end);
}

/** Whether the leader has been silent for so long that another connection may be better. */
export function isSilent({ nowMs, options }: Turn, { part }: Follows): boolean {
  return part.asked !== undefined && nowMs - part.asked.sentMs > options.requestTimeoutMs;
}
