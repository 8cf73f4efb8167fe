/** The network: it numbers messages and gives each to its wire. A datagram is on its own: lost, doubled or late. */

import { type Channel, Channels, type End, type Letter } from "./channel.ts";
import { Connections } from "./connections.ts";
import type { Fault } from "./faults.ts";
import type { Ground } from "./ground.ts";
import type { Host } from "./host.ts";
import { hash } from "./plain.ts";
import type { NodeId, Wire } from "./protocol.ts";
import type { Latency } from "./random.ts";

export class Network {
  readonly connections: Connections;
  private readonly ground: Ground;
  private readonly channels: Channels;
  private messages = 0;

  constructor(ground: Ground, hosts: ReadonlyMap<NodeId, Host>, latency: Latency) {
    this.ground = ground;
    this.channels = new Channels(ground, hosts, latency);
    this.connections = new Connections(ground, this.channels);
  }

  begin(fault: Fault): void {
    this.ground.record({ kind: "fault", fault, phase: "begin" });
    if (fault.kind === "break") this.connections.break(...fault.between);
    else this.channels.weather.begin(fault);
  }

  end(fault: Fault): void {
    this.ground.record({ kind: "fault", fault, phase: "end" });
    this.channels.weather.end(fault);
    this.connections.resume();
  }

  /** A message gets its number, and its place in the trace. */
  letter(from: NodeId, to: NodeId, body: unknown, cause: number): Letter {
    const message = this.messages++;
    const sent = this.ground.record({ kind: "send", node: from, to, message, body }, cause);
    return { from, to, message, body, about: hash(body, 0, true), sent };
  }

  /** @param end on a connection wire, the end that the sender meant */
  send(letter: Letter, wire: Wire, end: End | undefined): void {
    const channel = this.channels.between(letter.from, letter.to);
    if (wire === "connection") this.connections.send(channel, letter, end);
    else this.scatter(channel, letter);
  }

  private scatter(channel: Channel, letter: Letter): void {
    const { about } = letter;
    if (this.channels.weather.has("cut", channel)) {
      this.channels.lose(letter, "cut");
    } else if (this.channels.weather.strikes("drop", channel, about)) {
      this.channels.lose(letter, "dropped");
    } else {
      const copies = this.channels.weather.strikes("duplicate", channel, about) ? 2 : 1;
      for (let i = 0; i < copies; i++) {
        const lateUs = this.channels.weather.latenessUs(channel, about);
        this.ground.at(this.channels.arrivalUs(channel, about) + lateUs, () =>
          this.land(channel, letter),
        );
      }
    }
  }

  private land(channel: Channel, letter: Letter): void {
    if (this.channels.weather.has("cut", channel)) {
      this.channels.lose(letter, "cut");
    } else if (channel.receiver.asleep) {
      channel.receiver.whenAwake(() => this.hand(channel, letter));
    } else this.hand(channel, letter);
  }

  private hand(channel: Channel, letter: Letter): void {
    if (channel.receiver.up) channel.receiver.arrive(letter);
    else this.channels.lose(letter, "down");
  }
}
