/**
 * A protocol served for real. Effects are performed in order, and a write is on the disk before the next effect is
 * performed: so a message leaves after all that was written before it. Run as a program, this serves a tracker.
 */

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tracker } from "quorumlab/recipes";
import type { Effect, Files, NodeId, Out, Protocol } from "quorumlab/sim";
import { Recorder, Stable } from "quorumlab/sim";
import { converse, type Listener, LOOPBACK, say } from "./conversation.ts";
import { Folder } from "./folder.ts";

/** Where the peers listen, for those that are called. */
type Ports = ReadonlyMap<NodeId, number>;

/** One life of a server: it is over with its process, or when it is stopped. */
export class Host<State, Message> implements Listener {
  private readonly id: NodeId;
  private readonly protocol: Protocol<State, Message>;
  private readonly ports: Ports;
  private readonly stable: Stable;
  private readonly recorder = new Recorder<Message>(Math.random);
  private readonly server = createServer((socket) => converse(this.id, socket, this));
  private readonly timers = new Map<string, NodeJS.Timeout>();
  /** The connection to each peer, from the call on. */
  private readonly sockets = new Map<NodeId, Socket>();
  private state!: State;

  constructor(id: NodeId, protocol: Protocol<State, Message>, files: Files, ports: Ports) {
    this.id = id;
    this.protocol = protocol;
    this.ports = ports;
    this.stable = new Stable(files);
    this.step((nowMs, out) => {
      this.state = protocol.onStart({ id, peers: [...ports.keys()] }, this.stable, nowMs, out);
    });
  }

  /** Lets others call. @returns the port */
  async listen(): Promise<number> {
    await once(this.server.listen(0, LOOPBACK), "listening");
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const socket of this.sockets.values()) socket.destroy();
    this.sockets.clear();
  }

  opened(peer: NodeId, socket: Socket): void {
    const older = this.sockets.get(peer);
    if (older !== undefined && older !== socket) this.closed(peer, older);
    this.sockets.set(peer, socket);
    this.step((nowMs, out) => this.protocol.onConnected?.(this.state, nowMs, peer, out));
  }

  heard(peer: NodeId, socket: Socket, value: unknown): void {
    if (this.sockets.get(peer) !== socket) return;
    const message = value as Message;
    this.step((nowMs, out) => this.protocol.onMessage(this.state, nowMs, peer, message, out));
  }

  closed(peer: NodeId, socket: Socket): void {
    if (this.sockets.get(peer) !== socket) return;
    this.sockets.delete(peer);
    socket.destroy();
    this.step((nowMs, out) => this.protocol.onDisconnected?.(this.state, nowMs, peer, out));
  }

  private step(handle: (nowMs: number, out: Out<Message>) => void): void {
    const effects = this.recorder.record((out) => handle(Date.now(), out));
    for (const effect of effects) this.perform(effect);
  }

  private perform(effect: Effect<Message>): void {
    switch (effect.kind) {
      case "send": {
        const socket = this.sockets.get(effect.to);
        if (socket?.readyState === "open") say(socket, effect.message);
        break;
      }
      case "connect":
        if (!this.sockets.has(effect.to)) this.call(effect.to);
        break;
      case "close":
        this.sockets.get(effect.to)?.end();
        this.sockets.delete(effect.to);
        break;
      case "setTimer":
      case "cancelTimer":
        clearTimeout(this.timers.get(effect.name));
        if (effect.kind === "setTimer") this.setTimer(effect.name, effect.afterMs);
        break;
      default:
        this.stable.perform(effect);
    }
  }

  private setTimer(name: string, afterMs: number): void {
    const fire = () =>
      this.step((nowMs, out) => this.protocol.onTimer?.(this.state, nowMs, name, out));
    this.timers.set(name, setTimeout(fire, afterMs));
  }

  private call(peer: NodeId): void {
    const socket = connect(this.ports.get(peer) ?? 0, LOOPBACK);
    this.sockets.set(peer, socket);
    converse(this.id, socket, this, peer);
  }
}

if (import.meta.main) {
  const host = new Host("tracker", tracker(), new Folder(process.argv[2] ?? "."), new Map());
  process.once("disconnect", () => process.exit());
  process.send?.(await host.listen());
}
