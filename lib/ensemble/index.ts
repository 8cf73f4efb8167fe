/**
 * A ZooKeeper-like ensemble. Reading order: `zxid`, `messages` and `tree` say what it keeps; `prepare` what may be
 * asked; `decisions` has the vote order, the commit rule, the sync decision and whose epoch is accepted, each in one
 * place; `watches` has the watch order. Then the parts of a server: `replica`, `election`, `follower`, `leader`,
 * `tracking` (sessions), `serving`, put together in `server`; `history` is its disk. A client is `session` (the
 * machine) under `face`.
 *
 * Left out: container and TTL nodes, access lists, persistent watches, observers, changing the members.
 */
export type { Kept, SyncDecision } from "./decisions.ts";
export { acceptEpoch, commitPoint, majority, supersedes, syncDecision } from "./decisions.ts";
export type { ErrorCode } from "./errors.ts";
export { CODES, ZooKeeperError } from "./errors.ts";
export type { SessionPort } from "./face.ts";
export { face } from "./face.ts";
export type {
  CreateMode,
  Data,
  Entry,
  EventType,
  Failure,
  Ordered,
  Request,
  Result,
  SessionId,
  Stat,
  ToClient,
  ToServer,
  Txn,
  Vote,
  Write,
} from "./messages.ts";
export { prepare } from "./prepare.ts";
export { abandon } from "./reach.ts";
export type { EnsembleOptions, Server } from "./replica.ts";
export type { EnsembleMessage } from "./server.ts";
export { ensemble } from "./server.ts";
export type { Session, SessionNews, SessionOptions } from "./session.ts";
export {
  ask,
  isServer,
  openSession,
  sessionConnected,
  sessionDisconnected,
  sessionHears,
  sessionTimer,
} from "./session.ts";
export type { Change, Tree, Znode } from "./tree.ts";
export { apply, emptyTree, nodeAt, statOf } from "./tree.ts";
export { addWatch, dropWatches, fire, noWatches, resetWatches } from "./watches.ts";
export type {
  Outcome,
  SessionState,
  WatchEvent,
  Watcher,
  ZooKeeper,
} from "./zookeeper.ts";
export type { Zxid } from "./zxid.ts";
export { counterOf, epochOf, zxid, zxidText } from "./zxid.ts";
