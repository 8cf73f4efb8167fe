/** What "correct" means, judged from outside. */
export type { Call, Completed, History, Operation, Verdict } from "./history.ts";
export { Recorder, validateHistory } from "./history.ts";
export { independent, type Keyed } from "./independent.ts";
export type { Limits } from "./limits.ts";
export type { Linearizability } from "./linearizability.ts";
export { linearizable } from "./linearizability.ts";
export type { LogCheck, LogChecker, LogOptions } from "./log/checker.ts";
export { checkLog, logChecker } from "./log/checker.ts";
export type {
  BrokerEvent,
  ClientEvent,
  LogEvent,
  PartitionRead,
  RetentionCut,
} from "./log/events.ts";
export type { AnomalyName, Finding } from "./log/findings.ts";
export type { Deed, Model, Returned, Step } from "./model.ts";
export type {
  CasRegisterInput,
  KeyValueInput,
  LogInput,
  MutexInput,
  QueueInput,
  RegisterInput,
  SetInput,
} from "./models.ts";
export { casRegister, fifoQueue, keyValue, log, mutex, register, set } from "./models.ts";
export { REDUCTIONS, type Reduction } from "./reductions.ts";
export { keyOf } from "./value.ts";
export { operationText, verdictText } from "./words.ts";
