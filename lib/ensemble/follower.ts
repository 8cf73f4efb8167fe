/**
 * A follower: it comes to its leader, accepts the leader's epoch, gets the leader's history, and from then on writes
 * down what is proposed and applies what is committed. What it acknowledges is on its disk before.
 */

import type { NodeId } from "quorumlab/sim";
import { acceptEpoch } from "./decisions.ts";
import { leave, look } from "./election.ts";
import { append, install, lastZxid, truncateTo } from "./history.ts";
import type { Following } from "./parts.ts";
import type { PeerMessage } from "./peers.ts";
import { answer, commitTo, detach, greet, type Turn } from "./replica.ts";

/** Goes to a leader that was elected, or that a majority already follows. */
export function follow(turn: Turn, leader: NodeId): void {
  const { server, out, options } = turn;
  leave(turn);
  server.role = "synchronizing";
  server.part = { kind: "following", leader, stage: "discovery" };
  out.setTimer("init", options.initLimit * options.tickMs);
  if (server.connected.has(leader)) call(turn, leader);
  else out.connect(leader);
}

/** The connection to the leader is there. */
export function call({ server, out }: Turn, leader: NodeId): void {
  out.send(leader, { kind: "followerInfo", acceptedEpoch: server.acceptedEpoch });
}

/** A message from its leader. */
export function obey(turn: Turn, part: Following, message: PeerMessage): void {
  const { server, out, options } = turn;
  // Until it is up to date the leader has nothing to say for a while, and has initLimit for it.
  if (part.stage === "broadcast") out.setTimer("silence", options.syncLimit * options.tickMs);
  switch (message.kind) {
    case "leaderInfo":
      meet(turn, part, message.epoch);
      return;
    case "diff":
    case "trunc":
    case "snap":
      synchronize(turn, message);
      return;
    case "newLeader":
      // After the entries that make this history the leader's, never before: a crash in between must not claim them.
      server.currentEpoch = message.epoch;
      out.put("currentEpoch", message.epoch);
      out.send(part.leader, { kind: "ackNewLeader", epoch: message.epoch });
      return;
    case "upToDate":
      part.stage = "broadcast";
      server.caughtUp = true;
      server.role = `following, epoch ${server.currentEpoch}`;
      out.cancelTimer("init");
      out.setTimer("silence", options.syncLimit * options.tickMs);
      commitTo(turn, message.committed);
      return;
    case "propose":
      append(server.history, message.entry, out);
      out.send(part.leader, { kind: "ack", zxid: message.entry.zxid });
      return;
    case "commit":
      commitTo(turn, message.zxid);
      return;
    case "ping":
      // It tells nothing of what is on disk, only who follows.
      out.send(part.leader, { kind: "pong", ping: message.ping }, { beforeSync: true });
      return;
    default:
      hand(turn, message);
  }
}

/** Discovery: the leader has chosen its epoch. */
function meet(turn: Turn, part: Following, epoch: number): void {
  const { server } = turn;
  const verdict = acceptEpoch(server.acceptedEpoch, epoch);
  if (verdict === "refuse") {
    look(turn);
    return;
  }
  if (verdict === "promise") {
    server.acceptedEpoch = epoch;
    turn.out.put("acceptedEpoch", epoch);
  }
  part.stage = "synchronization";
  turn.out.send(part.leader, {
    kind: "ackEpoch",
    promised: verdict === "promise",
    currentEpoch: server.currentEpoch,
    last: lastZxid(server.history),
  });
}

/** Synchronization: its history becomes the leader's. */
function synchronize(
  { server, out }: Turn,
  message: Extract<PeerMessage, { kind: "diff" | "trunc" | "snap" }>,
): void {
  if (message.kind === "snap") {
    install(server.history, message, out);
    server.tree = message.tree;
    server.committed = message.zxid;
    server.caughtUp = false;
    return;
  }
  if (message.kind === "trunc") truncateTo(server.history, message.to, out);
  for (const entry of message.entries) append(server.history, entry, out);
}

/** What the leader says to a client of this server. */
export function hand(turn: Turn, message: PeerMessage): void {
  switch (message.kind) {
    case "synced":
      answer(turn, message.client, message.xid, { kind: "sync" });
      return;
    case "touched": {
      const { client, beat, counted } = message;
      // Not counted: the session is over, or on another server.
      if (!counted) detach(turn, client);
      else if (turn.server.clients.has(client)) {
        turn.out.send(client, { kind: "heard", beat, counted }, { beforeSync: true });
      }
      return;
    }
    case "revalidated":
      revalidated(turn, message);
  }
}

/** The leader knows the session that a client came with, or not. */
function revalidated(turn: Turn, message: Extract<PeerMessage, { kind: "revalidated" }>): void {
  const attached = turn.server.clients.get(message.client);
  if (attached?.waiting[0]?.xid !== message.xid) return;
  attached.waiting.shift();
  attached.session = message.timeoutMs === 0 ? 0 : message.session;
  attached.timeoutMs = message.timeoutMs;
  greet(attached, message.client, turn);
  if (message.timeoutMs === 0) detach(turn, message.client);
}
