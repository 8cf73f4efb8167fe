/** A consumer beside a scripted broker whose log has something to read. */

import type { KafkaHost } from "../../lib/broker/client.ts";
import { type ConsumerOptions, createConsumer } from "../../lib/broker/consumer.ts";
import type { Consumer, ConsumerRecord } from "../../lib/broker/kafka.ts";
import type { Batch } from "../../lib/broker/messages.ts";
import { type Kept, play, type Scene } from "./scripted.ts";

const brokers = ["b"];
const t0 = { topic: "t", partition: 0 };

/** Puts a batch with these values at the end of a partition. */
export function write(
  { batches, leaderEpoch }: Kept,
  values: readonly string[],
  partition = 0,
): void {
  const log = batches[partition] as Batch[];
  const baseOffset = log.reduce((sum, { records }) => sum + records.length, 0);
  const records = values.map((value) => ({ key: null, value, timestampMs: 0 }));
  log.push({ baseOffset, leaderEpoch, records, bytes: 1, maxTimestampMs: 0, sequenced: null });
}

/** Lets a consumer, which reads partition 0 unless told, run beside a broker that has "a" to "e". */
export async function consume(
  program: (consumer: Consumer, kept: Kept, host: KafkaHost) => Promise<void>,
  options: Partial<ConsumerOptions> = {},
  scene: Scene = {},
) {
  return play(async (host, kept) => {
    write(kept, ["a", "b", "c"]);
    write(kept, ["d", "e"]);
    const consumer = createConsumer(host, { brokers, ...options });
    consumer.assign([t0]);
    await program(consumer, kept, host);
  }, scene);
}

export function values(records: readonly ConsumerRecord[]): string {
  return records.map(({ value }) => value).join("");
}
