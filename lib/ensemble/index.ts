/**
 * A ZooKeeper-like ensemble. Reading order: `zxid`, `path`, `errors`, `messages` and `tree` say what it keeps; `input`
 * what is refused at once, `prepare` what may be asked; `decisions` has the vote order, the commit rule, the sync
 * decision and whose epoch is accepted, each in one place; `watches` has the watch order. Then a server: `peers` is what
 * servers say to each other, `parts` what each may be, `history` its disk, `replica` what all of them do; `election`,
 * `follower`, `leader`, `tracking` (sessions) and `serving` are put together in `server`. A client is `session` and
 * `reach` (the machine) under `face`, which gives it the interface in `zookeeper`; a program of ours has it, and `calls`
 * to any server, from its `host`.
 *
 * Left out: container and TTL nodes, access lists, passwords of sessions, persistent watches, observers, changing the
 * members, the greatest size of a request (jute.maxbuffer).
 */
export type { Kept, SyncDecision } from "./decisions.ts";
export { acceptEpoch, commitPoint, majority, supersedes, syncDecision } from "./decisions.ts";
export type { ErrorCode } from "./errors.ts";
export { CODES, ZooKeeperError } from "./errors.ts";
export type { SessionPort } from "./face.ts";
export { face } from "./face.ts";
export type { ClientHost, Replies } from "./host.ts";
export { CallError, client } from "./host.ts";
export { checkName, checkNumber, checkPath, checkWord } from "./input.ts";
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
export { parentOf } from "./path.ts";
export { prepare } from "./prepare.ts";
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
