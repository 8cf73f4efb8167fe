/**
 * Being the master, and knowing when to stop. The ensemble may end a session whose client does not know it yet; so a
 * master goes by what it knows for certain: that its node is there, and that its session lives.
 */

import { checkWord, type ZooKeeper } from "quorumlab/ensemble";
import { disown, type Own } from "./own.ts";
import { type Clock, keepReading } from "./patience.ts";

export type MastershipOptions = {
  /**
   * "whileConnected": stops at once when it is disconnected, even if the ensemble only elects a new leader.
   * "byLease": serves on until the session may have expired, so that an election of the ensemble is bridged.
   */
  readonly serves: "whileConnected" | "byLease";
};

/**
 * By what share of a session timeout two clocks may come to differ within one: enough for clocks that are up to 5 % too
 * fast or too slow. A clock that jumps backwards makes a lease worthless.
 */
const DRIFT = 0.1;

/** Refuses what says nothing. A lock is refused before it is waited for. @throws RangeError */
export function checkServes({ serves }: MastershipOptions): void {
  checkWord("mastership: serves", serves, "whileConnected", "byLease");
}

/** It gave the mastership up; its node is gone; or its session is. */
type Ending = "resigned" | "deposed" | "session over";

/** One mastership, from winning an election until it is over; it does not come back. */
export type Mastership = {
  /** Goes with every use of a resource, which refuses one that is older than the newest it has seen. */
  readonly token: number;
  /** Whether the master may serve at this moment. Asked before each thing that it does, not once. */
  mayServe(): boolean;
  /** When it is over, and why. */
  readonly ended: Promise<Ending>;
  /** Stops serving, and then makes room. To be called before the session is closed. */
  resign(): Promise<void>;
};

/**
 * Watches over a mastership. The same goes for a lock.
 *
 * Both ways to serve are safe where `aliveUntilMs` is certain: a session lives for its whole timeout after the newest
 * heartbeat that a leader has counted was sent, whichever leader the ensemble has. "whileConnected" looks at the clock
 * as well, for a process that has slept was not told yet that it is disconnected.
 *
 * @param won what an election's `campaign` has returned
 */
export function mastership(
  zk: ZooKeeper,
  clock: Clock,
  won: Own,
  options: MastershipOptions,
): Mastership {
  checkServes(options);
  const { serves } = options;
  let isMine = true;
  let isOver = false;
  const { promise: ended, resolve, reject } = Promise.withResolvers<Ending>();
  const end = (why: Ending) => {
    isOver = true;
    resolve(why);
  };
  keepReading(
    zk,
    clock,
    (watcher) => zk.exists(won.path, watcher),
    (stat) => {
      isMine = stat?.czxid === won.token;
      if (!isMine) end("deposed");
    },
    () => {
      isMine = false;
    },
    () => isOver,
  ).then(() => end("session over"), reject);
  return {
    token: won.token,
    mayServe() {
      if (isOver || !isMine) return false;
      const isAlive = clock.now() < zk.aliveUntilMs - DRIFT * zk.timeoutMs;
      return isAlive && (serves === "byLease" || zk.state === "connected");
    },
    ended,
    async resign() {
      end("resigned");
      await disown(zk, clock, won);
    },
  };
}
