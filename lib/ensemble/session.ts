/**
 * A client's side of a session, as a machine: it finds a server, keeps the session alive, sends requests in order,
 * and sets its watches again wherever it comes. Whoever embeds it (a client's host, a broker) hands it the events of
 * its connections and of the timers whose names begin with "session", and takes the news from it. Source: ClientCnxn.
 */

import type { NodeId, Out } from "quorumlab/sim";
import { checkNumber } from "./input.ts";
import type {
  EventType,
  Failure,
  Request,
  Result,
  SessionId,
  ToClient,
  ToServer,
} from "./messages.ts";
import {
  beat,
  become,
  end,
  fail,
  isOver,
  lose,
  seekBetter,
  send,
  switchOver,
  taken,
  tryNext,
} from "./reach.ts";
import { type WatchKind, watchedBy, watchSet } from "./watches.ts";
import type { SessionState } from "./zookeeper.ts";
import type { Zxid } from "./zxid.ts";

export type SessionOptions = {
  readonly servers: readonly NodeId[];
  /** How long the session may be silent before it expires; the server grants 2 to 20 of its ticks. 400 ms unless told. */
  readonly timeoutMs?: number;
  /** Whether a server that can only be read is better than none: no unless told. */
  readonly readOnly?: boolean;
};

/** What the machine tells. */
export type SessionNews = Readonly<
  | { kind: "state"; state: SessionState }
  | { kind: "reply"; number: number; result: Result | Failure }
  | { kind: "event"; type: EventType; path: string }
>;

/** `number` is the embedder's: it comes back with the reply. */
export type Asked = { readonly number: number; readonly xid: number; readonly request: Request };

export type Session = {
  readonly servers: readonly NodeId[];
  readonly readOnly: boolean;
  state: SessionState;
  /** 0 before there is one. */
  session: SessionId;
  timeoutMs: number;
  /** The server that it is connected to, or tries; the one after it is tried next. */
  server: NodeId | undefined;
  turn: number;
  /** Whether the server has taken the session. */
  taken: boolean;
  /** While it can only read: a server that may be able to do more. */
  better: NodeId | undefined;
  xid: number;
  /** The newest state that it has seen, and the newest that an answer showed: all events up to that one were heard. */
  lastZxid: Zxid;
  answeredZxid: Zxid;
  /** Requests that were sent and not answered, and those that wait for a server. */
  sent: Asked[];
  waiting: Asked[];
  readonly watches: Readonly<Record<WatchKind, Set<string>>>;
  beat: number;
  /** When the heartbeats were sent that were not answered yet, by their number. */
  readonly beats: Map<number, number>;
  aliveUntilMs: number;
  news: SessionNews[];
};

/** Opens a session. @throws RangeError when no server is named, or the timeout is none */
export function openSession(options: SessionOptions, out: Out<ToServer>): Session {
  const { servers, timeoutMs = 400 } = options;
  checkNumber("openSession: timeoutMs", timeoutMs);
  if (servers.length === 0)
    throw new RangeError("openSession: servers is empty; expected at least one server to ask.");
  const session: Session = {
    servers,
    readOnly: options.readOnly ?? false,
    state: "connecting",
    session: 0,
    timeoutMs,
    server: undefined,
    turn: Math.floor(out.random() * servers.length),
    taken: false,
    better: undefined,
    xid: 0,
    lastZxid: 0,
    answeredZxid: 0,
    sent: [],
    waiting: [],
    watches: { data: new Set(), exist: new Set(), child: new Set() },
    beat: 0,
    beats: new Map(),
    aliveUntilMs: -Infinity,
    news: [],
  };
  tryNext(session, out);
  return session;
}

/** Sends a request, or keeps it until there is a server. @param number comes back with the reply */
export function ask(session: Session, number: number, request: Request, out: Out<ToServer>): void {
  session.xid += 1;
  const asked = { number, xid: session.xid, request };
  if (isOver(session)) {
    fail(session, [asked], "SessionExpired");
  } else if (request.kind === "closeSession" && !session.taken) {
    // There is nobody to tell: the session ends when it expires.
    fail(session, [asked], "ConnectionLoss");
    end(session, "closed", out);
  } else if (session.taken) {
    send(session, asked, out);
  } else {
    session.waiting.push(asked);
  }
}

