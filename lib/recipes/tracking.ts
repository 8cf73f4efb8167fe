/**
 * A directory of who is master, kept by a watch: whoever asks is answered from memory, without a message. How old
 * that answer may be is known; what it is worth is for the caller to say.
 */

import type { ZooKeeper } from "quorumlab/ensemble";
import type { Election, Master } from "./election.ts";
import { type Clock, keepReading } from "./patience.ts";

export type MasterTracking = {
  /**
   * Who is master, as far as this session knows: null while there is none, and when the session is over.
   * `ageMs` is how long ago the ensemble was certainly heard: it says nothing about what happened since.
   */
  known(): { readonly master: Master | null; readonly ageMs: number };
  /** Resolves when the session is over: the caller opens a new one and tracks again. */
  readonly ended: Promise<void>;
};

/** Tracks the master of an election. */
export function masterTracking(zk: ZooKeeper, clock: Clock, election: Election): MasterTracking {
  let master: Master | null = null;
  const tell = (now: Master | null) => {
    master = now;
  };
  const read = keepReading(
    zk,
    clock,
    (watcher) => election.incumbent(zk, watcher),
    tell,
    ({ type }) => type === "NodeDeleted" && tell(null),
  );
  return {
    known() {
      const ageMs = Math.max(0, clock.now() - (zk.aliveUntilMs - zk.timeoutMs));
      return { master, ageMs };
    },
    ended: read.then(() => tell(null)),
  };
}
