/** A broadcast of a module in a world of its own: programs that submit and listen, and a witness of what is delivered. */

import {
  type Fault,
  type NodeId,
  type Protocol,
  type Server,
  simulate,
  type View,
  withProgram,
} from "quorumlab/sim";
import { excerpt } from "./excerpt.ts";
import { Violation } from "./exercise.ts";

export type Message = { readonly kind: "submit" | "deliver"; readonly value: string };
export type Module = {
  broadcast(members: readonly NodeId[]): Protocol<unknown, Message>;
};

/** A value that is submitted at a server, if that is up. */
export type Submission = { readonly at: NodeId; readonly atMs: number };
export type Plan = {
  readonly seed: number;
  readonly servers: number;
  readonly submissions: readonly Submission[];
  readonly faults: readonly Fault[];
  /** Who dies or is cut off for good. */
  readonly gone: readonly NodeId[];
  /** When the last fault is over, or begins for good, and the last value has been submitted. */
  readonly calmMs: number;
};

/** Within this time all must be well again, after the last fault and after every submission. */
export const BOUND_MS = 2000;
/** A run in which everything is delivered goes on for so long, and then no further. */
const GRACE_MS = 60;
const SETTLED = Symbol("settled");

export function membersOf({ servers }: Pick<Plan, "servers">): NodeId[] {
  return Array.from({ length: servers }, (_, i) => `s${i + 1}`);
}

/** The value of the nth submission: short, and no two alike. */
function nameOf(nth: number): string {
  return String.fromCharCode(97 + (nth % 26)) + (nth < 26 ? "" : Math.floor(nth / 26));
}

/** What is known of a value that was submitted. */
export type Submitted = { readonly at: NodeId; readonly atMs: number; readonly life: number };

/** One life of a server, from a start to a crash, and what it has delivered in it. */
type Life = {
  readonly count: number;
  readonly delivered: { readonly value: string; readonly atMs: number }[];
};

/** Sees what is submitted and delivered, and says what is wrong as soon as it is. */
export class Witness {
  /** What was delivered anywhere, in order, and who delivered each first. */
  readonly order: { readonly value: string; readonly by: NodeId; readonly atMs: number }[] = [];
  readonly submitted = new Map<string, Submitted>();
  readonly lives = new Map<NodeId, Life>();
  /** How often something was delivered. */
  heard = 0;
  wrong: { readonly says: string; readonly node: NodeId } | undefined;

  starts(node: NodeId): void {
    const count = (this.lives.get(node)?.count ?? 0) + 1;
    this.lives.set(node, { count, delivered: [] });
  }

  submits(node: NodeId, value: string, atMs: number): void {
    this.submitted.set(value, { at: node, atMs, life: this.lives.get(node)?.count ?? 0 });
  }

  hears(node: NodeId, { kind, value }: Message, atMs: number): void {
    if (kind === "deliver") this.delivers(node, value, atMs);
    else this.wrong ??= { says: `${node} sends itself "${kind}"; expected "deliver".`, node };
  }

  private delivers(node: NodeId, value: string, atMs: number): void {
    const own = this.lives.get(node)?.delivered ?? [];
    const place = own.length;
    const there = this.order[place];
    own.push({ value, atMs });
    this.heard += 1;
    if (this.wrong !== undefined) return;
    const first = `${node} delivers ${JSON.stringify(value)}`;
    const nth = `value number ${place + 1}`;
    if (there !== undefined && there.value !== value) {
      const says = `${first} as ${nth}, where ${there.by} delivered "${there.value}" at ${Math.round(there.atMs)} ms.`;
      this.wrong = { says, node };
    } else if (there === undefined && !this.submitted.has(value)) {
      this.wrong = { says: `${first}, which nobody submitted.`, node };
    } else if (there === undefined && this.order.some((each) => each.value === value)) {
      this.wrong = { says: `${first} a second time, as ${nth}; expected every value once.`, node };
    } else if (there === undefined) {
      this.order.push({ value, by: node, atMs });
    }
  }

  /** What was delivered anywhere, and what was submitted at servers that have not crashed since. */
  owed(): string[] {
    const kept = [...this.submitted].filter(
      ([, { at, life }]) => this.lives.get(at)?.count === life,
    );
    return [...new Set([...this.order.map(({ value }) => value), ...kept.map(([value]) => value)])];
  }

