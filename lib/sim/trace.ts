/** What happened in a run, in order: the only log there is. Pictures, reports and the digest are made from it. */

import type { WriteEffect } from "./effects.ts";
import type { Fault } from "./faults.ts";
import type { NodeId } from "./protocol.ts";

/** What can happen. `message` numbers tie a send to its deliveries and losses. */
export type Happening =
  | { readonly kind: "start"; readonly node: NodeId; readonly restart: boolean }
  | { readonly kind: "crash" | "wipe" | "pause" | "resume" | "synced"; readonly node: NodeId }
  | {
      readonly kind: "send";
      readonly node: NodeId;
      readonly to: NodeId;
      readonly message: number;
      readonly body: unknown;
    }
  | {
      readonly kind: "deliver";
      readonly node: NodeId;
      readonly from: NodeId;
      readonly message: number;
      readonly body: unknown;
      readonly sentMs: number;
    }
  | {
      readonly kind: "lose";
      /** The sender. */
      readonly node: NodeId;
      readonly to: NodeId;
      readonly message: number;
      readonly why: "dropped" | "cut" | "broken" | "not connected" | "down";
    }
  | { readonly kind: "timer"; readonly node: NodeId; readonly name: string }
  | { readonly kind: "write"; readonly node: NodeId; readonly effect: WriteEffect }
  | { readonly kind: "connected" | "disconnected"; readonly node: NodeId; readonly peer: NodeId }
  /** The string in the `role` field of a server's state changed. */
  | { readonly kind: "role"; readonly node: NodeId; readonly role: string }
  /** A program's own words. */
  | { readonly kind: "note"; readonly node: NodeId; readonly text: string }
  /** A fault of the network begins or ends; faults of a server are the events above. */
  | { readonly kind: "fault"; readonly fault: Fault; readonly phase: "begin" | "end" };

export type TraceEvent = Happening & {
  /** Its place in the trace. */
  readonly index: number;
  /** True simulated time. */
  readonly atMs: number;
  /** The index of the event that caused this one: of a delivery its send, of a send what its server was handling. */
  readonly cause: number | undefined;
};

export type Trace = {
  readonly nodes: readonly NodeId[];
  readonly events: readonly TraceEvent[];
  readonly endMs: number;
};

/** The event and what caused it, back to the first cause, in order. */
export function causesOf(trace: Trace, index: number): TraceEvent[] {
  const chain: TraceEvent[] = [];
  for (let at: number | undefined = index; at !== undefined; ) {
    const event: TraceEvent | undefined = trace.events[at];
    if (event === undefined) break;
    chain.unshift(event);
    at = event.cause;
  }
  return chain;
}

/** A message as it left its sender. */
export type Sent<Body> = {
  readonly atMs: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly body: Body;
};

/** What is known of any message that says what it is. */
export type AnyBody = { readonly kind: string; readonly [field: string]: unknown };

/** All messages that were sent, or those whose body has one of these kinds, in order. */
export function sent<Body extends { readonly kind: string } = AnyBody>(
  { events }: Trace,
  ...kinds: readonly Body["kind"][]
): Sent<Body>[] {
  return events.flatMap((event) => {
    if (event.kind !== "send") return [];
    const { atMs, node: from, to, body } = event;
    const kind = (body as Body | null)?.kind;
    const isWanted = kinds.length === 0 || (kind !== undefined && kinds.includes(kind));
    return isWanted ? [{ atMs, from, to, body: body as Body }] : [];
  });
}
