/**
 * What clients can do: the one interface that chapters, exercises and properties use. The cluster of this room answers
 * it, and so does a real Apache Kafka. The names are Kafka's.
 */

import type { Data } from "quorumlab/ensemble";
import type { NodeId } from "quorumlab/sim";

/** A record's place in its partition: 0, 1, 2, … */
export type Offset = number;

export type TopicPartition = { readonly topic: string; readonly partition: number };

/** What a producer sends. Without `partition` the key decides, and without a key the producer sticks to one for a while. */
export type Message = {
  readonly topic: string;
  readonly partition?: number;
  readonly key?: Data | null;
  readonly value: Data | null;
  /** The producer's clock unless told. */
  readonly timestampMs?: number;
};

/** Where a message went. The offset is -1 with acks 0: nobody says. */
export type Sent = TopicPartition & { readonly offset: Offset };

export type ConsumerRecord = TopicPartition & {
  readonly offset: Offset;
  readonly key: Data | null;
  readonly value: Data | null;
  readonly timestampMs: number;
};

/** When a write is acknowledged: never, when its leader has it, or when all in-sync replicas have it. */
export type Acks = 0 | 1 | "all";

export type Producer = {
  /** @throws KafkaError when it is certain that the message was not written, or (`unknownOutcome`) when nobody knows */
  send(message: Message): Promise<Sent>;
  /** Waits until everything sent so far is acknowledged or has failed. */
  flush(): Promise<void>;
  /** Flushes, then sends no more. */
  close(): Promise<void>;
};

/** Hears which partitions are taken from a consumer, and which are given to it, while it polls. */
export type RebalanceListener = {
  revoked?(partitions: readonly TopicPartition[]): void | Promise<void>;
  assigned?(partitions: readonly TopicPartition[]): void | Promise<void>;
};

export type Consumer = {
  /** Shares these topics with the other members of its group, from the next poll on. */
  subscribe(topics: readonly string[], listener?: RebalanceListener): void;
  /** Reads these partitions, without a group's assignment. */
  assign(partitions: readonly TopicPartition[]): void;
  assignment(): readonly TopicPartition[];
  /**
   * The next records of the assigned partitions, in order within each; none when `timeoutMs` has passed. Joins and
   * rebalances on the way.
   *
   * @throws KafkaError OFFSET_OUT_OF_RANGE without a reset policy, and what cannot be retried
   */
  poll(timeoutMs: number): Promise<readonly ConsumerRecord[]>;
  /** The offset of the record that comes next. */
  position(partition: TopicPartition): Promise<Offset>;
  seek(partition: TopicPartition, offset: Offset): void;
  /** A paused partition stays assigned, and is not read. */
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /**
   * Stores positions with the group: those of all partitions unless told. The caller may wait for it or not.
   *
   * @param offsets the offset to go on from: of the last record that is done, plus 1
   * @throws KafkaError ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID or REBALANCE_IN_PROGRESS when the group has moved on
   */
  commit(offsets?: readonly (TopicPartition & { readonly offset: Offset })[]): Promise<void>;
  /** What the group has stored; null for nothing. */
  committed(partition: TopicPartition): Promise<Offset | null>;
  /** Leaves the group. Commits nothing, unless the consumer commits by itself. */
  close(): Promise<void>;
};

export type TopicConfig = {
  /** How many in-sync replicas a write with acks "all" needs: 1 unless told. */
  readonly minInsyncReplicas?: number;
  /** Whether a replica that is not in sync may lead when no other can: no unless told. */
  readonly uncleanLeaderElection?: boolean;
  /** After how many bytes a segment is rolled: 1 GiB unless told. */
  readonly segmentBytes?: number;
  /** How long records are kept: a week unless told; Infinity keeps them. */
  readonly retentionMs?: number;
  /** How many bytes of a partition are kept: all unless told. */
  readonly retentionBytes?: number;
};

export type NewTopic = {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly config?: TopicConfig;
};

/** A partition as a broker knows it. */
export type PartitionDescription = {
  readonly partition: number;
  /** null while nobody leads. */
  readonly leader: NodeId | null;
  readonly leaderEpoch: number;
  /** The first is the preferred leader. */
  readonly replicas: readonly NodeId[];
  readonly isr: readonly NodeId[];
};

/** "earliest" is the first offset that is kept, "latest" the one after the last that consumers may read. */
export type OffsetSpec = "earliest" | "latest" | { readonly timestampMs: number };

/** Of the preferred replica, or of any that is alive. */
export type Election = "preferred" | "unclean";

export type Admin = {
  /** @throws KafkaError TOPIC_ALREADY_EXISTS, INVALID_TOPIC_EXCEPTION, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR */
  createTopic(topic: NewTopic): Promise<void>;
  /** @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION */
  deleteTopic(topic: string): Promise<void>;
  /** @param partitions how many the topic has from now on @throws KafkaError INVALID_PARTITIONS */
  createPartitions(topic: string, partitions: number): Promise<void>;
  /** @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION */
  describeTopic(topic: string): Promise<readonly PartitionDescription[]>;
  /** The first offset whose record is at least so new; null when there is none. */
  listOffset(partition: TopicPartition, spec: OffsetSpec): Promise<Offset | null>;
  /**
   * Lets the preferred replica lead again, or any replica that is alive.
   *
   * @throws KafkaError ELECTION_NOT_NEEDED, PREFERRED_LEADER_NOT_AVAILABLE, ELIGIBLE_LEADERS_NOT_AVAILABLE
   */
  electLeader(partition: TopicPartition, election: Election): Promise<void>;
};
