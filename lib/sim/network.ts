/**
 * The two wires. A connection delivers in order and loses nothing while it lives: a cut or a stall only keeps its
 * messages until it is over, and when it breaks or one end crashes the other end is told, by the same wire and in
 * order. A datagram is on its own: it may be lost, doubled, late.
 */

import type { Fault, Link } from "./faults.ts";
import { type Ground, Luck } from "./ground.ts";
import { hash, hashString } from "./plain.ts";
import type { NodeId, Wire } from "./protocol.ts";
import { drawUs, type Latency } from "./random.ts";
import type { Happening } from "./trace.ts";

/** What the network needs of a server: whether it runs, and where to bring what arrives. */
export type Endpoint = {
  readonly up: boolean;
  arrive(from: NodeId, body: unknown, message: number, sentMs: number, cause: number): void;
  connected(peer: NodeId, cause: number | undefined): void;
  disconnected(peer: NodeId, cause: number | undefined): void;
};

type Item = {
  readonly kind: "open" | "accepted" | "refused" | "closed" | "message";
  readonly connection: number;
  readonly cause: number | undefined;
  readonly readyUs: number;
  readonly letter?: Letter;
};
type Letter = {
  readonly message: number;
  readonly body: unknown;
  readonly sent: number;
  readonly sentMs: number;
};

/** One direction between two servers, and its sender's end of their connection. */
type Channel = {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly luck: Luck;
  readonly items: Item[];
  lastReadyUs: number;
  end: { readonly connection: number; open: boolean } | undefined;
};

/** What luck is asked about a message, stirred into what the message is about. */
const LATENCY = 0;
const DROP = hashString(0, "drop");
const DUPLICATE = hashString(0, "duplicate");
const REORDER = hashString(0, "reorder");
const LATENESS = hashString(0, "lateness");

export class Network {
  private readonly ground: Ground;
  private readonly endpoints: ReadonlyMap<NodeId, Endpoint>;
  private readonly latency: Latency;
  private readonly channels = new Map<NodeId, Map<NodeId, Channel>>();
  private readonly faults = new Set<Fault>();
  private connections = 0;
  private messages = 0;

  constructor(ground: Ground, endpoints: ReadonlyMap<NodeId, Endpoint>, latency: Latency) {
    this.ground = ground;
    this.endpoints = endpoints;
    this.latency = latency;
  }

  begin(fault: Fault): void {
    if (fault.kind === "break") this.break(...fault.between);
    else this.faults.add(fault);
  }

  end(fault: Fault): void {
    this.faults.delete(fault);
    for (const channel of this.all()) this.pump(channel);
  }

  /** A number for a message that the world delivers itself, to the program on the same host. */
  number(): number {
    return this.messages++;
  }

  send(from: NodeId, to: NodeId, body: unknown, wire: Wire, cause: number): void {
    const message = this.messages++;
    const sent = this.ground.record({ kind: "send", node: from, to, message, body }, cause);
    const letter = { message, body, sent, sentMs: this.ground.nowUs() / 1000 };
    const channel = this.channel(from, to);
    if (wire === "datagram") this.datagram(channel, letter);
    else if (channel.end?.open) this.push(channel, "message", channel.end.connection, sent, letter);
    else this.lose(channel, letter, "not connected");
  }

  connect(from: NodeId, to: NodeId, cause: number): void {
    const channel = this.channel(from, to);
    if (channel.end !== undefined) return;
    channel.end = { connection: ++this.connections, open: false };
    this.push(channel, "open", channel.end.connection, cause);
  }

  close(from: NodeId, to: NodeId, cause: number | undefined): void {
    const channel = this.channel(from, to);
    if (channel.end === undefined) return;
    this.push(channel, "closed", channel.end.connection, cause);
    channel.end = undefined;
  }

  /** A process died: its host closes what was open, after what has already left. */
  crashed(node: NodeId, cause: number): void {
    for (const channel of this.channels.get(node)?.values() ?? []) {
      this.close(node, channel.to, cause);
    }
  }

