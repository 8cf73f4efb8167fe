/**
 * How a session gets to a server and away from it: it tries one after the other, and what was under way when it loses
 * one may have been done, or not.
 */

import type { NodeId, Out } from "quorumlab/sim";
import type { Failure, ToClient, ToServer } from "./messages.ts";
import type { Asked, Session } from "./session.ts";
import type { SessionState } from "./zookeeper.ts";

export function tryNext(session: Session, out: Out<ToServer>): void {
  const { servers } = session;
  session.server = servers[session.turn % servers.length];
  session.turn += 1;
  if (session.server === undefined) return;
  // What it is asked already it answers as any server.
  if (session.better === session.server) session.better = undefined;
  out.connect(session.server);
  // ZooKeeper's connectTimeout, so that every server is tried within one session timeout; its readTimeout from then on.
  out.setTimer("session silence", session.timeoutMs / servers.length);
}

/** The server is gone, silent, or does not take the session: what was sent may have been done, or not. */
export function lose(session: Session, out: Out<ToServer>): void {
  if (isOver(session)) return;
  if (session.taken) {
    if (session.state !== "connecting") become(session, "disconnected");
    out.setTimer("session patience", session.timeoutMs);
  }
  session.server = undefined;
  session.taken = false;
  session.beats.clear();
  out.cancelTimer("session silence");
  out.cancelTimer("session heartbeat");
  const closing = session.sent.some(({ request }) => request.kind === "closeSession");
  fail(session, session.sent.splice(0), "ConnectionLoss");
  if (closing) end(session, "closed", out);
  else out.setTimer("session retry", (out.random() * session.timeoutMs) / 10);
}

export function taken(
  session: Session,
  message: Extract<ToClient, { kind: "connected" }>,
  nowMs: number,
  out: Out<ToServer>,
): void {
  if (message.session === 0) {
    end(session, "expired", out);
    return;
  }
  session.session = message.session;
  session.timeoutMs = message.timeoutMs;
  session.lastZxid = Math.max(session.lastZxid, message.session);
  session.taken = true;
  const { data, exist, child } = session.watches;
  if (data.size + exist.size + child.size > 0 && session.server !== undefined) {
    const paths = { data: [...data], exist: [...exist], child: [...child] };
    // Not the newest that an event showed: others of the same transaction may have been lost with the connection.
    out.send(session.server, { kind: "setWatches", lastZxid: session.answeredZxid, ...paths });
  }
  for (const asked of session.waiting.splice(0)) send(session, asked, out);
  out.cancelTimer("session patience");
  out.setTimer("session silence", (session.timeoutMs * 2) / 3);
  beat(session, nowMs, out);
}

export function send(session: Session, asked: Asked, out: Out<ToServer>): void {
  session.sent.push(asked);
  if (session.server !== undefined) {
    out.send(session.server, { kind: "request", xid: asked.xid, request: asked.request });
  }
}

export function beat(session: Session, nowMs: number, out: Out<ToServer>): void {
  out.setTimer("session heartbeat", session.timeoutMs / 3);
  // Behind the end of the session it would find none, and cost the connection before the answer.
  if (session.sent.some(({ request }) => request.kind === "closeSession")) return;
  session.beat += 1;
  session.beats.set(session.beat, nowMs);
  // It promises nothing: a broker's session must not end because its disk has much to do.
  if (session.server !== undefined)
    out.send(session.server, { kind: "heartbeat", beat: session.beat }, { beforeSync: true });
}

/** While it can only read it looks for a server that can do more, as ZooKeeper's client does. */
export function seekBetter(session: Session, out: Out<ToServer>): void {
  const { servers, server } = session;
  const others = servers.filter((other) => other !== server);
  const next = others[session.turn % others.length];
  if (session.better !== undefined && session.better !== next) out.close(session.better);
  session.better = next;
  session.turn += 1;
  if (next !== undefined) out.connect(next);
}

/** A better server has taken the session: the one that can only be read is left, unless it is lost already. */
export function switchOver(session: Session, peer: NodeId, out: Out<ToServer>): void {
  if (session.server !== undefined) {
    out.close(session.server);
    lose(session, out);
    // Whoever was closing the session has ended it.
    if (session.state === "closed") return;
  }
  out.cancelTimer("session retry");
  session.server = peer;
  session.better = undefined;
}

/** The session is over for its client, which leaves its server without a word: an open one lives until it expires. */
export function end(session: Session, state: "expired" | "closed", out: Out<ToServer>): void {
  if (isOver(session)) return;
  for (const peer of [session.server, session.better]) if (peer !== undefined) out.close(peer);
  session.server = undefined;
  session.better = undefined;
  session.taken = false;
  for (const timer of ["silence", "retry", "patience", "heartbeat"]) {
    out.cancelTimer(`session ${timer}`);
  }
  become(session, state);
  fail(session, [...session.sent.splice(0), ...session.waiting.splice(0)], "SessionExpired");
}

export function isOver({ state }: Session): boolean {
  return state === "expired" || state === "closed";
}

export function become(session: Session, state: SessionState): void {
  if (session.state === state) return;
  session.state = state;
  session.news.push({ kind: "state", state });
}

export function fail(session: Session, asked: readonly Asked[], code: Failure["code"]): void {
  for (const { number } of asked) {
    session.news.push({ kind: "reply", number, result: { kind: "error", code } });
  }
}
