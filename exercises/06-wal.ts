// Chapter 6 · A log that survives crashes                              solution: 3 functions, 28 lines

import type { Files } from "quorumlab/sim";

/*
 * Before a database changes anything it writes down what it is about to do, in a log. When it starts again it reads
 * the log, and does it once more. So the log must have everything that was promised, and nothing that was never said.
 *
 * What was synced is safe. When the power fails, of all changes since then a beginning is left, in order, perhaps none.
 * If the change behind that beginning is a write, a part of it may be left as well: only its first bytes, or its full
 * length with zeros in the place of the others.
 *
 * How a record looks in the file is up to you, and so is what you keep in other files. `recover` is called at every
 * start, before anything else.
 */

/** A whole number from 0 to 2³² - 1. Other bytes have another one, but for one time in four billion. Of no bytes it is 0. */
export type Checksum = (bytes: Uint8Array) => number;

/**
 * Adds a record at the end of the file.
 *
 * Given  a record of any bytes, thousands of them or none
 * Return when no crash can take it any more
 */
export function append(files: Files, file: string, record: Uint8Array, checksum: Checksum): void {
  throw new Error("append: your turn");
}

/**
 * Reads the log at a start. A crash may have torn its last record.
 *
 * Return every record, in the order in which they were appended; but none that is torn or damaged, and none behind one
 * Keep   what is appended next, a later `recover` finds
 *
 *   after append "a" and append "b"  →  ["a", "b"]
 */
export function recover(files: Files, file: string, checksum: Checksum): Uint8Array[] {
  throw new Error("recover: your turn");
}

/**
 * Replaces all records by others that say the same in fewer words.
 *
 * Return when no crash can bring the old ones back
 * Keep   a crash in the midst of it leaves either the old records or the new ones
 *
 *   after append "a" and rewrite ["b"]  →  ["b"]
 */
export function rewrite(
  files: Files,
  file: string,
  records: readonly Uint8Array[],
  checksum: Checksum,
): void {
  throw new Error("rewrite: your turn");
}
