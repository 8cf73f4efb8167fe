/** The ensemble of a broker alone: one server with a real tree, which answers when the test lets it. */

import {
  addWatch,
  fire,
  nodeAt,
  noWatches,
  type Request,
  resetWatches,
  type SessionId,
  statOf,
  type ToClient,
  type ToServer,
  type Write,
} from "quorumlab/ensemble";
import type { NodeId } from "quorumlab/sim";
import type { BrokerOptions } from "../../lib/broker/state.ts";
import { create, leader, remove } from "../ensemble/leader.ts";
import { Alone } from "./alone.ts";

type Reply = Extract<ToClient, { kind: "reply" }>["result"];

export class Keeper {
  readonly b1: Alone;
  private readonly leader = leader();
  private readonly watches = noWatches();
  /** The session of b1, and what holds the node of another broker, or of an earlier life of b1. */
  private session: SessionId = 0;
  private readonly others = new Map<NodeId, SessionId>();
  /** What b1 has asked on a connection that broke, and the server gets all the same. */
  private late: readonly ToServer[] = [];

  /** b1 is not connected to the ensemble yet. */
  constructor(options: Partial<BrokerOptions> = {}) {
    this.b1 = new Alone(options, 0);
  }

  /** b1 comes, and everything that it asks is answered. @returns what b1 says to others */
  opens(): string[] {
    return [...this.b1.connected("s1"), ...this.answers()];
  }

  /** Answers what b1 has asked, and what it asks then, or the first so many. @returns what b1 says to others */
  answers(count = Infinity): string[] {
    const told: string[] = [];
    for (let n = 0; n < count; n++) {
      const asked = this.b1.asked.shift();
      if (asked === undefined) break;
      if (n === 1000) throw new Error("b1 asks on and on.");
      for (const each of this.replies(asked)) told.push(...this.b1.hears("s1", each));
    }
    return told;
  }

  /** The connection breaks, and b1 comes again. What it has asked was done, or is not, or will be at its next sync. */
  breaks(asked: "done" | "late" | "lost"): string[] {
    this.late = this.b1.asked.splice(0);
    if (asked === "done") this.catchUp();
    if (asked === "lost") this.late = [];
    const told = this.b1.disconnected("s1");
    this.b1.timer("session retry");
    return [...told, ...this.opens()];
  }

  /** The session of b1 expires; b1 hears of it when it comes again, and opens another one. */
  expires(): string[] {
    this.does({ kind: "closeSession" }, this.session);
    return [...this.breaks("lost"), ...this.opens()];
  }

  /** Another broker, or an earlier life of b1, registers, or goes. */
  registers(id: NodeId): string[] {
    for (const path of ["/brokers", "/brokers/ids"]) this.does(create(path));
    const session = this.leader.open();
    this.others.set(id, session);
    return this.does(create(`/brokers/ids/${id}`, "ephemeral"), session);
  }

  goes(id: NodeId): string[] {
    return this.does({ kind: "closeSession" }, this.others.get(id));
  }

  /** Another broker becomes controller, though b1 may be it. */
  takesOver(id: NodeId, epoch: number): string[] {
    const claim: Write[] = [
      create("/controller", "ephemeral", `${epoch}`),
      { kind: "setData", path: "/controller_epoch", data: `${epoch}`, version: -1 },
    ];
    const ops = this.data("/controller") === undefined ? claim : [remove("/controller"), ...claim];
    return this.does({ kind: "multi", ops }, this.others.get(id));
  }

  data(path: string): unknown {
    return nodeAt(this.leader.replica, path)?.data;
  }

  children(path: string): string[] {
    return [...(nodeAt(this.leader.replica, path)?.children ?? [])].sort();
  }

  /** The transaction that made a node. */
  czxid(path: string): number {
    return this.leader.stat(path).czxid;
  }

  /** The tree changes. @returns what b1 says to others when it hears of it; what it asks then has to be answered */
  private does(
    request: Parameters<typeof this.leader.ask>[1],
    session = this.leader.open(),
  ): string[] {
    return this.events(this.leader.ask(session, request).changes).flatMap((event) =>
      this.b1.hears("s1", event),
    );
  }

  private catchUp(): void {
    for (const each of this.late) this.replies(each);
    this.late = [];
  }

  private events(changes: readonly Parameters<typeof fire>[1][]): ToClient[] {
    const zxid = this.leader.entries.length;
    return changes.flatMap((change) =>
      fire(this.watches, change).map(({ type, path }) => ({
        kind: "event" as const,
        type,
        path,
        zxid,
      })),
    );
  }

  private replies(message: ToServer): ToClient[] {
    switch (message.kind) {
      case "connect": {
        const isAlive = this.leader.replica.sessions.has(message.session);
        if (message.session === 0) this.session = this.leader.open();
        const session = message.session === 0 || isAlive ? this.session : 0;
        return [{ kind: "connected", session, timeoutMs: message.timeoutMs, readOnly: false }];
      }
      case "heartbeat":
        return [{ kind: "heard", beat: message.beat, counted: true }];
      case "setWatches":
        return resetWatches(this.watches, this.leader.replica, "b1", message).map((missed) => {
          return { ...missed, kind: "event", zxid: this.leader.entries.length };
        });
      case "request": {
        const { xid, request } = message;
        const { result, events } = this.carryOut(request);
        return [...events, { kind: "reply", xid, zxid: this.leader.entries.length, result }];
      }
    }
  }

  private carryOut(request: Request): { result: Reply; events: ToClient[] } {
    switch (request.kind) {
      case "sync":
        this.catchUp();
        return { result: { kind: "sync" }, events: [] };
      case "exists":
      case "getData":
      case "getChildren": {
        const { kind, path, watch } = request;
        if (watch) addWatch(this.watches[kind === "getChildren" ? "child" : "data"], path, "b1");
        const node = nodeAt(this.leader.replica, path);
        if (node === undefined) return { result: { kind: "error", code: "NoNode" }, events: [] };
        const [stat, children] = [statOf(node), this.children(path)];
        return { result: { kind, data: node.data, children, stat } as Reply, events: [] };
      }
      default: {
        const { result, changes } = this.leader.ask(this.session, request);
        return { result, events: this.events(changes) };
      }
    }
  }
}
