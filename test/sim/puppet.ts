/** Servers that do what a test orders at given times, and the story of a run in short lines to compare. */

import type { NodeId, Out, Protocol, Run, Scenario, TraceEvent, Wire } from "quorumlab/sim";

/** What to do at a time of the server's own clock. */
export type Order = readonly [atMs: number, act: (out: Out<unknown>) => void];

/** Obeys its orders, those in the future when it starts; handlers given besides are called as well. */
export function puppet(
  orders: readonly Order[] = [],
  more: Partial<Protocol<unknown, unknown>> = {},
): Protocol<unknown, unknown> {
  return {
    wire: more.wire ?? "connection",
    onStart(self, saved, nowMs, out) {
      for (const [index, [atMs]] of orders.entries()) {
        if (atMs >= nowMs) out.setTimer(`order ${index}`, atMs - nowMs);
      }
      return more.onStart?.(self, saved, nowMs, out) ?? {};
    },
    onMessage(state, nowMs, from, message, out) {
      more.onMessage?.(state, nowMs, from, message, out);
    },
    onTimer(state, nowMs, name, out) {
      const order = /^order (\d+)$/.exec(name);
      if (order !== null) orders[Number(order[1])]?.[1](out);
      else more.onTimer?.(state, nowMs, name, out);
    },
    onConnected(state, nowMs, peer, out) {
      more.onConnected?.(state, nowMs, peer, out);
    },
    onDisconnected(state, nowMs, peer, out) {
      more.onDisconnected?.(state, nowMs, peer, out);
    },
  };
}

/** A puppet on the datagram wire. */
export function datagrams(
  orders: readonly Order[] = [],
  more: Partial<Protocol<unknown, unknown>> = {},
): Protocol<unknown, unknown> {
  return puppet(orders, { ...more, wire: "datagram" satisfies Wire });
}

/** The order to call a peer. */
export function connect(peer: NodeId): Order[1] {
  return (out) => out.connect(peer);
}

/** The order to send a peer something. */
export function send(peer: NodeId, message: unknown): Order[1] {
  return (out) => out.send(peer, message);
}

/** Ten milliseconds for every message and a millisecond for every sync: times that can be read. */
export const STEADY = { seed: 1, latency: 10, syncTime: 1 } as const satisfies Partial<Scenario>;

/** What happened, a line each: all but the orders themselves, or only what one server saw. */
export function story(run: Pick<Run, "trace">, node?: NodeId): string[] {
  return run.trace.events
    .filter((event) => !(event.kind === "timer" && event.name.startsWith("order ")))
    .filter((event) => !(event.kind === "start" && !event.restart))
    .filter((event) => node === undefined || ("node" in event && event.node === node))
    .map((event) => `${event.atMs} ${line(event)}`);
}

function line(event: TraceEvent): string {
  switch (event.kind) {
    case "send":
      return `${event.node} sends ${event.to} ${text(event.body)}`;
    case "deliver":
      return `${event.node} gets ${text(event.body)}`;
    case "lose":
      return `${event.node} to ${event.to} is lost: ${event.why}`;
    case "timer":
      return `${event.node} timer ${event.name}`;
    case "connected":
    case "disconnected":
      return `${event.node} ${event.kind} ${event.peer}`;
    case "note":
      return `${event.node} notes ${event.text}`;
    case "fault":
      return `${event.fault.kind} ${event.phase}s`;
    case "role":
      return `${event.node} is ${event.role}`;
    case "write":
      return `${event.node} writes`;
    default:
      return `${event.node} ${event.kind}`;
  }
}

function text(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}