  private break(a: NodeId, b: NodeId): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const channel = this.channel(from, to);
      for (const item of channel.items.splice(0)) {
        if (item.letter !== undefined) this.lose(channel, item.letter, "broken");
      }
      if (channel.end === undefined) continue;
      channel.end = undefined;
      this.endpoint(from).disconnected(to, undefined);
    }
  }

  private push(
    channel: Channel,
    kind: Item["kind"],
    connection: number,
    cause: number | undefined,
    letter?: Letter,
  ): void {
    const about = letter === undefined ? hashString(0, kind) : hash(letter.body, 0, true);
    const readyUs = Math.max(this.arrivalUs(channel, about), channel.lastReadyUs);
    channel.lastReadyUs = readyUs;
    const item: Item = { kind, connection, cause, readyUs };
    channel.items.push(letter === undefined ? item : { ...item, letter });
    this.ground.at(readyUs, () => this.pump(channel));
  }

  /** Brings what is due, in order, unless the way is blocked: then the end of the fault pumps again. */
  private pump(channel: Channel): void {
    const nowUs = this.ground.nowUs();
    for (;;) {
      const next = channel.items[0];
      if (next === undefined || next.readyUs > nowUs) return;
      if (this.faults.size > 0 && this.meets(channel, ["cut", "stall"])) return;
      channel.items.shift();
      this.receive(channel, next);
    }
  }

  private receive(channel: Channel, item: Item): void {
    const host = this.endpoint(channel.to);
    const back = this.channel(channel.to, channel.from);
    if (item.kind === "open") {
      this.opened(channel, back, item);
      return;
    }
    const known = back.end?.connection === item.connection;
    if (item.kind === "message" && item.letter !== undefined) {
      const { body, message, sent, sentMs } = item.letter;
      if (known) host.arrive(channel.from, body, message, sentMs, sent);
      else this.lose(channel, item.letter, host.up ? "broken" : "down");
    } else if (known && back.end !== undefined) {
      if (item.kind === "accepted") {
        back.end.open = true;
        host.connected(channel.from, item.cause);
      } else {
        back.end = undefined;
        host.disconnected(channel.from, item.cause);
      }
    }
  }

  private opened(channel: Channel, back: Channel, { connection, cause }: Item): void {
    if (!this.endpoint(channel.to).up) {
      this.push(back, "refused", connection, cause);
      return;
    }
    // Both ends called at once: the call of the one with the smaller name stands, and both know it.
    if (back.end !== undefined && channel.to < channel.from) return;
    back.end = { connection, open: true };
    this.push(back, "accepted", connection, cause);
    this.endpoint(channel.to).connected(channel.from, cause);
  }

  private datagram(channel: Channel, letter: Letter): void {
    const about = hash(letter.body, 0, true);
    if (this.meets(channel, ["cut"])) {
      this.lose(channel, letter, "cut");
      return;
    }
    if (this.strikes(channel, "drop", about)) {
      this.lose(channel, letter, "dropped");
      return;
    }
    const copies = this.strikes(channel, "duplicate", about) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const lateUs = this.latenessUs(channel, about);
      this.ground.at(this.arrivalUs(channel, about) + lateUs, () => {
        const host = this.endpoint(channel.to);
        if (this.meets(channel, ["cut"])) this.lose(channel, letter, "cut");
        else if (!host.up) this.lose(channel, letter, "down");
        else host.arrive(channel.from, letter.body, letter.message, letter.sentMs, letter.sent);
      });
    }
  }

  private lose(
    { from, to }: Channel,
    letter: Letter,
    why: (Happening & { kind: "lose" })["why"],
  ): void {
    const { message, sent } = letter;
    this.ground.record({ kind: "lose", node: from, to, message, why }, sent);
  }

  private arrivalUs(channel: Channel, about: number): number {
    let us = this.ground.nowUs() + drawUs(this.latency, channel.luck.ask(about ^ LATENCY));
    for (const fault of this.faults) {
      if (fault.kind === "delay" && covers(fault, channel)) us += Math.round(fault.byMs * 1000);
    }
    return us;
  }

  private latenessUs(channel: Channel, about: number): number {
    let us = 0;
    for (const fault of this.faults) {
      if (fault.kind !== "reorder" || !covers(fault, channel)) continue;
      if (channel.luck.ask(about ^ REORDER) < fault.probability) {
        us += Math.round(fault.byMs * 1000 * channel.luck.ask(about ^ LATENESS));
      }
    }
    return us;
  }

  private strikes(channel: Channel, kind: "drop" | "duplicate", about: number): boolean {
    for (const fault of this.faults) {
      if (fault.kind !== kind || !covers(fault, channel)) continue;
      if (channel.luck.ask(about ^ (kind === "drop" ? DROP : DUPLICATE)) < fault.probability)
        return true;
    }
    return false;
  }

  private meets(channel: Channel, kinds: readonly Fault["kind"][]): boolean {
    for (const fault of this.faults) {
      if (kinds.includes(fault.kind) && covers(fault, channel)) return true;
    }
    return false;
  }

  private channel(from: NodeId, to: NodeId): Channel {
    let row = this.channels.get(from);
    if (row === undefined) {
      row = new Map();
      this.channels.set(from, row);
    }
    let channel = row.get(to);
    if (channel === undefined) {
      const luck = new Luck(this.ground, hashString(hashString(0, from), to));
      channel = { from, to, luck, items: [], lastReadyUs: 0, end: undefined };
      row.set(to, channel);
    }
    return channel;
  }

  private *all(): Iterable<Channel> {
    for (const row of this.channels.values()) yield* row.values();
  }

  private endpoint(node: NodeId): Endpoint {
    const endpoint = this.endpoints.get(node);
    if (endpoint !== undefined) return endpoint;
    const known = [...this.endpoints.keys()].join(", ");
    throw new Error(`There is no server "${node}" to reach; the servers are ${known}.`);
  }
}

/** Whether a fault between two sides touches the way of a message. */
function covers(fault: Fault, { from, to }: Channel): boolean {
  if (fault.kind === "cut") {
    const there = fault.from.includes(from) && fault.to.includes(to);
    return there || (!fault.oneWay && fault.to.includes(from) && fault.from.includes(to));
  }
  const link = fault as Link;
  return (link.from?.includes(from) ?? true) && (link.to?.includes(to) ?? true);
}
