/** What the servers say to each other, by the phases of Zab. */

import type { NodeId } from "quorumlab/sim";
import type { Entry, Ordered, SessionId, Vote } from "./messages.ts";
import type { Tree } from "./tree.ts";
import type { Zxid } from "./zxid.ts";

/** A follower comes: the newest epoch that it has accepted. */
export type FollowerInfo = Readonly<{ kind: "followerInfo"; acceptedEpoch: number }>;

/** What a follower hands on for its client. */
export type Forwarded = Readonly<
  | { kind: "forward"; client: NodeId; session: SessionId; xid: number; request: Ordered }
  | { kind: "revalidate"; client: NodeId; session: SessionId; xid: number }
  | { kind: "touch"; client: NodeId; session: SessionId; beat: number }
  | { kind: "syncRequest"; client: NodeId; xid: number }
>;

/** The leader's answers to what was handed on, besides transactions. */
export type Returned = Readonly<
  /** A timeout of 0: there is no such session. */
  | { kind: "revalidated"; client: NodeId; session: SessionId; xid: number; timeoutMs: number }
  /** Not counted: the session has expired, or is on another server. */
  | { kind: "touched"; client: NodeId; beat: number; counted: boolean }
  | { kind: "synced"; client: NodeId; xid: number }
>;

export type PeerMessage = Readonly<
  // Election
  | { kind: "notification"; round: number; vote: Vote; part: "looking" | "following" | "leading" }
  // Discovery
  | FollowerInfo
  | { kind: "leaderInfo"; epoch: number }
  | { kind: "ackEpoch"; promised: boolean; currentEpoch: number; last: Zxid }
  // Synchronization
  | { kind: "diff"; entries: readonly Entry[] }
  | { kind: "trunc"; to: Zxid; entries: readonly Entry[] }
  | { kind: "snap"; tree: Tree; zxid: Zxid; entries: readonly Entry[] }
  | { kind: "newLeader"; epoch: number }
  | { kind: "ackNewLeader"; epoch: number }
  | { kind: "upToDate"; committed: Zxid }
  // Broadcast
  | { kind: "propose"; entry: Entry }
  | { kind: "ack"; zxid: Zxid }
  | { kind: "commit"; zxid: Zxid }
  | { kind: "ping" | "pong"; ping: number }
  | Forwarded
  | Returned
>;
