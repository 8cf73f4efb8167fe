/** What a run is made from, and what comes out of it. */

import { checkFaults, type Fault } from "./faults.ts";
import { checkInput, checkWhole } from "./input.ts";
import type { Server } from "./program.ts";
import type { NodeId } from "./protocol.ts";
import { checkLatency, type Latency } from "./random.ts";
import type { Trace, TraceEvent } from "./trace.ts";

/** What is needed to repeat a run, besides the code. */
export type Scenario = {
  readonly seed: number;
  readonly servers: Readonly<Record<NodeId, Server | Server["protocol"]>>;
  readonly faults?: readonly Fault[];
  /** How much simulated time the run lasts, unless nothing is left to happen before. */
  readonly forMs: number;
  /** How long a message is under way: 1 to 5 ms unless told. */
  readonly latency?: Latency;
  /** How long the disk takes to sync: 1 ms unless told. */
  readonly syncTime?: Latency;
  /** What must hold after every event; it throws when it does not. */
  readonly always?: (view: View) => void;
  /**
   * Another future of the same past: after this event of the trace luck comes from another seed. Faults that begin later
   * leave the past as it was as well.
   */
  readonly fork?: { readonly event: number; readonly seed: number };
  /** After how many events a run that never ends is given up as unknown; 1,000,000 unless told. */
  readonly maxEvents?: number;
  /** Whether the trace is kept: yes unless told. A simulated day of it would fill the memory; the digest needs none. */
  readonly keepsTrace?: boolean;
};

/** The world as it stands between two events. States are the servers' own: look, do not touch. */
export type View = {
  readonly atMs: number;
  readonly trace: readonly TraceEvent[];
  /** The state of a server, or undefined while it is down. */
  state(node: NodeId): unknown;
};

export type Run = {
  readonly trace: Trace;
  /** 16 hexadecimal digits made of what happened and when: another byte in one event makes others. */
  readonly digest: string;
  /** Why the run proves nothing, or undefined: it was given up before its time. */
  readonly unknown: string | undefined;
  /** How many events the world took from its queue. */
  readonly events: number;
  /** Copies of the servers' last states; of a server that is down, the one it had when it died. */
  readonly states: Readonly<Record<NodeId, unknown>>;
};

/** Refuses a scenario that makes no sense. @throws RangeError */
export function checkScenario(scenario: Scenario): void {
  const { seed, servers, forMs, maxEvents = 1, latency = 0, syncTime = 0 } = scenario;
  const { event, seed: forkSeed } = scenario.fork ?? { event: 0, seed };
  const nodes = Object.keys(servers);
  checkInput(Number.isSafeInteger(seed), "seed", seed, "an integer");
  checkInput(Number.isSafeInteger(forkSeed), "fork.seed", forkSeed, "an integer");
  checkWhole("fork.event", event, 0);
  checkInput(nodes.length > 0, "servers", servers, "at least one server");
  checkInput(forMs > 0 && forMs < Infinity, "forMs", forMs, "simulated milliseconds above 0");
  checkInput(maxEvents > 0, "maxEvents", maxEvents, "more than 0");
  checkLatency("latency", latency);
  checkLatency("syncTime", syncTime);
  checkFaults(scenario.faults ?? [], nodes);
}
