/**
 * A server's history: the transactions that it has accepted, in memory and on disk, and the snapshot that stands for
 * those before them. Only the tail that is not committed yet can be taken back.
 */

import { invariant, type Out, type Saved } from "quorumlab/sim";
import type { Entry } from "./messages.ts";
import { emptyTree, type Tree } from "./tree.ts";
import type { Zxid } from "./zxid.ts";

/** The names of the log and of the cell on disk. */
const LOG = "transactions";
const SNAPSHOT = "snapshot";

export type History = {
  /** The entries that are kept, oldest first; ids ascend. */
  entries: Entry[];
  /** The place of the first of them in the log on disk. */
  start: number;
  /** The id of the transaction before the first. */
  before: Zxid;
  /** How many of them the tree has in it. */
  applied: number;
  /** How many were applied since the last snapshot. */
  sinceSnapshot: number;
};

/** On disk, replaced whole: a tree, and where the entries begin that go with it. */
type Snapshot = {
  readonly tree: Tree;
  readonly zxid: Zxid;
  readonly start: number;
  readonly before: Zxid;
};

/** What the disk kept. Transactions after the snapshot are accepted; whether they are committed, a leader must say. */
export function recover(saved: Saved): { history: History; tree: Tree; committed: Zxid } {
  const snapshot = saved.cell<Snapshot>(SNAPSHOT);
  const log = saved.log<Entry>(LOG);
  // After a crash between the snapshot and the cut, the log still has entries that the snapshot does not go with.
  const start = Math.max(snapshot?.start ?? 0, log.start);
  const entries = log.entries.slice(start - log.start);
  const committed = snapshot?.zxid ?? 0;
  const applied = entries.filter(({ zxid }) => zxid <= committed).length;
  const history = { entries, start, before: snapshot?.before ?? 0, applied, sinceSnapshot: 0 };
  return { history, tree: snapshot?.tree ?? emptyTree(), committed };
}

/** The newest transaction that the history has. */
export function lastZxid({ entries, before }: History): Zxid {
  return entries.at(-1)?.zxid ?? before;
}

export function append(history: History, entry: Entry, out: Out<unknown>): void {
  const last = lastZxid(history);
  invariant(entry.zxid > last, `transaction ${entry.zxid} is appended after ${last}`);
  history.entries.push(entry);
  out.append(LOG, entry);
}

/** Takes back everything after a transaction. */
export function truncateTo(history: History, zxid: Zxid, out: Out<unknown>): void {
  const kept = history.entries.filter((entry) => entry.zxid <= zxid).length;
  invariant(
    kept >= history.applied,
    `the history is cut to ${kept} entries, but ${history.applied} are committed`,
  );
  history.entries.length = kept;
  out.cutTail(LOG, history.start + kept);
}

/** Replaces the whole history by a leader's tree. */
export function install(history: History, tree: Tree, zxid: Zxid, out: Out<unknown>): void {
  history.start += history.entries.length;
  history.entries = [];
  history.before = zxid;
  save(history, tree, zxid, out);
}

/** The next entry that is not in the tree yet goes into it. */
export function applyNext(history: History): Entry | undefined {
  const entry = history.entries[history.applied];
  if (entry === undefined) return undefined;
  history.applied += 1;
  history.sinceSnapshot += 1;
  return entry;
}

/**
 * Saves the tree and forgets old entries, so that neither the disk nor the memory grows with history.
 *
 * @param keep how many applied entries stay, for followers that are a little behind
 */
export function snapshot(
  history: History,
  tree: Tree,
  zxid: Zxid,
  keep: number,
  out: Out<unknown>,
): void {
  const forgotten = history.entries.splice(0, Math.max(0, history.applied - keep));
  history.before = forgotten.at(-1)?.zxid ?? history.before;
  history.start += forgotten.length;
  save(history, tree, zxid, out);
}

function save(history: History, tree: Tree, zxid: Zxid, out: Out<unknown>): void {
  const { entries, start, before } = history;
  history.applied = entries.filter((entry) => entry.zxid <= zxid).length;
  history.sinceSnapshot = 0;
  out.put(SNAPSHOT, { tree, zxid, start, before } satisfies Snapshot);
  // Only now: a crash in between leaves entries that `recover` passes over.
  out.dropHead(LOG, start);
}
