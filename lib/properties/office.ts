/**
 * A leader's time in office, played with a learner's table of sessions: the leader looks once a tick; clients come,
 * talk, fall silent and leave; and a model beside the table knows when each of them was heard last.
 */

import type { SessionId } from "quorumlab/ensemble";
import type { Table } from "../../exercises/02-sessions.ts";
import { Violation } from "./exercise.ts";
import { Story } from "./story.ts";

type Module = typeof import("../../exercises/02-sessions.ts");

const TICK_MS = 100;

/** What happens, so long after what happened before. `which` names a session by its number among those so far. */
export type Step = { readonly afterMs: number } & (
  | { readonly kind: "open"; readonly askedMs: number }
  | { readonly kind: "heartbeat" | "create" | "close"; readonly which: number }
  /** The leader is paused meanwhile, and looks at nothing. */
  | { readonly kind: "pause" }
  /** Another machine leads from now on, and its clock shows something else. */
  | { readonly kind: "elect"; readonly clockMs: number }
);

/** An open session. */
type Open = {
  readonly id: SessionId;
  readonly timeoutMs: number;
  heardMs: number;
  deadlineMs: number;
};

type Office = {
  readonly module: Module;
  /** Whether the times are judged; else it is only asked that nodes live as long as their sessions. */
  readonly byTime: boolean;
  saw(situation: string): void;
  readonly table: Table;
  open: Open[];
  nodes: { readonly path: string; readonly owner: SessionId }[];
  /** How many sessions and nodes there ever were. */
  opened: number;
  made: number;
  /** On the leader's clock, and how far behind the picture's time that is. */
  nowMs: number;
  behindMs: number;
  readonly story: Story;
};

/** Plays the steps; a violation at the first answer that is wrong. */
export function play(
  module: Module,
  steps: readonly Step[],
  byTime: boolean,
  saw: (situation: string) => void,
): void {
  const table: Table = { tickMs: TICK_MS, sessions: [], ephemerals: [] };
  const counts = { opened: 0, made: 0, nowMs: 0, behindMs: 0 };
  const mine = { story: new Story(), table, open: [], nodes: [], ...counts };
  const office: Office = { module, byTime, saw, ...mine };
  for (const step of steps) {
    pass(office, step.afterMs, step.kind === "pause");
    take(office, step);
    const [seen, expected] = [say(table.ephemerals), say(office.nodes)];
    if (seen !== expected) {
      fail(office, `At ${office.nowMs} there are the nodes ${seen}; expected ${expected}`, seen);
    }
  }
}

function say(nodes: Table["ephemerals"]): string {
  return nodes.map(({ path, owner }) => `${path} of ${owner}`).join(", ") || "none";
}

function take(office: Office, step: Step): void {
  switch (step.kind) {
    case "open":
      open(office, step.askedMs);
      break;
    case "heartbeat":
    case "create":
      hear(office, 1 + (step.which % office.opened), step.kind === "create");
      break;
    case "close":
      leave(office, 1 + (step.which % office.opened));
      break;
    case "elect":
      elect(office, step.clockMs);
  }
}

/** Time passes, and the leader looks at every tick unless it is paused. */
function pass(office: Office, forMs: number, isPaused: boolean): void {
  const untilMs = office.nowMs + forMs;
  const firstMs = (Math.floor(office.nowMs / TICK_MS) + 1) * TICK_MS;
  if (isPaused) note(office, `paused for ${forMs} ms`);
  for (let ms = firstMs; ms <= untilMs && !isPaused; ms += TICK_MS) {
    office.nowMs = ms;
    look(office);
  }
  office.nowMs = untilMs;
}

function open(office: Office, askedMs: number): void {
  const { nowMs } = office;
  office.opened += 1;
  const id = office.opened;
  tell(office, id, `open, ${askedMs} ms`);
  const answer = office.module.open(office.table, id, askedMs, nowMs);
  const timeoutMs = Math.min(Math.max(askedMs, 2 * TICK_MS), 20 * TICK_MS);
  if (timeoutMs !== askedMs) office.saw("a timeout out of bounds was asked for");
  if (office.byTime && answer !== timeoutMs) {
    const call = `open(table, ${id}, ${askedMs}, ${nowMs}) returned ${answer}`;
    fail(office, `${call}; expected ${timeoutMs}, with ticks of ${TICK_MS} ms`, `open: ${answer}`);
  }
  const session = { id, timeoutMs, heardMs: 0, deadlineMs: 0 };
  office.open.push(session);
  heard(session, nowMs);
}

