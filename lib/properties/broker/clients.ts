/** What clients do in a trial, whatever happens: a producer, a member of the group, and one that reads everything. */

import {
  type ConsumerRecord,
  createConsumer,
  createProducer,
  type KafkaError,
  type TopicPartition,
} from "quorumlab/broker";
import { ANSWERED, ASKED } from "../system.ts";
import {
  type Consuming,
  END_MS,
  FINAL_MS,
  PATIENCE_MS,
  QUIET_MS,
  type Sending,
  UP_MS,
} from "./plan.ts";
import {
  expected,
  GROUP,
  MAX_BYTES,
  type Notes,
  nameOf,
  type Stage,
  TOPIC,
  until,
} from "./stage.ts";

/** Sends its messages, and in the calm one more, which must be acknowledged. */
export async function sends(
  { host, plan, brokers, notes }: Stage,
  sending: Sending,
): Promise<void> {
  const { steps, ...options } = sending;
  const name = lifeOf(host);
  const producer = createProducer(host, { brokers, ...options });

  // Then its batches are all written, so none may be missing.
  const isPatient = options.deliveryTimeoutMs >= PATIENCE_MS;
  const isSound = isPatient && steps.every(({ isTooLarge }) => !isTooLarge);

  async function send(key: string, partition: number, isTooLarge = false): Promise<void> {
    const id = notes.next();
    const value = `v${id}${isTooLarge ? "!".repeat(MAX_BYTES) : ""}`;
    const { acks } = options;
    notes.saw(ASKED);
    notes.take({ kind: "send", id, client: name, partition: `${TOPIC}-${partition}`, value, acks });
    try {
      const { offset } = await producer.send({ topic: TOPIC, partition, key, value });
      notes.saw(ANSWERED);
      notes.take({ kind: "returned", id, outcome: "ok", ...(offset >= 0 && { offset }) });
    } catch (error) {
      expected(error);
      const { code, unknownOutcome } = error as KafkaError;
      notes.take({ kind: "returned", id, outcome: unknownOutcome ? "info" : "fail" });
      if (code === "OUT_OF_ORDER_SEQUENCE_NUMBER" && isSound) {
        notes.accuse(`The leader misses a batch of ${name} before ${value}.`);
      }
    }
  }

  await until(host, UP_MS);
  for (const { afterMs, key, waits, isTooLarge } of steps) {
    await host.sleep(afterMs);
    if (host.trueMs() > QUIET_MS) break;
    const sent = send(key, key.charCodeAt(1) % plan.partitions, isTooLarge);
    if (waits) await sent;
  }
  await until(host, QUIET_MS);
  for (let partition = 0; partition < plan.partitions; partition++) await send("last", partition);
  await producer.close();
}

/** What the judge calls a client: another life is another one, for what the one before had under way may still come. */
function lifeOf(host: Stage["host"]): string {
  return `${host.id}@${Math.round(host.trueMs())}`;
}

/** A member of the group: reads, works, commits what it has worked on, and leaves when it is to. */
export async function consumes(
  { host, brokers, notes }: Stage,
  { assignor, joinsMs, leavesMs, workMs, waits }: Consuming,
): Promise<void> {
  const client = lifeOf(host);
  const consumer = createConsumer(host, {
    brokers,
    group: GROUP,
    assignors: [assignor],
    autoOffsetReset: "earliest",
    sessionTimeoutMs: 300,
    heartbeatIntervalMs: 100,
    rebalanceTimeoutMs: 400,
    maxPollRecords: 5,
  });
  const endMs = leavesMs === null ? FINAL_MS : UP_MS + leavesMs;
  const told = (kind: "revoked" | "assigned") => (partitions: readonly TopicPartition[]) =>
    notes.take({ kind, client, partitions: partitions.map(nameOf) });
  await until(host, UP_MS + joinsMs);
  consumer.subscribe([TOPIC], { revoked: told("revoked"), assigned: told("assigned") });
  while (host.trueMs() < endMs) {
    const records = await consumer.poll(50).catch(nothing);
    noteReads(notes, client, records);
    if (records.length === 0) continue;
    await host.sleep(workMs);
    for (const record of records) notes.done(nameOf(record), record.offset);
    const next = new Map(
      records.map(({ topic, partition, offset }) => {
        return [partition, { topic, partition, offset: offset + 1 }] as const;
      }),
    );
    const committed = consumer.commit([...next.values()]).catch(expected);
    if (waits) await committed;
  }
  await consumer.close().catch(expected);
}

function noteReads(notes: Notes, client: string, records: readonly ConsumerRecord[]): void {
  const byPartition = Map.groupBy(records, nameOf);
  if (byPartition.size === 0) return;
  const reads = [...byPartition].map(([partition, own]) => {
    const seen = own.map(({ offset, value }) => ({ offset, value: String(value) }));
    return { partition, records: seen };
  });
  notes.take({ kind: "poll", id: notes.next(), client, reads });
}

/** Reads everything, slowly and without a group; at the end once more from the beginning. */
export async function readsAll({ host, plan, brokers, notes }: Stage): Promise<void> {
  const partitions = Array.from({ length: plan.partitions }, (_, partition) => {
    return { topic: TOPIC, partition };
  });
  const names = partitions.map(nameOf);
  const reads = async (client: string, endMs: number, pauseMs: number) => {
    const consumer = createConsumer(host, { brokers, autoOffsetReset: "earliest" });
    consumer.assign(partitions);
    notes.take({ kind: "assigned", client, partitions: names });
    while (host.trueMs() < endMs) {
      noteReads(notes, client, await consumer.poll(50).catch(nothing));
      await host.sleep(pauseMs);
    }
    await consumer.close();
  };
  await until(host, UP_MS);
  await reads("reader", QUIET_MS, 40);
  await until(host, FINAL_MS);
  await reads("last reader", END_MS - 100, 0);
  for (const partition of names) notes.take({ kind: "finalPolls", partition });
}

function nothing(error: unknown): readonly ConsumerRecord[] {
  expected(error);
  return [];
}
