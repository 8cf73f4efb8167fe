/**
 * A leader. Discovery: a majority promises it an epoch of its own. Synchronization: a majority takes over its history.
 * Broadcast: it turns requests into transactions, proposes them in order, and commits what a majority has on disk.
 *
 * Source: Zab (DSN 2011), phases 1 to 3; ZooKeeper's Leader and LearnerHandler.
 */

import { copy, invariant, type NodeId } from "quorumlab/sim";
import { majority } from "./decisions.ts";
import { leave, look } from "./election.ts";
import { append, lastZxid } from "./history.ts";
import type { Entry, Failure, Ordered, Origin, SessionId } from "./messages.ts";
import type { Follower, Leading } from "./parts.ts";
import type { FollowerInfo, PeerMessage } from "./peers.ts";
import { prepare } from "./prepare.ts";
import { commitTo, sizeOf, type Turn } from "./replica.ts";
import { open, settleHeartbeats, settleSyncs, trackAll } from "./tracking.ts";
import { emptyTree } from "./tree.ts";
import { LAST_COUNTER, type Zxid, zxid } from "./zxid.ts";

/** Begins to lead: those who came early stay, and are heard at once. */
export function lead(turn: Turn, early: ReadonlyMap<NodeId, FollowerInfo>): void {
  const { server, out, options } = turn;
  leave(turn, early);
  server.role = "synchronizing";
  const leading: Leading = {
    kind: "leading",
    stage: "discovery",
    epoch: 0,
    followers: new Map([...early].map(([id, info]) => [id, caller(info, 0)])),
    counter: 0,
    ahead: emptyTree(),
    elapsedMs: 0,
    sessions: new Map(),
    ping: 0,
    confirmed: 0,
    heartbeats: [],
    syncs: [],
  };
  server.part = leading;
  out.setTimer("init", options.initLimit * options.tickMs);
  out.setTimer("tick", options.tickMs / 2);
  discover(turn, leading);
}

function caller({ acceptedEpoch }: FollowerInfo, heardMs: number): Follower {
  return { stage: "called", acceptedEpoch, promised: false, last: 0, acked: 0, pong: 0, heardMs };
}

/** A follower comes. */
export function welcome(turn: Turn, leading: Leading, from: NodeId, info: FollowerInfo): void {
  if (leading.epoch > 0 && info.acceptedEpoch > leading.epoch) {
    // It has promised a later epoch, and could never follow this one: there must be a leader with a later one still.
    // (ZooKeeper's leader goes on without that follower.)
    look(turn);
    return;
  }
  leading.followers.set(from, caller(info, leading.elapsedMs));
  discover(turn, leading);
}

/** Once a majority has called, the epoch is one more than any that they have accepted. */
function discover(turn: Turn, leading: Leading): void {
  const { server } = turn;
  const { followers } = leading;
  if (leading.epoch === 0) {
    if (followers.size + 1 < majority(sizeOf(server))) return;
    const accepted = [...followers.values()].map(({ acceptedEpoch }) => acceptedEpoch);
    leading.epoch = Math.max(server.acceptedEpoch, ...accepted) + 1;
    server.acceptedEpoch = leading.epoch;
    turn.out.put("acceptedEpoch", leading.epoch);
  }
  for (const [id, follower] of followers) {
    if (follower.stage !== "called") continue;
    follower.stage = "told";
    turn.out.send(id, { kind: "leaderInfo", epoch: leading.epoch });
  }
  begin(turn, leading);
}

/** A message from a follower. */
export function hearFollower(
  turn: Turn,
  leading: Leading,
  from: NodeId,
  message: PeerMessage,
): void {
  const follower = leading.followers.get(from);
  if (follower === undefined) return;
  follower.heardMs = leading.elapsedMs;
  switch (message.kind) {
    case "ackEpoch":
      accepted(turn, leading, follower, message);
      return;
    case "ackNewLeader":
      follower.stage = "synced";
      follower.acked = Math.max(follower.acked, follower.last);
      if (leading.stage === "broadcast") {
        turn.out.send(from, { kind: "upToDate", committed: turn.server.committed });
        commitAcked(turn, leading);
      } else {
        establish(turn, leading);
      }
      return;
    case "ack":
      follower.acked = message.zxid;
      commitAcked(turn, leading);
      return;
    case "pong":
      follower.pong = message.ping;
      settleHeartbeats(turn, leading);
  }
}

/** A follower has accepted the epoch. */
function accepted(
  turn: Turn,
  leading: Leading,
  follower: Follower,
  { promised, currentEpoch, last }: Extract<PeerMessage, { kind: "ackEpoch" }>,
): void {
  const { server } = turn;
  const own = lastZxid(server.history);
  const isNewer =
    currentEpoch > server.currentEpoch || (currentEpoch === server.currentEpoch && last > own);
  if (leading.stage === "discovery" && promised && isNewer) {
    // It may have committed transactions that this server lacks: it should lead, or another one that has them.
    look(turn);
    return;
  }
  follower.stage = "accepted";
  follower.promised = promised;
  follower.last = last;
  begin(turn, leading);
}

