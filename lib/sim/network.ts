/**
 * The two wires. A connection delivers in order and loses nothing while it lives: a cut or a stall only keeps its
 * messages until it is over, and when it breaks or one end crashes the other end is told, by the same wire and in
 * order. A datagram is on its own: it may be lost, doubled, late.
 */

import type { Fault } from "./faults.ts";
import { type Ground, Luck } from "./ground.ts";
import { hash, hashString } from "./plain.ts";
import { invariant, type NodeId, type Wire } from "./protocol.ts";
import { drawUs, type Latency } from "./random.ts";
import type { Happening } from "./trace.ts";
import { type Way, Weather } from "./weather.ts";

/** A message on its way. */
export type Letter = {
  readonly message: number;
  readonly body: unknown;
  /** What it is about, for luck: its body without the counters. */
  readonly about: number;
  /** The event of its sending, and when that was. */
  readonly sent: number;
  readonly sentMs: number;
};

/** What the network needs of a server: whether it runs, and where to bring what arrives. */
export type Endpoint = {
  readonly up: boolean;
  /** Whether the process sleeps. If so, `then` is called when it wakes up or dies. */
  sleeps(then: () => void): boolean;
  arrive(from: NodeId, letter: Letter): void;
  connected(peer: NodeId, cause: number | undefined): void;
  disconnected(peer: NodeId, cause: number | undefined): void;
};

/** One server's end of a connection: what it calls with, or what was accepted. */
export type End = { readonly connection: number; open: boolean };

type Item = {
  readonly kind: "open" | "accepted" | "refused" | "closed" | "message";
  readonly connection: number;
  readonly cause: number | undefined;
  readonly readyUs: number;
  readonly letter: Letter | undefined;
};

/** One direction between two servers, and its sender's end of their connection. */
type Channel = Way & {
  readonly receiver: Endpoint;
  readonly items: Item[];
  /** Brings the next item, if it can be brought now. */
  readonly bring: () => void;
  lastReadyUs: number;
  end: End | undefined;
};

export class Network {
  private readonly ground: Ground;
  private readonly endpoints: ReadonlyMap<NodeId, Endpoint>;
  private readonly latency: Latency;
  private readonly channels = new Map<NodeId, Map<NodeId, Channel>>();
  private readonly weather = new Weather();
  private connections = 0;
  private messages = 0;

  constructor(ground: Ground, endpoints: ReadonlyMap<NodeId, Endpoint>, latency: Latency) {
    this.ground = ground;
    this.endpoints = endpoints;
    this.latency = latency;
  }

  begin(fault: Fault): void {
    if (fault.kind === "break") this.break(...fault.between);
    else this.weather.begin(fault);
  }

  end(fault: Fault): void {
    this.weather.end(fault);
    const nowUs = this.ground.nowUs();
    for (const row of this.channels.values()) {
      for (const { items, bring } of row.values()) {
        for (const { readyUs } of items) if (readyUs <= nowUs) this.ground.at(nowUs, bring);
      }
    }
  }

  /** A number for a message that the world delivers itself, to the program on the same host. */
  number(): number {
    return this.messages++;
  }

  /** A server's end of its connection to a peer, as it is now. */
  endOf(node: NodeId, peer: NodeId): End | undefined {
    return this.channels.get(node)?.get(peer)?.end;
  }

  /** @param end on a connection wire, the end that the sender meant: a later one does not carry the message */
  send(
    from: NodeId,
    to: NodeId,
    body: unknown,
    wire: Wire,
    end: End | undefined,
    cause: number,
  ): void {
    const channel = this.channel(from, to);
    const message = this.messages++;
    const sent = this.ground.record({ kind: "send", node: from, to, message, body }, cause);
    const about = hash(body, 0, true);
    const letter = { message, body, about, sent, sentMs: this.ground.nowUs() / 1000 };
    if (wire === "datagram") this.datagram(channel, letter);
    else if (!end?.open) this.lose(channel, letter, "not connected");
    else if (end !== channel.end) this.lose(channel, letter, "broken");
    else this.push(channel, "message", end.connection, sent, letter);
  }

  connect(from: NodeId, to: NodeId, cause: number): void {
    invariant(from !== to, `${from} connects to itself`);
    const channel = this.channel(from, to);
    if (channel.end !== undefined) return;
    channel.end = { connection: ++this.connections, open: false };
    this.push(channel, "open", channel.end.connection, cause);
  }

  /** @param end the end to close: a later one stays */
  close(from: NodeId, to: NodeId, end: End | undefined, cause: number): void {
    const channel = this.channel(from, to);
    if (end === undefined || end !== channel.end) return;
    this.push(channel, "closed", end.connection, cause);
    channel.end = undefined;
  }

