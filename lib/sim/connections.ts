/**
 * The connection wire. It delivers in order and loses nothing while it lives: a cut or a stall only keeps what it
 * carries until it is over. When it breaks or one end crashes, the other end is told by the same wire, in order.
 */

import type { Channel, Channels, End, Item, Letter } from "./channel.ts";
import type { Ground } from "./ground.ts";
import { hashString } from "./plain.ts";
import { invariant, type NodeId } from "./protocol.ts";

export class Connections {
  private readonly ground: Ground;
  private readonly channels: Channels;
  private connections = 0;

  constructor(ground: Ground, channels: Channels) {
    this.ground = ground;
    this.channels = channels;
  }

  /** A server's end of its connection to a peer, as it is now, unless it is closing. */
  endOf(node: NodeId, peer: NodeId): End | undefined {
    const end = this.channels.known(node, peer)?.end;
    return end?.state === "closing" ? undefined : end;
  }

  /** @param end the end that the sender meant: a later one does not carry the message */
  send(channel: Channel, letter: Letter, end: End | undefined): void {
    if (end === undefined || end.state === "calling") {
      this.channels.lose(letter, "not connected");
    } else if (end !== channel.end) this.channels.lose(letter, "broken");
    else {
      const { connection } = end;
      this.push(channel, { kind: "message", connection, cause: letter.sent, letter });
    }
  }

  connect(from: NodeId, to: NodeId, cause: number | undefined): void {
    invariant(from !== to, `${from} connects to itself`);
    const channel = this.channels.between(from, to);
    if (channel.end === undefined) {
      const connection = ++this.connections;
      channel.end = { connection, state: "calling", again: false };
      this.push(channel, { kind: "open", connection, cause });
    } else if (channel.end.state === "closing") {
      channel.end.again = true;
    }
  }

  /**
   * From now on a server wants nothing of its connection.
   * @param whenLeft acts when all that was sent before has left: then the connection is closed
   */
  close(from: NodeId, to: NodeId, cause: number, whenLeft: (act: () => void) => void): void {
    const channel = this.channels.known(from, to);
    const end = channel?.end;
    if (channel === undefined || end === undefined) return;
    end.state = "closing";
    end.again = false;
    whenLeft(() => {
      if (end !== channel.end) return;
      this.push(channel, { kind: "closed", connection: end.connection, cause });
      this.ended(channel, cause);
    });
  }

  /** A process died: its host closes what was open, after what has already left. */
  crashed(node: NodeId, cause: number): void {
    for (const { to } of this.channels.from(node)) this.close(node, to, cause, (act) => act());
  }

  /** A fault is over: brings what waited for that. */
  resume(): void {
    const nowUs = this.ground.nowUs();
    for (const channel of this.channels.all()) {
      for (const { readyUs } of channel.items) {
        if (readyUs <= nowUs) this.ground.at(nowUs, () => this.bring(channel));
      }
    }
  }

  /** What is under way is lost, and the first thing that comes after it is the end. */
  break(a: NodeId, b: NodeId): void {
    const readyUs = this.ground.nowUs();
    for (const channel of [this.channels.between(a, b), this.channels.between(b, a)]) {
      for (const { letter } of channel.items.splice(0)) {
        if (letter !== undefined) this.channels.lose(letter, "broken");
      }
      channel.lastReadyUs = readyUs;
      const end = this.channels.between(channel.to, channel.from).end;
      if (end === undefined) continue;
      const { connection } = end;
      this.enqueue(channel, { kind: "closed", connection, cause: undefined, readyUs });
    }
  }

  private push(channel: Channel, item: Omit<Item, "readyUs">): void {
    const about = item.letter?.about ?? hashString(0, item.kind);
    const readyUs = Math.max(this.channels.arrivalUs(channel, about), channel.lastReadyUs);
    this.enqueue(channel, { ...item, readyUs });
  }

  private enqueue(channel: Channel, item: Item): void {
    channel.lastReadyUs = item.readyUs;
    channel.items.push(item);
    this.ground.at(item.readyUs, () => this.bring(channel));
  }

  /** Brings the next item once it is due. Behind a cut or a stall it waits for the end of that. */
  private bring(channel: Channel): void {
    const next = channel.items[0];
    if (next === undefined || next.readyUs > this.ground.nowUs()) return;
    if (this.channels.weather.has("cut", channel) || this.channels.weather.has("stall", channel))
      return;
    if (channel.receiver.asleep) {
      channel.receiver.whenAwake(() => this.bring(channel));
      return;
    }
    channel.items.shift();
    this.receive(channel, next);
  }

  private receive(channel: Channel, item: Item): void {
    const { from, to, receiver } = channel;
    const { kind, connection, cause, letter } = item;
    const back = this.channels.between(to, from);
    const end = back.end?.connection === connection ? back.end : undefined;
    if (kind === "open") {
      this.opened(channel, back, item);
    } else if (letter !== undefined) {
      if (end?.state === "open") receiver.arrive(letter);
      else this.channels.lose(letter, receiver.up ? "broken" : "down");
    } else if (kind !== "accepted") {
      if (end !== undefined) this.ended(back, cause);
    } else if (end === undefined) {
      // The caller has given this call up meanwhile; whoever accepted it must hear so.
      this.push(back, { kind: "closed", connection, cause });
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
      this.channels.host(from).disconnected(to, cause);
    }
  }

  private opened(channel: Channel, back: Channel, { connection, cause }: Item): void {
    const { from, to, receiver } = channel;
    if (!receiver.up) {
      this.push(back, { kind: "refused", connection, cause });
      return;
    }
    // The caller knows of no connection any more: what this end still has is over.
    if (back.end !== undefined && back.end.state !== "calling") this.ended(back, cause);
    // Both ends called at once: the call of the one with the smaller name stands, and both know it.
    if (back.end !== undefined && to < from) return;
    back.end = { connection, state: "open", again: false };
    this.push(back, { kind: "accepted", connection, cause });
    receiver.connected(from, cause);
  }
}
