import type { SessionId } from "quorumlab/ensemble";

export type Session = {
  readonly id: SessionId;
  readonly timeoutMs: number;
  deadlineMs: number;
};

export type Table = {
  readonly tickMs: number;
  sessions: Session[];
  ephemerals: { readonly path: string; readonly owner: SessionId }[];
};

/** Bounds on both sides: shorter than two ticks nobody could keep, and a long one keeps a dead client's nodes. */
export function open(table: Table, id: SessionId, askedMs: number, nowMs: number): number {
  const timeoutMs = Math.min(Math.max(askedMs, 2 * table.tickMs), 20 * table.tickMs);
  table.sessions.push({ id, timeoutMs, deadlineMs: deadline(table, timeoutMs, nowMs) });
  return timeoutMs;
}

/** A session that is not in the table is over for good: whoever asks in its name is refused. */
export function touch(table: Table, id: SessionId, nowMs: number): boolean {
  const session = table.sessions.find((each) => each.id === id);
  if (session === undefined) return false;
  session.deadlineMs = deadline(table, session.timeoutMs, nowMs);
  return true;
}

/** All that are due, not only those of this tick: a leader that was asleep has missed some. */
export function expired(table: Table, nowMs: number): SessionId[] {
  return table.sessions.filter(({ deadlineMs }) => deadlineMs <= nowMs).map(({ id }) => id);
}

/** The session and its nodes go together, so nobody ever sees one without the other. */
export function close(table: Table, id: SessionId): string[] {
  const paths = table.ephemerals.filter(({ owner }) => owner === id).map(({ path }) => path);
  table.sessions = table.sessions.filter((session) => session.id !== id);
  table.ephemerals = table.ephemerals.filter(({ owner }) => owner !== id);
  return paths;
}

/** As if all of them had been heard just now. */
export function takeOver(table: Table, nowMs: number): void {
  for (const { id } of table.sessions) touch(table, id, nowMs);
}

/** Rounded up to a tick, so that the leader need not look more often than that. */
function deadline({ tickMs }: Table, timeoutMs: number, nowMs: number): number {
  return (Math.floor((nowMs + timeoutMs) / tickMs) + 1) * tickMs;
}
