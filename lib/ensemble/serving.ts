/**
 * What a server does for its clients. Reads it answers itself; whatever the leader must decide it hands on, and keeps
 * its place in the client's queue, so that answers come in the order of the requests.
 */

import type { NodeId } from "quorumlab/sim";
import { propose } from "./leader.ts";
import type { ToServer } from "./messages.ts";
import type { Leading } from "./parts.ts";
import type { Forwarded } from "./peers.ts";
import { type Attached, advance, answer, greet, serves, type Turn, tell } from "./replica.ts";
import { claims, heartbeat, revalidate, sync, tick, touch } from "./tracking.ts";
import { resetWatches } from "./watches.ts";

/** A message from a client. */
export function serve(turn: Turn, client: NodeId, message: ToServer): void {
  const { server } = turn;
  if (message.kind === "connect") {
    admit(turn, client, message);
    return;
  }
  const attached = server.clients.get(client);
  // What a client said on a connection that this server has ended.
  if (attached === undefined || attached.session === 0) return;
  const { session, readOnly } = attached;
  switch (message.kind) {
    case "heartbeat":
      if (readOnly) turn.out.send(client, { kind: "heard", beat: message.beat, counted: false });
      else handOn(turn, { kind: "touch", client, session, beat: message.beat });
      return;
    case "setWatches":
      for (const missed of resetWatches(server.watches, server.tree, client, message)) {
        tell(turn, missed);
      }
      return;
    case "request":
      take(turn, client, attached, message);
  }
}

/** A client wants a session, or brings one. */
function admit(
  turn: Turn,
  client: NodeId,
  { xid, session, timeoutMs, lastZxid, readOnly }: Extract<ToServer, { kind: "connect" }>,
): void {
  const { server } = turn;
  const canServe = serves(server);
  const isBehind = lastZxid > server.committed;
  const known = server.tree.sessions.get(session);
  const isReader = canServe === "reads" && readOnly && known !== undefined;
  if (isBehind || !(isReader || canServe === "everything")) {
    turn.out.close(client);
    return;
  }
  if (isReader) {
    const attached = { session, timeoutMs: known, readOnly: true, waiting: [] };
    server.clients.set(client, attached);
    greet(attached, client, turn);
    return;
  }
  const { tickMs } = turn.options;
  const granted = Math.min(Math.max(timeoutMs, 2 * tickMs), 20 * tickMs);
  const request = { kind: "createSession", timeoutMs: granted } as const;
  const attached = { session: 0, timeoutMs: granted, readOnly: false, waiting: [{ xid, request }] };
  server.clients.set(client, attached);
  if (session !== 0) handOn(turn, { kind: "revalidate", client, session, xid });
  else handOn(turn, { kind: "forward", client, session, xid, request });
}

/** A request takes its place in the queue; the leader hears at once what it must decide. */
function take(
  turn: Turn,
  client: NodeId,
  attached: Attached,
  { xid, request }: Extract<ToServer, { kind: "request" }>,
): void {
  attached.waiting.push({ xid, request });
  if (!("watch" in request)) {
    if (attached.readOnly) answer(turn, client, xid, { kind: "error", code: "NotReadOnly" });
    else if (request.kind === "sync") handOn(turn, { kind: "syncRequest", client, xid });
    else {
      const { session } = attached;
      handOn(turn, { kind: "forward", client, session, xid, request });
    }
  }
  advance(turn, client);
}

/** To the leader, wherever it is. */
function handOn(turn: Turn, message: Forwarded): void {
  const { server } = turn;
  const { part } = server;
  if (part.kind === "leading") decide(turn, part, server.id, message);
  else if (part.kind === "following") turn.out.send(part.leader, message);
}

/** What a server of the ensemble hands on to its leader. */
export function decide(turn: Turn, leading: Leading, from: NodeId, message: Forwarded): void {
  if (leading.stage !== "broadcast") return;
  switch (message.kind) {
    case "forward": {
      const { client, session, xid, request } = message;
      const origin = { server: from, client, session, xid };
      if (leading.sessions.has(session) && !claims(leading, session, from)) {
        // It comes from a server that its client has left.
        propose(turn, leading, session, { kind: "error", code: "SessionMoved" }, origin);
      } else {
        // A request is a sign of life.
        touch(leading, session, turn);
        propose(turn, leading, session, request, origin);
      }
      return;
    }
    case "touch":
      heartbeat(turn, leading, from, message);
      return;
    case "revalidate":
      revalidate(turn, leading, from, message);
      return;
    case "syncRequest":
      sync(turn, leading, from, message);
  }
}

/** Half a tick of the leader: silent followers and sessions are given up. */
export function passTime(turn: Turn, leading: Leading): void {
  for (const session of tick(turn, leading)) {
    propose(turn, leading, session, { kind: "closeSession" }, undefined);
  }
}
