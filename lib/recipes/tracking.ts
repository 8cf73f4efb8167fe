/**
 * A directory of who is master, kept by a watch: whoever asks is answered from memory, without a message. How old
 * that answer may be is known, and what it is worth without a connection is the caller's choice.
 */

import { checkWord, type ZooKeeper } from "quorumlab/ensemble";
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

/**
 * Tracks the master of an election.
 *
 * @param options.whileDisconnected the master known last, or null
 * @param options.onChange hears of each master, and of null in between
 */
export function masterTracking(
  zk: ZooKeeper,
  clock: Clock,
  election: Election,
  options: {
    readonly whileDisconnected: "lastKnown" | "null";
    readonly onChange?: (master: Master | null) => void;
  },
): MasterTracking {
  checkWord("masterTracking: whileDisconnected", options.whileDisconnected, "lastKnown", "null");
  let master: Master | null = null;
  const tell = (now: Master | null) => {
    if (now?.token === master?.token) return;
    master = now;
    options.onChange?.(now);
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
      const nowMs = clock.now();
      const isConnected = zk.state === "connected" && nowMs < zk.aliveUntilMs;
      const ageMs = Math.max(0, nowMs - (zk.aliveUntilMs - zk.timeoutMs));
      const isUsed = isConnected || options.whileDisconnected === "lastKnown";
      return { master: isUsed ? master : null, ageMs };
    },
    ended: read.then(() => tell(null)),
  };
}
