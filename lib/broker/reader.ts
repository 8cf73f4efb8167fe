/**
 * How a consumer reads one partition: it finds its position, checks it against every new leader, and fetches ahead of
 * it; one step at a time, whether somebody waits for it or not.
 *
 * Source: Fetcher, SubscriptionState; KIP-320 for what follows a change of leader.
 */

import type { Client, Led } from "./client.ts";
import { KafkaError } from "./errors.ts";
import type { ConsumerRecord, Offset, TopicPartition } from "./kafka.ts";
import type { Batch } from "./messages.ts";

/** How much one fetch may bring (Kafka's max.partition.fetch.bytes), and how long it may wait. Kafka: 500 ms. */
const FETCH = { maxBytes: 1_048_576, maxWaitMs: 100 };

export type ReaderSettings = {
  readonly autoOffsetReset: "latest" | "earliest" | "none";
  /** What the group has stored; null for nothing. */
  committed(partition: TopicPartition): Promise<Offset | null>;
};

export type Reader = TopicPartition & {
  isPaused: boolean;
  /** The offset of what `take` gives next; null until it is found. */
  position(): Offset | null;
  seek(offset: Offset): void;
  /** Reads on, unless it has something. @returns resolves after the present step */
  advance(): Promise<void>;
  /** @throws what the last step has met with, unless it passes */
  complain(): void;
  take(atMost: number): ConsumerRecord[];
};

type Place = {
  position: Offset | null;
  /** What comes from there on. */
  fetched: ConsumerRecord[];
  /** The term in which the record before the next fetch was written; -1 when that is not known. */
  epoch: number;
  /** The term of the leader that has found the position right. */
  checkedIn: number;
  failure: unknown;
};

function placeAt(position: Offset | null): Place {
  return { position, fetched: [], epoch: -1, checkedIn: -1, failure: undefined };
}

export function createReader(
  client: Client,
  { topic, partition }: TopicPartition,
  { autoOffsetReset, committed }: ReaderSettings,
): Reader {
  let place = placeAt(null);
  let step: Promise<void> | undefined;

  /** One step. Who seeks meanwhile goes to another place, where what comes of it does not count. */
  async function next(at: Place): Promise<void> {
    try {
      const led = await client.leading({ topic, partition });
      const isNew = at.epoch !== -1 && at.checkedIn !== led.leaderEpoch;
      if (at.position === null) await begin(at, led);
      else await (isNew ? check : fetchFrom)(at, at.position, led);
      at.checkedIn = led.leaderEpoch;
    } catch (error) {
      if (error instanceof KafkaError && error.retriable) await client.backOff();
      else at.failure = error;
    }
  }

  async function begin(at: Place, led: Led): Promise<void> {
    const offset = await committed({ topic, partition });
    if (offset === null) await reset(at, led, "has no committed offset");
    else at.position = offset;
  }

  /** Whether a new leader has what was read before the position. */
  async function check(at: Place, position: Offset, { leader, leaderEpoch }: Led): Promise<void> {
    if (leaderEpoch < at.epoch) {
      // Whoever named this leader has not heard of the one that wrote what was read.
      const what = `${leader} leads ${topic}-${partition} no more`;
      throw client.noted(new KafkaError("FENCED_LEADER_EPOCH", what));
    }
    const request = { kind: "offsetForLeaderEpoch", topic, partition, epoch: at.epoch } as const;
    const { endOffset } = (await client.send(leader, request, "epochEnd")).end;
    if (endOffset >= position) return;
    if (autoOffsetReset === "none") {
      throw nowhere(`was cut off at ${endOffset}, below ${position}`);
    }
    // Under either policy, as in Kafka: what lies before has not changed.
    Object.assign(at, placeAt(endOffset));
  }

  async function fetchFrom(at: Place, offset: Offset, led: Led): Promise<void> {
    const { leader, leaderEpoch } = led;
    const request = { kind: "fetch", topic, partition, offset, leaderEpoch, ...FETCH } as const;
    const timeoutMs = FETCH.maxWaitMs + client.times.requestTimeoutMs;
    try {
      const { batches } = await client.send(leader, request, "fetched", timeoutMs);
      // A batch may begin before the offset that was asked for.
      at.fetched = batches.flatMap(recordsOf).filter((record) => record.offset >= offset);
      at.epoch = batches.at(-1)?.leaderEpoch ?? at.epoch;
    } catch (error) {
      const isOutside = error instanceof KafkaError && error.code === "OFFSET_OUT_OF_RANGE";
      if (!isOutside) throw error;
      await reset(at, led, `has no offset ${offset}`);
    }
  }

  function recordsOf({ baseOffset, records }: Batch): ConsumerRecord[] {
    return records.map((record, i) => ({ topic, partition, offset: baseOffset + i, ...record }));
  }

  /** Begins where the policy says. */
  async function reset(at: Place, { leader }: Led, why: string): Promise<void> {
    if (autoOffsetReset === "none") throw nowhere(why);
    const request = { kind: "listOffset", topic, partition, spec: autoOffsetReset } as const;
    const { offset } = await client.send(leader, request, "offset");
    Object.assign(at, placeAt(offset));
  }

  function nowhere(why: string): KafkaError {
    const what = `${topic}-${partition} ${why}, and autoOffsetReset is "none"`;
    return new KafkaError("OFFSET_OUT_OF_RANGE", what);
  }

  return {
    topic,
    partition,
    isPaused: false,
    position: () => place.position,
    seek(offset) {
      place = placeAt(offset);
    },
    async advance() {
      if (place.fetched.length > 0 || place.failure !== undefined) return;
      step ??= next(place).finally(() => {
        step = undefined;
      });
      await step;
    },
    complain() {
      const { failure } = place;
      place.failure = undefined;
      if (failure !== undefined) throw failure;
    },
    take(atMost) {
      const taken = place.fetched.splice(0, atMost);
      if (taken.length > 0) place.position = (taken.at(-1)?.offset ?? 0) + 1;
      return taken;
    },
  };
}
