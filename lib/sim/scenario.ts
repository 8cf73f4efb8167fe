/** What a run is made from, and what comes out of it. */

import { checkFaults, type Fault } from "./faults.ts";
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

/** Throws one sentence when a scenario makes no sense. */
export function checkScenario(scenario: Scenario): void {
  const nodes = Object.keys(scenario.servers);
  const { seed, forMs, latency, syncTime, faults = [], maxEvents = 1, fork } = scenario;
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed is ${seed}; expected an integer.`);
  if (!(forMs > 0 && forMs < Infinity)) {
    throw new RangeError(`forMs is ${forMs}; expected simulated milliseconds above 0.`);
  }
  if (!(maxEvents > 0)) throw new RangeError(`maxEvents is ${maxEvents}; expected more than 0.`);
  if (fork !== undefined && !Number.isSafeInteger(fork.seed)) {
    throw new RangeError(`The fork's seed is ${fork.seed}; expected an integer.`);
  }
  if (fork !== undefined && !(Number.isSafeInteger(fork.event) && fork.event >= 0)) {
    throw new RangeError(`The fork's event is ${fork.event}; expected an integer, 0 or more.`);
  }
  if (nodes.length === 0) throw new RangeError("servers is empty; expected at least one server.");
  if (latency !== undefined) checkLatency("latency", latency);
  if (syncTime !== undefined) checkLatency("syncTime", syncTime);
  checkFaults(faults, nodes);
}
