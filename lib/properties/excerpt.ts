/** What a picture of a failure needs of a trace: its last stretch, without the chatter. */

import type { NodeId, Trace, TraceEvent, View } from "quorumlab/sim";

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
  // Roles and outages that began before the stretch still show in it.
  const lasting = new Set(["start", "crash", "wipe", "pause", "resume", "role", "fault"]);
  const shown = events.filter(({ atMs, kind }) => atMs >= fromMs || lasting.has(kind));
  const remarks = [...(options.remarks ?? [])].map(([node, text], i): TraceEvent => {
    const index = view.trace.length + i;
    return { kind: "note", node, text, index, atMs: view.atMs, cause: undefined };
  });
  return { nodes, events: [...shown, ...remarks], endMs: view.atMs + ROOM_MS };
}
