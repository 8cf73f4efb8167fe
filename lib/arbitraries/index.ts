/** fast-check arbitraries for what clients do at the same time, and for what they may have seen. */
export type { HistoryOptions } from "./histories.ts";
export { histories } from "./histories.ts";
export type { Clock, Schedule, ScheduleOptions } from "./schedules.ts";
export { record, schedules } from "./schedules.ts";