/** Once a majority has promised it the epoch, all who accepted it get the history. */
function begin(turn: Turn, leading: Leading): void {
  const { server } = turn;
  if (leading.stage === "discovery") {
    const promised = [...leading.followers.values()].filter((each) => each.promised).length;
    if (promised + 1 < majority(sizeOf(server))) return;
    leading.stage = "synchronization";
    server.currentEpoch = leading.epoch;
    turn.out.put("currentEpoch", leading.epoch);
  }
  for (const [id, each] of leading.followers) {
    if (each.stage === "accepted") synchronize(turn, leading, id, each);
  }
  establish(turn, leading);
}

/** Sends a follower what it lacks. From now on it gets every proposal. */
function synchronize(
  { server, out, options }: Turn,
  leading: Leading,
  id: NodeId,
  follower: Follower,
): void {
  const { history, tree, committed } = server;
  const { before, entries } = history;
  const how = options.syncDecision(follower.last, {
    before,
    zxids: entries.map((entry) => entry.zxid),
  });
  const after = (id: Zxid) => entries.filter((entry) => entry.zxid > id);
  // Clients are shown nothing of it until the leader says upToDate: none of it has to wait for the leader's disk.
  const early = { beforeSync: true };
  if (how.kind === "diff") out.send(id, { kind: "diff", entries: after(how.after) }, early);
  else if (how.kind === "trunc") {
    out.send(id, { kind: "trunc", to: how.to, entries: after(how.to) }, early);
  } else {
    const rest = after(committed);
    out.send(id, { kind: "snap", tree, zxid: committed, entries: rest }, early);
  }
  out.send(id, { kind: "newLeader", epoch: leading.epoch }, early);
  follower.stage = "syncing";
  follower.last = lastZxid(history);
}

/** Once a majority has its history, the leader leads: all of that history is committed. */
function establish(turn: Turn, leading: Leading): void {
  const { server } = turn;
  if (leading.stage !== "synchronization") return;
  const synced = [...leading.followers].filter(([, { stage }]) => stage === "synced");
  if (synced.length + 1 < majority(sizeOf(server))) return;
  leading.stage = "broadcast";
  server.caughtUp = true;
  server.role = `leading, epoch ${leading.epoch}`;
  turn.out.cancelTimer("init");
  commitTo(turn, lastZxid(server.history));
  leading.ahead = copy(server.tree);
  trackAll(leading, turn);
  for (const [id] of synced) turn.out.send(id, { kind: "upToDate", committed: server.committed });
}

/**
 * Makes a request the next transaction; a request that fails is one as well. When an epoch has used up its numbers,
 * the next one begins (ZOOKEEPER-1277).
 */
export function propose(
  turn: Turn,
  leading: Leading,
  session: SessionId,
  request: Ordered | Failure,
  origin: Origin | undefined,
): void {
  const { server } = turn;
  invariant(leading.stage === "broadcast", `${server.id} proposes in its ${leading.stage}`);
  if (leading.counter === LAST_COUNTER) {
    look(turn);
    return;
  }
  leading.counter += 1;
  const stamp = { zxid: zxid(leading.epoch, leading.counter), timeMs: turn.nowMs };
  const txn = request.kind === "error" ? request : prepare(leading.ahead, session, request, stamp);
  const entry: Entry = { ...stamp, txn, ...(origin && { origin }) };
  append(server.history, entry, turn.out);
  for (const [id, { stage }] of leading.followers) {
    if (stage !== "syncing" && stage !== "synced") continue;
    turn.out.send(id, { kind: "propose", entry }, { beforeSync: true });
  }
  if (txn.kind === "closeSession") leading.sessions.delete(txn.session);
  if (txn.kind === "createSession") open(leading, entry.zxid, txn.timeoutMs, origin?.server, turn);
  commitAcked(turn, leading);
}

/**
 * Commits what a majority has on disk. The leader counts itself before its own disk has it: what tells others of the
 * commit waits for that disk.
 */
function commitAcked(turn: Turn, leading: Leading): void {
  const { server } = turn;
  const acked = server.peers.map((id) => {
    const follower = leading.followers.get(id);
    return follower?.stage === "synced" ? follower.acked : 0;
  });
  const point = turn.options.commitPoint([...acked, lastZxid(server.history)]);
  if (point <= server.committed) return;
  commitTo(turn, point);
  for (const [id, { stage }] of leading.followers) {
    if (stage === "synced") turn.out.send(id, { kind: "commit", zxid: point });
  }
  settleSyncs(turn, leading);
}
