/**
 * What must hold in an ensemble after every event, and what it has committed: the invariants of Zab, with the names
 * of ZooKeeper's own specification (zookeeper-specifications/protocol-spec).
 */

import {
  counterOf,
  type Entry,
  epochOf,
  type Server,
  type Tree,
  type Zxid,
  zxidText,
} from "quorumlab/ensemble";
import { hash, type NodeId, type TraceEvent, type View } from "quorumlab/sim";
import { Violation } from "../exercise.ts";
import { CALM_MS, CHAOS_MS } from "./troubles.ts";

/** What a server was when it was looked at last, and which epochs it has told others of. */
type Seen = { committed: Zxid; accepted: number; current: number };

const QUIET_MS = CHAOS_MS + CALM_MS - 150;

type Said =
  | { readonly kind: "followerInfo"; readonly acceptedEpoch: number }
  | { readonly kind: "leaderInfo" | "ackNewLeader"; readonly epoch: number }
  | { readonly kind: "commit" | "reply" | "event"; readonly zxid: Zxid }
  | { readonly kind: "upToDate"; readonly committed: Zxid };

/** Watches an ensemble from outside. Violations are thrown by `look`. */
export class Witness {
  /** All that any server has applied, in order: the history of the ensemble. */
  readonly history: Entry[] = [];
  /** How far each server was, at each event at which it got further: for what it showed then. */
  readonly reached = new Map<NodeId, { readonly event: number; readonly zxid: Zxid }[]>();
  /**
   * The newest transaction that a server has told of as committed. A leader counts itself before its own disk has a
   * transaction: what nobody was told of may be lost in a crash.
   */
  private told: Zxid = 0;
  /** How much of it was there a while before the end, so that by the end everybody has it. */
  private settled = 0;
  private readonly places = new Map<Zxid, number>();
  private readonly leaders = new Map<number, NodeId>();
  private readonly seen = new Map<NodeId, Seen>();
  private readonly trees = new Map<Zxid, { readonly tree: number; readonly node: NodeId }>();
  /** What each server has written down, in order. */
  private readonly written = new Map<NodeId, Entry[]>();
  /** How much of the trace it has heard. */
  private heard = 0;
  private readonly members: readonly NodeId[];
  private readonly saw: (situation: string) => void;

  constructor(members: readonly NodeId[], saw: (situation: string) => void) {
    this.members = members;
    this.saw = saw;
  }

  look(view: View): void {
    if (view.atMs < QUIET_MS) this.settled = this.history.length;
    for (; this.heard < view.trace.length; this.heard++) {
      const event = view.trace[this.heard] as TraceEvent;
      if (event.kind === "send") this.said(event.node, event.body as Said);
      if (event.kind === "write" && event.effect.kind === "append") {
        const own = this.written.get(event.node) ?? [];
        own.push(event.effect.entry as Entry);
        this.written.set(event.node, own);
      }
    }
    for (const id of this.members) {
      const server = view.state(id) as Server | undefined;
      if (server === undefined) continue;
      const seen = this.seenOf(id);
      if (server.acceptedEpoch < seen.accepted || server.currentEpoch < seen.current) {
        throw new Violation(
          `${id} has said that it accepted epoch ${seen.accepted} and has the history of epoch ${seen.current}; now it knows of ${server.acceptedEpoch} and ${server.currentEpoch}.`,
        );
      }
      const { part } = server;
      if (part.kind === "leading" && part.stage === "broadcast") this.leads(id, part.epoch);
      if (server.committed !== seen.committed) {
        this.commits(server, seen.committed);
        seen.committed = server.committed;
      }
    }
  }

  /** Epochs never go back, not even over a restart: what a server has said is a promise. */
  private said(id: NodeId, message: Said): void {
    if (!this.members.includes(id)) return;
    const seen = this.seenOf(id);
    if (message.kind === "followerInfo") {
      seen.accepted = Math.max(seen.accepted, message.acceptedEpoch);
    } else if (message.kind === "leaderInfo") {
      seen.accepted = Math.max(seen.accepted, message.epoch);
    } else if (message.kind === "ackNewLeader") {
      seen.current = Math.max(seen.current, message.epoch);
    } else if (message.kind === "upToDate") {
      this.told = Math.max(this.told, message.committed);
    } else if (message.kind === "commit" || message.kind === "reply" || message.kind === "event") {
      this.told = Math.max(this.told, message.zxid);
    }
  }

