/**
 * The machine below a program of ours: it carries calls out and brings calls in, and holds the program's session with
 * an ensemble. It says of each call whether an answer came, or whether nobody knows what became of it.
 */

import type { NodeId, Out, Protocol } from "quorumlab/sim";
import type { Request, ToClient } from "./messages.ts";
import { end } from "./reach.ts";
import {
  ask as askSession,
  isServer,
  openSession,
  type Session,
  type SessionNews,
  type SessionOptions,
  sessionConnected,
  sessionDisconnected,
  sessionHears,
  sessionTimer,
} from "./session.ts";
import type { Known } from "./zookeeper.ts";

/** What goes over the wire: the request or the reply itself, with the number of the call. */
export type Numbered = { readonly kind: string; readonly call: number };

/** What the program tells its machine. */
export type FromProgram = Readonly<
  | { kind: "ask"; call: number; to: NodeId; timeoutMs: number; request: Numbered }
  | { kind: "answer"; call: number; to: NodeId; answer: Numbered }
  /** Sessions are numbered, so that none hears what was said to another. */
  | { kind: "openSession"; nth: number; options: SessionOptions }
  | { kind: "askSession"; nth: number; number: number; request: Request }
>;

/** What became of a call. */
type Outcome =
  | { readonly kind: "replied"; readonly reply: Numbered }
  | { readonly kind: "failed"; readonly code: CallErrorCode };

/** What the machine tells its program: a reply or that there will be none, a request of somebody else, news. */
export type ToProgram = Readonly<
  | (Outcome & { call: number })
  | { kind: "asked"; call: number; from: NodeId; request: Numbered }
  | { kind: "session"; nth: number; known?: Known; news: readonly SessionNews[] }
>;

export type ClientMessage = Numbered | FromProgram | ToProgram | object;

export type CallErrorCode = "ConnectionRefused" | "ConnectionLoss" | "OperationTimeout";

export type ClientState = {
  readonly self: NodeId;
  /** A call's number, divided by how many nodes there are, leaves its caller's rank: so a number tells whose it is. */
  readonly nodes: number;
  readonly rank: number;
  /** Those with a live connection, but for servers of the session. */
  readonly connected: Set<NodeId>;
  /** Calls without a reply, with the peer that owes it, and with the request until it has left. */
  readonly calls: Record<number, { readonly to: NodeId; unsent: Numbered | undefined }>;
  /** The program's newest session, and its number. */
  session: Session | undefined;
  nth: number;
};

/** The machine. */
export const machine: Protocol<ClientState, ClientMessage> = {
  wire: "connection",

  onStart({ id, peers }) {
    const nodes = [id, ...peers].sort();
    const place = { self: id, nodes: nodes.length, rank: nodes.indexOf(id) };
    return { ...place, connected: new Set(), calls: {}, session: undefined, nth: 0 };
  },

  onMessage(state, nowMs, from, message, out) {
    const { session } = state;
    if (from === state.self) {
      obey(state, message as FromProgram, out);
    } else if (session !== undefined && isServer(session, from)) {
      sessionHears(session, from, message as ToClient, nowMs, out);
      report(state, out);
    } else {
      hear(state, from, message as Numbered, out);
    }
  },

  onTimer(state, nowMs, name, out) {
    if (name.startsWith("session") && state.session !== undefined) {
      sessionTimer(state.session, name, nowMs, out);
      report(state, out);
    } else {
      const call = Number(name.split(" ")[1]);
      settle(state, call, { kind: "failed", code: "OperationTimeout" }, out);
    }
  },

  onConnected(state, _nowMs, peer, out) {
    if (state.session !== undefined && isServer(state.session, peer)) {
      sessionConnected(state.session, peer, out);
    } else {
      state.connected.add(peer);
      ask(state, peer, out);
    }
  },

  onDisconnected(state, _nowMs, peer, out) {
    if (state.session !== undefined && isServer(state.session, peer)) {
      sessionDisconnected(state.session, peer, out);
      report(state, out);
    }
    state.connected.delete(peer);
    for (const [call, { to, unsent }] of Object.entries(state.calls)) {
      const code = unsent === undefined ? "ConnectionLoss" : "ConnectionRefused";
      if (to === peer) settle(state, Number(call), { kind: "failed", code }, out);
    }
  },
};

function obey(state: ClientState, message: FromProgram, out: Out<ClientMessage>): void {
  switch (message.kind) {
    case "ask": {
      const { to, timeoutMs, request } = message;
      const call = message.call * state.nodes + state.rank;
      state.calls[call] = { to, unsent: { ...request, call } };
      out.setTimer(`call ${call}`, timeoutMs);
      if (state.connected.has(to)) ask(state, to, out);
      else out.connect(to);
      return;
    }
    case "answer":
      out.send(message.to, message.answer);
      return;
    case "openSession":
      // To the program its older session is over; the ensemble lets it expire.
      if (state.session !== undefined) end(state.session, "closed", out);
      report(state, out);
      state.nth = message.nth;
      state.session = openSession(message.options, out);
      return;
    case "askSession": {
      const { nth, number, request } = message;
      if (state.session !== undefined && nth === state.nth) {
        askSession(state.session, number, request, out);
        report(state, out);
      } else {
        const result = { kind: "error", code: "SessionExpired" } as const;
        out.send(state.self, { kind: "session", nth, news: [{ kind: "reply", number, result }] });
      }
    }
  }
}

/** A reply to a call of this host, or somebody else's call. */
function hear(state: ClientState, from: NodeId, message: Numbered, out: Out<ClientMessage>): void {
  if (state.calls[message.call]?.to === from) {
    settle(state, message.call, { kind: "replied", reply: message }, out);
  } else if (message.call % state.nodes !== state.rank) {
    out.send(state.self, { kind: "asked", call: message.call, from, request: message });
  }
}

/** Tells the program what its session has to tell. */
function report({ self, session, nth }: ClientState, out: Out<ClientMessage>): void {
  if (session === undefined) return;
  const { timeoutMs, aliveUntilMs } = session;
  const known = { session: session.session, timeoutMs, aliveUntilMs };
  out.send(self, { kind: "session", nth, known, news: session.news.splice(0) });
}

/** Sends a peer what it is to be asked. */
function ask({ calls }: ClientState, to: NodeId, out: Out<ClientMessage>): void {
  for (const call of Object.values(calls)) {
    if (call.to !== to || call.unsent === undefined) continue;
    out.send(to, call.unsent);
    call.unsent = undefined;
  }
}

/** @param call as it is on the wire; the program knows it without the rank */
function settle(state: ClientState, call: number, outcome: Outcome, out: Out<ClientMessage>): void {
  delete state.calls[call];
  out.cancelTimer(`call ${call}`);
  out.send(state.self, { ...outcome, call: (call - state.rank) / state.nodes });
}
