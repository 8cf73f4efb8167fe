/**
 * A server of the ensemble: turns events into what its part in the ensemble makes of them.
 */

import { invariant, type NodeId, type Protocol } from "quorumlab/sim";
import { commitPoint, syncDecision } from "./decisions.ts";
import { elected, hear, look, notify, renew, undecided } from "./election.ts";
import { call, follow, obey } from "./follower.ts";
import { recover } from "./history.ts";
import { checkNumber } from "./input.ts";
import { hearFollower, lead, welcome } from "./leader.ts";
import type { ToClient, ToServer } from "./messages.ts";
import type { Forwarded, PeerMessage } from "./peers.ts";
import { type EnsembleOptions, type Server, saveWhenDue, type Turn } from "./replica.ts";
import { decide, passTime, serve } from "./serving.ts";
import { dropWatches, noWatches } from "./watches.ts";

export type EnsembleMessage = ToServer | ToClient | PeerMessage;

/**
 * A server of an ensemble whose members are the servers named.
 *
 * @param members all of them, this one included
 * @throws RangeError when there is none, or one is named twice, or a number of the options makes no sense
 */
export function ensemble(
  members: readonly NodeId[],
  options: EnsembleOptions = {},
): Protocol<Server, EnsembleMessage> {
  const filled: Required<EnsembleOptions> = {
    tickMs: 50,
    initLimit: 10,
    syncLimit: 5,
    readOnlyMode: false,
    snapshotEvery: 1000,
    keep: 500,
    commitPoint,
    syncDecision,
    ...options,
  };
  checkNumber("ensemble: tickMs", filled.tickMs);
  checkNumber("ensemble: keep", filled.keep, 0);
  for (const name of ["initLimit", "syncLimit", "snapshotEvery"] as const)
    checkNumber(`ensemble: ${name}`, filled[name], 1);
  const isMember = new Set(members);
  if (isMember.size === 0 || isMember.size < members.length) {
    throw new RangeError(
      `ensemble: the members are [${members.join(", ")}]; expected at least one, and none twice.`,
    );
  }

  return {
    wire: "connection",

    onStart({ id }, saved, nowMs, out) {
      invariant(isMember.has(id), `${id} is not a member of the ensemble ${members.join(", ")}`);
      const { history, tree, committed } = recover(saved);
      const server: Server = {
        role: "looking",
        id,
        peers: members.filter((member) => member !== id),
        connected: new Set(),
        acceptedEpoch: saved.cell<number>("acceptedEpoch") ?? 0,
        currentEpoch: saved.cell<number>("currentEpoch") ?? 0,
        history,
        tree,
        committed,
        caughtUp: false,
        round: 0,
        part: undecided({ leader: id, epoch: 0, zxid: 0 }),
        clients: new Map(),
        watches: noWatches(),
      };
      look({ server, nowMs, out, options: filled });
      return server;
    },

    onMessage(server, nowMs, from, message, out) {
      const turn = { server, nowMs, out, options: filled };
      saveWhenDue(turn);
      if (!isMember.has(from)) serve(turn, from, message as ToServer);
      // What comes on a connection that this server has ended belongs to a part that it has left.
      else if (server.connected.has(from)) hearPeer(turn, from, message as PeerMessage);
    },

    onTimer(server, nowMs, name, out) {
      onTime({ server, nowMs, out, options: filled }, name);
    },

    onConnected(server, nowMs, peer, out) {
      if (!isMember.has(peer)) return;
      const turn = { server, nowMs, out, options: filled };
      const { part } = server;
      server.connected.add(peer);
      if (part.kind === "looking") notify(turn, [peer]);
      else if (part.kind === "following" && part.leader === peer) call(turn, peer);
    },

    onDisconnected(server, nowMs, peer, out) {
      if (isMember.has(peer)) lose({ server, nowMs, out, options: filled }, peer);
      else {
        server.clients.delete(peer);
        dropWatches(server.watches, peer);
      }
    },
  };
}

/** The connection to another server is gone, or could not be made. */
function lose(turn: Turn, peer: NodeId): void {
  const { server } = turn;
  const { part } = server;
  const wasThere = server.connected.delete(peer);
  switch (part.kind) {
    case "looking":
      part.votes.delete(peer);
      part.settled.delete(peer);
      part.early.delete(peer);
      return;
    case "following":
      if (part.leader === peer && (wasThere || part.stage === "discovery")) look(turn);
      return;
    case "leading":
      part.followers.delete(peer);
  }
}

function hearPeer(turn: Turn, from: NodeId, message: PeerMessage): void {
  const { server } = turn;
  const { part } = server;
  if (message.kind === "notification") {
    const leader = hear(turn, from, message);
    if (leader !== undefined) follow(turn, leader);
    return;
  }
  switch (part.kind) {
    case "looking":
      if (message.kind === "followerInfo") part.early.set(from, message);
      return;
    case "following":
      if (from === part.leader) obey(turn, part, message);
      else if (message.kind === "followerInfo") {
        turn.out.close(from);
        server.connected.delete(from);
      }
      return;
    case "leading":
      if (message.kind === "followerInfo") welcome(turn, part, from, message);
      // What is about a client, the follower only hands on.
      else if ("client" in message) decide(turn, part, from, message as Forwarded);
      else hearFollower(turn, part, from, message);
  }
}

function onTime(turn: Turn, name: string): void {
  const { server } = turn;
  const { part } = server;
  switch (name) {
    case "notify":
      renew(turn);
      return;
    case "decide":
      if (part.kind === "looking") {
        const leader = elected(server, part);
        if (leader === server.id) lead(turn, part.early);
        else if (leader !== undefined) follow(turn, leader);
      }
      return;
    case "readOnly":
      if (part.kind === "looking" && server.caughtUp) {
        part.readOnly = true;
        server.role = "reads only";
      }
      return;
    case "tick":
      if (part.kind === "leading") passTime(turn, part);
      return;
    case "init":
    case "silence":
      look(turn);
  }
}
