/**
 * What clients, brokers and the controller say to each other. Every request carries the number of its call, and so does
 * its answer. The names are those of Kafka's APIs; Kafka puts what concerns several partitions into one request, here
 * each travels alone.
 */

import type { Data } from "quorumlab/ensemble";
import type { NodeId } from "quorumlab/sim";
import type { Subscription } from "./assignors.ts";
import type { ErrorCode } from "./errors.ts";
import type {
  Acks,
  Election,
  NewTopic,
  Offset,
  OffsetSpec,
  PartitionDescription,
  TopicConfig,
  TopicPartition,
} from "./kafka.ts";

/** Key, value, and when the producer made it. */
export type LogRecord = {
  readonly key: Data | null;
  readonly value: Data | null;
  readonly timestampMs: number;
};

/** Given by a broker, and never twice. */
export type ProducerId = string;

/** Who wrote a batch, so that it is written once: the sequence number of its first record counts per partition. */
export type Sequenced = {
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
  readonly baseSequence: number;
};

/** Records that are appended together. The leader gives them their offsets, one by one from `baseOffset` on. */
export type Batch = {
  readonly baseOffset: Offset;
  /** The term of the leader that appended it. */
  readonly leaderEpoch: number;
  readonly records: readonly LogRecord[];
  readonly bytes: number;
  readonly maxTimestampMs: number;
  readonly sequenced: Sequenced | null;
};

/** What the controller keeps of a partition, in the ensemble. */
export type PartitionState = Omit<PartitionDescription, "partition"> & {
  /** The registration with which the leader was elected; -1 for none. In another life it has forgotten that it leads. */
  readonly brokerEpoch: number;
  /** The version of its node. */
  readonly partitionEpoch: number;
};

/** `id` is another one when a topic is deleted and made again. */
export type TopicState = {
  readonly id: number;
  readonly config: TopicConfig;
  readonly partitions: readonly PartitionState[];
};

/** All that the controller knows, as it tells every broker after each change. */
export type Image = {
  readonly kind: "image";
  /** null before the first one. */
  readonly controller: NodeId | null;
  readonly controllerEpoch: number;
  /** The brokers that are registered, with the epochs of their registrations. */
  readonly brokers: ReadonlyMap<NodeId, number>;
  readonly topics: ReadonlyMap<string, TopicState>;
};

export type MemberId = string;
type Membership = { readonly group: string; readonly memberId: MemberId };
type InGeneration = Membership & { readonly generation: number };

/** What a member says of itself to whoever assigns: opaque to brokers in Kafka, and only stored here as well. */
export type MemberMetadata = Required<Omit<Subscription, "memberId">>;

export type JoinGroup = Membership & {
  readonly kind: "joinGroup";
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** The assignors that the member knows, the one that it likes best first. */
  readonly protocols: readonly string[];
  readonly metadata: MemberMetadata;
};

export type SyncGroup = InGeneration & {
  readonly kind: "syncGroup";
  /** By the group's leader only: who gets what. */
  readonly assignments: ReadonlyMap<MemberId, readonly TopicPartition[]>;
};

export type OffsetCommit = InGeneration & {
  readonly kind: "offsetCommit";
  /** Generation -1 and no member id: by somebody who is no member. */
  readonly offsets: readonly (TopicPartition & { readonly offset: Offset })[];
};

export type GroupRequest =
  | JoinGroup
  | SyncGroup
  | (InGeneration & { readonly kind: "heartbeat" })
  | (Membership & { readonly kind: "leaveGroup" })
  | OffsetCommit
  | (TopicPartition & { readonly kind: "offsetFetch"; readonly group: string });

export type Produce = TopicPartition & {
  readonly kind: "produce";
  readonly acks: Acks;
  readonly timeoutMs: number;
  readonly records: readonly LogRecord[];
  readonly sequenced: Sequenced | null;
};

