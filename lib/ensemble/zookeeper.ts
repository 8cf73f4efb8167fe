/**
 * What a client can do: the one interface that recipes, chapters and brokers use. The ensemble of this room answers
 * it, and so does a real Apache ZooKeeper.
 */

import type { CreateMode, Data, EventType, SessionId, Stat, Write } from "./messages.ts";

/** A change that a watch was set for, or the end of the session: then `type` is "None" and every watch is told. */
export type WatchEvent = { readonly type: EventType | "None"; readonly path: string };

/** Called once. A watch that is set with an answer hears of the first change that the answer does not show. */
export type Watcher = (event: WatchEvent) => void;

/**
 * What the client knows of its session. "disconnected" means that nobody has heard it for two thirds of its timeout,
 * or that its server went away; the session may live on. "expired" and "closed" are for good.
 */
export type SessionState =
  | "connecting"
  | "connected"
  | "readOnly"
  | "disconnected"
  | "expired"
  | "closed";

/** What became of each operation of a multi, in order. */
export type Outcome =
  | { readonly kind: "create"; readonly path: string }
  | { readonly kind: "setData"; readonly stat: Stat }
  | { readonly kind: "delete" | "check" };

/** What a host knows of a session at present. */
export type Known = Pick<ZooKeeper, "session" | "timeoutMs" | "aliveUntilMs">;

/**
 * One session with an ensemble. Requests are answered in the order in which they were made.
 *
 * Every operation rejects with a ZooKeeperError: with ConnectionLoss when the server went away before the answer
 * (the request may have taken effect), with SessionExpired when the session is over, with BadArguments when an argument
 * is not what it must be.
 */
export type ZooKeeper = {
  /** The session's id; 0 before there is one. */
  readonly session: SessionId;
  readonly state: SessionState;
  /** The timeout that the server granted, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * How long the session certainly lives, on the clock of this host: the timeout counted from when the newest
   * heartbeat that a leader has counted was sent. -Infinity before the first. (Of Apache ZooKeeper's servers only a
   * standalone one and the leader make it certain: `connect` says why.)
   */
  readonly aliveUntilMs: number;
  /** Hears of every change of `state`. @returns stops listening */
  onState(listener: (state: SessionState) => void): () => void;

  /**
   * @param mode "persistent" unless told; of a sequential node the path gets ten digits more
   * @returns the path that was made
   * @throws ZooKeeperError NodeExists, NoNode (the parent), NoChildrenForEphemerals, BadArguments
   */
  create(path: string, data?: Data, mode?: CreateMode): Promise<string>;
  /** @param version any unless told @throws ZooKeeperError NoNode, BadVersion, NotEmpty, BadArguments */
  delete(path: string, version?: number): Promise<void>;
  /** @returns null when there is no such node; the watch then waits for one */
  exists(path: string, watcher?: Watcher): Promise<Stat | null>;
  /** @throws ZooKeeperError NoNode, and then sets no watch */
  getData(path: string, watcher?: Watcher): Promise<{ readonly data: Data; readonly stat: Stat }>;
  /** @param version any unless told @throws ZooKeeperError NoNode, BadVersion, BadArguments */
  setData(path: string, data: Data, version?: number): Promise<Stat>;
  /** The names of the children, in no certain order. @throws ZooKeeperError NoNode, and then sets no watch */
  getChildren(
    path: string,
    watcher?: Watcher,
  ): Promise<{ readonly children: readonly string[]; readonly stat: Stat }>;
  /** All or nothing. @throws ZooKeeperError whose `outcomes` say which operation failed */
  multi(ops: readonly Write[]): Promise<readonly Outcome[]>;
  /** Waits until this server has all that was committed when the leader was asked. Not a majority's answer. */
  sync(path: string): Promise<void>;
  /** Ends the session: its ephemeral nodes are gone when this resolves. */
  close(): Promise<void>;
};
