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
export type Write =
  | {
      readonly kind: "create";
      readonly path: string;
      readonly data: Data;
      readonly mode: CreateMode;
    }
  | { readonly kind: "delete"; readonly path: string; readonly version: number }
  | {
      readonly kind: "setData";
      readonly path: string;
      readonly data: Data;
      readonly version: number;
    }
  | { readonly kind: "check"; readonly path: string; readonly version: number };

/** With `watch`, the server tells the client once of the next change that the answer does not show. */
export type Read =
  | { readonly kind: "exists"; readonly path: string; readonly watch: boolean }
  | { readonly kind: "getData"; readonly path: string; readonly watch: boolean }
  | { readonly kind: "getChildren"; readonly path: string; readonly watch: boolean };

/** What only the leader can decide; it becomes a transaction, even when it fails. */
export type Ordered =
  | Write
  | { readonly kind: "multi"; readonly ops: readonly Write[] }
  | { readonly kind: "createSession"; readonly timeoutMs: number }
  | { readonly kind: "closeSession" };

/** What a session may ask. */
export type Request = Exclude<Ordered, { kind: "check" | "createSession" }> | Read | Sync;
type Sync = { readonly kind: "sync"; readonly path: string };

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
export type Result =
  | { readonly kind: "create"; readonly path: string; readonly stat: Stat }
  | { readonly kind: "setData"; readonly stat: Stat }
  | { readonly kind: "exists"; readonly stat: Stat }
  | { readonly kind: "getData"; readonly data: Data; readonly stat: Stat }
  | { readonly kind: "getChildren"; readonly children: readonly string[]; readonly stat: Stat }
  | { readonly kind: "multi"; readonly results: readonly Result[] }
  | { readonly kind: "delete" | "check" | "sync" | "createSession" | "closeSession" };

/** Why a request did not succeed. `outcomes` tells it for each operation of a multi. */
export type Failure = {
  readonly kind: "error";
  readonly code: ErrorCode;
  readonly outcomes?: readonly (ErrorCode | "Ok")[];
};

export type EventType = "NodeCreated" | "NodeDeleted" | "NodeDataChanged" | "NodeChildrenChanged";

export type ToServer =
  /** Opens a session (0), or brings one to this server. `lastZxid` is the newest state that the client has seen. */
  | {
      readonly kind: "connect";
      readonly xid: number;
      readonly session: SessionId;
      readonly timeoutMs: number;
      readonly lastZxid: Zxid;
      readonly readOnly: boolean;
    }
  | { readonly kind: "request"; readonly xid: number; readonly request: Request }
  | { readonly kind: "heartbeat"; readonly beat: number }
  /** Sets the watches of an older connection again, as of the newest state that the client has seen. */
  | {
      readonly kind: "setWatches";
      readonly lastZxid: Zxid;
      readonly data: readonly string[];
      readonly exist: readonly string[];
      readonly child: readonly string[];
    };

export type ToClient =
  /** Session 0: the session that the client asked for has expired. */
  | {
      readonly kind: "connected";
      readonly session: SessionId;
      readonly timeoutMs: number;
      readonly readOnly: boolean;
    }
  | {
      readonly kind: "reply";
      readonly xid: number;
      /** The last transaction that the server has applied. */
      readonly zxid: Zxid;
      readonly result: Result | Failure;
    }
  /** `counted`: the leader has counted it, and a majority still followed that leader afterwards. */
  | { readonly kind: "heard"; readonly beat: number; readonly counted: boolean }
  | {
      readonly kind: "event";
      readonly type: EventType;
      readonly path: string;
      readonly zxid: Zxid;
    };

/** A change of the tree that cannot fail any more: every replica applies it alike. */
export type Txn =
  | {
      readonly kind: "create";
      readonly path: string;
      readonly data: Data;
      readonly ephemeralOwner: SessionId;
    }
  | { readonly kind: "delete"; readonly path: string }
  | { readonly kind: "setData"; readonly path: string; readonly data: Data }
  | { readonly kind: "check" }
  | { readonly kind: "multi"; readonly txns: readonly Txn[] }
  | { readonly kind: "createSession"; readonly timeoutMs: number }
  /** The session ends, and its ephemeral nodes with it, in one transaction. */
  | {
      readonly kind: "closeSession";
      readonly session: SessionId;
      readonly paths: readonly string[];
    }
  | Failure;

/** Who asked: the server that must answer, its client, the session (0 asks for one), and the number of the request. */
export type Origin = {
  readonly server: NodeId;
  readonly client: NodeId;
  readonly session: SessionId;
  readonly xid: number;
};

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
