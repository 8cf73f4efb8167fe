/**
 * A sorted table: entries in the order of their keys, in blocks, one frame each, written once and never changed. To find
 * a key it reads one block at most, and mostly none when the key is not there.
 */

import { type Files, invariant } from "quorumlab/sim";
import { BloomFilter } from "./bloom.ts";
import { decode, encode } from "./bytes.ts";
import type { Entry } from "./entry.ts";
import { FrameFile } from "./frames.ts";
import type { TableInfo } from "./levels.ts";

export class Table implements TableInfo {
  private readonly frames: FrameFile;
  /** The first key of each block. */
  private readonly firsts: readonly string[];
  private readonly bloom: BloomFilter;
  readonly id: number;
  readonly first: string;
  readonly last: string;

  /**
   * Opens the table in a file, or makes one there.
   * @param blocks what to write
   * @throws StorageError CORRUPT_MESSAGE when a part of it is damaged
   */
  constructor(
    files: Files,
    file: string,
    options: { readonly id: number; readonly bitsPerKey: number },
    blocks: readonly (readonly Entry[])[] = [],
  ) {
    this.id = options.id;
    this.frames = new FrameFile(files, file, { isWhole: true });
    for (const block of blocks) this.frames.append(encode(block));
    const keys = [...this.frames.from(0)].map((block) =>
      decode<Entry[]>(block).map(([key]) => key),
    );
    this.firsts = keys.map(([first]) => first as string);
    this.bloom = new BloomFilter(keys.flat(), options.bitsPerKey);
    const [first, last] = [keys[0]?.[0], keys.at(-1)?.at(-1)];
    invariant(first !== undefined && last !== undefined, `the table ${file} has no entry`);
    [this.first, this.last] = [first, last];
  }

  get sizeBytes(): number {
    return this.frames.sizeBytes;
  }

  /** The value of a key, null if it was deleted, undefined if the table does not know it. */
  get(key: string): string | null | undefined {
    if (key < this.first || key > this.last || !this.bloom.mayHave(key)) return undefined;
    const [block] = this.frames.from(this.blockOf(key));
    const entries = block === undefined ? [] : decode<Entry[]>(block);
    return entries.find(([each]) => each === key)?.[1];
  }

  /** The entries from a key on, in order; up to another, which is left out, if it is given. */
  *entries(from = "", to?: string): Generator<Entry> {
    for (const block of this.frames.from(this.blockOf(from))) {
      for (const entry of decode<Entry[]>(block)) {
        if (to !== undefined && entry[0] >= to) return;
        if (entry[0] >= from) yield entry;
      }
    }
  }

  private blockOf(key: string): number {
    return this.firsts.findLastIndex((first) => first <= key);
  }
}
