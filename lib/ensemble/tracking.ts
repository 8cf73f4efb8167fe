/**
 * How a leader keeps track of sessions and of its own majority. A heartbeat is answered only when a majority has
 * answered a ping that was sent after the heartbeat came: then no other leader can have ended the session meanwhile,
 * and the client may count on its whole timeout.
 *
 * Source: ZooKeeper's SessionTrackerImpl and ExpiryQueue; the answer by way of a majority is ours, after Ongaro's
 * Raft thesis, section 6.4 (ZooKeeper's followers answer heartbeats themselves).
 */

import type { NodeId } from "quorumlab/sim";
import { majority } from "./decisions.ts";
import { look } from "./election.ts";
import { heartbeatAnswered, revalidated } from "./follower.ts";
import { lastZxid } from "./history.ts";
import type { SessionId } from "./messages.ts";
import type { Leading } from "./parts.ts";
import type { Forwarded, Returned } from "./peers.ts";
import { answer, type Server, sizeOf, type Turn } from "./replica.ts";

/** A new leader gives every session its whole timeout again. */
export function trackAll(leading: Leading, turn: Turn): void {
  for (const [session, timeoutMs] of leading.ahead.sessions) {
    open(leading, session, timeoutMs, undefined, turn);
  }
}

export function open(
  leading: Leading,
  session: SessionId,
  timeoutMs: number,
  owner: NodeId | undefined,
  turn: Turn,
): void {
  leading.sessions.set(session, { timeoutMs, expiresMs: 0, owner });
  touch(leading, session, turn);
}

/** The session was heard. It expires at the end of the tick after its timeout. */
export function touch(leading: Leading, session: SessionId, { options }: Turn): void {
  const tracked = leading.sessions.get(session);
  if (tracked === undefined) return;
  const { tickMs } = options;
  const ticks = Math.floor((leading.elapsedMs + tracked.timeoutMs) / tickMs) + 1;
  tracked.expiresMs = ticks * tickMs;
}

/** Whether a session is open and its client is on this server; who is heard first after an election is the owner. */
export function owns(leading: Leading, session: SessionId, server: NodeId): boolean {
  const tracked = leading.sessions.get(session);
  if (tracked === undefined) return false;
  tracked.owner ??= server;
  return tracked.owner === server;
}

/** Half a tick has passed. @returns the sessions that have expired */
export function tick(server: Server, leading: Leading, turn: Turn): SessionId[] {
  const { out, options } = turn;
  leading.elapsedMs += options.tickMs / 2;
  out.setTimer("tick", options.tickMs / 2);
  const sinceMs = leading.elapsedMs - options.syncLimit * options.tickMs;
  for (const [id, { heardMs }] of leading.followers) {
    if (heardMs >= sinceMs) continue;
    leading.followers.delete(id);
    server.connected.delete(id);
    out.close(id);
  }
  if (leading.stage !== "broadcast") return [];
  const synced = [...leading.followers.values()].filter(({ stage }) => stage === "synced").length;
  if (synced + 1 < majority(sizeOf(server))) {
    look(server, turn);
    return [];
  }
  ping(server, leading, turn);
  return [...leading.sessions]
    .filter(([, { expiresMs }]) => expiresMs <= leading.elapsedMs)
    .map(([session]) => session);
}

function ping(server: Server, leading: Leading, turn: Turn): void {
  leading.ping += 1;
  for (const [id, { stage }] of leading.followers) {
    if (stage === "synced") turn.out.send(id, { kind: "ping", ping: leading.ping });
  }
  settleHeartbeats(server, leading, turn);
}

/** A client's heartbeat, from the server that it is connected to. */
export function heartbeat(
  server: Server,
  leading: Leading,
  from: NodeId,
  { client, session, beat }: Extract<Forwarded, { kind: "touch" }>,
  turn: Turn,
): void {
  if (!owns(leading, session, from)) {
    give(server, from, { kind: "touched", client, beat, counted: false }, turn);
    return;
  }
  touch(leading, session, turn);
  leading.heartbeats.push({ after: leading.ping, server: from, client, beat });
  // One round of pings is under way at most; whoever comes meanwhile waits for the next.
  if (leading.confirmed === leading.ping) ping(server, leading, turn);
}

/** Answers the heartbeats that came before the newest ping that a majority has answered. */
export function settleHeartbeats(server: Server, leading: Leading, turn: Turn): void {
  const pongs = [...leading.followers.values()].map(({ pong }) => pong).sort((a, b) => b - a);
  const needed = majority(sizeOf(server)) - 1;
  const confirmed = needed === 0 ? leading.ping : (pongs[needed - 1] ?? 0);
  if (confirmed <= leading.confirmed) return;
  leading.confirmed = confirmed;
  const due = leading.heartbeats.filter(({ after }) => after < confirmed);
  leading.heartbeats = leading.heartbeats.filter(({ after }) => after >= confirmed);
  for (const { server: to, client, beat } of due) {
    give(server, to, { kind: "touched", client, beat, counted: true }, turn);
  }
  if (leading.heartbeats.length > 0 && leading.confirmed === leading.ping) {
    ping(server, leading, turn);
  }
}

/** A client came back with its session, perhaps on another server: that server is its owner from now on. */
export function revalidate(
  server: Server,
  leading: Leading,
  from: NodeId,
  { client, session, xid }: Extract<Forwarded, { kind: "revalidate" }>,
  turn: Turn,
): void {
  const tracked = leading.sessions.get(session);
  if (tracked !== undefined) tracked.owner = from;
  touch(leading, session, turn);
  const timeoutMs = tracked?.timeoutMs ?? 0;
  give(server, from, { kind: "revalidated", client, session, xid, timeoutMs }, turn);
}

/** A sync waits for all that was proposed when it came, and asks no majority. */
export function sync(
  server: Server,
  leading: Leading,
  from: NodeId,
  { client, xid }: Extract<Forwarded, { kind: "syncRequest" }>,
  turn: Turn,
): void {
  leading.syncs.push({ zxid: lastZxid(server.history), server: from, client, xid });
  settleSyncs(server, leading, turn);
}

export function settleSyncs(server: Server, leading: Leading, turn: Turn): void {
  while (leading.syncs[0] !== undefined && leading.syncs[0].zxid <= server.committed) {
    const { server: to, client, xid } = leading.syncs.shift() as Leading["syncs"][number];
    give(server, to, { kind: "synced", client, xid }, turn);
  }
}

/** Gives an answer to the server whose client asked, which may be this one. */
function give(server: Server, to: NodeId, message: Returned, turn: Turn): void {
  if (to !== server.id) turn.out.send(to, message);
  else if (message.kind === "synced") {
    answer(server, message.client, message.xid, { kind: "sync" }, turn);
  } else if (message.kind === "touched") {
    heartbeatAnswered(server, message.client, message.beat, message.counted, turn);
  } else {
    revalidated(server, message, turn);
  }
}