export type Fetch = TopicPartition & {
  readonly kind: "fetch";
  readonly offset: Offset;
  /** The term in which the asker believes the leader to be; -1 when it does not know. */
  readonly leaderEpoch: number;
  /** The first batch comes whole, however large it is. */
  readonly maxBytes: number;
  /** How long the leader may wait for something to send. */
  readonly maxWaitMs: number;
  /** By a follower: which topic of that name, and the epochs of its registration and of its last batch (-1 for none). */
  readonly replica?: Readonly<Record<"topicId" | "brokerEpoch" | "lastEpoch", number>>;
};

export type AlterPartition = TopicPartition & {
  readonly kind: "alterPartition";
  /** Of topics of one name the one that is meant. */
  readonly topicId: number;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  /** The in-sync replicas as the leader wants them, with the registrations that it has heard. */
  readonly isr: ReadonlyMap<NodeId, number>;
};

/** What only the controller can do. */
export type ControllerRequest =
  | AlterPartition
  | (NewTopic & { readonly kind: "createTopic" })
  | { readonly kind: "deleteTopic"; readonly topic: string }
  | { readonly kind: "createPartitions"; readonly topic: string; readonly partitions: number }
  | (TopicPartition & { readonly kind: "electLeader"; readonly election: Election });

export type Request =
  | { readonly kind: "metadata" }
  | Produce
  | Fetch
  | (TopicPartition & { readonly kind: "listOffset"; readonly spec: OffsetSpec })
  /** Where the leader's part of an epoch ends: so a consumer notices that what it read was cut off. */
  | (TopicPartition & { readonly kind: "offsetForLeaderEpoch"; readonly epoch: number })
  | { readonly kind: "initProducerId" }
  | { readonly kind: "findCoordinator"; readonly group: string }
  | GroupRequest
  | ControllerRequest;

/** Where an epoch ends in a log: `epoch` is the newest there that is not after the one asked for, if there is one. */
export type EpochEnd = { readonly epoch: number; readonly endOffset: Offset };

export type Answer =
  | {
      readonly kind: "error";
      readonly code: ErrorCode;
      /** With OFFSET_OUT_OF_RANGE: the first offset that is kept. */
      readonly logStart?: Offset;
    }
  | {
      readonly kind: "metadata";
      readonly controller: NodeId | null;
      readonly brokers: readonly NodeId[];
      readonly topics: ReadonlyMap<string, readonly PartitionDescription[]>;
    }
  | { readonly kind: "produced"; readonly baseOffset: Offset }
  | {
      readonly kind: "fetched";
      readonly batches: readonly Batch[];
      readonly highWatermark: Offset;
      readonly logStart: Offset;
    }
  /** The follower has batches that the leader has not. */
  | { readonly kind: "diverging"; readonly end: EpochEnd }
  | { readonly kind: "offset"; readonly offset: Offset | null; readonly leaderEpoch: number }
  | { readonly kind: "epochEnd"; readonly end: EpochEnd }
  | { readonly kind: "producerId"; readonly producerId: ProducerId }
  | { readonly kind: "coordinator"; readonly broker: NodeId }
  | {
      readonly kind: "joined";
      readonly memberId: MemberId;
      readonly generation: number;
      readonly protocol: string;
      readonly leader: MemberId;
      /** To the leader only. */
      readonly members: ReadonlyMap<MemberId, MemberMetadata>;
    }
  | { readonly kind: "synced"; readonly assignment: readonly TopicPartition[] }
  /** It is done, or noted, and there is nothing more to say. */
  | { readonly kind: "done" };

/** A request or an answer on its way. */
export type Call = { readonly call: number };
/** From which controller it comes matters where a controller answers. */
export type Said = Answer & { readonly controllerEpoch?: number };
export type Answered = Said & Call;
export type BrokerMessage = (Request & Call) | Answered | Image;

/** Who waits for an answer, and since when the connection is there that the request came by. */
export type Caller = Call & { readonly from: NodeId; readonly since?: number | undefined };
