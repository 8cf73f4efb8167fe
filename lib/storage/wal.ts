/**
 * A write-ahead log: first the record of what will be done, then the doing. Whoever starts again after a crash reads
 * the records from the first one on and does it once more.
 */

import { checkInput, checkWhole, type Files } from "quorumlab/sim";
import { FrameFile } from "./frames.ts";

/**
 * When what was written is forced to the disk: after each record, after so many of them, or when the caller syncs the
 * files. A crash can take what is not synced.
 */
export type SyncPolicy = "always" | "never" | number;

export class WriteAheadLog {
  private readonly files: Files;
  private readonly frames: FrameFile;
  /** After how many records it syncs. */
  private readonly every: number;
  private unsynced = 0;

  /**
   * Opens the log in a file, or begins one. A torn or damaged tail is cut off.
   * @throws StorageError CORRUPT_MESSAGE when a record before the last one is damaged
   */
  constructor(files: Files, file: string, sync: SyncPolicy = "always") {
    this.every = sync === "always" ? 1 : sync === "never" ? Infinity : sync;
    if (sync !== "never") checkWhole("sync", this.every, 1);
    this.files = files;
    this.frames = new FrameFile(files, file);
  }

  get sizeBytes(): number {
    return this.frames.sizeBytes;
  }

  /** Adds a record. Whether a crash can take it from now on is the sync policy's business. */
  append(record: Uint8Array): void {
    checkInput(record instanceof Uint8Array, "record", record, "a Uint8Array");
    this.frames.append(record);
    this.unsynced += 1;
    if (this.unsynced < this.every) return;
    this.files.sync();
    this.unsynced = 0;
  }

  /** Forgets all records: what they say has been done. */
  clear(): void {
    this.frames.truncateTo(0);
  }

  /** All records, the oldest first. @throws StorageError CORRUPT_MESSAGE */
  replay(): Uint8Array[] {
    return [...this.frames.from(0)];
  }
}
