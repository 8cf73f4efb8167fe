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

  /** A server's end of its connection to a peer, as it is now, unless it is closing. */
  endOf(node: NodeId, peer: NodeId): End | undefined {
    const end = this.channels.get(node)?.get(peer)?.end;
    return end?.state === "closing" ? undefined : end;
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
    const letter = { message, body, about: hash(body, 0, true), sent };
    if (wire === "datagram") this.datagram(channel, letter);
    else if (end === undefined || end.state === "calling") {
      this.lose(channel, letter, "not connected");
    } else if (end !== channel.end) this.lose(channel, letter, "broken");
    else this.push(channel, "message", end.connection, sent, letter);
  }

  connect(from: NodeId, to: NodeId, cause: number | undefined): void {
    invariant(from !== to, `${from} connects to itself`);
    const channel = this.channel(from, to);
    if (channel.end === undefined) {
      channel.end = { connection: ++this.connections, state: "calling", again: false };
      this.push(channel, "open", channel.end.connection, cause);
    } else if (channel.end.state === "closing") {
      channel.end.again = true;
    }
  }

  /** From now on a server wants nothing of its connection. @returns the end to close when all before has left */
  closing(from: NodeId, to: NodeId): End | undefined {
    const end = this.channels.get(from)?.get(to)?.end;
    if (end === undefined) return undefined;
    end.state = "closing";
    end.again = false;
    return end;
  }

  close(from: NodeId, to: NodeId, end: End, cause: number): void {
    const channel = this.channel(from, to);
    if (end !== channel.end) return;
    this.push(channel, "closed", end.connection, cause);
    this.ended(channel, cause);
  }

  /** A process died: its host closes what was open, after what has already left. */
  crashed(node: NodeId, cause: number): void {
    for (const { to } of this.channels.get(node)?.values() ?? []) {
      const end = this.closing(node, to);
      if (end !== undefined) this.close(node, to, end, cause);
    }
  }

  /** What is under way is lost, and the first thing that comes after it is the end. */
  private break(a: NodeId, b: NodeId): void {
    const readyUs = this.ground.nowUs();
    for (const channel of [this.channel(a, b), this.channel(b, a)]) {
      for (const { letter } of channel.items.splice(0)) {
        if (letter !== undefined) this.lose(channel, letter, "broken");
      }
      channel.lastReadyUs = readyUs;
      const end = this.channel(channel.to, channel.from).end;
      if (end === undefined) continue;
      const { connection } = end;
      const item: Item = {
        kind: "closed",
        connection,
        cause: undefined,
        readyUs,
        letter: undefined,
      };
      channel.items.push(item);
      this.ground.at(readyUs, channel.bring);
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
    if (channel.receiver.asleep) {
      channel.receiver.whenAwake(channel.bring);
      return;
    }
    channel.items.shift();
    this.receive(channel, next);
  }

  private receive(channel: Channel, { kind, connection, cause, letter }: Item): void {
    const { from, to, receiver } = channel;
    const back = this.channel(to, from);
    const end = back.end?.connection === connection ? back.end : undefined;
    if (kind === "open") {
      this.opened(channel, back, connection, cause);
    } else if (letter !== undefined) {
      if (end?.state === "open") receiver.arrive(from, letter);
      else this.lose(channel, letter, receiver.up ? "broken" : "down");
    } else if (kind !== "accepted") {
      if (end !== undefined) this.ended(back, cause);
    } else if (end === undefined) {
      // The caller has given this call up meanwhile; whoever accepted it must hear so.
      this.push(back, "closed", connection, cause);
    } else if (end.state === "calling") {
      end.state = "open";
      receiver.connected(from, cause);
    }
  }

  /** A server's end is gone. It is told, unless it was closing. */
  private ended(channel: Channel, cause: number | undefined): void {
    const { from, to, end } = channel;
    channel.end = undefined;
    if (end?.again) this.connect(from, to, cause);
    else if (end !== undefined && end.state !== "closing") {
      this.endpoint(from).disconnected(to, cause);
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
    back.end = { connection, state: "open", again: false };
    this.push(back, "accepted", connection, cause);
    receiver.connected(from, cause);
  }

  private datagram(channel: Channel, letter: Letter): void {
    const { about } = letter;
    if (this.weather.has("cut", channel)) {
      this.lose(channel, letter, "cut");
    } else if (this.weather.strikes("drop", channel, about)) {
      this.lose(channel, letter, "dropped");
    } else {
      const copies = this.weather.strikes("duplicate", channel, about) ? 2 : 1;
      for (let i = 0; i < copies; i++) {
        const lateUs = this.weather.latenessUs(channel, about);
        this.ground.at(this.arrivalUs(channel, about) + lateUs, () => this.land(channel, letter));
      }
    }
  }

  private land(channel: Channel, letter: Letter): void {
    if (this.weather.has("cut", channel)) {
      this.lose(channel, letter, "cut");
      return;
    }
    if (channel.receiver.asleep) channel.receiver.whenAwake(() => this.hand(channel, letter));
    else this.hand(channel, letter);
  }

  private hand(channel: Channel, letter: Letter): void {
    if (channel.receiver.up) channel.receiver.arrive(channel.from, letter);
    else this.lose(channel, letter, "down");
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
