/** What is wrong with an election, in a sentence and a picture of what led there. */

import type { Failure, Request, Result, Txn } from "quorumlab/ensemble";
import type { NodeId, Trace, TraceEvent } from "quorumlab/sim";
import { CANDIDATES, type Candidate, SERVERS, type System } from "./elected.ts";
import { because, excerpt, leadingTo, type Said } from "./excerpt.ts";
import { Violation } from "./exercise.ts";

/** What goes on all the time, and what servers say among themselves. */
const CHATTER = [
  "heartbeat heard touch touched ping pong propose ack commit forward",
  "notification followerInfo leaderInfo ackEpoch diff trunc snap newLeader ackNewLeader upToDate",
  "revalidate revalidated syncRequest synced",
].flatMap((kinds) => kinds.split(" "));

/** A message, as far as a picture names it. */
type Body = {
  readonly kind: string;
  readonly type?: string;
  readonly counted?: boolean;
  readonly request?: Request;
  readonly result?: Result | Failure;
  readonly entry?: { readonly txn: Txn };
};

/** What is lost when a time goes from one clock to another. */
const CLOCK_MS = 0.01;

const ms = (time: number): string => `${Math.round(time)} ms`;

/** Two candidates may serve at one time. */
export function twoMasters(system: System, both: readonly Candidate[]): Violation {
  const view = system.view();
  const [wrong, right] = [...both].sort(
    (a, b) => Number(owns(a, system)) - Number(owns(b, system)),
  );
  const standings = both.map((each) => standing(each, system)).join(", ");
  const says = `At ${ms(view.atMs)} both candidates may serve ${system.plan.serves}: ${standings}.`;
  if (wrong === undefined || right === undefined) return new Violation(says);
  return new Violation(says, { trace: takeover(system, wrong, right) });
}

/** How the rightful master was elected, and what the other one heard last of its session, or learned of the node. */
function takeover(system: System, wrong: Candidate, right: Candidate): Trace {
  const view = system.view();
  const untilMs = wrong.aliveUntilMs();
  const isLate = view.atMs >= untilMs;
  const last = isLate ? lastHeard(view.trace, wrong.id) : wrong.learnedAt;
  const learnedMs = view.trace[wrong.learnedAt]?.atMs ?? 0;
  // When it sent the newest heartbeat that was counted.
  const beatMs = untilMs - (wrong.zookeeper?.timeoutMs ?? 0);
  const sinceMs = isLate ? beatMs - CLOCK_MS : learnedMs - 20;
  const rightful = new Set(leadingTo(view, right.learnedAt));
  return because(view, [wrong.id, ...SERVERS, right.id], [right.learnedAt, last], {
    wanted: (event) => {
      const other = event.kind === "send" ? event.to : event.from;
      const isOwn = event.node === wrong.id || other === wrong.id;
      const sentMs = event.kind === "send" ? event.atMs : event.sentMs;
      return rightful.has(event) || (isOwn && sentMs >= sinceMs);
    },
    calls: callsOf(system),
    said: [
      ...(isLate ? [{ node: wrong.id, text: "session may be over", atMs: untilMs }] : []),
      ...[wrong, right].map(({ id }) => ({ node: id, text: "serves" })),
    ],
  });
}

/** A candidate serves although its node is gone: what it was told last is shown. */
export function serves(system: System, { id }: Candidate, but: string): Violation {
  const view = system.view();
  const told = view.trace.findLastIndex(
    (event) =>
      event.kind === "deliver" &&
      event.node === id &&
      ["event", "reply"].includes((event.body as Body).kind),
  );
  const says = `At ${ms(view.atMs)} ${id} may serve ${system.plan.serves}, but ${but}.`;
  const sinceMs = beginningOf(system);
  const trace = because(view, nodesOf(system), [told], {
    wanted: ({ atMs }) => atMs >= sinceMs,
    calls: callsOf(system),
    said: [{ node: id, text: "serves" }],
  });
  return new Violation(says, { trace });
}

/** Somebody ought to serve. */
export function idle(system: System, who: string, expected: string): Violation {
  const { atMs } = system.view();
  const says = `At ${ms(atMs)} ${who} may serve ${system.plan.serves}; expected ${expected}.`;
  const said = CANDIDATES.map((node) => ({ node, text: "does not serve" }));
  const sinceMs = Math.min(beginningOf(system), atMs) - 30;
  return new Violation(says, { trace: lately(system, said, atMs - sinceMs) });
}

/** A candidate asks although nothing has changed. */
export function restless(system: System, id: NodeId, times: number, fromMs: number): Violation {
  const span = `Between ${ms(fromMs)} and ${ms(system.view().atMs)}`;
  const says = `${span} nothing changed, but ${id} asked ${times} times; expected no request.`;
  return new Violation(says, { trace: lately(system, [{ node: id, text: "asks" }], 40) });
}

function owns({ zookeeper }: Candidate, system: System): boolean {
  return zookeeper !== undefined && zookeeper.session === system.owner();
}

/** How a candidate that serves stands. */
function standing(candidate: Candidate, system: System): string {
  const { id, owner, zookeeper } = candidate;
  const untilMs = candidate.aliveUntilMs();
  if (owner !== zookeeper?.session) return `${id}, which knows that the node is another session's`;
  if (system.view().atMs >= untilMs)
    return `${id}, whose session was sure to live until ${ms(untilMs)}`;
  return owns(candidate, system) ? `${id}, whose node it is` : `${id}, whose node is gone`;
}

/** The answer to the newest heartbeat of a candidate that was counted. */
function lastHeard(trace: readonly TraceEvent[], id: NodeId): number {
  return trace.findLastIndex(
    (event) => event.kind === "deliver" && event.node === id && (event.body as Body).counted,
  );
}

/** When the first thing went wrong. */
function beginningOf({ plan }: System): number {
  return Math.min(...[...plan.faults, ...(plan.operator ?? [])].map(({ atMs }) => atMs));
}

/** The last stretch, without what goes on all the time. */
function lately(system: System, said: readonly Said[], lastMs: number): Trace {
  const remarks = new Map(said.map(({ node, text }) => [node, text]));
  const trace = excerpt(system.view(), nodesOf(system), { lastMs, without: CHATTER, remarks });
  const calls = callsOf(system);
  const events = trace.events.map((event) =>
    "body" in event ? { ...event, body: { kind: calls(event.body) } } : event,
  );
  return { ...trace, events };
}

function nodesOf({ plan }: System): NodeId[] {
  return [...CANDIDATES, ...SERVERS, ...(plan.operator === undefined ? [] : ["op"])];
}

/** What messages are called: a request by its operation, a session by whose it is. */
function callsOf({ candidates }: System): (body: unknown) => string {
  const whose = (session: number) =>
    session === 0
      ? "no session"
      : (candidates.find(({ zookeeper }) => zookeeper?.session === session)?.id ??
        "an older session");
  return (message) => {
    const { kind, type, request, result, entry } = message as Body;
    if (request !== undefined)
      return "path" in request ? `${request.kind} ${request.path}` : request.kind;
    if (entry !== undefined)
      return `propose ${entry.txn.kind === "error" ? entry.txn.code : entry.txn.kind}`;
    if (result?.kind === "error") return result.code;
    if (result?.kind === "exists") return `${whose(result.stat.ephemeralOwner)} has it`;
    return type ?? (result === undefined ? kind : "done");
  };
}
