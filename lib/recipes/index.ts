/**
 * Small systems on the rooms below: who is the master, and what does a quorum hold?
 *
 * The recipes on a ZooKeeper session read best in this order: `patience` and `own` have what can go wrong with any of
 * them, `election`, `mastership` and `tracking` are about a master, `fenced` is what it writes to; then `lock`, `configuration`, `queue`,
 * `barrier` and `group`.
 */
export type { ClientHost, Replies } from "quorumlab/ensemble";
export { CallError, client } from "quorumlab/ensemble";
export type { Application, TrackedBy } from "./application.ts";
export { application, trackedBy } from "./application.ts";
export type { DoubleBarrier } from "./barrier.ts";
export { doubleBarrier } from "./barrier.ts";
export type { Configuration } from "./configuration.ts";
export { configuration } from "./configuration.ts";
export type { DatabaseMessage, DatabaseOptions, DatabaseState } from "./database.ts";
export { database } from "./database.ts";
export type { Election, Master } from "./election.ts";
export { plainElection, sequentialElection } from "./election.ts";
export type { FencedAnswer, FencedReplies, FencedRequest, FencedState } from "./fenced.ts";
export { accepts, fencedResource } from "./fenced.ts";
export type { Group } from "./group.ts";
export { groupMembers, joinGroup } from "./group.ts";
export { lock } from "./lock.ts";
export type { Mastership, MastershipOptions } from "./mastership.ts";
export { mastership } from "./mastership.ts";
export type { Own } from "./own.ts";
export type { Clock } from "./patience.ts";
export type { Queue, Taken } from "./queue.ts";
export { queue } from "./queue.ts";
export type {
  QuorumSizes,
  RegisterDecisions,
  RegisterHost,
  RegisterMessage,
  RegisterOptions,
  Timestamp,
  Version,
} from "./register.ts";
export {
  mustWriteBack,
  newest,
  nextTimestamp,
  quorumSizes,
  registerClient,
  registerReplica,
} from "./register.ts";
export type {
  Answer,
  Kept,
  MasterIs,
  TrackerDecisions,
  TrackerMessage,
  TrackerOptions,
  TrackerState,
  TrackerTimes,
  Tracking,
} from "./tracker.ts";
export { answer, chooseMaster, mayUse, tracker } from "./tracker.ts";
export type { MasterTracking } from "./tracking.ts";
export { masterTracking } from "./tracking.ts";
