// Chapter 2 · Sessions, and what dies with them                        solution: 5 functions, 14 lines

import type { SessionId } from "quorumlab/ensemble";

/*
 * A client is a session: it is open for as long as the leader hears from it, and its ephemeral nodes live exactly
 * as long as it. Nobody can ask a machine that is silent whether it is dead, so the leader decides, by its own clock.
 *
 * It looks once a tick. Every session has a deadline, which is always at a tick (a multiple of `tickMs`) and moves
 * whenever the session is heard: to the first tick after the session's timeout, counted from now.
 *
 * All times are in milliseconds, on the clock of the machine that leads.
 */

export type Session = {
  readonly id: SessionId;
  /** How long it may be silent. */
  readonly timeoutMs: number;
  /** When it is over unless it is heard before. Only the leader keeps this up, and by its own clock. */
  deadlineMs: number;
};

export type Table = {
  readonly tickMs: number;
  /** Every open session, in the order in which they were opened. */
  sessions: Session[];
  /** Every ephemeral node. */
  ephemerals: { readonly path: string; readonly owner: SessionId }[];
};

/**
 * Opens a session.
 *
 * Given  `id`, which no session has had before, and the timeout that the client asks for
 * Return the timeout that it gets: what it asks for, but at least 2 ticks and at most 20
 *
 *   tick 100, asked 400 at 130  →  400   (deadline 600: the first tick after 530)
 *   tick 100, asked 50 at 0     →  200
 */
export function open(table: Table, id: SessionId, askedMs: number, nowMs: number): number {
  throw new Error("open: your turn");
}

/**
 * A session was heard: a request or a heartbeat came. A request is carried out only if this returns true.
 *
 * Return whether the session is open; one whose deadline has come stays open until it is closed
 *
 *   session 1 is open  →  true
 */
export function touch(table: Table, id: SessionId, nowMs: number): boolean {
  throw new Error("touch: your turn");
}

/**
 * The leader looks, usually at every tick; after a pause it looks late.
 *
 * Return the ids of all open sessions whose deadline has come, in the order in which they were opened
 * Keep   it changes nothing: the leader closes each of them next
 *
 *   session 1 with deadline 600  →  [] at 500, [1] at 600
 */
export function expired(table: Table, nowMs: number): SessionId[] {
  throw new Error("expired: your turn");
}

/**
 * Ends a session, and everything that dies with it, in one transaction.
 *
 * Return the paths of the nodes that went, in the order of the table
 *
 *   ephemerals "/a" of 1, "/b" of 2; close of 1  →  ["/a"], and "/b" stays
 */
export function close(table: Table, id: SessionId): string[] {
  throw new Error("close: your turn");
}

/**
 * This machine leads from now on. The table was replicated, so the sessions and their nodes are all there; the
 * deadlines are of no use, for nobody kept them up, or another clock did. Who was silent meanwhile may have been
 * unable to reach any leader, so every session gets its whole timeout again.
 */
export function takeOver(table: Table, nowMs: number): void {
  throw new Error("takeOver: your turn");
}
