/** What happens to an ensemble in one trial, as data: how large it is, what its clients ask, and what goes wrong. */

import fc from "fast-check";
import type { CreateMode } from "quorumlab/ensemble";
import type { Fault, NodeId } from "quorumlab/sim";

export const TICK_MS = 50;
/** Faults and requests begin before this, and every fault is over. */
export const CHAOS_MS = 1500;
/** How long a healthy ensemble may take to elect, to take everybody back, and to answer. */
export const CALM_MS = 1600;

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
  readonly syncLimit: number;
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

function step(mix: Mix, gapMs: number): fc.Arbitrary<Step> {
  const op = fc.oneof(
    ...Object.entries(mix).map(([name, weight]) => {
      return { weight, arbitrary: ops[name as keyof Mix] as fc.Arbitrary<Step["op"]> };
    }),
  );
  return fc.record({ afterMs: fc.nat(gapMs), waits: fc.boolean(), op });
}

const begin = fc.integer({ min: 100, max: CHAOS_MS - 100 });
const long = fc.integer({ min: 10, max: 700 });

/** A span that is over before the chaos is. */
const span = fc.tuple(begin, long).map(([atMs, forMs]) => {
  return { atMs, forMs: Math.min(forMs, CHAOS_MS - atMs) };
});

type Kind =
  | Fault["kind"]
  | "part"
  | "rate"
  | "jump"
  | "blackout"
  | "lag"
  | "lateAnswers"
  | "lateLeader";

/** What can go wrong with these nodes; some of it hits several at once. */
function trouble(
  servers: readonly NodeId[],
  clients: readonly NodeId[],
  kinds: readonly Kind[],
): fc.Arbitrary<Fault[]> {
  const nodes = [...servers, ...clients];
  const node = fc.constantFrom(...nodes);
  const pair = fc.tuple(node, node).filter(([a, b]) => a !== b);
  const link = pair.map(([a, b]) => ({ from: [a], to: [b] }));
  const unsynced = fc.constantFrom("luck", "lost", "torn");
  const all: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    // Several servers lose their power at one moment, and come back one by one.
    blackout: fc
      .tuple(
        fc.subarray([...servers], { minLength: 2 }),
        fc.array(fc.integer({ min: 5, max: 250 }), { minLength: 5, maxLength: 5 }),
        unsynced,
        begin,
      )
      .map(([which, backMs, kept, atMs]) => {
        return which.map((one, i) => {
          const forMs = Math.min(backMs[i] ?? 5, CHAOS_MS - atMs);
          return { kind: "crash", node: one, unsynced: kept, atMs, forMs };
        });
      }),
    crash: fc
      .tuple(fc.constantFrom(...nodes, ...servers), unsynced, span)
      .map(([which, kept, when]) => ({ kind: "crash", node: which, unsynced: kept, ...when })),
    // A server hears nothing for a while, and meanwhile a client has to look for another server.
    lag: fc
      .tuple(
        fc.constantFrom(...servers),
        fc.constantFrom(...clients),
        fc.integer({ min: 80, max: 230 }),
        begin,
      )
      .map(([server, client, forMs, atMs]) => {
        const others = servers.filter((each) => each !== server);
        const lost = others.map((each) => {
          return { kind: "break", between: [client, each], atMs: atMs + 40 };
        });
        return [{ kind: "stall", from: others, to: [server], atMs, forMs }, ...lost];
      }),
    // Answers are late, and before they come the client is not heard any more.
    lateAnswers: fc
      .tuple(
        fc.constantFrom(...clients),
        fc.integer({ min: 100, max: 250 }),
        fc.integer({ min: 100, max: CHAOS_MS - 500 }),
      )
      .map(([client, byMs, atMs]) => {
        const cut = { kind: "cut", from: [client], to: servers, oneWay: true };
        const cutMs = atMs + 350;
        return [
          { kind: "delay", from: servers, to: [client], byMs, atMs, forMs: CHAOS_MS - atMs },
          { ...cut, atMs: cutMs, forMs: CHAOS_MS - cutMs },
        ];
      }),
    // A server sleeps until another one may lead, and when it wakes up its clients are not heard any more.
    lateLeader: fc
      .tuple(
        // Mostly the one with the greatest name, which leads first.
        fc.constantFrom(...servers, ...servers.slice(-1), ...servers.slice(-1)),
        fc.integer({ min: 350, max: 650 }),
        fc.integer({ min: 100, max: 500 }),
      )
      .map(([server, forMs, atMs]) => {
        const awakeMs = atMs + forMs;
        const cut = { kind: "cut", from: clients, to: servers };
        return [
          { kind: "pause", node: server, atMs, forMs },
          { ...cut, atMs: awakeMs + 5, forMs: CHAOS_MS - awakeMs },
        ];
      }),
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
    delay: fc.tuple(node, fc.integer({ min: 5, max: 250 }), span).map(([from, byMs, when]) => {
      return { kind: "delay", from: [from], byMs, ...when };
    }),
    // A clock that never jumps, but is not quite right.
    rate: fc.tuple(node, fc.integer({ min: 98, max: 102 })).map(([which, percent]) => {
      return { kind: "skew", node: which, rate: percent / 100, atMs: 0 };
    }),
    // A server's clock that jumps.
    jump: fc
      .tuple(fc.constantFrom(...servers), fc.integer({ min: -2000, max: 2000 }), span)
      .map(([which, byMs, when]) => ({ kind: "skew", node: which, byMs, ...when })),
    skew: fc
      .tuple(node, fc.integer({ min: -500, max: 500 }), fc.integer({ min: 96, max: 104 }), span)
      .map(([which, byMs, percent, when]) => {
        return { kind: "skew", node: which, byMs, rate: percent / 100, ...when };
      }),
  };
  const arbitraries = kinds.map((kind) => all[kind] as fc.Arbitrary<Fault | Fault[]>);
  return fc.oneof(...arbitraries).map((faults) => [faults].flat());
}

/** What a property asks for: what its clients do most, and what goes wrong. */
export type Emphasis = {
  readonly mix: Mix;
  readonly faults: readonly Kind[];
  /** How many steps a client takes at most, and how long it waits between them at most. */
  readonly steps: number;
  readonly gapMs?: number;
  readonly troubles?: number;
  readonly closes?: boolean;
  readonly readOnly?: boolean;
};

export function plans(emphasis: Emphasis): fc.Arbitrary<Plan> {
  const { mix, faults, steps, gapMs = 120, troubles = 6, closes, readOnly } = emphasis;
  const asking: fc.Arbitrary<Asking> = fc.record({
    timeoutMs: fc.constantFrom(400, 600, 1000, 1000),
    readOnly: readOnly ? fc.boolean() : fc.constant(false),
    closes: closes ? fc.boolean() : fc.constant(false),
    steps: fc.array(step(mix, gapMs), { maxLength: steps, size: "max" }),
  });
  return fc
    .record({
      seed: fc.noShrink(fc.nat()),
      servers: fc.constantFrom(3, 3, 4, 5),
      syncLimit: fc.constantFrom(2, 5),
      snapshotEvery: fc.constantFrom(6, 20, 1000),
      syncMs: fc.constantFrom(1, 5, 15),
      clients: fc.array(asking, { minLength: 1, maxLength: 3, size: "max" }),
    })
    .chain((calm) => {
      const servers = serversOf(calm);
      const wrong = fc.array(trouble(servers, clientsOf(calm), faults), {
        maxLength: troubles,
        size: "max",
      });
      return wrong.map((each): Plan => ({ ...calm, faults: each.flat() }));
    });
}
