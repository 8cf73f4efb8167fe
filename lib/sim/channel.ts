/** The ways between servers: what both wires need of them. */

import { type Ground, Luck } from "./ground.ts";
import { hashString } from "./plain.ts";
import type { NodeId } from "./protocol.ts";
import { drawUs, type Latency } from "./random.ts";
import type { Happening } from "./trace.ts";
import { type Way, Weather } from "./weather.ts";

/** A message on its way. */
export type Letter = {
  readonly message: number;
  readonly body: unknown;
  /** What it is about, for luck: its body without the counters. */
  readonly about: number;
  /** The event of its sending. */
  readonly sent: number;
};

/** What the network needs of a server. */
export type Endpoint = {
  /** Whether the process runs; and whether it sleeps, so that what comes to it has to wait. */
  readonly up: boolean;
  readonly asleep: boolean;
  /** Acts when the process, which sleeps, wakes up or dies. */
  whenAwake(act: () => void): void;
  /** Steps of a process that is up and awake. */
  arrive(from: NodeId, letter: Letter): void;
  connected(peer: NodeId, cause: number | undefined): void;
  disconnected(peer: NodeId, cause: number | undefined): void;
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
  readonly letter: Letter | undefined;
};

/** One direction between two servers, and its sender's end of their connection. */
export type Channel = Way & {
  readonly receiver: Endpoint;
  readonly items: Item[];
  lastReadyUs: number;
  end: End | undefined;
};

export class Channels {
  readonly weather = new Weather();
  private readonly ground: Ground;
  private readonly endpoints: ReadonlyMap<NodeId, Endpoint>;
  private readonly latency: Latency;
  private readonly rows = new Map<NodeId, Map<NodeId, Channel>>();

  constructor(ground: Ground, endpoints: ReadonlyMap<NodeId, Endpoint>, latency: Latency) {
    this.ground = ground;
    this.endpoints = endpoints;
    this.latency = latency;
  }

  /** The channel from one server to another; it is there from the first time that somebody asks. */
  between(from: NodeId, to: NodeId): Channel {
    let row = this.rows.get(from);
    if (row === undefined) {
      row = new Map();
      this.rows.set(from, row);
    }
    const known = row.get(to);
    if (known !== undefined) return known;
    const luck = new Luck(this.ground, hashString(hashString(0, from), to));
    const receiver = this.endpoint(to);
    const channel = { from, to, receiver, luck, items: [], lastReadyUs: 0, end: undefined };
    row.set(to, channel);
    return channel;
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

  lose(
    { from, to }: Channel,
    { message, sent }: Letter,
    why: (Happening & { kind: "lose" })["why"],
  ): void {
    this.ground.record({ kind: "lose", node: from, to, message, why }, sent);
  }

  endpoint(node: NodeId): Endpoint {
    const endpoint = this.endpoints.get(node);
    if (endpoint !== undefined) return endpoint;
    const known = [...this.endpoints.keys()].join(", ");
    throw new Error(`There is no server "${node}" to reach; the servers are ${known}.`);
  }
}
