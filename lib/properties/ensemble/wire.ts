/** What clients and servers said to each other in a run, read from its trace: all that a client can know. */

import type { Request, SessionId, ToClient, ToServer } from "quorumlab/ensemble";
import type { NodeId, Trace, TraceEvent } from "quorumlab/sim";

/** One thing that a client said or heard; `event` is its place in the trace. */
export type Word = { readonly event: number; readonly atMs: number; readonly server: NodeId } & (
  | { readonly way: "said"; readonly message: ToServer }
  | { readonly way: "heard"; readonly message: ToClient }
);

export type Reply = Extract<ToClient, { kind: "reply" }>;

/** A request as the client sent it, and its answer if there was one. */
export type Exchange = {
  readonly client: NodeId;
  readonly session: SessionId;
  readonly xid: number;
  readonly request: Request;
  readonly asked: number;
  reply?: Reply;
  answered?: number;
};

export type Conversation = {
  /** All that each client said and heard, in order. */
  readonly words: ReadonlyMap<NodeId, readonly Word[]>;
  /** Every request, by `client session xid`. */
  readonly exchanges: ReadonlyMap<string, Exchange>;
};

export function keyOf(client: NodeId, session: SessionId, xid: number): string {
  return `${client} ${session} ${xid}`;
}

export function conversation({ events }: Trace, clients: readonly NodeId[]): Conversation {
  const words = new Map<NodeId, Word[]>(clients.map((client) => [client, []]));
  const sessions = new Map<NodeId, SessionId>();
  const exchanges = new Map<string, Exchange>();
  for (const event of events) {
    const client = "node" in event ? event.node : "";
    const own = words.get(client);
    const word = own && wordOf(event);
    if (own === undefined || word === undefined) continue;
    own.push(word);
    const { message } = word;
    const session = sessions.get(client) ?? 0;
    if (message.kind === "connected") sessions.set(client, message.session);
    else if (message.kind === "request") {
      const { xid, request } = message;
      const exchange = { client, session, xid, request, asked: word.event };
      exchanges.set(keyOf(client, session, xid), exchange);
    } else if (message.kind === "reply") {
      const exchange = exchanges.get(keyOf(client, session, message.xid));
      if (exchange !== undefined) {
        exchange.reply = message;
        exchange.answered = word.event;
      }
    }
  }
  return { words, exchanges };
}

function wordOf(event: TraceEvent): Word | undefined {
  const { index, atMs } = event;
  if (event.kind === "send" && event.to !== event.node) {
    return { event: index, atMs, server: event.to, way: "said", message: event.body as ToServer };
  }
  if (event.kind === "deliver" && event.from !== event.node) {
    return {
      event: index,
      atMs,
      server: event.from,
      way: "heard",
      message: event.body as ToClient,
    };
  }
  return undefined;
}