  /** When a server delivered a value, in its present life. */
  deliveredMs(node: NodeId, value: string): number | undefined {
    return this.lives.get(node)?.delivered.find((each) => each.value === value)?.atMs;
  }
}

/** So many lives there are at most in a run: five servers, and five times all of them crash. */
export const LIVES = 30;

/**
 * Runs a plan. Every life of every server has an instance of the module of its own: no variable is shared with
 * another server, or outlives a crash.
 *
 * @param instances as many as there are lives
 * @param boundMs how long it may take after the last fault until everybody has delivered everything
 */
export async function carryOut(
  plan: Plan,
  instances: readonly Module[],
  boundMs: number = BOUND_MS,
): Promise<{ witness: Witness; last: View }> {
  const witness = new Witness();
  const servers: Record<NodeId, Server> = {};
  let lives = 0;
  const make = () => {
    const instance = instances[lives++];
    if (instance === undefined)
      throw new Error(`There are no more than ${instances.length} lives.`);
    return instance.broadcast(membersOf(plan));
  };
  for (const id of membersOf(plan)) servers[id] = performer(make, plan, witness);
  const { seed, faults, calmMs } = plan;
  let last: View | undefined;
  let settledMs = Infinity;
  let heard = 0;
  const always = (view: View) => {
    last = view;
    const { wrong } = witness;
    if (wrong !== undefined) throw violation(wrong.says, view, wrong.node);
    if (view.atMs > settledMs + GRACE_MS) throw SETTLED;
    if (view.atMs <= calmMs || heard === witness.heard) return;
    heard = witness.heard;
    settledMs = isSettled(plan, witness) ? view.atMs : Infinity;
  };
  const world = { seed, servers, faults, forMs: calmMs + boundMs, always, maxEvents: 100_000 };
  const times = { latency: { minMs: 1, maxMs: 5 }, syncTime: { minMs: 1, maxMs: 15 } };
  try {
    const { unknown } = await simulate({ ...world, ...times });
    if (unknown !== undefined) throw violation(`There is no end to it: ${unknown}.`, last as View);
  } catch (error) {
    if (error !== SETTLED) throw error;
  }
  return { witness, last: last as View };
}

/** Whether everybody who can has delivered everything. */
function isSettled(plan: Plan, witness: Witness): boolean {
  const { length } = witness.owed();
  const well = membersOf(plan).filter((node) => !plan.gone.includes(node));
  return well.every((node) => witness.lives.get(node)?.delivered.length === length);
}

/** A server whose protocol is made anew at every start, so that nothing but the disk outlives a crash. */
function performer(
  make: () => Protocol<unknown, Message>,
  { submissions }: Plan,
  witness: Witness,
): Server {
  let protocol: Protocol<unknown, Message>;
  const reborn: Protocol<unknown, Message> = {
    wire: "connection",
    onStart(self, saved, nowMs, out) {
      protocol = make();
      witness.starts(self.id);
      return protocol.onStart(self, saved, nowMs, out);
    },
    onMessage: (...event) => protocol.onMessage(...event),
    onTimer: (...event) => protocol.onTimer?.(...event),
    onConnected: (...event) => protocol.onConnected?.(...event),
    onDisconnected: (...event) => protocol.onDisconnected?.(...event),
  };
  return withProgram(reborn, async (host) => {
    const listen = async (): Promise<never> => {
      for (;;) witness.hears(host.id, await host.receive(), host.trueMs());
    };
    void listen();
    const own = [...submissions.entries()].filter(([, { at }]) => at === host.id);
    for (const [nth, { atMs }] of own.sort(([, a], [, b]) => a.atMs - b.atMs)) {
      // What it missed because it was down is not submitted at all.
      if (atMs < host.trueMs()) continue;
      await host.sleep(atMs - host.trueMs());
      witness.submits(host.id, nameOf(nth), host.trueMs());
      host.send({ kind: "submit", value: nameOf(nth) });
    }
  }) as Server;
}

/** What is wrong, with the last moments before. */
export function violation(says: string, view: View, node?: NodeId): Violation {
  const nodes = [...new Set(view.trace.flatMap((event) => ("node" in event ? [event.node] : [])))];
  const remarks = new Map(node === undefined ? [] : [[node, "here"]]);
  return new Violation(says, {
    trace: excerpt(view, nodes.sort(), { lastMs: 120, without: [], remarks }),
  });
}
