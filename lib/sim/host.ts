/**
 * One server in the world: its process (state, timers, program), its clock and its disk. It turns what arrives
 * into steps of the protocol, and performs what a step asked for unless the process sleeps.
 */

import type { End, Letter } from "./channel.ts";
import { Clock } from "./clock.ts";
import { Durable } from "./durable.ts";
import { type Effect, Recorder } from "./effects.ts";
import type { Fault } from "./faults.ts";
import { type Ground, Luck } from "./ground.ts";
import type { Network } from "./network.ts";
import { copy, hashString } from "./plain.ts";
import { Running, type Server } from "./program.ts";
import { invariant, type NodeId, type Out, type Self } from "./protocol.ts";
import type { Latency } from "./random.ts";

export class Host {
  readonly id: NodeId;
  readonly ground: Ground;
  readonly luck: Luck;
  readonly clock = new Clock();
  state: unknown;
  private readonly self: Self;
  private readonly server: Server;
  private readonly network: Network;
  private readonly disk: Durable;
  private readonly recorder: Recorder<unknown>;
  private readonly pauses = new Set<Fault>();
  private running: Running | undefined;
  /** Named timers: of each name the last setting counts, and no other. */
  private readonly timers = new Map<string, object>();
  /** A host is up when no crash keeps it down. */
  private downs = 1;
  private started = false;
  private role: string | undefined;
  /** What the step in progress is about, for its luck. */
  private about = 0;
  /** Whether the process has had the one step of its pause. */
  asleep = false;
  /** What happens when the process wakes up. When it dies it happens as well, to a process that is not up. */
  private held: (() => void)[] = [];

  constructor(self: Self, server: Server, ground: Ground, network: Network, syncTime: Latency) {
    this.id = self.id;
    this.self = self;
    this.server = server;
    this.ground = ground;
    this.network = network;
    this.luck = new Luck(ground, hashString(0, self.id));
    this.disk = new Durable(this, syncTime);
    this.recorder = new Recorder(() => this.luck.ask(this.about));
  }

  get up(): boolean {
    return this.downs === 0;
  }

  nowMs(): number {
    return this.clock.readMs(this.ground.nowUs() / 1000);
  }

  /** A fault of this server begins. */
  begin(fault: Fault): void {
    if (fault.kind === "crash") this.crash(fault.unsynced ?? "luck");
    else if (fault.kind === "wipe") this.wipe();
    else if (fault.kind === "pause") this.pause(fault);
    else if (fault.kind === "skew") this.clock.skews.add(fault);
  }

  end(fault: Fault): void {
    if (fault.kind === "skew") this.clock.skews.delete(fault);
    else if (fault.kind === "pause") this.resume(fault);
    else this.start();
  }

  start(): void {
    this.downs -= 1;
    if (!this.up) return;
    const cause = this.ground.record({ kind: "start", node: this.id, restart: this.started });
    this.started = true;
    const saved = this.disk.opened();
    const { protocol, program } = this.server;
    this.running = program && new Running(program, this, cause);
    this.step(cause, hashString(0, "start"), (out) => {
      this.state = protocol.onStart(this.self, saved, this.nowMs(), out);
      return this.state;
    });
    this.running?.start();
  }

  private crash(unsynced: "luck" | "lost" | "torn"): void {
    this.downs += 1;
    if (this.downs > 1) return;
    const cause = this.ground.record({ kind: "crash", node: this.id });
    this.running?.stop();
    this.running = undefined;
    this.timers.clear();
    this.role = undefined;
    this.pauses.clear();
    this.disk.crash(unsynced);
    this.network.connections.crashed(this.id, cause);
    this.release();
  }

  private wipe(): void {
    this.crash("lost");
    this.ground.record({ kind: "wipe", node: this.id });
    this.disk.wipe();
  }

  private pause(pause: Fault): void {
    if (!this.up) return;
    if (this.pauses.size === 0) this.ground.record({ kind: "pause", node: this.id });
    this.pauses.add(pause);
  }

  private resume(pause: Fault): void {
    if (!this.pauses.delete(pause) || this.pauses.size > 0) return;
    this.ground.record({ kind: "resume", node: this.id });
    this.release();
  }

  /** Acts when the process, which sleeps, wakes up or dies. */
  whenAwake(act: () => void): void {
    this.held.push(act);
  }

