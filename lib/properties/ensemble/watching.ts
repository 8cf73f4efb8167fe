/**
 * Whether watches keep their word: a client hears of a change before any answer that shows it, once, of the right
 * kind, and across reconnects. Source: ZooKeeper Programmer's Guide, "ZooKeeper Watches".
 */

import {
  apply,
  type Change,
  type Entry,
  type EventType,
  emptyTree,
  parentOf,
  type ToServer,
  type Zxid,
  zxidText,
} from "quorumlab/ensemble";
import type { NodeId, Trace } from "quorumlab/sim";
import { Violation } from "../exercise.ts";
import type { Conversation, Word } from "./wire.ts";
import type { Witness } from "./zab.ts";

type Kind = "data" | "exist" | "child";
type Watch = { readonly kind: Kind; readonly path: string; since: Zxid };
type Changed = Change & { readonly zxid: Zxid };

const USED_UP: Readonly<Record<EventType, readonly Kind[]>> = {
  NodeCreated: ["data", "exist"],
  NodeDataChanged: ["data", "exist"],
  NodeDeleted: ["data", "exist", "child"],
  NodeChildrenChanged: ["child"],
};

/** @throws Violation at the first watch that is not so */
export function checkWatches(witness: Witness, { words }: Conversation, trace: Trace): void {
  const changes = changesOf(witness.history);
  const end = witness.history.at(-1)?.zxid ?? 0;
  for (const [client, said] of words) {
    const watched = new Watched(client, changes);
    for (const word of said) watched.hear(word, trace, witness);
    watched.finish(end);
  }
}

function changesOf(history: readonly Entry[]): Changed[] {
  const tree = emptyTree();
  const changes: Changed[] = [];
  for (const entry of history) {
    apply(tree, entry, (change) => changes.push({ ...change, zxid: entry.zxid }));
  }
  return changes;
}

/** The watches of one client, as it must believe them to be set. */
class Watched {
  private watches: Watch[] = [];
  private readonly asked = new Map<number, Extract<Word, { way: "said" }>["message"]>();
  private server: NodeId | undefined;
  /** Paths with two watches that were set again: their deletion may be told for each (as ZooKeeper does). */
  private readonly twice = new Set<string>();
  private readonly client: NodeId;
  private readonly changes: readonly Changed[];

  constructor(client: NodeId, changes: readonly Changed[]) {
    this.client = client;
    this.changes = changes;
  }

  hear(word: Word, trace: Trace, witness: Witness): void {
    if (word.way === "said") {
      const { message } = word;
      if (message.kind === "request") this.asked.set(message.xid, message);
      if (message.kind === "connect" && message.session === 0) this.watches = [];
      if (message.kind === "setWatches") this.reset(word, message, trace, witness);
      return;
    }
    const { message, server } = word;
    if (message.kind === "connected") this.server = server;
    if (server !== this.server) return;
    if (message.kind === "event") this.told(message.type, message.path, message.zxid);
    if (message.kind === "reply") {
      this.mustHaveHeard(message.zxid, `was answered as of ${zxidText(message.zxid)}`);
      this.set(message);
    }
  }

  /** A watch is set by the answer that it comes with. */
  private set({
    xid,
    zxid,
    result,
  }: Extract<Word, { way: "heard" }>["message"] & { kind: "reply" }): void {
    const message = this.asked.get(xid);
    if (message?.kind !== "request" || !("watch" in message.request)) return;
    const { kind, path, watch } = message.request;
    if (!watch) return;
    if (result.kind !== "error") {
      this.watches.push({ kind: kind === "getChildren" ? "child" : "data", path, since: zxid });
    } else if (kind === "exists") {
      this.watches.push({ kind: "exist", path, since: zxid });
    }
  }

  /**
   * On another connection a watch is judged by what the new server had when it set it again. A node that came and
   * went in between is not noticed by who waits for it.
   */
  private reset(
    { event, server }: Word,
    message: Extract<ToServer, { kind: "setWatches" }>,
    { events }: Trace,
    witness: Witness,
  ): void {
    const sent = events[event];
    const arrival = events.find(
      (each) => each.kind === "deliver" && sent?.kind === "send" && each.message === sent.message,
    );
    if (arrival === undefined) return;
    this.twice.clear();
    for (const path of message.data) if (message.child.includes(path)) this.twice.add(path);
    const reached = witness.reached.get(server) ?? [];
    const then = reached.findLast((each) => each.event <= arrival.index)?.zxid ?? 0;
    for (const watch of this.watches) {
      if (watch.kind !== "exist") continue;
      const last = this.changes.findLast(
        ({ path, kind, zxid }) => path === watch.path && kind !== "dataChanged" && zxid <= then,
      );
      if (last?.kind !== "created") watch.since = Math.max(watch.since, then);
    }
  }

  private told(type: EventType, path: string, zxid: Zxid): void {
    const kinds = USED_UP[type];
    const used = this.watches.filter((watch) => watch.path === path && kinds.includes(watch.kind));
    const about = used.some((watch) => this.changeFor(watch, zxid) !== undefined);
    if (used.length === 0 && type === "NodeDeleted" && this.twice.delete(path)) return;
    if (!about) {
      throw new Violation(
        `${this.client} heard ${type} of ${path} as of ${zxidText(zxid)}; expected nothing: ${used.length === 0 ? "it has no watch there" : "nothing has changed since it set its watch"}.`,
      );
    }
    this.watches = this.watches.filter((watch) => !used.includes(watch));
  }

  private changeFor(watch: Watch, upTo: Zxid): Changed | undefined {
    return this.changes.find(
      (change) => change.zxid > watch.since && change.zxid <= upTo && concerns(change, watch),
    );
  }

  private mustHaveHeard(zxid: Zxid, saying: string): void {
    for (const watch of this.watches) {
      const change = this.changeFor(watch, zxid);
      if (change === undefined) continue;
      throw new Violation(
        `${this.client} ${saying}, and had not heard that ${change.path} was ${change.kind} by ${zxidText(change.zxid)}, which its ${watch.kind} watch on ${watch.path} was for.`,
      );
    }
  }

  /** After the calm a client has heard of everything. */
  finish(zxid: Zxid): void {
    this.mustHaveHeard(zxid, "is connected in the end");
  }
}

function concerns({ kind, path }: Change, watch: Watch): boolean {
  if (watch.kind === "child") {
    const parent = parentOf(path) || "/";
    return (
      (kind !== "dataChanged" && parent === watch.path) ||
      (kind === "deleted" && path === watch.path)
    );
  }
  return path === watch.path;
}
