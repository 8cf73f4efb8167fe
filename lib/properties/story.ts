/** What a judge played with a learner's functions, as a trace that can be drawn like any other. */

import type { Happening, NodeId, Trace, TraceEvent } from "quorumlab/sim";

export class Story {
  private readonly events: TraceEvent[] = [];

  /** Something is said; what is said in the story takes no time. */
  tell(atMs: number, from: NodeId, to: NodeId, kind: string): void {
    const [message, body] = [this.events.length, { kind }];
    this.record(atMs, { kind: "send", node: from, to, message, body });
    this.record(atMs, { kind: "deliver", node: to, from, message, body, sentMs: atMs });
  }

  /** A remark beside a node. */
  note(atMs: number, node: NodeId, text: string): void {
    this.record(atMs, { kind: "note", node, text });
  }

  /** @param nodes the rows of the picture, in order */
  trace(nodes: readonly NodeId[], endMs: number): Trace {
    return { nodes, events: this.events, endMs };
  }

  private record(atMs: number, happening: Happening): void {
    const index = this.events.length;
    this.events.push({ ...happening, index, atMs, cause: undefined });
  }
}
