/** What a server does in the ensemble at present, as plain data: it looks for a leader, follows one, or leads. */

import type { NodeId } from "quorumlab/sim";
import type { SessionId, Vote } from "./messages.ts";
import type { FollowerInfo } from "./peers.ts";
import type { Tree } from "./tree.ts";
import type { Zxid } from "./zxid.ts";

export type Part = Looking | Following | Leading;

/** How far a server and its leader are, in Zab's own words. */
type Phase = "discovery" | "synchronization" | "broadcast";

export type Looking = {
  readonly kind: "looking";
  vote: Vote;
  /** What the others vote for in this round. */
  readonly votes: Map<NodeId, Vote>;
  /** Whom the others follow that are not looking any more. */
  readonly settled: Map<NodeId, NodeId>;
  /** Servers that already follow this one, which does not know yet that it leads. */
  readonly early: Map<NodeId, FollowerInfo>;
  /** Whether it only waits for a better vote. */
  deciding: boolean;
  /** Whether it serves reads meanwhile. */
  readOnly: boolean;
};

export type Following = {
  readonly kind: "following";
  readonly leader: NodeId;
  stage: Phase;
};

export type Leading = {
  readonly kind: "leading";
  stage: Phase;
  /** 0 until a majority has said which epochs it has accepted. */
  epoch: number;
  readonly followers: Map<NodeId, Follower>;
  /** How many transactions it has made. */
  counter: number;
  /** The tree as it will be when everything proposed is committed. */
  ahead: Tree;
  /** Time as the leader counts it: by its own ticks, so that no jump of a clock ends a session. */
  elapsedMs: number;
  readonly sessions: Map<SessionId, Tracked>;
  /** The last ping, the last one that a majority has answered, and the heartbeats that wait for a later one. */
  ping: number;
  confirmed: number;
  heartbeats: Readonly<{ after: number; server: NodeId; client: NodeId; beat: number }>[];
  /** Syncs that wait for a transaction to be committed. */
  syncs: Readonly<{ zxid: Zxid; server: NodeId; client: NodeId; xid: number }>[];
};

/** How far a follower is: it has called, was told the epoch, has accepted it, is getting the history, has it. */
export type Follower = {
  stage: "called" | "told" | "accepted" | "syncing" | "synced";
  readonly acceptedEpoch: number;
  /** Whether its promise counts towards the majority. */
  promised: boolean;
  /** Its last transaction when it came. */
  last: Zxid;
  /** The newest transaction that it has on disk. */
  acked: Zxid;
  /** The last ping that it answered, and when something came from it. */
  pong: number;
  heardMs: number;
};

/** An open session as its leader tracks it. */
export type Tracked = {
  readonly timeoutMs: number;
  expiresMs: number;
  /** The server that the client is connected to; unknown to a new leader until the session is heard. */
  owner: NodeId | undefined;
};
