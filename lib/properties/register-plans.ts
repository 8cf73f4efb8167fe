/** Plans for a register: random ones, and ones in which what a property is about happens often. */

import fc from "fast-check";
import type { Fault, NodeId } from "quorumlab/sim";
import { CLIENTS, type Plan, replicasOf, type Step } from "./registered.ts";

const ALL = [...CLIENTS, ...replicasOf({ replicas: 5 })];
const seed = fc.noShrink(fc.integer({ min: 0 }));
const replicas = fc.integer({ min: 3, max: 5 });
const client = fc.constantFrom(...CLIENTS);
const replica = fc.constantFrom(...replicasOf({ replicas: 3 }));
const atMs = fc.integer({ min: 0, max: 100 });
const forMs = fc.integer({ min: 10, max: 120 });

const step: fc.Arbitrary<Step> = fc.record({
  client,
  kind: fc.constantFrom("read" as const, "write" as const),
  atMs: fc.integer({ min: 0, max: 150 }),
});

const probability = fc.constantFrom(0.1, 0.3, 0.6);
const span = { atMs, forMs };
const sideOf = (nodes: readonly NodeId[]) => fc.subarray([...nodes], { minLength: 1 });

/** The network falls into two parts, with clients in both. */
const cut: fc.Arbitrary<Fault> = fc
  .record({
    clients: fc.subarray(CLIENTS, { minLength: 1, maxLength: 2 }),
    replicas: fc.subarray(replicasOf({ replicas: 5 }), { minLength: 1, maxLength: 3 }),
    ...span,
  })
  .map(({ clients, replicas, ...when }) => {
    const from = [...clients, ...replicas];
    return { kind: "cut", from, to: ALL.filter((node) => !from.includes(node)), ...when };
  });

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { arbitrary: cut, weight: 3 },
  fc.record({
    kind: fc.constant("crash" as const),
    node: fc.oneof(replica, client),
    unsynced: fc.constantFrom("luck" as const, "lost" as const),
    ...span,
  }),
  fc.record({ kind: fc.constant("pause" as const), node: replica, ...span }),
  fc.record({ kind: fc.constantFrom("drop" as const, "duplicate" as const), probability, ...span }),
  fc.record({
    kind: fc.constant("reorder" as const),
    probability,
    byMs: fc.integer({ min: 10, max: 80 }),
    ...span,
  }),
  fc.record({
    kind: fc.constant("delay" as const),
    from: client.map((node) => [node]),
    to: sideOf(replicasOf({ replicas: 3 })),
    byMs: fc.integer({ min: 5, max: 60 }),
    ...span,
  }),
);

/** Faults among the replicas that there are. */
function fitted(plan: Plan): Plan {
  const known = (nodes: readonly NodeId[]) =>
    nodes.filter((node) => CLIENTS.includes(node) || replicasOf(plan).includes(node));
  const faults = plan.faults.map((each): Fault => {
    return each.kind === "cut" ? { ...each, from: known(each.from), to: known(each.to) } : each;
  });
  return { ...plan, faults };
}

export const chaos: fc.Arbitrary<Plan> = fc
  .record({
    seed,
    replicas: fc.constantFrom(3, 4, 4, 5),
    steps: fc.array(step, { minLength: 1, maxLength: 24, size: "max" }),
    faults: fc.array(fault, { maxLength: 5 }),
  })
  .map(fitted);

/** c1's write reaches a minority much earlier than the others; c2 and c3 read meanwhile, and c3 may not reach them. */
export const slowWrite: fc.Arbitrary<Plan> = fc
  .record({
    seed,
    replicas: fc.constantFrom(3, 5),
    early: fc.integer({ min: 1, max: 2 }),
    byMs: fc.integer({ min: 40, max: 65 }),
    isCut: fc.boolean(),
    reads: fc.array(fc.record({ client: fc.constantFrom("c2", "c3"), afterMs: fc.nat(60) }), {
      minLength: 1,
      maxLength: 16,
      size: "max",
    }),
    faults: fc.array(fault, { maxLength: 1 }),
  })
  .map(({ early, byMs, isCut, reads, faults, ...plan }) => {
    const all = replicasOf(plan);
    const first = all.slice(0, Math.min(early, (all.length - 1) / 2));
    const to = all.slice(first.length);
    const slow: Fault = { kind: "delay", from: ["c1"], to, byMs, atMs: 0 };
    const blind: Fault[] = isCut ? [{ kind: "cut", from: ["c3"], to: first, atMs: 0 }] : [];
    // Until c1 has asked, there is nothing to read.
    const steps = reads.map(({ client, afterMs }): Step => {
      return { client, kind: "read", atMs: byMs + afterMs };
    });
    const write: Step = { client: "c1", kind: "write", atMs: 0 };
    return fitted({ ...plan, steps: [write, ...steps], faults: [slow, ...blind, ...faults] });
  });

/** Fewer than half of the replicas are dead or cut off, and nothing else goes wrong. */
export const minorityGone: fc.Arbitrary<Plan> = fc
  .record({
    seed,
    replicas,
    steps: fc.array(step, { minLength: 1, maxLength: 6 }),
    gone: fc.subarray([1, 2], { minLength: 1 }),
    kind: fc.constantFrom("crash" as const, "cut" as const),
  })
  .map(({ gone, kind, ...plan }) => {
    const all = replicasOf(plan);
    const nodes = gone.slice(0, Math.ceil(all.length / 2) - 1).map((i) => `s${i}`);
    const others = [...CLIENTS, ...all].filter((node) => !nodes.includes(node));
    const faults: Fault[] =
      kind === "cut"
        ? [{ kind, from: nodes, to: others, atMs: 0 }]
        : nodes.map((node) => ({ kind, node, atMs: 1 }));
    return { ...plan, steps: plan.steps.map((each) => ({ ...each, client: "c1" })), faults };
  });

/** One write, and reads after it has come to rest. */
export const calm: fc.Arbitrary<Plan> = fc
  .record({ seed, replicas: fc.constantFrom(3, 5), client })
  .map(({ client: reader, ...plan }) => {
    const steps: Step[] = [
      { client: "c1", kind: "write", atMs: 0 },
      { client: reader, kind: "read", atMs: 100 },
    ];
    return { ...plan, steps, faults: [] };
  });
