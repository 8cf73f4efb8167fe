/**
 * A server's history: the transactions that it has accepted, in memory and on disk, and the snapshot that stands for
 * those before them. Only the tail that is not committed yet can be taken back.
 */

import { invariant, type Out, type Saved } from "quorumlab/sim";
import type { Entry } from "./messages.ts";
import type { PeerMessage } from "./peers.ts";
import { emptyTree, type Tree } from "./tree.ts";
import type { Zxid } from "./zxid.ts";

/** The names of the cell and of the logs on disk: an installed tree begins a log of its own. */
const SNAPSHOT = "snapshot";
const logNamed = (log: number) => `transactions ${log}`;

export type History = {
  /** The entries that are kept, oldest first; ids ascend. */
  entries: Entry[];
  /** Which log on disk they are in, and the place of the first of them there. */
  log: number;
  start: number;
  /** The id of the transaction before the first. */
  before: Zxid;
  /** How many of them the tree has in it. */
  applied: number;
  /** How many were applied since the last snapshot. */
  sinceSnapshot: number;
};

/** On disk, replaced whole: a tree, and where the entries begin that go with it. */
type Snapshot = Readonly<{ tree: Tree; zxid: Zxid; log: number; start: number; before: Zxid }>;

/** What the disk kept. Transactions after the snapshot are accepted; whether they are committed, a leader must say. */
export function recover(saved: Saved): { history: History; tree: Tree; committed: Zxid } {
  const snapshot = saved.cell<Snapshot>(SNAPSHOT);
  const log = snapshot?.log ?? 0;
  const kept = saved.log<Entry>(logNamed(log));
  // After a crash between the snapshot and the cut, the log still has entries that the snapshot does not go with.
  const start = snapshot?.start ?? 0;
  const entries = kept.entries.slice(start - kept.start);
  const committed = snapshot?.zxid ?? 0;
  const applied = entries.filter(({ zxid }) => zxid <= committed).length;
  const before = snapshot?.before ?? 0;
  const history = { entries, log, start, before, applied, sinceSnapshot: 0 };
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
  out.append(logNamed(history.log), entry);
}

/** Takes back everything after a transaction. */
export function truncateTo(history: History, zxid: Zxid, out: Out<unknown>): void {
  const kept = history.entries.filter((entry) => entry.zxid <= zxid).length;
  invariant(
    kept >= history.applied,
    `the history is cut to ${kept} entries, but ${history.applied} are committed`,
  );
  history.entries.length = kept;
  out.cutTail(logNamed(history.log), history.start + kept);
}

/**
 * Replaces the whole history by a leader's. What the server has acknowledged must survive a crash at any point: the
 * old snapshot and log count until the new snapshot is on disk, after the entries that follow it.
 */
export function install(
  history: History,
  { tree, zxid, entries }: Extract<PeerMessage, { kind: "snap" }>,
  out: Out<unknown>,
): void {
  const { log, start, entries: old } = history;
  Object.assign(history, { entries: [], log: log + 1, start: 0, before: zxid });
  // What a crash has left of an earlier attempt.
  out.cutTail(logNamed(history.log), 0);
  for (const entry of entries) append(history, entry, out);
  save(history, tree, zxid, out);
  out.dropHead(logNamed(log), start + old.length);
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
  const { entries, log, start, before } = history;
  history.applied = entries.filter((entry) => entry.zxid <= zxid).length;
  history.sinceSnapshot = 0;
  out.put(SNAPSHOT, { tree, zxid, log, start, before } satisfies Snapshot);
  // Only now: a crash in between leaves entries that `recover` passes over.
  out.dropHead(logNamed(log), start);
}
