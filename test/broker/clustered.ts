/** A cluster of three brokers with the topic "t", and what tests ask of it. */

import type { ClientHost, Replies } from "quorumlab/ensemble";
import { type Fault, type NodeId, type Run, simulate } from "quorumlab/sim";
import { createAdmin } from "../../lib/broker/admin.ts";
import { cluster } from "../../lib/broker/cluster.ts";
import { createConsumer } from "../../lib/broker/consumer.ts";
import type { NewTopic } from "../../lib/broker/kafka.ts";

export type Host = ClientHost<Replies>;

export const brokers: readonly NodeId[] = ["b1", "b2", "b3"];

export type Clustered = {
  readonly seed?: number;
  /** Two partitions of three replicas unless told. */
  readonly topic?: Partial<NewTopic>;
  readonly faults?: readonly Fault[];
  readonly forMs?: number;
};

/** Runs programs, each on its own host, from 500 ms on. */
export function withCluster(
  programs: Readonly<Record<NodeId, (host: Host) => Promise<void>>>,
  { seed = 1, topic, faults = [], forMs = 5000 }: Clustered = {},
): Promise<Run> {
  const topics = [{ topic: "t", partitions: 2, replicas: 3, ...topic }];
  const sizes = { brokers: brokers.length, servers: 3, offsetsReplicas: 3 };
  const servers = cluster(programs, { ...sizes, topics });
  return simulate({ seed, servers, faults, forMs });
}

/** Who leads partition 0 of "t" at first: whatever else happens later, with this seed it is this broker. */
export async function firstLeader(seed = 1): Promise<NodeId> {
  let leader: NodeId | null = null;
  const app = async (host: Host) => {
    const [first] = await createAdmin(host, { brokers }).describeTopic("t");
    leader = first?.leader ?? null;
  };
  await withCluster({ app }, { seed, forMs: 700 });
  return leader ?? "nobody";
}

/** All values of partition 0 of "t", in order. */
export async function readAll(host: Host): Promise<unknown[]> {
  const consumer = createConsumer(host, { brokers, autoOffsetReset: "earliest" });
  consumer.assign([{ topic: "t", partition: 0 }]);
  const values: unknown[] = [];
  let polled = await consumer.poll(1000);
  for (; polled.length > 0; polled = await consumer.poll(300)) {
    values.push(...polled.map(({ value }) => value));
  }
  return values;
}