function heard(session: Open, nowMs: number): void {
  session.heardMs = nowMs;
  session.deadlineMs = (Math.floor((nowMs + session.timeoutMs) / TICK_MS) + 1) * TICK_MS;
}

function hear(office: Office, id: SessionId, creates: boolean): void {
  const { nowMs, table } = office;
  const path = `/e${office.made + 1}`;
  tell(office, id, creates ? `create ${path}` : "heartbeat");
  const session = office.open.find((each) => each.id === id);
  const answer = office.module.touch(table, id, nowMs);
  if (answer !== (session !== undefined)) {
    const why = session === undefined ? "is over: a node made now would outlive it" : "is open";
    const call = `touch(table, ${id}, ${nowMs}) returned ${answer}`;
    fail(office, `${call}; expected ${!answer}, for session ${id} ${why}`, `touch: ${answer}`);
  }
  if (session === undefined) {
    office.saw("a session was heard after its end");
    return;
  }
  if (session.deadlineMs <= nowMs) office.saw("an overdue session was heard");
  heard(session, nowMs);
  if (!creates) return;
  office.made += 1;
  office.nodes.push({ path, owner: id });
  table.ephemerals.push({ path, owner: id });
}

function look(office: Office): void {
  const { nowMs, table } = office;
  const answer: unknown = office.module.expired(table, nowMs);
  const due = office.open.filter(({ deadlineMs }) => deadlineMs <= nowMs);
  const [seen, expected] = [answer, due.map(({ id }) => id)].map((each) => JSON.stringify(each));
  const call = `expired(table, ${nowMs}) returned ${seen}`;
  const ids = Array.isArray(answer) ? answer : [];
  const stranger = ids.findIndex((id, i) => !isOpen(office, id) || ids.indexOf(id) < i);
  if (!Array.isArray(answer) || stranger !== -1) {
    const open = office.open.map(({ id }) => id).join(", ") || "none";
    fail(
      office,
      `${call}; expected ids of open sessions, and open are ${open}`,
      `expired: ${seen}`,
    );
  }
  if (office.byTime && seen !== expected) {
    const wrong = office.open.find((each) => ids.includes(each.id) !== due.includes(each));
    const why = wrong === undefined ? "" : `: ${reason(wrong)}`;
    fail(office, `${call}; expected ${expected}${why}`, `expired: ${seen}`);
  }
  for (const id of ids) {
    office.saw("a session expired");
    note(office, `${id} has expired`);
    close(office, id);
  }
}

function reason({ id, timeoutMs, heardMs, deadlineMs }: Open): string {
  return `session ${id} may be silent for ${timeoutMs} ms, counted from ${heardMs}, so its deadline is ${deadlineMs}`;
}

function leave(office: Office, id: SessionId): void {
  tell(office, id, "close");
  if (isOpen(office, id)) close(office, id);
}

function isOpen({ open }: Office, id: SessionId): boolean {
  return open.some((session) => session.id === id);
}

function close(office: Office, id: SessionId): void {
  const mine = office.nodes.filter(({ owner }) => owner === id).map(({ path }) => path);
  if (mine.length > 0) office.saw("a session ended that had nodes");
  const answer: unknown = office.module.close(office.table, id);
  office.open = office.open.filter((session) => session.id !== id);
  office.nodes = office.nodes.filter(({ owner }) => owner !== id);
  const [seen, expected] = [JSON.stringify(answer), JSON.stringify(mine)];
  if (seen === expected) return;
  const call = `close(table, ${id}) returned ${seen}`;
  fail(office, `${call}; expected ${expected}, the nodes of session ${id}`, `close: ${seen}`);
}

function elect(office: Office, clockMs: number): void {
  office.behindMs += office.nowMs - clockMs;
  office.nowMs = clockMs;
  note(office, `a new leader, its clock at ${clockMs}`);
  if (office.open.length > 0) office.saw("another machine took over open sessions");
  office.module.takeOver(office.table, clockMs);
  for (const session of office.open) heard(session, clockMs);
}

function tell({ story, nowMs, behindMs }: Office, id: SessionId, kind: string): void {
  story.tell(nowMs + behindMs, `session ${id}`, "leader", kind);
}

function note({ story, nowMs, behindMs }: Office, text: string): void {
  story.note(nowMs + behindMs, "leader", text);
}

/** @param remark the same in a few words, for the picture */
function fail(office: Office, says: string, remark: string): never {
  const { opened, nowMs, behindMs, story } = office;
  const sessions = Array.from({ length: opened }, (_, i) => `session ${i + 1}`);
  note(office, remark);
  const trace = story.trace([...sessions, "leader"], nowMs + behindMs + TICK_MS);
  throw new Violation(`${says}.`, { trace });
}
