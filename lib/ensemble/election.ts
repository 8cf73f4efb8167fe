/**
 * Fast leader election: every looking server votes, changes its vote to a better one that it hears of, and tells the
 * others; whom a majority votes for leads. A server that comes late joins whom a majority follows.
 *
 * Source: ZooKeeper's FastLeaderElection.
 */

import type { NodeId } from "quorumlab/sim";
import { majority, supersedes } from "./decisions.ts";
import { lastZxid } from "./history.ts";
import type { Vote } from "./messages.ts";
import type { Looking } from "./parts.ts";
import type { PeerMessage } from "./peers.ts";
import { detach, type Server, sizeOf, type Turn } from "./replica.ts";

type Notification = Extract<PeerMessage, { kind: "notification" }>;

/** Leaves whatever it was doing, and votes for itself in a new round. */
export function look(turn: Turn): void {
  const { server, out, options } = turn;
  leave(turn);
  server.role = "looking";
  server.round += 1;
  server.part = undecided(ownVote(server));
  if (options.readOnlyMode) out.setTimer("readOnly", 2 * options.tickMs);
  renew(turn);
  consider(turn, server.part);
}

/** What a looking server knows at first. */
export function undecided(vote: Vote): Looking {
  return {
    kind: "looking",
    vote,
    votes: new Map(),
    settled: new Map(),
    early: new Map(),
    deciding: false,
    readOnly: false,
  };
}

/**
 * Ends its part: its timers, its clients, and the connections on which something of it may still be under way.
 *
 * @param staying the peers whose connections go on
 */
export function leave(turn: Turn, staying: ReadonlyMap<NodeId, unknown> = new Map()): void {
  const { server, out } = turn;
  const { part } = server;
  const old =
    part.kind === "looking"
      ? [...part.early.keys()]
      : part.kind === "following"
        ? [part.leader]
        : [...part.followers.keys()];
  for (const peer of old) {
    if (staying.has(peer)) continue;
    out.close(peer);
    server.connected.delete(peer);
  }
  for (const client of [...server.clients.keys()]) detach(turn, client);
  for (const timer of ["notify", "decide", "readOnly", "init", "tick", "silence"]) {
    out.cancelTimer(timer);
  }
}

/** Tells the others its vote, and tries again to reach those that it does not. */
export function renew(turn: Turn): void {
  turn.out.setTimer("notify", turn.options.tickMs);
  for (const peer of turn.server.peers) turn.out.connect(peer);
  notify(turn);
}

export function notify(turn: Turn, peers: Iterable<NodeId> = turn.server.connected): void {
  const { server } = turn;
  const { round, part } = server;
  const vote =
    part.kind === "looking"
      ? part.vote
      : { ...ownVote(server), leader: part.kind === "following" ? part.leader : server.id };
  for (const peer of peers) {
    turn.out.send(peer, { kind: "notification", round, vote, part: part.kind });
  }
}

function ownVote(server: Server): Vote {
  return { leader: server.id, epoch: server.currentEpoch, zxid: lastZxid(server.history) };
}

/**
 * Hears a vote.
 *
 * @returns the leader to join at once, because a majority follows it
 */
export function hear(turn: Turn, from: NodeId, heard: Notification): NodeId | undefined {
  const { server } = turn;
  const { part } = server;
  if (part.kind !== "looking") {
    if (heard.part === "looking") notify(turn, [from]);
    return undefined;
  }
  if (heard.part !== "looking") {
    part.settled.set(from, heard.vote.leader);
    if (heard.round === server.round) part.votes.set(from, heard.vote);
    consider(turn, part);
    return settledOn(server, part, heard.vote.leader);
  }
  part.settled.delete(from);
  part.early.delete(from);
  if (heard.round < server.round) {
    notify(turn, [from]);
    return undefined;
  }
  const before = part.vote;
  if (heard.round > server.round) {
    server.round = heard.round;
    part.votes.clear();
    part.vote = ownVote(server);
  }
  if (supersedes(heard.vote, part.vote)) part.vote = heard.vote;
  part.votes.set(from, heard.vote);
  if (part.vote !== before) {
    part.deciding = false;
    turn.out.cancelTimer("decide");
    notify(turn);
  }
  consider(turn, part);
  return undefined;
}

/** Once a majority votes as it does, it waits a little for a better vote before it decides. */
function consider({ server, out, options }: Turn, part: Looking): void {
  if (part.deciding || !hasMajority(server, part)) return;
  part.deciding = true;
  out.setTimer("decide", options.tickMs / 2);
}

/** The wait is over: whom a majority still votes for, if it does. */
export function elected(server: Server, part: Looking): NodeId | undefined {
  part.deciding = false;
  return hasMajority(server, part) ? part.vote.leader : undefined;
}

function hasMajority(server: Server, { vote, votes }: Looking): boolean {
  const alike = [...votes.values()].filter(({ leader }) => leader === vote.leader).length;
  return alike + 1 >= majority(sizeOf(server));
}

/** A leader that a majority follows, and that says itself that it leads. */
function settledOn(server: Server, { settled }: Looking, leader: NodeId): NodeId | undefined {
  const followers = [...settled.values()].filter((whom) => whom === leader).length;
  const isLeading = leader !== server.id && settled.get(leader) === leader;
  return isLeading && followers >= majority(sizeOf(server)) ? leader : undefined;
}
