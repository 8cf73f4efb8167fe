/** What happens to a cluster of brokers in one trial, as data: its topic, what its clients do, and what goes wrong. */

import fc from "fast-check";
import type { Acks, TopicConfig } from "quorumlab/broker";
import type { Fault, NodeId } from "quorumlab/sim";
import { CHAOS_MS } from "../ensemble/troubles.ts";
import { type Trouble, trouble } from "./troubles.ts";

/** One message, so long after the one before; `waits` for its own answer before the next. */
export type Step = {
  readonly afterMs: number;
  readonly key: string;
  readonly waits: boolean;
  /** Larger than any broker takes. */
  readonly isTooLarge: boolean;
};

export type Sending = {
  readonly acks: Acks;
  readonly idempotence: boolean;
  readonly lingerMs: number;
  readonly deliveryTimeoutMs: number;
  readonly steps: readonly Step[];
};

/** A member of the group: when it joins, how long it works on what a poll gives, and when it leaves, if before the end. */
export type Consuming = {
  readonly assignor: "range" | "roundrobin" | "sticky";
  readonly joinsMs: number;
  readonly workMs: number;
  readonly leavesMs: number | null;
  /** Commits before it has worked on what it has read, and does not wait, or after. */
  readonly waits: boolean;
};

/** What an operator does: more partitions, the preferred leader again, a topic of another name deleted and made anew. */
export type Operating = {
  readonly atMs: number;
  readonly does: "createPartitions" | "electPreferred" | "makeAnew";
};

export type Plan = {
  readonly seed: number;
  readonly brokers: number;
  readonly servers: number;
  readonly partitions: number;
  readonly config: TopicConfig;
  readonly syncMs: number;
  readonly producers: readonly Sending[];
  readonly consumers: readonly Consuming[];
  readonly operations: readonly Operating[];
  readonly faults: readonly Fault[];
};

export const REPLICAS = 3;
/** How long a producer may take that is not in a hurry: longer than anything goes wrong. */
export const PATIENCE_MS = 3000;

/** The cluster has this long to come up. Then things go wrong, and clients work. */
export const UP_MS = 400;
/** Every fault is over, and clients ask for nothing new. */
export const QUIET_MS = UP_MS + CHAOS_MS;
/** By now everybody has come back, and all that was written is read once more. */
export const FINAL_MS = QUIET_MS + 1500;
export const END_MS = FINAL_MS + 600;

function named(prefix: string, count: number): NodeId[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
}

/** The servers of the ensemble, the brokers, and the clients by what they do. */
export function nodesOf(plan: Pick<Plan, "servers" | "brokers" | "producers" | "consumers">) {
  return {
    servers: named("s", plan.servers),
    brokers: named("b", plan.brokers),
    producers: named("p", plan.producers.length),
    consumers: named("c", plan.consumers.length),
  };
}

/** What a property asks for: who does what, and what goes wrong. */
export type Emphasis = {
  readonly faults: readonly Trouble[];
  /** Whom the faults may hit besides brokers and clients. */
  readonly servers?: number;
  readonly troubles?: number;
  readonly config?: fc.Arbitrary<TopicConfig>;
  readonly acks?: readonly Acks[];
  /** How many messages a producer sends at most, and how long it waits between them at most. */
  readonly steps?: number;
  readonly gapMs?: number;
  /** Some producers give up early, some send what is too large. */
  readonly impatient?: boolean;
  readonly consumers?: number;
  readonly operations?: readonly Operating["does"][];
  readonly maxPartitions?: number;
};

const step = (gapMs: number, isTooLarge: fc.Arbitrary<boolean>): fc.Arbitrary<Step> =>
  fc.record({
    isTooLarge,
    afterMs: fc.nat(gapMs),
    key: fc.constantFrom("k1", "k2", "k3", "k4"),
    waits: fc.boolean(),
  });

const large = fc.nat(19).map((nth) => nth === 19);

function sending({
  acks = ["all"],
  steps = 20,
  gapMs = 80,
  impatient,
}: Emphasis): fc.Arbitrary<Sending> {
  return fc.record({
    acks: fc.constantFrom(...acks),
    idempotence: acks.includes(1) || acks.includes(0) ? fc.constant(false) : fc.constant(true),
    lingerMs: fc.constantFrom(0, 5, 20),
    deliveryTimeoutMs: impatient
      ? fc.constantFrom(250, 400, PATIENCE_MS)
      : fc.constant(PATIENCE_MS),
    steps: fc.array(step(gapMs, impatient ? large : fc.constant(false)), {
      maxLength: steps,
      size: "max",
    }),
  });
}

const consuming: fc.Arbitrary<Consuming> = fc.record({
  assignor: fc.constantFrom("range", "roundrobin", "sticky"),
  joinsMs: fc.nat(700),
  workMs: fc.constantFrom(0, 5, 60),
  leavesMs: fc.option(fc.integer({ min: 700, max: CHAOS_MS }), { freq: 3 }),
  waits: fc.boolean(),
});

function operating(does: readonly Operating["does"][]): fc.Arbitrary<Operating[]> {
  const one = fc.record({ atMs: fc.nat(CHAOS_MS), does: fc.constantFrom(...does) });
  return fc.array(one, { maxLength: 3 });
}

export function plans(emphasis: Emphasis): fc.Arbitrary<Plan> {
  const { faults, troubles = 6, consumers = 0, operations = [], maxPartitions = 2 } = emphasis;
  const { servers: hit = 0, config = fc.constant({ minInsyncReplicas: 2 }) } = emphasis;
  return fc
    .record({
      seed: fc.noShrink(fc.nat()),
      brokers: fc.constant(3),
      servers: fc.constant(hit === 0 ? 1 : hit),
      partitions: fc.integer({ min: 1, max: maxPartitions }),
      config,
      // A session opens only when the servers can agree on it before the client tries the next.
      syncMs: hit === 0 ? fc.constantFrom(1, 10, 40) : fc.constantFrom(1, 10),
      producers: fc.array(sending(emphasis), { minLength: 1, maxLength: 2, size: "max" }),
      consumers: fc.array(consuming, {
        minLength: Math.min(1, consumers),
        maxLength: consumers,
        size: "max",
      }),
      operations: operations.length === 0 ? fc.constant([]) : operating(operations),
    })
    .chain((calm) => {
      const { servers, brokers, producers, consumers: members } = nodesOf(calm);
      const cast = { servers, brokers, clients: [...producers, ...members] };
      const whom = hit === 0 ? brokers : [...brokers, ...servers];
      const wrong = fc.array(trouble(cast, whom, faults), { maxLength: troubles, size: "max" });
      return wrong.map((each): Plan => {
        const later = each.flat().map((fault) => ({ ...fault, atMs: fault.atMs + UP_MS }));
        return { ...calm, faults: later };
      });
    });
}
