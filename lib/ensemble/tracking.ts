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
import { hand } from "./follower.ts";
import { lastZxid } from "./history.ts";
import type { SessionId } from "./messages.ts";
import type { Leading } from "./parts.ts";
import type { Forwarded, Returned } from "./peers.ts";
import { sizeOf, type Turn } from "./replica.ts";

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

/** Whether a session is open and its client is on this server. Who is heard first after an election owns it from then on. */
export function claims(leading: Leading, session: SessionId, server: NodeId): boolean {
  const tracked = leading.sessions.get(session);
  if (tracked === undefined) return false;
  tracked.owner ??= server;
  return tracked.owner === server;
}

/** Half a tick has passed. @returns the sessions that have expired */
export function tick(turn: Turn, leading: Leading): SessionId[] {
  const { server, out, options } = turn;
  leading.elapsedMs += options.tickMs / 2;
  out.setTimer("tick", options.tickMs / 2);
  for (const [id, { heardMs, stage }] of leading.followers) {
    const limit = stage === "synced" ? options.syncLimit : options.initLimit;
    if (heardMs >= leading.elapsedMs - limit * options.tickMs) continue;
    leading.followers.delete(id);
    server.connected.delete(id);
    out.close(id);
  }
  if (leading.stage !== "broadcast") return [];
  const synced = [...leading.followers.values()].filter(({ stage }) => stage === "synced").length;
  if (synced + 1 < majority(sizeOf(server))) {
    look(turn);
    return [];
  }
  ping(turn, leading);
  return [...leading.sessions]
    .filter(([, { expiresMs }]) => expiresMs <= leading.elapsedMs)
    .map(([session]) => session);
}

function ping(turn: Turn, leading: Leading): void {
  leading.ping += 1;
  for (const [id, { stage }] of leading.followers) {
    if (stage !== "synced") continue;
    turn.out.send(id, { kind: "ping", ping: leading.ping }, { beforeSync: true });
  }
  settleHeartbeats(turn, leading);
}

/** A client's heartbeat, from the server that it is connected to. */
export function heartbeat(
  turn: Turn,
  leading: Leading,
  from: NodeId,
  { client, session, beat }: Extract<Forwarded, { kind: "touch" }>,
): void {
  if (!claims(leading, session, from)) {
    give(turn, from, { kind: "touched", client, beat, counted: false });
    return;
  }
  touch(leading, session, turn);
  leading.heartbeats.push({ after: leading.ping, server: from, client, beat });
  // One round of pings is under way at most; whoever comes meanwhile waits for the next.
  if (leading.confirmed === leading.ping) ping(turn, leading);
}

/** Answers the heartbeats that came before the newest ping that a majority has answered. */
export function settleHeartbeats(turn: Turn, leading: Leading): void {
  const pongs = [...leading.followers.values()].map(({ pong }) => pong).sort((a, b) => b - a);
  const needed = majority(sizeOf(turn.server)) - 1;
  const confirmed = needed === 0 ? leading.ping : (pongs[needed - 1] ?? 0);
  if (confirmed <= leading.confirmed) return;
  leading.confirmed = confirmed;
  const due = leading.heartbeats.filter(({ after }) => after < confirmed);
  leading.heartbeats = leading.heartbeats.filter(({ after }) => after >= confirmed);
  for (const { server: to, client, beat } of due) {
    give(turn, to, { kind: "touched", client, beat, counted: true });
  }
  if (leading.heartbeats.length > 0 && leading.confirmed === leading.ping) {
    ping(turn, leading);
  }
}

/** A client came back with its session, perhaps on another server: that server is its owner from now on. */
export function revalidate(
  turn: Turn,
  leading: Leading,
  from: NodeId,
  { client, session, xid }: Extract<Forwarded, { kind: "revalidate" }>,
): void {
  const tracked = leading.sessions.get(session);
  if (tracked !== undefined) tracked.owner = from;
  touch(leading, session, turn);
  const timeoutMs = tracked?.timeoutMs ?? 0;
  give(turn, from, { kind: "revalidated", client, session, xid, timeoutMs });
}

/** A sync waits for all that was proposed when it came, and asks no majority. */
export function sync(
  turn: Turn,
  leading: Leading,
  from: NodeId,
  { client, xid }: Extract<Forwarded, { kind: "syncRequest" }>,
): void {
  leading.syncs.push({ zxid: lastZxid(turn.server.history), server: from, client, xid });
  settleSyncs(turn, leading);
}

export function settleSyncs(turn: Turn, leading: Leading): void {
  while (leading.syncs[0] !== undefined && leading.syncs[0].zxid <= turn.server.committed) {
    const { server: to, client, xid } = leading.syncs.shift() as Leading["syncs"][number];
    give(turn, to, { kind: "synced", client, xid });
  }
}

/** Gives an answer to the server whose client asked, which may be this one. */
function give(turn: Turn, to: NodeId, message: Returned): void {
  if (to !== turn.server.id) turn.out.send(to, message, { beforeSync: message.kind === "touched" });
  else hand(turn, message);
}
