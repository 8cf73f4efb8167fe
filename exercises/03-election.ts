// Chapter 3 · Electing a master                                       solution: 2 functions, 18 lines

import type { SessionId, SessionState, ZooKeeper } from "quorumlab/ensemble";

/*
 * Several candidates want to be the master, and never two at one time. Each has a session with the ensemble, and
 * whoever's session owns the ephemeral node "/master" is the master. The node goes when that session ends, and the
 * ensemble may end a session whose client does not know it yet.
 *
 * `campaign` runs once for each session and finds out whose the node is. `mayServe` is asked before each single thing
 * that a master does. Candidates crash and start again, sleep, and lose their connections; an operator may delete the
 * node or write into it. Clocks may be hours apart, but they run at the same speed. All times are in milliseconds.
 */

/** What a candidate knows when it is about to serve. */
export type Known = {
  /** The session that "/master" belongs to, as `campaign` has learned last; null while it is nobody's. */
  readonly owner: SessionId | null;
  /** The candidate's own session, as `zookeeper` shows it. */
  readonly session: SessionId;
  readonly state: SessionState;
  /** Until then, by the candidate's clock, the session lives for certain. */
  readonly aliveUntilMs: number;
};

/**
 * Wants to be the master for as long as the session lasts.
 *
 * Given  `zookeeper`, an open session; `id`, the candidate's name
 * Return when the session is over (an operation fails with SessionExpired), not before: ConnectionLoss passes
 * Keep   there is a "/master", made by one of the candidates, with its name as data
 *        `learn` hears whose session owns it, and hears null as soon as a watch tells that it has changed
 *        while nothing changes, nothing is asked; without a connection a request waits for one
 *
 *   there is no "/master", the own session is 7  →  it is made, and learn(7)
 *   "/master" belongs to session 5               →  learn(5)
 *   it is deleted                                →  learn(null), and once more from the beginning
 *
 * An error of `zookeeper` has a `code`; it is `retriable` unless the session is over or the request is refused.
 */
export async function campaign(
  zookeeper: ZooKeeper,
  id: string,
  learn: (owner: SessionId | null) => void,
): Promise<void> {
  throw new Error("campaign: your turn");
}

/**
 * Whether a candidate may serve at this moment.
 *
 * Given  what it knows, and the time on its own clock
 *        `serves`: "whileConnected" stops at once when it is not connected; "byLease" serves on while the session
 *        lives for certain
 * Return true for as long as possible, but never while another candidate may be the master
 *
 *   session 7 owns it, is 7's, connected, alive until 100, now 50          →  true
 *   session 5 owns it, is 7's                                              →  false
 *   session 7 owns it, is 7's, disconnected, alive until 100, now 50       →  true by lease, else false
 */
export function mayServe(
  known: Known,
  nowMs: number,
  serves: "whileConnected" | "byLease",
): boolean {
  throw new Error("mayServe: your turn");
}