  arrive({ from, body, about, sent }: Letter): void {
    this.step(this.ground.delivered(sent), about, (out) =>
      this.server.protocol.onMessage(this.state, this.nowMs(), from, copy(body), out),
    );
  }

  connected(peer: NodeId, cause: number | undefined): void {
    const at = this.ground.record({ kind: "connected", node: this.id, peer }, cause);
    this.step(at, hashString(1, peer), (out) =>
      this.server.protocol.onConnected?.(this.state, this.nowMs(), peer, out),
    );
  }

  disconnected(peer: NodeId, cause: number | undefined): void {
    const at = this.ground.record({ kind: "disconnected", node: this.id, peer }, cause);
    this.step(at, hashString(2, peer), (out) =>
      this.server.protocol.onDisconnected?.(this.state, this.nowMs(), peer, out),
    );
  }

  /** The program hands a message to the protocol. */
  fromProgram(body: unknown, cause: number): void {
    const letter = this.network.letter(this.id, this.id, body, cause);
    this.ground.at(this.ground.nowUs(), () => this.happen(() => this.arrive(letter)));
  }

  /** Lets something happen to the process: now, when it wakes up, or never when it has died. */
  happen(act: () => void): void {
    if (!this.up) return;
    if (this.asleep) {
      this.whenAwake(() => this.happen(act));
      return;
    }
    this.asleep = this.pauses.size > 0;
    act();
  }

  /** Lets the process do something to the world: now, when its pause is over, or never when it has died. */
  hold(act: () => void): void {
    if (this.pauses.size === 0) act();
    else this.held.push(() => this.up && act());
  }

  private release(): void {
    this.asleep = false;
    for (const act of this.held.splice(0)) act();
  }

  /** One step of the protocol: runs a handler, then does what it asked for. */
  private step(cause: number, about: number, handle: (out: Out<unknown>) => unknown): void {
    // The first step of a pause runs; what it asks for is held with everything after it.
    this.asleep = this.pauses.size > 0;
    this.about = about;
    const effects = this.recorder.record(handle);
    this.showRole(cause);
    this.hold(() => {
      for (const effect of effects) this.perform(effect, cause);
    });
  }

  private perform(effect: Effect<unknown>, cause: number): void {
    switch (effect.kind) {
      case "send": {
        const { to, message } = effect;
        const end = this.network.connections.endOf(this.id, to);
        if (effect.beforeSync || this.disk.isSynced) this.send(to, message, end, cause);
        else this.disk.whenSynced(() => this.send(to, message, end, cause));
        return;
      }
      case "connect":
        this.network.connections.connect(this.id, effect.to, cause);
        return;
      case "close":
        this.network.connections.close(this.id, effect.to, cause, (act) =>
          this.disk.whenSynced(act),
        );
        return;
      case "setTimer":
        this.setTimer(effect.name, effect.afterMs, cause);
        return;
      case "cancelTimer":
        this.timers.delete(effect.name);
        return;
      default:
        this.disk.write(effect, cause);
    }
  }

  private send(to: NodeId, body: unknown, end: End | undefined, cause: number): void {
    const letter = this.network.letter(this.id, to, body, cause);
    if (to === this.id) {
      invariant(this.running !== undefined, `${to} sends to its program, but it has none`);
      this.running.hear(copy(body), letter.sent);
    } else this.network.send(letter, this.server.protocol.wire, end);
  }

  private setTimer(name: string, afterMs: number, cause: number): void {
    const setting = {};
    this.timers.set(name, setting);
    const isSet = () => this.timers.get(name) === setting;
    this.ground.at(this.ground.nowUs() + this.clock.trueUs(afterMs), () => {
      // Asked first, so that a timer that was set again or cancelled is not even a step.
      if (isSet()) this.happen(() => isSet() && this.fire(name, cause));
    });
  }

  private fire(name: string, cause: number): void {
    this.timers.delete(name);
    const at = this.ground.record({ kind: "timer", node: this.id, name }, cause);
    this.step(at, hashString(3, name), (out) =>
      this.server.protocol.onTimer?.(this.state, this.nowMs(), name, out),
    );
  }

  private showRole(cause: number): void {
    const role = (this.state as { role?: unknown } | null | undefined)?.role;
    if (role === this.role || typeof role !== "string") return;
    this.role = role;
    this.ground.record({ kind: "role", node: this.id, role }, cause);
  }
}
