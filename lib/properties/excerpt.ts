/** What a picture of a failure needs of a trace: its last stretch, without the chatter. */

import { causesOf, type NodeId, type Trace, type TraceEvent, type View } from "quorumlab/sim";

/** Room for what is written at the last moment. */
const ROOM_MS = 15;

/**
 * @param nodes the rows of the picture, in order
 * @param options.lastMs how far back to go, in simulated milliseconds
 * @param options.without the kinds of messages to leave out
 * @param options.remarks what to write at the end, beside whom
 */
export function excerpt(
  view: View,
  nodes: readonly NodeId[],
  options: {
    readonly lastMs: number;
    readonly without: readonly string[];
    readonly remarks?: ReadonlyMap<NodeId, string>;
  },
): Trace {
  const chatter = new Set<number>();
  for (const event of view.trace) {
    if (event.kind !== "send") continue;
    const { kind } = event.body as { kind?: string };
    if (kind !== undefined && options.without.includes(kind)) chatter.add(event.message);
  }
  const events = view.trace.filter((event) => {
    if (event.kind === "timer" || event.kind === "write" || event.kind === "synced") return false;
    return !("message" in event && chatter.has(event.message));
  });
  const fromMs = view.atMs - options.lastMs;
  const shown = events.filter(({ atMs, kind }) => atMs >= fromMs || LASTING.has(kind));
  const remarks = [...(options.remarks ?? [])].map(([node, text]) => ({ node, text }));
  return withRemarks({ nodes, events: shown, endMs: view.atMs }, remarks);
}

/** Roles and outages that began before a stretch still show in it. */
const LASTING = new Set(["start", "crash", "wipe", "pause", "resume", "role", "fault"]);

/** Something to be written beside a row; at the end unless told. */
export type Said = { readonly node: NodeId; readonly text: string; readonly atMs?: number };

/** A message that leaves or arrives. */
export type Passing = Extract<TraceEvent, { readonly kind: "send" | "deliver" }>;

function withRemarks({ nodes, events, endMs }: Trace, said: readonly Said[]): Trace {
  const after = 1 + (events.at(-1)?.index ?? 0);
  const notes = said.map(({ node, text, atMs = endMs }, nth): TraceEvent => {
    return { kind: "note", node, text, index: after + nth, atMs, cause: undefined };
  });
  return { nodes, events: [...events, ...notes], endMs: endMs + ROOM_MS };
}

/** What led to an event, back to where only time had passed. */
export function leadingTo(view: View, index: number): TraceEvent[] {
  const chain = causesOf({ nodes: [], events: view.trace, endMs: view.atMs }, index);
  return chain.slice(1 + chain.findLastIndex(({ kind }) => kind === "timer"));
}

/**
 * What led to some events: those messages, the outages of the time, and nothing else.
 *
 * @param of the events, by their index
 * @param options.wanted which of the messages; all unless told
 * @param options.calls what a message is called in the picture
 */
export function because(
  view: View,
  nodes: readonly NodeId[],
  of: readonly number[],
  options: {
    readonly wanted?: (event: Passing) => boolean;
    readonly calls: (body: unknown) => string;
    readonly said: readonly Said[];
  },
): Trace {
  const { wanted = () => true, calls, said } = options;
  const chosen = new Set(of.flatMap((index) => leadingTo(view, index)));
  const events = view.trace.flatMap((event): TraceEvent[] => {
    if (LASTING.has(event.kind)) return [event];
    if (event.kind !== "send" && event.kind !== "deliver") return [];
    return chosen.has(event) && wanted(event)
      ? [{ ...event, body: { kind: calls(event.body) } }]
      : [];
  });
  return withRemarks({ nodes, events, endMs: view.atMs }, said);
}
