/** What happens to an ensemble in one trial, as data: how large it is, what its clients ask, and what goes wrong. */

import fc from "fast-check";
import type { CreateMode } from "quorumlab/ensemble";
import type { Fault, NodeId } from "quorumlab/sim";
import { type Trouble, trouble } from "./troubles.ts";

export const TICK_MS = 50;
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

/** What a property asks for: what its clients do most, and what goes wrong. */
export type Emphasis = {
  readonly mix: Mix;
  readonly faults: readonly Trouble[];
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
      const wrong = fc.array(trouble({ servers, clients: clientsOf(calm) }, faults), {
        maxLength: troubles,
        size: "max",
      });
      return wrong.map((each): Plan => ({ ...calm, faults: each.flat() }));
    });
}
