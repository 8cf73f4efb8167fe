/**
 * A log-structured merge tree: a write goes to a log and to the memtable, and that is all. A full memtable becomes a
 * sorted table, and tables are merged from level to level. So the disk is written in long runs, each byte several
 * times. P. O'Neil et al., "The Log-Structured Merge-Tree", 1996; levels as in LevelDB.
 */

import { Buffer } from "node:buffer";
import { checkInput, checkWhole, type Files } from "quorumlab/sim";
import { decode, encode } from "./bytes.ts";
import { cut, type Entry, merge } from "./entry.ts";
import { FrameFile } from "./frames.ts";
import { type Compaction, compaction } from "./levels.ts";
import { Table } from "./table.ts";
import { type SyncPolicy, WriteAheadLog } from "./wal.ts";

const DEFAULTS = {
  /** How large the log becomes before the memtable is flushed, and how large tables are. */
  memtableBytes: 4 * 2 ** 20,
  blockBytes: 4096,
  bitsPerKey: 10,
  /** How many tables on level 0 are too many; on level 1 fit as many bytes. */
  level0Tables: 4,
  /** How many times as many bytes fit on each level after it. */
  growth: 10,
};

export type LsmOptions = Partial<typeof DEFAULTS> & { readonly sync?: SyncPolicy };

export class LsmTree {
  private readonly files: Files;
  private readonly name: string;
  private readonly options: typeof DEFAULTS;
  /** What is not in tables yet: in memory, and in the log for the next start. */
  private readonly memtable = new Map<string, string | null>();
  private readonly log: WriteAheadLog;
  private lastId: number;
  /** The tables of each level, to look at. */
  levels: readonly (readonly Table[])[];
  /** What callers wrote since the tree was opened, keys and values, and what went to files for it. */
  readonly written = { userBytes: 0, fileBytes: 0 };

  /**
   * Opens the tree of this name, or begins one.
   * @throws StorageError CORRUPT_MESSAGE when something is damaged that no crash can have torn
   */
  constructor(files: Files, name: string, { sync = "always", ...options }: LsmOptions = {}) {
    this.files = files;
    this.name = name;
    this.options = { ...DEFAULTS, ...options };
    for (const [option, value] of Object.entries(this.options)) checkWhole(option, value, 1);
    checkWhole("growth", this.options.growth, 2);
    const [saved] = new FrameFile(files, this.fileOf("manifest"), { isWhole: true }).from(0);
    const levels = saved === undefined ? [] : decode<number[][]>(saved);
    this.lastId = Math.max(0, ...levels.flat());
    this.levels = levels.map((ids) => ids.map((id) => this.table(id)));
    this.sweep();
    this.log = new WriteAheadLog(files, this.fileOf("log"), sync);
    for (const record of this.log.replay()) this.memtable.set(...decode<Entry>(record));
  }

  /** The value of a key, if it has one. */
  get(key: string): string | undefined {
    // From the newest to the oldest: the first that knows the key is right.
    for (const place of [this.memtable, ...this.levels.flat()]) {
      const value = place.get(key);
      if (value !== undefined) return value ?? undefined;
    }
    return undefined;
  }

  /** The keys from one up to another, which is left out, with their values, in the order of `<`. */
  range(from: string, to: string): [key: string, value: string][] {
    const memtable = [...this.memtable].filter(([key]) => key >= from && key < to);
    const tables = this.levels.flat().map((table) => table.entries(from, to));
    return merge(memtable, ...tables).filter((entry) => entry[1] !== null) as [string, string][];
  }

  /** Gives a key a value. Whether a crash can take it from now on is the sync policy's business. */
  put(key: string, value: string): void {
    checkInput(typeof value === "string", "value", value, "a string");
    this.write(key, value);
  }

  /** Takes a key's value away. */
  delete(key: string): void {
    this.write(key, null);
  }

  /** Makes a table of the memtable, and merges tables while a level is too full. */
  flush(): void {
    if (this.memtable.size === 0) return;
    const [level0 = [], ...deeper] = this.levels;
    this.levels = [[...this.store(merge(this.memtable)), ...level0], ...deeper];
    this.commit();
    // After a crash before this line the log is read into the memtable again: it says what the table says.
    this.log.clear();
    this.memtable.clear();
    const next = () => compaction(this.levels, this.options);
    for (let due = next(); due !== undefined; due = next()) this.compact(due);
  }

  private write(...entry: Entry): void {
    const [key, value] = entry;
    checkInput(typeof key === "string", "key", key, "a string");
    const { sizeBytes } = this.log;
    this.log.append(encode(entry));
    this.memtable.set(key, value);
    this.written.userBytes += Buffer.byteLength(key + (value ?? ""));
    this.written.fileBytes += this.log.sizeBytes - sizeBytes;
    if (this.log.sizeBytes >= this.options.memtableBytes) this.flush();
  }

  private compact({ level, upper, lower }: Compaction<Table>): void {
    const merged = merge(...[...upper, ...lower].map((table) => table.entries()));
    // A tombstone hides older values, and below the last level there are none.
    const isLast = this.levels.slice(level + 2).every((tables) => tables.length === 0);
    const fresh = this.store(isLast ? merged.filter(([, value]) => value !== null) : merged);
    const old = new Set([...upper, ...lower]);
    const levels = this.levels.map((tables) => tables.filter((table) => !old.has(table)));
    const target = [...(levels[level + 1] ?? []), ...fresh];
    levels[level + 1] = target.sort((a, b) => (a.first < b.first ? -1 : 1));
    this.levels = levels;
    this.commit();
  }

  /** Writes sorted entries to tables. */
  private store(entries: readonly Entry[]): Table[] {
    const { blockBytes, memtableBytes } = this.options;
    const blocks = cut(entries, blockBytes, ([key, value]) => key.length + (value?.length ?? 0));
    const tables = cut(blocks, memtableBytes / blockBytes, () => 1);
    return tables.map((own) => {
      const table = this.table(++this.lastId, own);
      this.written.fileBytes += table.sizeBytes;
      return table;
    });
  }

  private table(id: number, blocks?: Entry[][]): Table {
    const { bitsPerKey } = this.options;
    return new Table(this.files, this.fileOf(`${id}.table`), { id, bitsPerKey }, blocks);
  }

  /**
   * From one moment to the next the tree is made of other tables: the renaming of the manifest, which lists them, is
   * that moment. Files keep a prefix of all changes, so what it lists is there before it, and what it no longer lists
   * goes after it. Where files keep no order, each of the three steps waits for a sync.
   */
  private commit(): void {
    const levels = this.levels.map((tables) => tables.map(({ id }) => id));
    const fresh = this.fileOf("manifest.new");
    this.files.remove(fresh);
    const manifest = new FrameFile(this.files, fresh);
    manifest.append(encode(levels));
    this.written.fileBytes += manifest.sizeBytes;
    this.files.rename(fresh, this.fileOf("manifest"));
    this.sweep();
  }

  /** Removes the tables that the manifest does not list: what was merged, and what a crash left half done. */
  private sweep(): void {
    const listed = new Set(this.levels.flat().map(({ id }) => id));
    for (const file of this.files.list()) {
      const id = Number(file.slice(this.name.length + 1, -".table".length));
      const isOurs = Number.isInteger(id) && file === this.fileOf(`${id}.table`);
      if (isOurs && !listed.has(id)) this.files.remove(file);
    }
  }

  private fileOf(what: string): string {
    return `${this.name}.${what}`;
  }
}
