/** The broker room's client interfaces over a real Apache Kafka: what was built on the one runs on the other unchanged. */

import {
  type Acks,
  type Admin,
  type Assignor,
  type AssignorName,
  type Consumer,
  assignors as known,
  type Producer,
} from "quorumlab/broker";
import { checkNumber, checkWord } from "quorumlab/ensemble";
import { RealAdmin } from "./admin.ts";
import { Cluster } from "./cluster.ts";
import { RealConsumer, type Reset } from "./consumer.ts";
import { Membership } from "./group.ts";
import { RealProducer } from "./producer.ts";
import { addressesOf } from "./servers.ts";

/** How long a broker may be silent. Source: request.timeout.ms. */
const REQUEST_MS = 30_000;

export type ConnectProducerOptions = {
  /** "all" unless told; then a message that is sent again is not written twice. */
  readonly acks?: Acks;
  /** How long a message may take, with all that is tried again: 120,000 ms unless told. */
  readonly deliveryTimeoutMs?: number;
  /** What brokers call this client in their logs. */
  readonly clientId?: string;
};

/**
 * A producer over a real Kafka. Nothing is sent before the first message.
 *
 * Values: a string goes as UTF-8.
 *
 * @param servers "host:port,host:port": some of the brokers
 * @throws RangeError when something given makes no sense
 */
export async function connectProducer(
  servers: string,
  { acks = "all", deliveryTimeoutMs = 120_000, clientId }: ConnectProducerOptions = {},
): Promise<Producer> {
  checkWord("connectProducer: acks", String(acks), "0", "1", "all");
  checkNumber("connectProducer: deliveryTimeoutMs", deliveryTimeoutMs);
  const open = await opener("connectProducer", servers, clientId);
  return new RealProducer(open(), acks, deliveryTimeoutMs);
}

export type ConnectConsumerOptions = {
  /** The group to share partitions with, and to store offsets with. Without it the consumer reads what it assigns itself. */
  readonly group?: string;
  /** "latest" unless told. */
  readonly autoOffsetReset?: Reset;
  /** The assignors that it would have, the best one first: "range" unless told. */
  readonly assignors?: readonly AssignorName[];
  /** How long the group waits for a sign of life: 45,000 ms unless told. */
  readonly sessionTimeoutMs?: number;
  /** 3,000 ms unless told. */
  readonly heartbeatIntervalMs?: number;
  /** Who does not poll for longer leaves the group; and so long the others wait for it: 300,000 ms unless told. */
  readonly rebalanceTimeoutMs?: number;
  /** What brokers call this client in their logs, and the beginning of its member id. */
  readonly clientId?: string;
};

/**
 * A consumer over a real Kafka. Offsets are stored only when `commit` is called.
 *
 * Values: what comes back is a string when it is UTF-8, and bytes otherwise.
 *
 * @param servers "host:port,host:port": some of the brokers
 * @throws RangeError when something given makes no sense
 */
export async function connectConsumer(
  servers: string,
  {
    group,
    autoOffsetReset = "latest",
    assignors = ["range"],
    sessionTimeoutMs = 45_000,
    heartbeatIntervalMs = 3_000,
    rebalanceTimeoutMs = 300_000,
    clientId,
  }: ConnectConsumerOptions = {},
): Promise<Consumer> {
  checkWord("connectConsumer: autoOffsetReset", autoOffsetReset, "earliest", "latest", "none");
  const chosen = assignors.map((name): [string, Assignor] => {
    checkWord("connectConsumer: an assignor", name, ...Object.keys(known));
    return [name, known[name]];
  });
  const times = { sessionTimeoutMs, heartbeatIntervalMs, rebalanceTimeoutMs };
  for (const [name, ms] of Object.entries(times)) checkNumber(`connectConsumer: ${name}`, ms);
  const open = await opener("connectConsumer", servers, clientId);
  const cluster = open();
  if (group === undefined) return new RealConsumer(cluster, undefined, autoOffsetReset);
  const options = { group, assignors: new Map(chosen), ...times };
  const membership = new Membership(cluster, open(rebalanceTimeoutMs), options);
  return new RealConsumer(cluster, membership, autoOffsetReset);
}

export type ConnectAdminOptions = {
  /** How long to look for a broker that can answer: 60,000 ms unless told. */
  readonly timeoutMs?: number;
  readonly clientId?: string;
};

/**
 * An admin over a real Kafka. Brokers learn of a change a moment after it is done.
 *
 * @param servers "host:port,host:port": some of the brokers
 * @throws RangeError when something given makes no sense
 */
export async function connectAdmin(
  servers: string,
  { timeoutMs = 60_000, clientId }: ConnectAdminOptions = {},
): Promise<Admin & { close(): Promise<void> }> {
  checkNumber("connectAdmin: timeoutMs", timeoutMs);
  const open = await opener("connectAdmin", servers, clientId);
  return new RealAdmin(open(), timeoutMs);
}

/** Loads the npm client: whoever connects to no Kafka does without it. */
async function opener(
  what: string,
  servers: string,
  clientId = "quorumlab",
): Promise<(waitMs?: number) => Cluster> {
  const addresses = addressesOf(what, servers, 9092);
  const kafka = await import("@platformatic/kafka");
  return (waitMs = 0) => new Cluster(kafka, addresses, clientId, waitMs + REQUEST_MS);
}
