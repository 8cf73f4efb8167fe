/** The ways between servers: what both wires need of them. */

import { type Ground, Luck } from "./ground.ts";
import type { Host } from "./host.ts";
import { hashString } from "./plain.ts";
import { invariant, type NodeId } from "./protocol.ts";
import { drawUs, type Latency } from "./random.ts";
import type { Loss } from "./trace.ts";
import { type Way, Weather } from "./weather.ts";

/** A message on its way. */
export type Letter = {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: number;
  readonly body: unknown;
  /** What it is about, for luck: its body without the counters. */
  readonly about: number;
  /** The event of its sending. */
  readonly sent: number;
};

/** One server's end of a connection. */
export type End = {
  readonly connection: number;
  /** One that is closing still carries what was sent before, and tells nothing. */
  state: "calling" | "open" | "closing";
  /** Whether to call again as soon as this one is closed. */
  again: boolean;
};

/** What a connection carries, in order. */
export type Item = {
  readonly kind: "open" | "accepted" | "refused" | "closed" | "message";
  readonly connection: number;
  readonly cause: number | undefined;
  readonly readyUs: number;
  readonly letter?: Letter;
};

/** One direction between two servers, and its sender's end of their connection. */
export type Channel = Way & {
  readonly receiver: Host;
  readonly items: Item[];
  lastReadyUs: number;
  end: End | undefined;
};

export class Channels {
  readonly weather = new Weather();
  private readonly ground: Ground;
  private readonly hosts: ReadonlyMap<NodeId, Host>;
  private readonly latency: Latency;
  private readonly rows = new Map<NodeId, Map<NodeId, Channel>>();

  constructor(ground: Ground, hosts: ReadonlyMap<NodeId, Host>, latency: Latency) {
    this.ground = ground;
    this.hosts = hosts;
    this.latency = latency;
  }

  /** The channel from one server to another; it is there from the first time that somebody asks. */
  between(from: NodeId, to: NodeId): Channel {
    const row = this.rows.getOrInsertComputed(from, () => new Map());
    return row.getOrInsertComputed(to, () => {
      const luck = new Luck(this.ground, hashString(hashString(0, from), to));
      const receiver = this.host(to);
      return { from, to, receiver, luck, items: [], lastReadyUs: 0, end: undefined };
    });
  }

  known(from: NodeId, to: NodeId): Channel | undefined {
    return this.rows.get(from)?.get(to);
  }

  from(node: NodeId): Channel[] {
    return [...(this.rows.get(node)?.values() ?? [])];
  }

  all(): Channel[] {
    return [...this.rows.keys()].flatMap((node) => this.from(node));
  }

  /** When what leaves now arrives. @param about what it is about, for luck */
  arrivalUs(channel: Channel, about: number): number {
    const wayUs = drawUs(this.latency, channel.luck.ask(about));
    return this.ground.nowUs() + wayUs + this.weather.delayUs(channel);
  }

  lose({ from, to, message, sent }: Letter, why: Loss): void {
    this.ground.record({ kind: "lose", node: from, to, message, why }, sent);
  }

  host(node: NodeId): Host {
    const host = this.hosts.get(node);
    const known = () => [...this.hosts.keys()].join(", ");
    invariant(host !== undefined, () => `"${node}" is no server to reach; these are: ${known()}`);
    return host;
  }
}
