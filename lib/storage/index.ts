/** What survives a crash: three stores on byte files. */
export { BloomFilter } from "./bloom.ts";
export { crc32c } from "./crc.ts";
export { StorageError } from "./errors.ts";
export type { LevelLimits, TableInfo } from "./levels.ts";
export { compaction } from "./levels.ts";
export type { LsmOptions } from "./lsm.ts";
export { LsmTree } from "./lsm.ts";
export type { RetentionLimits, SegmentInfo } from "./retention.ts";
export { deletable } from "./retention.ts";
export type { LogOptions, LogRecord } from "./segmented.ts";
export { SegmentedLog } from "./segmented.ts";
export type { SyncPolicy } from "./wal.ts";
export { WriteAheadLog } from "./wal.ts";