/** Whether a connection concerns this session. */
export function isServer(session: Session, peer: NodeId): boolean {
  return session.servers.includes(peer);
}

export function sessionConnected(session: Session, peer: NodeId, out: Out<ToServer>): void {
  if (peer !== session.server && peer !== session.better) {
    // It was given up before it was there.
    out.close(peer);
    return;
  }
  const { timeoutMs, lastZxid } = session;
  session.xid += 1;
  out.send(peer, {
    kind: "connect",
    xid: session.xid,
    session: session.session,
    timeoutMs,
    lastZxid,
    readOnly: session.readOnly && peer === session.server,
  });
}

export function sessionDisconnected(session: Session, peer: NodeId, out: Out<ToServer>): void {
  if (peer === session.better) session.better = undefined;
  if (peer === session.server) lose(session, out);
}

export function sessionTimer(
  session: Session,
  name: string,
  nowMs: number,
  out: Out<ToServer>,
): void {
  switch (name) {
    case "session retry":
      tryNext(session, out);
      return;
    case "session silence":
      if (session.server !== undefined) out.close(session.server);
      lose(session, out);
      return;
    case "session patience":
      fail(session, session.waiting.splice(0), "ConnectionLoss");
      out.setTimer("session patience", session.timeoutMs);
      return;
    case "session heartbeat":
      beat(session, nowMs, out);
      if (session.state === "readOnly") seekBetter(session, out);
  }
}

/** A message from a server. */
export function sessionHears(
  session: Session,
  peer: NodeId,
  message: ToClient,
  nowMs: number,
  out: Out<ToServer>,
): void {
  if (message.kind === "connected" && peer === session.better) switchOver(session, peer, out);
  if (peer !== session.server) return;
  switch (message.kind) {
    case "connected":
      taken(session, message, nowMs, out);
      return;
    case "heard":
      counted(session, message, nowMs, out);
      return;
    case "reply":
      replied(session, message, out);
      return;
    case "event":
      session.lastZxid = Math.max(session.lastZxid, message.zxid);
      for (const of of watchedBy(message.type)) session.watches[of].delete(message.path);
      session.news.push({ kind: "event", type: message.type, path: message.path });
  }
}

/**
 * A heartbeat was answered. Only that keeps the connection: whoever hears other things from a server, but not that
 * its own words arrive, gives it up before its session can expire.
 */
function counted(
  session: Session,
  { beat, counted }: Extract<ToClient, { kind: "heard" }>,
  nowMs: number,
  out: Out<ToServer>,
): void {
  const sentMs = session.beats.get(beat);
  if (sentMs === undefined) return;
  for (const older of session.beats.keys()) if (older <= beat) session.beats.delete(older);
  if (counted) session.aliveUntilMs = sentMs + session.timeoutMs;
  become(session, counted ? "connected" : "readOnly");
  out.setTimer("session silence", Math.max(0, sentMs + (session.timeoutMs * 2) / 3 - nowMs));
}

function replied(
  session: Session,
  { xid, zxid, result }: Extract<ToClient, { kind: "reply" }>,
  out: Out<ToServer>,
): void {
  const first = session.sent[0];
  // The answers come in the order of the requests, on one connection.
  if (first?.xid !== xid) return;
  session.sent.shift();
  session.lastZxid = Math.max(session.lastZxid, zxid);
  session.answeredZxid = Math.max(session.answeredZxid, zxid);
  const { request } = first;
  if ("watch" in request && request.watch) {
    const of = watchSet(request, result);
    if (of !== undefined) session.watches[of].add(request.path);
  }
  session.news.push({ kind: "reply", number: first.number, result });
  if (result.kind === "closeSession") end(session, "closed", out);
}
