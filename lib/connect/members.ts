/**
 * What the members of a group tell each other, which brokers only carry: what a member wants and had, and what it gets.
 * Source: ConsumerProtocolSubscription.json, ConsumerProtocolAssignment.json.
 */

import type * as npm from "@platformatic/kafka";
import { type Assignor, KafkaError, type TopicPartition } from "quorumlab/broker";
import type { Cluster, Said } from "./cluster.ts";

type Kafka = typeof npm;
type Member = {
  readonly topics: readonly string[];
  readonly owned: readonly TopicPartition[];
  readonly generation: number;
};

/** The first version that says what a member owned, and since which generation. */
const version = 2;

export function encodeMember(kafka: Kafka, { topics, owned, generation }: Member): Buffer {
  const own = { topics: [...topics], ownedPartitions: byTopic(owned), generationId: generation };
  return kafka.encodeConsumerProtocolSubscription({ version, ...own });
}

function decodeMember(kafka: Kafka, bytes: Buffer): Member {
  const { topics, ownedPartitions, generationId } = kafka.decodeConsumerProtocolSubscription(bytes);
  return { topics, owned: oneByOne(ownedPartitions), generation: generationId };
}

function encodeShare(kafka: Kafka, share: readonly TopicPartition[]): Buffer {
  return kafka.encodeConsumerProtocolAssignment({ version, assignedPartitions: byTopic(share) });
}

export function decodeShare(kafka: Kafka, bytes: Buffer): TopicPartition[] {
  return oneByOne(kafka.decodeConsumerProtocolAssignment(bytes).assignedPartitions);
}

/** How many partitions topics have. */
export type Counts = Readonly<Record<string, number>>;

export async function countsOf(cluster: Cluster, topics: readonly string[]): Promise<Counts> {
  const counts = topics.map(async (name): Promise<[string, number]> => {
    const topic = await cluster.topic(name).catch((error: unknown) => {
      if (error instanceof KafkaError) return { partitions: [] };
      throw error;
    });
    return [name, topic.partitions.length];
  });
  return Object.fromEntries(await Promise.all(counts));
}

/** As the group's leader: who gets what. */
export async function shareOut(
  cluster: Cluster,
  members: Said<"joinGroup">["members"],
  assignor: Assignor,
): Promise<{ shares: { memberId: string; assignment: Buffer }[]; counts: Counts }> {
  const { kafka } = cluster;
  const subscriptions = members.map(({ memberId, metadata }) => {
    return { memberId, ...decodeMember(kafka, metadata) };
  });
  const topics = new Set(subscriptions.flatMap((member) => member.topics));
  cluster.forget();
  const counts = await countsOf(cluster, [...topics]);
  const shares = Object.entries(assignor(subscriptions, counts));
  return {
    shares: shares.map(([memberId, share]) => ({
      memberId,
      assignment: encodeShare(kafka, share),
    })),
    counts,
  };
}

function byTopic(partitions: readonly TopicPartition[]): npm.GroupAssignment[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  }
  return [...topics].map(([topic, own]) => ({ topic, partitions: own }));
}

function oneByOne(topics: readonly npm.GroupAssignment[]): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}
