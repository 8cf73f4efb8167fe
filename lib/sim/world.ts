/**
 * A world of servers in virtual time. It takes one event after the other from a queue, and a run is a pure function
 * of the code, the scenario and its seed: the same three give the same trace, to the last byte.
 */

import TinyQueue from "tinyqueue";
import type { Fault } from "./faults.ts";
import type { Ground } from "./ground.ts";
import { guarded } from "./guard.ts";
import { Host } from "./host.ts";
import { Log, type Recorded } from "./log.ts";
import { Network } from "./network.ts";
import { copy, hash, spread, stir } from "./plain.ts";
import type { NodeId } from "./protocol.ts";
import { checkScenario, type Run, type Scenario, type View } from "./scenario.ts";
import type { TraceEvent } from "./trace.ts";

/**
 * Runs a scenario.
 *
 * @throws what a handler, a program or `always` throws, and the first use of the real world inside the run
 */
export async function simulate(scenario: Scenario): Promise<Run> {
  const world = new World(scenario);
  return guarded((check, settle) => world.run(check, settle));
}

type Due = { readonly us: number; readonly order: number; readonly act: () => void };

class World implements Ground, View {
  private readonly scenario: Scenario;
  private readonly hosts = new Map<NodeId, Host>();
  private readonly network: Network;
  private readonly queue = new TinyQueue<Due>([], (a, b) => a.us - b.us || a.order - b.order);
  private readonly log: Log;
  private us = 0;
  private order = 0;
  private events = 0;
  private wokeProgram = false;
  private failure: { readonly error: unknown } | undefined;

  constructor(scenario: Scenario) {
    checkScenario(scenario);
    const nodes = Object.keys(scenario.servers);
    this.scenario = scenario;
    this.log = new Log(scenario.keepsTrace ?? true);
    this.network = new Network(this, this.hosts, scenario.latency ?? { minMs: 1, maxMs: 5 });
    for (const [id, server] of Object.entries(scenario.servers)) {
      const self = { id, peers: nodes.filter((node) => node !== id) };
      const whole = "protocol" in server ? server : { protocol: server };
      this.hosts.set(id, new Host(self, whole, this, this.network, scenario.syncTime ?? 1));
    }
    // A clock that is wrong from the beginning is wrong when its server starts; but only what runs can be paused.
    const { faults = [] } = scenario;
    for (const fault of faults) if (fault.kind !== "pause") this.plan(fault);
    for (const host of this.hosts.values()) this.at(0, () => host.start());
    for (const fault of faults) if (fault.kind === "pause") this.plan(fault);
  }

  async run(check: () => void, settle: () => Promise<void>): Promise<Run> {
    const { forMs, maxEvents = 1_000_000, always } = this.scenario;
    let unknown: string | undefined;
    for (;;) {
      const next = this.queue.peek();
      if (next === undefined) break;
      if (next.us > forMs * 1000) {
        this.us = forMs * 1000;
        break;
      }
      if (this.events === maxEvents) {
        unknown = `given up after ${maxEvents} events, at ${this.atMs} of ${forMs} ms`;
        break;
      }
      this.events += 1;
      this.queue.pop();
      this.us = next.us;
      next.act();
      if (this.wokeProgram) {
        this.wokeProgram = false;
        await settle();
      }
      check();
      if (this.failure !== undefined) throw this.failure.error;
      always?.(this);
    }
    return this.result(unknown);
  }

  // Ground: what the hosts and the network ask of the world.

  nowUs(): number {
    return this.us;
  }

  at(us: number, act: () => void): void {
    this.queue.push({ us, order: this.order++, act });
  }

  luck(name: number, about: number, times: number): number {
    const { seed, fork } = this.scenario;
    const h = hash(fork !== undefined && this.log.length > fork.event ? fork.seed : seed);
    return spread(stir(stir(stir(h, name), about), times)) / 2 ** 32;
  }

  record(happening: Recorded, cause?: number): number {
    return this.log.add(happening, this.us, cause);
  }

  delivered(sent: number): number {
    return this.log.add(sent, this.us, sent);
  }

  woke(): void {
    this.wokeProgram = true;
  }

  fail(error: unknown): void {
    this.failure ??= { error };
  }

  // View: what `always` sees of it.

  get atMs(): number {
    return this.us / 1000;
  }

  get trace(): readonly TraceEvent[] {
    return this.log.events;
  }

  /** Bound to the world: a judge may take it out of its view. */
  readonly state = (node: NodeId): unknown => {
    const host = this.hosts.get(node);
    return host?.up ? host.state : undefined;
  };

  private plan(fault: Fault): void {
    const struck = "node" in fault ? (this.hosts.get(fault.node) as Host) : this.network;
    this.at(Math.round(fault.atMs * 1000), () => struck.begin(fault));
    if (!("forMs" in fault) || fault.forMs === undefined) return;
    this.at(Math.round((fault.atMs + fault.forMs) * 1000), () => struck.end(fault));
  }

  private result(unknown: string | undefined): Run {
    const { log, events } = this;
    const states = [...this.hosts].map(([node, { state }]) => [node, state]);
    return {
      trace: {
        nodes: [...this.hosts.keys()],
        endMs: this.atMs,
        get events() {
          return log.events;
        },
      },
      get digest() {
        return log.digest;
      },
      unknown,
      events,
      states: copy(Object.fromEntries(states)),
    };
  }
}