  private seenOf(id: NodeId): Seen {
    let seen = this.seen.get(id);
    if (seen === undefined) {
      seen = { committed: 0, accepted: 0, current: 0 };
      this.seen.set(id, seen);
    }
    return seen;
  }

  /** What every server must have in the end. */
  get expected(): Zxid {
    return this.history[this.settled - 1]?.zxid ?? 0;
  }

  /** Leadership: at most one established leader an epoch. */
  private leads(id: NodeId, epoch: number): void {
    const leader = this.leaders.get(epoch);
    if (leader === id) return;
    if (leader !== undefined) {
      throw new Violation(
        `${leader} and ${id} both lead in epoch ${epoch}; expected one leader an epoch.`,
      );
    }
    this.leaders.set(epoch, id);
    if (this.leaders.size > 1) this.saw("a leader was replaced");
  }

  /** A server has applied more, or begins again from what its disk or its leader had. */
  private commits(server: Server, before: Zxid): void {
    const { id, committed, history, tree } = server;
    const reached = this.reached.get(id) ?? [];
    this.reached.set(id, reached);
    reached.push({ event: this.heard, zxid: committed });
    const { entries, applied } = history;
    if (history.before > 0 && !this.places.has(history.before)) this.recall(id, history.before);
    const from = entries.findIndex(({ zxid }) => zxid > before);
    const fresh = from === -1 ? [] : entries.slice(from, applied);
    // PrefixConsistency: what it applies follows, here as anywhere, what it has applied before.
    const follows = entries[from - 1]?.zxid ?? history.before;
    let place = follows === 0 ? 0 : (this.places.get(follows) ?? -1) + 1;
    if (fresh[0] !== undefined && follows !== 0 && place === 0) {
      throw this.differs(id, this.history.at(-1)?.zxid ?? 0, follows);
    }
    for (const entry of fresh) {
      const other = this.history[place];
      if (other?.zxid === entry.zxid && hash(other) === hash(entry)) {
        place += 1;
        continue;
      }
      if (other !== undefined && other.zxid <= this.told) {
        throw this.differs(id, other.zxid, entry.zxid);
      }
      for (const lost of this.history.splice(place)) this.places.delete(lost.zxid);
      this.extend(id, entry);
      place += 1;
    }
    if (committed > 0 && this.places.get(committed) === undefined) {
      throw new Violation(
        `${id} has applied ${zxidText(committed)}, which no server has committed.`,
      );
    }
    this.compare(id, committed, tree);
  }

  /** A server that had slept may have applied, saved and forgotten entries since it was looked at. */
  private recall(id: NodeId, upTo: Zxid): void {
    for (const entry of this.written.get(id) ?? []) {
      if (entry.zxid > (this.history.at(-1)?.zxid ?? 0) && entry.zxid <= upTo) {
        this.extend(id, entry);
      }
    }
  }

  private extend(id: NodeId, entry: Entry): void {
    const last = this.history.at(-1)?.zxid ?? 0;
    const follows =
      epochOf(entry.zxid) === epochOf(last)
        ? counterOf(entry.zxid) === counterOf(last) + 1
        : entry.zxid > last && counterOf(entry.zxid) === 1;
    if (!follows) throw this.differs(id, last, entry.zxid);
    this.places.set(entry.zxid, this.history.length);
    this.history.push(entry);
  }

  private differs(id: NodeId, expected: Zxid, got: Zxid): Violation {
    return new Violation(
      `${id} applies ${zxidText(got)} where the ensemble has ${zxidText(expected)} last; expected one history, without holes.`,
    );
  }

  /** Replicas that have applied the same have the same tree. Every eighth transaction is looked at, to save time. */
  private compare(node: NodeId, zxid: Zxid, tree: Tree): void {
    if (counterOf(zxid) % 8 !== 1) return;
    const mine = hash(tree);
    const first = this.trees.get(zxid);
    if (first === undefined) this.trees.set(zxid, { tree: mine, node });
    else if (first.tree !== mine) {
      throw new Violation(
        `${first.node} and ${node} have applied ${zxidText(zxid)}, and their trees differ.`,
      );
    }
  }
}
