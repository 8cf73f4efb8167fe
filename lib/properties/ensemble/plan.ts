/** What happens to an ensemble in one trial, as data: how large it is, what its clients ask, and what goes wrong. */

import fc from "fast-check";
import type { CreateMode } from "quorumlab/ensemble";
import type { Fault, NodeId } from "quorumlab/sim";

export const TICK_MS = 50;
/** Faults and requests begin before this, and every fault is over. */
export const CHAOS_MS = 2000;
/** How long a healthy ensemble may take to elect, to take everybody back, and to answer. */
export const CALM_MS = 2000;

/** One request of a client, so long after the one before was asked; `waits` for its own answer before the next. */
export type Step = {
  readonly afterMs: number;
  readonly waits: boolean;
  readonly op:
    | { readonly kind: "create"; readonly path: string; readonly mode: CreateMode }
    | {
        readonly kind: "delete" | "setData" | "setVersion" | "multi" | "sync";
        readonly path: string;
      }
    | {
        readonly kind: "exists" | "getData" | "getChildren";
        readonly path: string;
        readonly watch: boolean;
      };
};

export type Asking = {
  readonly timeoutMs: number;
  readonly readOnly: boolean;
  /** Closes its session when it has asked everything. */
  readonly closes: boolean;
  readonly steps: readonly Step[];
};

export type Plan = {
  readonly seed: number;
  readonly servers: number;
  readonly snapshotEvery: number;
  readonly syncMs: number;
  readonly clients: readonly Asking[];
  readonly faults: readonly Fault[];
};

/** The nodes that all clients use, so few that they meet: two that are there from the start, and their children. */
export const STAYING: readonly string[] = ["/a", "/b"];
const COMING: readonly string[] = ["/a/x", "/a/y", "/b/x"];

export function serversOf({ servers }: Pick<Plan, "servers">): NodeId[] {
  return Array.from({ length: servers }, (_, i) => `s${i + 1}`);
}

export function clientsOf({ clients }: Pick<Plan, "clients">): NodeId[] {
  return clients.map((_, i) => `c${i + 1}`);
}

const staying = fc.constantFrom(...STAYING);
const coming = fc.constantFrom(...COMING);
const any = fc.oneof({ weight: 2, arbitrary: staying }, coming);
const watch = fc.boolean();
const mode = fc.constantFrom<CreateMode>(
  "persistent",
  "ephemeral",
  "persistentSequential",
  "ephemeralSequential",
);
const ops = {
  create: fc.record({ kind: fc.constant("create" as const), path: coming, mode }),
  delete: fc.record({ kind: fc.constant("delete" as const), path: coming }),
  change: fc.record({ kind: fc.constantFrom("setData", "setVersion"), path: staying }),
  read: fc.record({ kind: fc.constantFrom("exists", "getData", "getChildren"), path: any, watch }),
  multi: fc.record({ kind: fc.constant("multi" as const), path: coming }),
  sync: fc.record({ kind: fc.constant("sync" as const), path: staying }),
};

/** How often each kind of request is drawn. */
export type Mix = Readonly<Record<keyof typeof ops, number>>;

function step(mix: Mix): fc.Arbitrary<Step> {
  const op = fc.oneof(
    ...Object.entries(mix).map(([name, weight]) => {
      return { weight, arbitrary: ops[name as keyof Mix] as fc.Arbitrary<Step["op"]> };
    }),
  );
  return fc.record({ afterMs: fc.nat(120), waits: fc.boolean(), op });
}

const begin = fc.integer({ min: 0, max: CHAOS_MS - 400 });
const long = fc.integer({ min: 10, max: 900 });

/** A span that is over before the chaos is. */
const span = fc.tuple(begin, long).map(([atMs, forMs]) => {
  return { atMs, forMs: Math.min(forMs, CHAOS_MS - atMs) };
});

type Kind = Fault["kind"] | "part" | "rate";

/** What can go wrong with these nodes. Clocks go wrong by rate and by jumps. */
function fault(
  nodes: readonly NodeId[],
  servers: readonly NodeId[],
  kinds: readonly Kind[],
): fc.Arbitrary<Fault> {
  const node = fc.constantFrom(...nodes);
  const pair = fc.tuple(node, node).filter(([a, b]) => a !== b);
  const link = pair.map(([a, b]) => ({ from: [a], to: [b] }));
  const all: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    crash: fc
      .tuple(fc.constantFrom(...nodes, ...servers), fc.constantFrom("luck", "lost", "torn"), span)
      .map(([which, unsynced, when]) => ({ kind: "crash", node: which, unsynced, ...when })),
    pause: fc.tuple(node, span).map(([which, when]) => ({ kind: "pause", node: which, ...when })),
    cut: fc.tuple(link, fc.boolean(), span).map(([ends, oneWay, when]) => {
      return { kind: "cut", ...ends, oneWay, ...when };
    }),
    // Some servers, and whoever of the clients, on one side; the others on the other.
    part: fc
      .tuple(fc.subarray([...nodes], { minLength: 1, maxLength: nodes.length - 1 }), span)
      .map(([side, when]) => {
        const others = nodes.filter((each) => !side.includes(each));
        return { kind: "cut", from: side, to: others, ...when };
      }),
    break: fc.tuple(pair, begin).map(([between, atMs]) => ({ kind: "break", between, atMs })),
    stall: fc.tuple(link, span).map(([ends, when]) => ({ kind: "stall", ...ends, ...when })),
    delay: fc.tuple(node, fc.integer({ min: 5, max: 60 }), span).map(([from, byMs, when]) => {
      return { kind: "delay", from: [from], byMs, ...when };
    }),
    // A clock that never jumps, but is not quite right.
    rate: fc.tuple(node, fc.integer({ min: 96, max: 104 })).map(([which, percent]) => {
      return { kind: "skew", node: which, rate: percent / 100, atMs: 0 };
    }),
    skew: fc
      .tuple(node, fc.integer({ min: -500, max: 500 }), fc.integer({ min: 96, max: 104 }), span)
      .map(([which, byMs, percent, when]) => {
        return { kind: "skew", node: which, byMs, rate: percent / 100, ...when };
      }),
  };
  return fc.oneof(...kinds.map((kind) => all[kind] as fc.Arbitrary<Fault>));
}

/** What a property asks for: what its clients do most, and what goes wrong. */
export type Emphasis = {
  readonly mix: Mix;
  readonly faults: readonly Kind[];
  readonly steps: number;
  readonly closes?: boolean;
  readonly readOnly?: boolean;
};

export function plans({ mix, faults, steps, closes, readOnly }: Emphasis): fc.Arbitrary<Plan> {
  const asking: fc.Arbitrary<Asking> = fc.record({
    timeoutMs: fc.constantFrom(200, 300, 500),
    readOnly: readOnly ? fc.boolean() : fc.constant(false),
    closes: closes ? fc.boolean() : fc.constant(false),
    steps: fc.array(step(mix), { maxLength: steps, size: "max" }),
  });
  return fc
    .record({
      seed: fc.noShrink(fc.nat()),
      servers: fc.constantFrom(3, 3, 3, 5),
      snapshotEvery: fc.constantFrom(6, 20, 1000),
      syncMs: fc.constantFrom(1, 1, 8),
      clients: fc.array(asking, { minLength: 1, maxLength: 3, size: "max" }),
    })
    .chain((calm) => {
      const servers = serversOf(calm);
      const nodes = [...servers, ...clientsOf(calm)];
      const wrong = fc.array(fault(nodes, servers, faults), { maxLength: 6, size: "max" });
      return wrong.map((each): Plan => ({ ...calm, faults: each }));
    });
}
