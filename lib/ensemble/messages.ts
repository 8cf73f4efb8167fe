/** What clients and servers say to each other, and what the servers keep. The names are ZooKeeper's. */

import type { NodeId } from "quorumlab/sim";
import type { ErrorCode } from "./errors.ts";
import type { Zxid } from "./zxid.ts";

/** What a znode holds: opaque to the ensemble. What went in comes out. */
export type Data = string | Uint8Array;

export type CreateMode =
  | "persistent"
  | "ephemeral"
  | "persistentSequential"
  | "ephemeralSequential";

/** A session's id: the zxid of the transaction that opened it; 0 is none. */
export type SessionId = number;

/** A write that can be part of a multi. `version` -1 means any. */
export type Write = Readonly<
  | { kind: "create"; path: string; data: Data; mode: CreateMode }
  | { kind: "delete"; path: string; version: number }
  | { kind: "setData"; path: string; data: Data; version: number }
  | { kind: "check"; path: string; version: number }
>;

/** With `watch`, the server tells the client once of the next change that the answer does not show. */
export type Read = Readonly<
  | { kind: "exists"; path: string; watch: boolean }
  | { kind: "getData"; path: string; watch: boolean }
  | { kind: "getChildren"; path: string; watch: boolean }
>;

/** What only the leader can decide; it becomes a transaction, even when it fails. */
export type Ordered = Readonly<
  | Write
  | { kind: "multi"; ops: readonly Write[] }
  | { kind: "createSession"; timeoutMs: number }
  | { kind: "closeSession" }
>;

/** What a session may ask. */
export type Request = Exclude<Ordered, { kind: "check" | "createSession" }> | Read | Sync;
type Sync = Readonly<{ kind: "sync"; path: string }>;

/** What a client knows of a znode besides its data (ZooKeeper's Stat). */
export type Stat = {
  /** The transactions that created it, changed its data last, and changed its children last. */
  readonly czxid: Zxid;
  readonly mzxid: Zxid;
  readonly pzxid: Zxid;
  /** When it was created and changed last: milliseconds on the leader's clock. */
  readonly ctime: number;
  readonly mtime: number;
  /** How often its data, its children and its access list were changed. */
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  /** The session that it dies with; 0 for a node that stays. */
  readonly ephemeralOwner: SessionId;
  readonly dataLength: number;
  readonly numChildren: number;
};

/** What an answer carries besides its code, by the kind of request. */
export type Result = Readonly<
  | { kind: "create"; path: string; stat: Stat }
  | { kind: "setData"; stat: Stat }
  | { kind: "exists"; stat: Stat }
  | { kind: "getData"; data: Data; stat: Stat }
  | { kind: "getChildren"; children: readonly string[]; stat: Stat }
  | { kind: "multi"; results: readonly Result[] }
  | { kind: "delete" | "check" | "sync" | "createSession" | "closeSession" }
>;

/** Why a request did not succeed. `outcomes` tells it for each operation of a multi. */
export type Failure = {
  readonly kind: "error";
  readonly code: ErrorCode;
  readonly outcomes?: readonly (ErrorCode | "Ok")[];
};

export type EventType = "NodeCreated" | "NodeDeleted" | "NodeDataChanged" | "NodeChildrenChanged";

type Paths = readonly string[];

export type ToServer = Readonly<
  /** Opens a session (0), or brings one to this server. `lastZxid` is the newest state that the client has seen. */
  | {
      kind: "connect";
      xid: number;
      session: SessionId;
      timeoutMs: number;
      lastZxid: Zxid;
      readOnly: boolean;
    }
  | { kind: "request"; xid: number; request: Request }
  | { kind: "heartbeat"; beat: number }
  /** Sets the watches of an older connection again, as of the newest state that the client has seen. */
  | { kind: "setWatches"; lastZxid: Zxid; data: Paths; exist: Paths; child: Paths }
>;

export type ToClient = Readonly<
  /** Session 0: the session that the client asked for has expired. */
  | { kind: "connected"; session: SessionId; timeoutMs: number; readOnly: boolean }
  /** `zxid` is the last transaction that the server has applied. */
  | { kind: "reply"; xid: number; zxid: Zxid; result: Result | Failure }
  /** `counted`: the leader has counted it, and a majority still followed that leader afterwards. */
  | { kind: "heard"; beat: number; counted: boolean }
  | { kind: "event"; type: EventType; path: string; zxid: Zxid }
>;

/** A change of the tree that cannot fail any more: every replica applies it alike. */
export type Txn = Readonly<
  | { kind: "create"; path: string; data: Data; ephemeralOwner: SessionId }
  | { kind: "delete"; path: string }
  | { kind: "setData"; path: string; data: Data }
  | { kind: "check" }
  | { kind: "multi"; txns: readonly Txn[] }
  | { kind: "createSession"; timeoutMs: number }
  /** The session ends, and its ephemeral nodes with it, in one transaction. */
  | { kind: "closeSession"; session: SessionId; paths: Paths }
  | Failure
>;

/** Who asked: the server that must answer, its client, the session (0 asks for one), and the number of the request. */
export type Origin = Readonly<{ server: NodeId; client: NodeId; session: SessionId; xid: number }>;

/** One transaction in a history. */
export type Entry = {
  readonly zxid: Zxid;
  /** The leader's clock when it made it. */
  readonly timeMs: number;
  readonly txn: Txn;
  /** Left out when the leader itself decided it. */
  readonly origin?: Origin;
};

/** A vote: who should lead, and how new that server's history is. */
export type Vote = { readonly leader: NodeId; readonly epoch: number; readonly zxid: Zxid };
