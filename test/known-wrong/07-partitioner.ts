/** Mistakes in choosing partitions and in keeping the order within them. */

import type { Patch } from "./patch.ts";

const file = "solutions/07-partitioner.ts";
const kafkas = "every key has a partition, and it is the one that Kafka's clients choose";
const growing = "when a topic grows, exactly the keys that go to another partition are told";
const ordered = "every partition gets its records in the order of sending, whatever request fails";
const eager = "no record waits without need, and every partition keeps its order";

const remainder = "return (hash & 0x7fffffff) % partitions;";

export const patches: readonly Patch[] = [
  {
    name: "takes the absolute value of the hash",
    file,
    from: remainder,
    to: "return Math.abs(hash) % partitions;",
    origin: "Apache Pinot before #8221 and many others: in Java |-2³¹| is negative",
    caughtBy: kafkas,
  },
  {
    name: "takes the absolute value of the remainder",
    file,
    from: remainder,
    to: "return Math.abs(hash % partitions);",
    origin:
      "sarama's hash partitioner: a Go and a Java service look for one key in two places (#1114)",
    caughtBy: kafkas,
  },
  {
    name: "keeps the sign of the remainder",
    file,
    from: remainder,
    to: "return hash % partitions;",
    origin:
      "the Pub/Sub connector for Kafka Connect: selectPartition returns a negative value (#104)",
    caughtBy: kafkas,
  },
  {
    name: "takes the hash for a number without a sign",
    file,
    from: remainder,
    to: "return (hash >>> 0) % partitions;",
    origin:
      "librdkafka's and ruby-kafka's CRC32 partitioners, with which sarama did not agree (#2430)",
    caughtBy: kafkas,
  },
  {
    name: "thinks that only new partitions take keys over",
    file,
    from: "partitionOf(hash, before) !== partitionOf(hash, after)",
    to: "partitionOf(hash, after) >= before",
    origin: "consistent hashing, which Kafka does not do",
    caughtBy: growing,
  },
  {
    name: "thinks that keys stay when the number is multiplied",
    file,
    from: "(hash) => partitionOf(hash, before)",
    to: "(hash) => after % before > 0 && partitionOf(hash, before)",
    origin: "the beginner's first idea: as if each partition were split by a line drawn through it",
    caughtBy: growing,
  },
  {
    name: "sends what is new while older records are under way",
    file,
    from: "busy.has(partition)",
    to: 'busy.has(partition) && pending[index]?.state === "underWay"',
    origin: "retries with max.in.flight.requests.per.connection above 1, without idempotence",
    caughtBy: ordered,
  },
  {
    name: "puts what has failed behind what is new",
    file,
    from: "(busy.has(partition) ?",
    to: `(busy.has(partition) ||
      (pending[index]?.state === "failed" &&
        pending.some((each) => each.partition === partition && each.state === "new")) ?`,
    origin: "librdkafka's retry queue before #1092",
    caughtBy: ordered,
  },
  {
    name: "sends again what has not been answered yet",
    file,
    from: "busy.has(partition)",
    to: "partition < 0",
    origin: "a time-out of the client that is shorter than the broker's",
    caughtBy: ordered,
  },
  {
    name: "has one request under way, whichever its partition",
    file,
    from: "busy.has(partition)",
    to: "busy.size > 0",
    origin:
      "max.in.flight.requests.per.connection = 1: it counts for the connection (librdkafka #1969)",
    caughtBy: eager,
  },
  {
    name: "sends one record at a time to each partition",
    file,
    from: "busy.has(partition)",
    to: "busy.has(partition) || pending.findIndex((each) => each.partition === partition) < index",
    origin: "waiting for every send before the next: order is kept, batches are not made",
    caughtBy: eager,
  },
];
