/** An admin over a real Kafka: each call is one request, and says what Kafka said. */

import type {
  Admin,
  KafkaError,
  NewTopic,
  Offset,
  OffsetSpec,
  PartitionDescription,
  TopicConfig,
  TopicPartition,
} from "quorumlab/broker";
import { type Cluster, isPassing } from "./cluster.ts";

/** How long a broker may take over a request. Source: request.timeout.ms. */
const REQUEST_MS = 30_000;

/** How Kafka calls what a topic can be told, and in which words. */
const CONFIGS: {
  readonly [K in keyof TopicConfig]-?: readonly [string, (value: never) => string];
} = {
  minInsyncReplicas: ["min.insync.replicas", String],
  uncleanLeaderElection: ["unclean.leader.election.enable", String],
  segmentBytes: ["segment.bytes", String],
  retentionMs: ["retention.ms", (ms: number) => (ms === Infinity ? "-1" : String(ms))],
  retentionBytes: ["retention.bytes", String],
};

export class RealAdmin implements Admin {
  private readonly cluster: Cluster;
  private readonly timeoutMs: number;

  constructor(cluster: Cluster, timeoutMs: number) {
    this.cluster = cluster;
    this.timeoutMs = timeoutMs;
  }

  async createTopic({ topic, partitions, replicas, config = {} }: NewTopic): Promise<void> {
    const configs = Object.entries(config).map(([key, value]) => {
      const [name, worded] = CONFIGS[key as keyof TopicConfig];
      return { name, value: worded(value as never) };
    });
    const sizes = { numPartitions: partitions, replicationFactor: replicas };
    const request = { name: topic, ...sizes, assignments: [], configs };
    await this.change(`createTopic ${topic}`, async () => {
      const answer = await this.cluster.askAny("createTopics", [request], REQUEST_MS, false);
      return answer.topics[0]?.errorCode;
    });
  }

  async deleteTopic(topic: string): Promise<void> {
    await this.change(`deleteTopic ${topic}`, async () => {
      const answer = await this.cluster.askAny("deleteTopics", [{ name: topic }], REQUEST_MS);
      return answer.responses[0]?.errorCode;
    });
  }

  async createPartitions(topic: string, partitions: number): Promise<void> {
    const request = { name: topic, count: partitions, assignments: null };
    await this.change(`createPartitions ${topic}`, async () => {
      const answer = await this.cluster.askAny("createPartitions", [request], REQUEST_MS, false);
      return answer.results[0]?.errorCode;
    });
  }

  async electLeader(
    { topic, partition }: TopicPartition,
    election: "preferred" | "unclean",
  ): Promise<void> {
    const number = election === "preferred" ? 0 : 1;
    await this.change(`electLeader ${topic}-${partition}`, async () => {
      const sent = [number, topic, partition, REQUEST_MS] as const;
      const answer = await this.cluster.askAny("electLeaders", ...sent);
      return answer.errorCode || answer.results[0]?.partitions[0]?.errorCode;
    });
  }

  async describeTopic(topic: string): Promise<readonly PartitionDescription[]> {
    const found = await this.ask(`describeTopic ${topic}`, async (what) => {
      const { topics } = await this.cluster.metadata([topic]);
      this.cluster.check(topics[0]?.errorCode ?? -1, what);
      return topics[0]?.partitions ?? [];
    });
    return found
      .map((each) => ({
        partition: each.partitionIndex,
        leader: each.leaderId === -1 ? null : String(each.leaderId),
        leaderEpoch: each.leaderEpoch,
        replicas: each.replicaNodes.map(String),
        isr: each.isrNodes.map(String),
      }))
      .sort((a, b) => a.partition - b.partition);
  }

  listOffset(partition: TopicPartition, spec: OffsetSpec): Promise<Offset | null> {
    // Partitions may have been added since.
    this.cluster.forget();
    return this.ask("listOffset", () => listOffset(this.cluster, partition, spec));
  }

  /** Stops asking. The interface knows no end of an admin: ours has no connections to close. */
  close(): Promise<void> {
    return this.cluster.close();
  }

  /** What may have changed something is not repeated: the second answer would be about the first. */
  private async change(what: string, attempt: () => Promise<number | undefined>): Promise<void> {
    await this.ask(
      what,
      async () => this.cluster.check((await attempt()) ?? -1, what),
      (error) => isPassing(error) && !error.unknownOutcome,
    );
  }

  private ask<T>(
    what: string,
    attempt: (what: string) => Promise<T>,
    mayRepeat: (error: KafkaError) => boolean = isPassing,
  ): Promise<T> {
    return this.cluster.persist(performance.now() + this.timeoutMs, () => attempt(what), mayRepeat);
  }
}

/** Kafka's numbers for the ends of a log, where a time stands otherwise. */
const SPECS = { latest: -1n, earliest: -2n };

/** Asks a partition's leader. @throws KafkaError */
export async function listOffset(
  cluster: Cluster,
  { topic, partition }: TopicPartition,
  spec: OffsetSpec,
): Promise<Offset | null> {
  const leader = await cluster.leader({ topic, partition });
  const timestamp = typeof spec === "string" ? SPECS[spec] : BigInt(spec.timestampMs);
  const asked = { partitionIndex: partition, currentLeaderEpoch: leader.epoch, timestamp };
  const answer = await cluster.ask(leader, "listOffsets", -1, 0, [
    { name: topic, partitions: [asked] },
  ]);
  const found = answer.topics[0]?.partitions[0];
  cluster.check(found?.errorCode ?? -1, `${topic}-${partition}`);
  return found === undefined || found.offset < 0n ? null : Number(found.offset);
}
