/**
 * A dedicated tracker: one machine that knows which database is the master, and whom everybody asks. Databases send
 * it heartbeats; when the master's stop, it appoints another. With a lease an answer may be kept for a while, and
 * the tracker keeps its word for as long.
 */

import type { NodeId, Out, Protocol } from "quorumlab/sim";

/** What a tracker answers. `master` is null while there is none; `leaseMs` is how long the answer may be used. */
export type Answer = { readonly master: NodeId | null; readonly leaseMs: number };

/** What a tracker remembers. Times are on its own clock, in milliseconds. */
export type Tracking = {
  master: NodeId | null;
  /** Until when somebody may be using an answer. */
  promisedUntilMs: number;
  /** When each database was last heard. */
  readonly heardMs: Record<NodeId, number>;
};

/** An answer that a client keeps. Times are on the client's own clock, in milliseconds. */
export type Kept = Answer & { readonly askedMs: number; readonly answeredMs: number };

/** What a tracker goes by: the time on its clock, how long a database may be silent, how long an answer may be used. */
export type TrackerTimes = Readonly<{ nowMs: number; timeoutMs: number; leaseMs: number }>;

/** The decisions of a tracker with a lease; an exercise replaces them. */
export type TrackerDecisions = {
  answer(tracking: Tracking, times: TrackerTimes): Answer;
  chooseMaster(tracking: Tracking, times: TrackerTimes): NodeId | null;
};

/** Answers a client, and remembers the promise. A master that has gone silent is not promised any more. */
export function answer(tracking: Tracking, times: TrackerTimes): Answer {
  const { master } = tracking;
  if (master === null || !isHeard(tracking, master, times)) return { master: null, leaseMs: 0 };
  tracking.promisedUntilMs = times.nowMs + times.leaseMs;
  return { master, leaseMs: times.leaseMs };
}

/** The present master while it is heard, or promised to somebody; else the first by name that is heard. */
export function chooseMaster(tracking: Tracking, times: TrackerTimes): NodeId | null {
  const { master, promisedUntilMs, heardMs } = tracking;
  if (master !== null && isHeard(tracking, master, times)) return master;
  if (times.nowMs < promisedUntilMs) return master;
  const heard = Object.keys(heardMs).filter((node) => isHeard(tracking, node, times));
  return heard.sort()[0] ?? null;
}

/** Whether a kept answer may still be used. Counted from the question, since the promise was made after it. */
export function mayUse(kept: Kept, nowMs: number): boolean {
  return nowMs < kept.askedMs + kept.leaseMs;
}

function isHeard({ heardMs }: Tracking, node: NodeId, { nowMs, timeoutMs }: TrackerTimes): boolean {
  const heard = heardMs[node];
  return heard !== undefined && nowMs - heard <= timeoutMs;
}

export type TrackerOptions = {
  /** How long a database may be silent: 50 ms unless told. */
  readonly timeoutMs?: number;
  /** How long an answer may be used: 0, not at all, unless told. */
  readonly leaseMs?: number;
  readonly decisions?: TrackerDecisions;
};

export type TrackerRequest = Readonly<
  { kind: "heartbeat" } | { kind: "whoIsMaster"; call: number }
>;
/** `term` is how many masters were appointed so far: a later answer never has a smaller one. */
export type MasterIs = Answer & Readonly<{ kind: "masterIs"; call: number; term: number }>;
/** What a tracker tells the databases. */
export type Appointed = Readonly<{ kind: "appointed"; master: NodeId | null; term: number }>;
export type TrackerMessage = TrackerRequest | MasterIs | Appointed;

export type TrackerState = Tracking & {
  role: "tracker";
  term: number;
  /** The databases that are connected. */
  databases: NodeId[];
};

/** How often a tracker looks whether its master is still alive, as a share of the silence it allows. */
const LOOKS = 5;

/** A tracker. Whom it appointed survives a crash; what it promised does not, so it first waits a whole lease. */
export function tracker(options: TrackerOptions = {}): Protocol<TrackerState, TrackerMessage> {
  const { timeoutMs = 50, leaseMs = 0, decisions = { answer, chooseMaster } } = options;

  function look(state: TrackerState, nowMs: number, out: Out<TrackerMessage>): void {
    const master = decisions.chooseMaster(state, { nowMs, timeoutMs, leaseMs });
    if (master === state.master) return;
    state.master = master;
    if (master !== null) {
      state.term += 1;
      out.put("appointed", { master, term: state.term });
    }
    for (const database of state.databases) out.send(database, appointed(state));
  }

  return {
    wire: "connection",

    onStart(_self, saved, nowMs, out) {
      const last = saved.cell<{ master: NodeId; term: number }>("appointed");
      // First it listens for as long as anybody may be silent, so that it chooses among all.
      out.setTimer("look", timeoutMs);
      return {
        role: "tracker",
        master: last?.master ?? null,
        term: last?.term ?? 0,
        promisedUntilMs: last === undefined ? nowMs : nowMs + leaseMs,
        // The last master gets the benefit of the doubt until its heartbeat is due.
        heardMs: last === undefined ? {} : { [last.master]: nowMs },
        databases: [],
      };
    },

    onMessage(state, nowMs, from, message, out) {
      if (message.kind === "heartbeat") {
        state.heardMs[from] = nowMs;
        if (state.databases.includes(from)) return;
        state.databases.push(from);
        if (state.master !== null) out.send(from, appointed(state));
      } else if (message.kind === "whoIsMaster") {
        const given = decisions.answer(state, { nowMs, timeoutMs, leaseMs });
        out.send(from, { kind: "masterIs", call: message.call, term: state.term, ...given });
      }
    },

    onTimer(state, nowMs, _name, out) {
      look(state, nowMs, out);
      out.setTimer("look", timeoutMs / LOOKS);
    },

    onDisconnected(state, _nowMs, peer) {
      state.databases = state.databases.filter((node) => node !== peer);
    },
  };
}

function appointed({ master, term }: TrackerState): Appointed {
  return { kind: "appointed", master, term };
}
