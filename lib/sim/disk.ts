/**
 * Byte files that forget. What was written can be read back at once, but a crash keeps only what was synced and,
 * by luck, a prefix of the writes after it, the last one perhaps torn.
 */

import { copy } from "./plain.ts";
import { invariant } from "./protocol.ts";

/**
 * What stands under logs and cells: in a simulated world a `Disk`, in a served one a folder. After a crash it holds
 * a prefix of all changes, across files.
 */
export type Files = {
  /** The content of a file, or its bytes from one place to another, as far as there are any; an absent one is empty. */
  read(file: string, from?: number, to?: number): Uint8Array;
  /** The names of all files, sorted. */
  list(): string[];
  /** Writes bytes at an offset, which must not lie beyond the end. */
  write(file: string, offset: number, bytes: Uint8Array): void;
  /** Shortens a file. */
  truncate(file: string, length: number): void;
  /** Gives a file another name, replacing what had it, whole or not at all. */
  rename(from: string, to: string): void;
  /** Removes a file, if it is there. */
  remove(file: string): void;
  /** Makes all changes so far survive any crash. */
  sync(): void;
};

/**
 * What becomes of unsynced writes: all are lost, or some are kept, in order, and a share of the next one's bytes.
 * Both shares are in [0, 1). With `tears` there is always a next one, if there is any.
 */
export type Fate =
  | "lost"
  | { readonly kept: number; readonly torn: number; readonly tears?: boolean };

type Change = { readonly file: string } & (
  | { readonly kind: "write"; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: "truncate"; readonly length: number }
  | { readonly kind: "rename"; readonly to: string }
  | { readonly kind: "remove" }
);

/** The bytes of a file are the first `length` of a longer array, so that appending stays cheap. */
type Content = { bytes: Uint8Array; length: number };
type Contents = Map<string, Content>;

export class Disk implements Files {
  private now: Contents = new Map();
  private readonly synced: Contents = new Map();
  private readonly unsynced: Change[] = [];
  /** How many writes were ever made: the number that `sync` takes. */
  writes = 0;

  read(file: string, from = 0, to = Infinity): Uint8Array {
    const { bytes, length } = this.now.get(file) ?? EMPTY;
    return bytes.slice(from, Math.min(to, length));
  }

  list(): string[] {
    return [...this.now.keys()].sort();
  }

  write(file: string, offset: number, bytes: Uint8Array): void {
    const { length } = this.now.get(file) ?? EMPTY;
    const hole = () => `a write to ${file} at ${offset} leaves a hole after its ${length} bytes`;
    invariant(offset <= length, hole);
    this.change({ kind: "write", file, offset, bytes: new Uint8Array(bytes) });
  }

  truncate(file: string, length: number): void {
    const { length: was } = this.now.get(file) ?? EMPTY;
    invariant(length <= was, () => `${file} cannot be cut to ${length} of its ${was} bytes`);
    this.change({ kind: "truncate", file, length });
  }

  rename(from: string, to: string): void {
    this.change({ kind: "rename", file: from, to });
  }

  remove(file: string): void {
    this.change({ kind: "remove", file });
  }

  /** Makes the first `writes` writes survive any crash, or all that were made. */
  sync(writes: number = this.writes): void {
    const older = this.unsynced.length - (this.writes - writes);
    for (const change of this.unsynced.splice(0, Math.max(0, older))) apply(this.synced, change);
  }

  /** Forgets as a crash does. */
  crash(fate: Fate): void {
    if (fate !== "lost") {
      const most = this.unsynced.length + (fate.tears ? 0 : 1);
      const kept = Math.floor(fate.kept * most);
      for (const change of this.unsynced.slice(0, kept)) apply(this.synced, change);
      const next = this.unsynced[kept];
      if (next?.kind === "write") {
        const bytes = next.bytes.subarray(0, Math.floor(fate.torn * next.bytes.length));
        apply(this.synced, { ...next, bytes });
      }
    }
    this.unsynced.length = 0;
    this.now = copy(this.synced);
  }

  /** Erases everything, synced or not. */
  wipe(): void {
    this.synced.clear();
    this.crash("lost");
  }

  private change(change: Change): void {
    apply(this.now, change);
    this.unsynced.push(change);
    this.writes += 1;
  }
}

const EMPTY: Content = { bytes: new Uint8Array(0), length: 0 };

function apply(contents: Contents, change: Change): void {
  const content = contents.get(change.file) ?? { ...EMPTY };
  if (change.kind === "write") overwrite(content, change.offset, change.bytes);
  if (change.kind === "truncate") content.length = change.length;
  const isGone = change.kind === "rename" || change.kind === "remove";
  if (isGone) contents.delete(change.file);
  else contents.set(change.file, content);
  if (change.kind === "rename") contents.set(change.to, content);
}

function overwrite(content: Content, offset: number, bytes: Uint8Array): void {
  const end = offset + bytes.length;
  if (end > content.bytes.length) {
    const longer = new Uint8Array(Math.max(64, 2 * end));
    longer.set(content.bytes.subarray(0, content.length));
    content.bytes = longer;
  }
  content.bytes.set(bytes, offset);
  content.length = Math.max(content.length, end);
}
