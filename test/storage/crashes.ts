/** What the stores' tests have in common: crashes drawn by luck, damage, and a disk that counts. */

import fc from "fast-check";
import { Disk, type Files } from "quorumlab/sim";
import { StorageError, type SyncPolicy } from "quorumlab/storage";

/** Drawn evenly: most doubles below 1 are next to nothing. */
export const share: fc.Arbitrary<number> = fc.nat(999).map((n) => n / 1000);

type Fate = Parameters<Disk["crash"]>[0];

export const fate: fc.Arbitrary<Fate> = fc.oneof(
  { arbitrary: fc.constant<Fate>("lost"), weight: 1 },
  { arbitrary: fc.record({ kept: share, torn: share }), weight: 4 },
);

export const policy: fc.Arbitrary<SyncPolicy> = fc.constantFrom<SyncPolicy[]>(
  "always",
  "never",
  2,
  5,
);

/** Whether a policy syncs after so many records. */
export function syncsAfter(each: SyncPolicy, records: number): boolean {
  return each !== "never" && records % (each === "always" ? 1 : each) === 0;
}

/** Flips one bit of a file. */
export function damage(files: Files, file: string, at: number, bit = 0): void {
  const byte = files.read(file)[at] ?? 0;
  files.write(file, at, new Uint8Array([byte ^ (1 << bit)]));
}

/** A disk that counts what is asked of it. */
export class Counting extends Disk {
  reads = 0;
  bytesRead = 0;
  bytesWritten = 0;
  syncs = 0;

  override read(file: string, from?: number, to?: number): Uint8Array {
    const bytes = super.read(file, from, to);
    this.reads += 1;
    this.bytesRead += bytes.length;
    return bytes;
  }

  override write(file: string, offset: number, bytes: Uint8Array): void {
    this.bytesWritten += bytes.length;
    super.write(file, offset, bytes);
  }

  override sync(writes?: number): void {
    this.syncs += 1;
    super.sync(writes);
  }
}

/** The code of the error that a store answers with, if it does. */
export function codeOf(ask: () => void): string | undefined {
  try {
    ask();
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
  return undefined;
}

/** What a file of a disk holds, all files together. */
export function contents(files: Files): string[] {
  return files.list().map((file) => `${file} ${Buffer.from(files.read(file)).toString("hex")}`);
}
