/** Small systems on the rooms below: who is the master, and what does a quorum hold? */
export type { Application, TrackedBy } from "./application.ts";
export { application, trackedBy } from "./application.ts";
export type { Answering, ClientHost, Replies } from "./client.ts";
export { CallError, client } from "./client.ts";
export type { DatabaseMessage, DatabaseOptions, DatabaseState } from "./database.ts";
export { database } from "./database.ts";
export type { CallErrorCode, ClientMessage } from "./machine.ts";
export type {
  GatherState,
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
