/** What a picture tells of a trace, as plain data: the journeys of messages, and what each server was when. */

import type { Fault, NodeId, Trace, TraceEvent } from "../sim/index.ts";

/** One way of one message. A message delivered twice made two journeys: the second is an `echo`. */
export type Journey = {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly body: unknown;
  readonly sentMs: number;
  /** When it arrived or was lost; undefined when it was still under way at the end. */
  readonly endMs: number | undefined;
  readonly fate: "delivered" | "echo" | "lost" | "under way";
  /** Why it was lost. */
  readonly why?: string;
  /** The events that begin and end it; a journey without its send in the trace has no `sent`. */
  readonly sent: number | undefined;
  readonly ended: number | undefined;
};

/** A time in which a server was up and kept one role. */
export type Band = {
  readonly node: NodeId;
  readonly fromMs: number;
  readonly toMs: number;
  readonly role: string | undefined;
};

type Pause = { readonly node: NodeId; readonly fromMs: number; readonly toMs: number };

type Fall = {
  readonly node: NodeId;
  readonly atMs: number;
  readonly kind: "crash" | "wipe";
};

type Sent = Extract<TraceEvent, { readonly kind: "send" }>;

/** The journeys of all messages between two servers, in the order in which they were sent. */
export function journeysOf(trace: Trace): Journey[] {
  const sends = new Map<number, Sent>();
  const arrived = new Set<number>();
  const ended = new Set<number>();
  const journeys: Journey[] = [];
  for (const event of trace.events) {
    if (event.kind === "send") sends.set(event.message, event);
    if (event.kind === "deliver") {
      const { from, node: to, body, sentMs, message, atMs: endMs, index } = event;
      const fate = arrived.has(message) ? "echo" : "delivered";
      const sent = sends.get(message)?.index;
      journeys.push({ from, to, body, sentMs, endMs, fate, sent, ended: index });
      arrived.add(message);
      ended.add(message);
    }
    if (event.kind === "lose") {
      const { node: from, to, message, atMs: endMs, why, index } = event;
      const send = sends.get(message);
      const { body, atMs: sentMs } = send ?? { body: undefined, atMs: endMs };
      const way = { from, to, body, sentMs, endMs, why, sent: send?.index, ended: index };
      journeys.push({ ...way, fate: "lost" });
      ended.add(message);
    }
  }
  for (const { node: from, to, body, atMs: sentMs, index, message } of sends.values()) {
    if (ended.has(message)) continue;
    const open = { endMs: undefined, sent: index, ended: undefined };
    journeys.push({ from, to, body, sentMs, fate: "under way", ...open });
  }
  return journeys
    .filter((each) => each.from !== each.to)
    .sort((a, b) => a.sentMs - b.sentMs || (a.sent ?? 0) - (b.sent ?? 0));
}

/** What each server was when: the times in which it kept one role, slept, and the moments when it fell. */
export type Lives = {
  readonly bands: readonly Band[];
  readonly pauses: readonly Pause[];
  readonly falls: readonly Fall[];
};

/** The lives of all servers. A trace that does not say when a server started has it up from the beginning. */
export function livesOf(trace: Trace): Lives {
  const bands: Band[] = [];
  const pauses: Pause[] = [];
  const falls: Fall[] = [];
  const up = new Map<NodeId, { fromMs: number; role: string | undefined }>();
  const asleep = new Map<NodeId, number>();
  const endBand = (node: NodeId, toMs: number) => {
    const band = up.get(node);
    if (band !== undefined && toMs > band.fromMs) bands.push({ node, ...band, toMs });
    up.delete(node);
  };
  const endPause = (node: NodeId, toMs: number) => {
    const fromMs = asleep.get(node);
    if (fromMs !== undefined) pauses.push({ node, fromMs, toMs });
    asleep.delete(node);
  };
  for (const node of trace.nodes) {
    const first = trace.events.find((event) => "node" in event && event.node === node);
    if (first?.kind !== "start" || first.restart) up.set(node, { fromMs: 0, role: undefined });
  }
  for (const event of trace.events) {
    const { kind, atMs } = event;
    if (kind === "start") up.set(event.node, { fromMs: atMs, role: undefined });
    if (kind === "role") {
      endBand(event.node, atMs);
      up.set(event.node, { fromMs: atMs, role: event.role });
    }
    if (kind === "pause") asleep.set(event.node, atMs);
    if (kind === "resume" || kind === "crash" || kind === "wipe") endPause(event.node, atMs);
    if (kind === "crash" || kind === "wipe") {
      endBand(event.node, atMs);
      falls.push({ node: event.node, atMs, kind });
    }
  }
  for (const node of trace.nodes) {
    endBand(node, trace.endMs);
    endPause(node, trace.endMs);
  }
  return { bands, pauses, falls };
}

/** A fault of the network and how long it lasted. */
export type Weather = { readonly fault: Fault; readonly fromMs: number; readonly toMs: number };

/** The faults of the network, in the order in which they began. */
export function weatherOf(trace: Trace): Weather[] {
  const all: { fault: Fault; fromMs: number; toMs: number }[] = [];
  const open = new Map<string, (typeof all)[number]>();
  for (const event of trace.events) {
    if (event.kind !== "fault") continue;
    const { fault, phase, atMs } = event;
    const key = JSON.stringify(fault);
    const same = open.get(key);
    if (phase === "begin") {
      const one = { fault, fromMs: atMs, toMs: fault.kind === "break" ? atMs : trace.endMs };
      all.push(one);
      open.set(key, one);
    } else if (same !== undefined) {
      same.toMs = atMs;
      open.delete(key);
    }
  }
  return all;
}