  /** A process died: its host closes what was open, after what has already left. */
  crashed(node: NodeId, cause: number): void {
    for (const { to, end } of this.channels.get(node)?.values() ?? []) {
      this.close(node, to, end, cause);
    }
  }

  private break(a: NodeId, b: NodeId): void {
    for (const channel of [this.channel(a, b), this.channel(b, a)]) {
      for (const { letter } of channel.items.splice(0)) {
        if (letter !== undefined) this.lose(channel, letter, "broken");
      }
      channel.lastReadyUs = 0;
      if (channel.end === undefined) continue;
      channel.end = undefined;
      this.endpoint(channel.from).disconnected(channel.to, undefined);
    }
  }

  private push(
    channel: Channel,
    kind: Item["kind"],
    connection: number,
    cause: number | undefined,
    letter?: Letter,
  ): void {
    const about = letter === undefined ? hashString(0, kind) : letter.about;
    const readyUs = Math.max(this.arrivalUs(channel, about), channel.lastReadyUs);
    channel.lastReadyUs = readyUs;
    channel.items.push({ kind, connection, cause, readyUs, letter });
    this.ground.at(readyUs, channel.bring);
  }

  /** Brings the next item once it is due. Behind a cut or a stall it waits for the end of that. */
  private bring(channel: Channel): void {
    const next = channel.items[0];
    if (next === undefined || next.readyUs > this.ground.nowUs()) return;
    if (this.weather.has("cut", channel) || this.weather.has("stall", channel)) return;
    if (channel.receiver.sleeps(channel.bring)) return;
    channel.items.shift();
    this.receive(channel, next);
  }

  private receive(channel: Channel, { kind, connection, cause, letter }: Item): void {
    const { from, to, receiver } = channel;
    const back = this.channel(to, from);
    const known = back.end?.connection === connection;
    if (kind === "open") {
      this.opened(channel, back, connection, cause);
    } else if (letter !== undefined) {
      if (known) receiver.arrive(from, letter);
      else this.lose(channel, letter, receiver.up ? "broken" : "down");
    } else if (kind !== "accepted") {
      if (!known) return;
      back.end = undefined;
      receiver.disconnected(from, cause);
    } else if (known && back.end !== undefined) {
      back.end.open = true;
      receiver.connected(from, cause);
    } else {
      // The caller has given this call up meanwhile; whoever accepted it must hear so.
      this.push(back, "closed", connection, cause);
    }
  }

  private opened(
    channel: Channel,
    back: Channel,
    connection: number,
    cause: number | undefined,
  ): void {
    const { from, to, receiver } = channel;
    if (!receiver.up) {
      this.push(back, "refused", connection, cause);
      return;
    }
    // Both ends called at once: the call of the one with the smaller name stands, and both know it.
    if (back.end !== undefined && to < from) return;
    back.end = { connection, open: true };
    this.push(back, "accepted", connection, cause);
    receiver.connected(from, cause);
  }

  private datagram(channel: Channel, letter: Letter): void {
    const { from, receiver } = channel;
    const { about } = letter;
    const land = () => {
      if (receiver.up) receiver.arrive(from, letter);
      else this.lose(channel, letter, "down");
    };
    if (this.weather.has("cut", channel)) {
      this.lose(channel, letter, "cut");
    } else if (this.weather.strikes("drop", channel, about)) {
      this.lose(channel, letter, "dropped");
    } else {
      const copies = this.weather.strikes("duplicate", channel, about) ? 2 : 1;
      for (let i = 0; i < copies; i++) {
        const lateUs = this.weather.latenessUs(channel, about);
        this.ground.at(this.arrivalUs(channel, about) + lateUs, () => {
          if (this.weather.has("cut", channel)) this.lose(channel, letter, "cut");
          else if (!receiver.sleeps(land)) land();
        });
      }
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
    const wayUs = drawUs(this.latency, channel.luck.ask(about));
    return this.ground.nowUs() + wayUs + this.weather.delayUs(channel);
  }

  private channel(from: NodeId, to: NodeId): Channel {
    let row = this.channels.get(from);
    if (row === undefined) {
      row = new Map();
      this.channels.set(from, row);
    }
    const known = row.get(to);
    if (known !== undefined) return known;
    const channel: Channel = {
      from,
      to,
      receiver: this.endpoint(to),
      luck: new Luck(this.ground, hashString(hashString(0, from), to)),
      items: [],
      bring: () => this.bring(channel),
      lastReadyUs: 0,
      end: undefined,
    };
    row.set(to, channel);
    return channel;
  }

  private endpoint(node: NodeId): Endpoint {
    const endpoint = this.endpoints.get(node);
    if (endpoint !== undefined) return endpoint;
    const known = [...this.endpoints.keys()].join(", ");
    throw new Error(`There is no server "${node}" to reach; the servers are ${known}.`);
  }
}
