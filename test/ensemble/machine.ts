/** A session's machine without servers: the test plays them, and reads in short lines what it asks for and tells. */

import {
  ask,
  type EnsembleMessage,
  openSession,
  type Request,
  type Session,
  type SessionOptions,
  sessionConnected,
  sessionDisconnected,
  sessionHears,
  sessionTimer,
  type ToClient,
  type ToServer,
} from "quorumlab/ensemble";
import { type NodeId, type Out, Recorder } from "quorumlab/sim";
import { end } from "../../lib/ensemble/reach.ts";
import { effects } from "./said.ts";

export type Machine = {
  readonly session: Session;
  /** The timers that are set, without the word "session", in milliseconds. */
  readonly timers: Map<string, number>;
  /** What it asked for when it opened the session. */
  readonly opening: readonly string[];
  /** @returns what it asked for and then what it told, here as in all others */
  asks(number: number, request: Request): string[];
  connected(peer: NodeId): string[];
  disconnected(peer: NodeId): string[];
  hears(message: ToClient, peer?: NodeId): string[];
  timer(name: string, nowMs?: number): string[];
  ended(): string[];
};

/** Luck is one half: of three servers the second is tried first. */
export function machine(options: Partial<SessionOptions> = {}): Machine {
  const recorder = new Recorder<ToServer>(() => 0.5);
  const timers = new Map<string, number>();
  const step = (handle: (out: Out<ToServer>) => void): string[] => {
    const asked = recorder.record(handle);
    for (const effect of asked) {
      if (effect.kind === "setTimer") timers.set(effect.name.slice(8), effect.afterMs);
      if (effect.kind === "cancelTimer") timers.delete(effect.name.slice(8));
    }
    return effects(asked as Parameters<typeof effects>[0]);
  };
  let session: Session | undefined;
  const open = { servers: ["s1", "s2", "s3"], timeoutMs: 600, ...options };
  const opening = step((out) => {
    session = openSession(open, out);
  });
  const own = session as unknown as Session;
  let clockMs = 0;
  const tell = (asked: string[]): string[] => [
    ...asked,
    ...own.news.splice(0).map((news) => {
      if (news.kind === "state") return `is ${news.state}`;
      if (news.kind === "event") return `tells ${news.type} ${news.path}`;
      const { result } = news;
      return `answers ${news.number} ${result.kind === "error" ? result.code : "ok"}`;
    }),
  ];
  return {
    session: own,
    timers,
    opening,
    asks: (number, request) => tell(step((out) => ask(own, number, request, out))),
    connected: (peer) => tell(step((out) => sessionConnected(own, peer, out))),
    disconnected: (peer) => tell(step((out) => sessionDisconnected(own, peer, out))),
    hears: (message, peer = own.server ?? "") =>
      tell(step((out) => sessionHears(own, peer, message, clockMs, out))),
    timer(name, nowMs = clockMs) {
      clockMs = nowMs;
      if (!timers.delete(name)) throw new Error(`The timer ${name} is not set.`);
      return tell(step((out) => sessionTimer(own, `session ${name}`, nowMs, out)));
    },
    ended: () => tell(step((out) => end(own, "closed", out))),
  };
}

/** The server that the machine tries, or another one, takes its session and counts its first heartbeat. */
export function welcomed(one: Machine, session = 7): string[] {
  const { server = "" } = one.session;
  return [...one.connected(server), ...takes(one, session), ...counts(one)];
}

export function takes(one: Machine, session = 7, how: { readOnly?: boolean } = {}): string[] {
  const { timeoutMs } = one.session;
  return one.hears({ kind: "connected", session, timeoutMs, readOnly: false, ...how });
}

/** The newest heartbeat is counted. */
export function counts(one: Machine, counted = true): string[] {
  return one.hears({ kind: "heard", beat: one.session.beat, counted });
}

/** The next request is answered. */
export function replies(
  one: Machine,
  result: Extract<EnsembleMessage, { kind: "reply" }>["result"],
  zxid = 8,
): string[] {
  return one.hears({ kind: "reply", xid: one.session.sent[0]?.xid ?? 0, zxid, result });
}
