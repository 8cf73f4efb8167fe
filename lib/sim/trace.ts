/** What happened in a run, in order: the only log there is. Pictures, reports and the digest are made from it. */

import type { WriteEffect } from "./effects.ts";
import type { Fault } from "./faults.ts";
import type { NodeId } from "./protocol.ts";

/** What can happen to a server. `message` numbers tie a send to its deliveries and losses. */
type Deed =
  | { readonly kind: "start"; readonly restart: boolean }
  | { readonly kind: "crash" | "wipe" | "pause" | "resume" | "synced" }
  | { readonly kind: "send"; readonly to: NodeId; readonly message: number; readonly body: unknown }
  | {
      readonly kind: "deliver";
      readonly from: NodeId;
      readonly message: number;
      readonly body: unknown;
      readonly sentMs: number;
    }
  /** Of what the server sent. */
  | { readonly kind: "lose"; readonly to: NodeId; readonly message: number; readonly why: Loss }
  | { readonly kind: "timer"; readonly name: string }
  | { readonly kind: "write"; readonly effect: WriteEffect }
  | { readonly kind: "connected" | "disconnected"; readonly peer: NodeId }
  /** The string in the `role` field of its state changed. */
  | { readonly kind: "role"; readonly role: string }
  /** Its program's own words. */
  | { readonly kind: "note"; readonly text: string };

export type Loss = "dropped" | "cut" | "broken" | "not connected" | "down";

export type Happening =
  | ({ readonly node: NodeId } & Deed)
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
export function causesOf({ events }: Trace, index: number): TraceEvent[] {
  const chain: TraceEvent[] = [];
  let event = events[index];
  while (event !== undefined) {
    chain.unshift(event);
    event = events[event.cause ?? -1];
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
