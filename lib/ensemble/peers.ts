/** What the servers say to each other, by the phases of Zab. */

import type { NodeId } from "quorumlab/sim";
import type { Entry, Ordered, SessionId, Vote } from "./messages.ts";
import type { Tree } from "./tree.ts";
import type { Zxid } from "./zxid.ts";

/** A follower comes: the newest epoch that it has accepted. */
export type FollowerInfo = { readonly kind: "followerInfo"; readonly acceptedEpoch: number };

/** What a follower hands on for its client. */
export type Forwarded =
  | {
      readonly kind: "forward";
      readonly client: NodeId;
      readonly session: SessionId;
      readonly xid: number;
      readonly request: Ordered;
    }
  | {
      readonly kind: "revalidate";
      readonly client: NodeId;
      readonly session: SessionId;
      readonly xid: number;
    }
  | {
      readonly kind: "touch";
      readonly client: NodeId;
      readonly session: SessionId;
      readonly beat: number;
    }
  | { readonly kind: "syncRequest"; readonly client: NodeId; readonly xid: number };

/** The leader's answers to what was handed on, besides transactions. */
export type Returned =
  /** A timeout of 0: there is no such session. */
  | {
      readonly kind: "revalidated";
      readonly client: NodeId;
      readonly session: SessionId;
      readonly xid: number;
      readonly timeoutMs: number;
    }
  /** Not counted: the session has expired, or is on another server. */
  | {
      readonly kind: "touched";
      readonly client: NodeId;
      readonly beat: number;
      readonly counted: boolean;
    }
  | { readonly kind: "synced"; readonly client: NodeId; readonly xid: number };

export type PeerMessage =
  // Election
  | {
      readonly kind: "notification";
      readonly round: number;
      readonly vote: Vote;
      readonly part: "looking" | "following" | "leading";
    }
  // Discovery
  | FollowerInfo
  | { readonly kind: "leaderInfo"; readonly epoch: number }
  | {
      readonly kind: "ackEpoch";
      readonly promised: boolean;
      readonly currentEpoch: number;
      readonly last: Zxid;
    }
  // Synchronization
  | { readonly kind: "diff"; readonly entries: readonly Entry[] }
  | { readonly kind: "trunc"; readonly to: Zxid; readonly entries: readonly Entry[] }
  | {
      readonly kind: "snap";
      readonly tree: Tree;
      readonly zxid: Zxid;
      readonly entries: readonly Entry[];
    }
  | { readonly kind: "newLeader"; readonly epoch: number }
  | { readonly kind: "ackNewLeader"; readonly epoch: number }
  | { readonly kind: "upToDate"; readonly committed: Zxid }
  // Broadcast
  | { readonly kind: "propose"; readonly entry: Entry }
  | { readonly kind: "ack"; readonly zxid: Zxid }
  | { readonly kind: "commit"; readonly zxid: Zxid }
  | { readonly kind: "ping" | "pong"; readonly ping: number }
  | Forwarded
  | Returned;
