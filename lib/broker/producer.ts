/**
 * A producer: it decides which partition a message goes to, and a lane to each partition brings it there.
 *
 * Source: KafkaProducer.
 */

import { checkNumber, checkWord, type Data } from "quorumlab/ensemble";
import { Client, type ClientOptions, type KafkaHost, numbersOf } from "./client.ts";
import { REMEMBERED_BATCHES } from "./decisions.ts";
import { KafkaError } from "./errors.ts";
import { checkMessage } from "./input.ts";
import type { Acks, Message, Producer } from "./kafka.ts";
import { createLane, type Lane, type LaneSettings } from "./lane.ts";
import { sizeOf } from "./log.ts";
import type { LogRecord } from "./messages.ts";
import { partitionFor, type Stuck, stick } from "./partitioner.ts";
import { keyOf } from "./state.ts";

const DEFAULTS = {
  /** Up to which size a batch takes more messages. */
  batchBytes: 16_384,
  /** How many batches of a partition may be under way. (Kafka counts those to a broker.) */
  maxInFlight: 5,
  /**
   * How long a message may take in all, once its topic is known; for the topic it waits as long again. Kafka: 120 s, and
   * 60 s for the topic.
   */
  deliveryTimeoutMs: 2000,
};

export type ProducerOptions = ClientOptions &
  Partial<typeof DEFAULTS> & {
    /** "all" unless told. */
    readonly acks?: Acks;
    /**
     * Whether batches are numbered, so that each is written once and in order. Unless told they are, where acks are
     * "all" and not more than 5 are under way.
     */
    readonly idempotence?: boolean;
    /** How long a batch waits for more messages: 0 ms unless told; Kafka 4: 5 ms. */
    readonly lingerMs?: number;
    /** The partition of a key: `partitionFor` unless told. */
    readonly partitioner?: (key: Data, partitions: number) => number;
  };

/**
 * A producer on a program's host.
 *
 * @throws RangeError when an option makes no sense
 */
export function createProducer(host: KafkaHost, options: ProducerOptions): Producer {
  const client = new Client(host, options);
  const settings = settingsOf(options, client.times.requestTimeoutMs);
  const { partitioner = partitionFor } = options;
  const { batchBytes, deliveryTimeoutMs } = settings;
  const lanes = new Map<string, Lane>();
  const stuck = new Map<string, Stuck>();
  /** What waits for everything sent so far. */
  let finished: Promise<unknown> = Promise.resolve();
  let placed: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  /** Waits until the topic is known, as Kafka's `send` does. */
  async function partitionOf(message: Message, record: LogRecord): Promise<number> {
    checkMessage(message);
    const { topic, partition = 0 } = message;
    const find = async () => {
      const count = (await client.metadata()).topics.get(topic)?.length ?? 0;
      if (partition < count) return count;
      const what = keyOf({ topic, partition });
      throw client.noted(new KafkaError("UNKNOWN_TOPIC_OR_PARTITION", what));
    };
    const partitions = await client.retry(find, { withinMs: deliveryTimeoutMs });
    if (message.partition !== undefined) return partition;
    if (record.key !== null) return keyed(record.key, partitions);
    const limits = { batchBytes, partitions, luck: host.random() };
    const next = stick(stuck.get(topic) ?? null, sizeOf([record]), limits);
    stuck.set(topic, next);
    return next.partition;
  }

  function keyed(key: Data, partitions: number): number {
    const partition = partitioner(key, partitions);
    if (Number.isInteger(partition) && partition >= 0 && partition < partitions) return partition;
    const expected = `expected a whole number from 0 to ${partitions - 1}`;
    throw new RangeError(`The partitioner sends the key "${key}" to ${partition}; ${expected}.`);
  }

  function laneTo(topic: string, partition: number): Lane {
    const make = () => createLane(host, client, { topic, partition }, settings);
    return lanes.getOrInsertComputed(keyOf({ topic, partition }), make);
  }

  async function flush(): Promise<void> {
    for (const lane of lanes.values()) lane.flush();
    await finished;
  }

  return {
    send(message) {
      if (isClosed) return Promise.reject(new Error("send: this producer is closed."));
      const { topic, key = null, value, timestampMs = host.now() } = message;
      const record = { key, value, timestampMs };
      // One after the other, so that what goes to one partition keeps the order of the calls.
      const placing = placed.then(() => partitionOf(message, record));
      placed = placing.catch(() => {});
      const sent = placing.then(async (partition) => {
        const offset = await laneTo(topic, partition).add(record);
        return { topic, partition, offset };
      });
      finished = Promise.allSettled([finished, sent]).then(() => {});
      return sent;
    },
    flush,
    async close() {
      isClosed = true;
      await flush();
    },
  };
}

function settingsOf(options: ProducerOptions, requestTimeoutMs: number): LaneSettings {
  const numbers = numbersOf(DEFAULTS, options);
  const { acks = "all", lingerMs = 0 } = options;
  checkWord("acks", `${acks}`, "0", "1", "all");
  checkNumber("lingerMs", lingerMs, 0);
  checkNumber("deliveryTimeoutMs", numbers.deliveryTimeoutMs, lingerMs + requestTimeoutMs);
  const isPossible = acks === "all" && numbers.maxInFlight <= REMEMBERED_BATCHES;
  const { idempotence = isPossible } = options;
  if (idempotence && !isPossible) {
    const needed = `acks "all" and a maxInFlight of at most ${REMEMBERED_BATCHES}`;
    throw new RangeError(`idempotence is true; it needs ${needed}.`);
  }
  return { ...numbers, acks, lingerMs, idempotence };
}
