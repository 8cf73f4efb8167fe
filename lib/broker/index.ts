/**
 * A Kafka-like cluster of brokers, whose state an ensemble keeps, and its clients. Reading order: `kafka` says what
 * clients can do, `messages` what is said, `decisions` what is decided, each in one place. Then a broker: `state` is
 * what it is made of, `log` what it keeps; `leading` and `following` replicate it, as `replicas` is told by the
 * controller, which is `office` with `changes` and `records`, elected in `registration`; `coordinator` keeps `groups`
 * (with `membership`, `rebalance` and `offsets`); `requests` hands out what comes in, and `broker` puts it all together.
 * A client is `client` under `producer`, `consumer` and `admin`, with `partitioner` and `assignors`. `cluster` makes all
 * of it for a scenario.
 *
 * Left out: transactions, static members, ids that a coordinator gives out, a wait of empty groups for more members,
 * cooperative rebalancing, compaction, quotas, racks, compression, fetching from followers, and the KRaft controllers
 * that have replaced ZooKeeper in Kafka 4.
 */
export { createAdmin } from "./admin.ts";
export type { Assignment, Assignor, AssignorName, Subscription } from "./assignors.ts";
export { assignors } from "./assignors.ts";
export { broker } from "./broker.ts";
export { type ClusterOptions, cluster, type Program } from "./cluster.ts";
export { createConsumer } from "./consumer.ts";
export { OFFSETS } from "./coordinator.ts";
export type { EpochStart, Progress } from "./decisions.ts";
export {
  checkSequence,
  electLeader,
  endOf,
  highWatermark,
  joinsInSync,
  staysInSync,
  truncationPoint,
} from "./decisions.ts";
export { CODES, type ErrorCode, KafkaError } from "./errors.ts";
export type {
  Acks,
  Admin,
  Consumer,
  ConsumerRecord,
  Message,
  NewTopic,
  Offset,
  OffsetSpec,
  PartitionDescription,
  Producer,
  RebalanceListener,
  Sent,
  TopicConfig,
  TopicPartition,
} from "./kafka.ts";
export type { Answer, Batch, BrokerMessage, EpochEnd, Image, Request } from "./messages.ts";
export { partitionFor } from "./partitioner.ts";
export { createProducer } from "./producer.ts";
export type { Broker, BrokerOptions, Replica } from "./state.ts";
