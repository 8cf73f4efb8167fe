import type { Consumer, ConsumerRecord } from "quorumlab/broker";

export type Sink = {
  apply(id: string, record: ConsumerRecord): Promise<void>;
};

/**
 * First the effect, for certain, and then the commit: so a crash in between repeats, and skips nothing. A commit that
 * fails is no matter: either the next one says the same and more, or the partition is another's by now.
 */
export async function work(consumer: Consumer, topic: string, sink: Sink): Promise<never> {
  consumer.subscribe([topic]);
  for (;;) {
    const records = await consumer.poll(100);
    for (const record of records) await apply(sink, record);
    await consumer.commit().catch(() => {});
  }
}

/** The record's place is an id that no other record has, and that is the same for whoever reads it, however often. */
async function apply(sink: Sink, record: ConsumerRecord): Promise<void> {
  const { topic, partition, offset } = record;
  await sink.apply(`${topic}-${partition}-${offset}`, record).catch(() => apply(sink, record));
}
