/** Small systems that answer one question: who is the master? */
export type { Application, TrackedBy } from "./application.ts";
export { application, trackedBy } from "./application.ts";
export type { CallErrorCode, ClientHost, ClientMessage, Replies } from "./client.ts";
export { CallError, client } from "./client.ts";
export type { DatabaseMessage, DatabaseOptions, DatabaseState } from "./database.ts";
export { database } from "./database.ts";
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
