/** What a broker is made of, as plain data, and what surrounds it while it handles one event. */

import type { Session, SessionId, ToServer } from "quorumlab/ensemble";
import type { NodeId, Out } from "quorumlab/sim";
import type * as decisions from "./decisions.ts";
import type { Progress } from "./decisions.ts";
import { type ErrorCode, refused } from "./errors.ts";
import type { Groups, Stored } from "./groups.ts";
import type { Offset, TopicConfig, TopicPartition } from "./kafka.ts";
import type { Log } from "./log.ts";
import type {
  BrokerMessage,
  Caller,
  ControllerRequest,
  EpochEnd,
  Fetch,
  Image,
  PartitionState,
  Said,
  TopicState,
} from "./messages.ts";

/** The decisions that exercises replace. */
export type BrokerDecisions = Omit<typeof decisions, "checkSequence" | "REMEMBERED_BATCHES">;

export type BrokerOptions = Partial<BrokerDecisions> & {
  /** The servers of the ensemble that keeps the cluster's state. */
  readonly ensemble: readonly NodeId[];
  /** How long the broker's session may be silent before others take it for dead: 400 ms unless told; Kafka: 18 s. */
  readonly sessionTimeoutMs?: number;
  /** After how long a follower that lags is out of sync: 300 ms unless told; Kafka: 30 s. */
  readonly replicaLagTimeMaxMs?: number;
  /** How long a request to another broker may take: 200 ms unless told; Kafka: 30 s. */
  readonly requestTimeoutMs?: number;
  /** How often the broker looks at what may be deleted: every 500 ms unless told; Kafka: 5 min. */
  readonly retentionCheckMs?: number;
  /** The largest batch: 1,048,588 bytes unless told. */
  readonly maxMessageBytes?: number;
  /** The partitions and replicas of __consumer_offsets: 1 and 1 unless told; Kafka: 50 and 3. */
  readonly offsetsPartitions?: number;
  readonly offsetsReplicas?: number;
};

/** What surrounds a broker while it handles one event. */
export type Turn = {
  readonly broker: Broker;
  readonly nowMs: number;
  readonly out: Out<BrokerMessage | ToServer>;
  readonly options: Required<BrokerOptions>;
};

export type Broker = {
  /** For pictures: whether it is the controller. */
  role: string;
  readonly id: NodeId;
  session: Session;
  /** The session that it has registered with, and the transaction that did it; 0 while there is none. */
  registeredBy: SessionId;
  brokerEpoch: number;
  /** What it has asked the ensemble for, by the number of the request. */
  readonly asked: Map<number, Asked>;
  /** Its office, while it is the controller. */
  office: Office | undefined;
  /** What the newest controller has told; of the epoch -1 at first. */
  image: Image;
  /** The brokers and clients with a live connection, and since when. */
  readonly connected: Map<NodeId, number>;
  /** The number of its newest call to another broker, or request to the ensemble. */
  calls: number;
  /** Logs that the disk has kept and nobody has asked for yet. */
  readonly unclaimed: Map<string, Log>;
  readonly replicas: Map<string, Replica>;
  retentionAtMs: number;
  /** What its clock has shown last, and by how much it has been set back in all. */
  dateMs: number;
  setBackMs: number;
};

/** What an answer of the ensemble is about. `office` says of which time in office: an older one is over. */
export type Asked =
  | { readonly of: "nothing" | "registration" | "controller" }
  /** `held` is the epoch of its office, if it has it already. */
  | { readonly of: "epoch"; readonly held: number | undefined }
  | { readonly of: "reading"; readonly office: number; readonly path: string }
  | { readonly of: "writing"; readonly office: number };

/** What a controller has to do, one after the other. */
export type Task =
  | { readonly kind: "read"; readonly path: string }
  | { readonly kind: "heal" }
  | { readonly kind: "request"; readonly request: ControllerRequest; readonly caller?: Caller };

/** A time in office as the controller. All that it knows is in the ensemble; it alone writes there. */
export type Office = {
  readonly epoch: number;
  /** The version of /controller_epoch: while it has this one, nobody else has become controller. */
  readonly epochVersion: number;
  /** Numbers this time in office. */
  readonly number: number;
  /** The registered brokers, with the epochs of their registrations; and those that it has found while it reads. */
  brokers: Map<NodeId, number>;
  found: Map<NodeId, number>;
  readonly topics: Map<string, TopicState>;
  readonly tasks: Task[];
  /** The task under way: how many answers are missing to what it reads, or what it writes. */
  doing: { readonly task: Task; missing: number; readonly changes: readonly Change[] } | undefined;
};

/** A change of what the ensemble keeps: of one partition's state, or of a topic, which may lose or gain partitions. */
export type Change =
  | (TopicPartition & { readonly kind: "partition"; readonly state: PartitionState })
  | { readonly kind: "topic"; readonly topic: string; readonly state: TopicState }
  | { readonly kind: "noTopic"; readonly topic: string };

export type Replica = TopicPartition & {
  readonly topicId: number;
  config: TopicConfig;
  /** As the controller has told it last. */
  state: PartitionState;
  readonly log: Log;
  /** Everything before it is committed. */
  highWatermark: Offset;
  part: Leading | Following | { readonly kind: "idle" };
};

export type Leading = {
  readonly kind: "leading";
  /** Where the log ended when this term began. */
  readonly epochStart: Offset;
  readonly followers: Map<NodeId, Follower>;
  /** The in-sync replicas that it has asked the controller for, with their registrations. */
  proposed: { readonly isr: ReadonlyMap<NodeId, number>; sentMs: number; call: number } | undefined;
  /** Fetches that wait for something to send. */
  parked: { readonly caller: Caller; readonly request: Fetch; readonly untilMs: number }[];
  /** Writes that wait until everything before an offset is committed. */
  writes: { readonly end: Offset; readonly untilMs: number; readonly upon: Upon }[];
  /** The groups that a partition of __consumer_offsets keeps, as soon as they are read. */
  groups: Groups | undefined;
};

/** What comes of a write when it is committed. */
export type Upon =
  | { readonly kind: "answer"; readonly caller: Caller; readonly baseOffset: Offset }
  | { readonly kind: "stored"; readonly then: Stored };

export type Follower = Progress & {
  readonly brokerEpoch: number;
  /** When it fetched last, and where the leader's log ended then. */
  readonly fetchedMs: number;
  readonly leaderEnd: Offset;
};

export type Following = {
  readonly kind: "following";
  readonly leader: NodeId;
  /** The fetch that is under way. */
  asked: { readonly call: number; readonly sentMs: number } | undefined;
};

/** The state of a partition of which nothing is known yet. */
export const NOBODY: PartitionState = {
  replicas: [],
  leader: null,
  brokerEpoch: -1,
  leaderEpoch: -1,
  isr: [],
  partitionEpoch: -1,
};

export function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** Where an epoch ends in a log. */
export function epochEnd({ options }: Turn, epoch: number, log: Log): EpochEnd {
  const { epochs, end } = log;
  return options.endOf(epoch, epochs, end);
}

/** Whether there is a connection to a peer; calls it if not. */
export function reach({ broker, out }: Turn, peer: NodeId): boolean {
  if (broker.connected.has(peer)) return true;
  out.connect(peer);
  return false;
}

/** By the connection that the request came by, or not at all: the next life of a client may number its calls alike. */
export function answer({ broker, out }: Turn, { from, call, since }: Caller, said: Said): void {
  if (broker.connected.get(from) === since) out.send(from, { ...said, call });
}

export function refuse(turn: Turn, caller: Caller, code: ErrorCode): void {
  answer(turn, caller, refused(code));
}
