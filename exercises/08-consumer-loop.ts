// Chapter 8 · A consumer loop                                            solution: 2 functions, 11 lines

import type { Consumer, ConsumerRecord } from "quorumlab/broker";

/*
 * A worker reads the records of a topic and gives each its effect: it bills a ride, or sends a parcel. It is one of a
 * group. Workers crash, and start again from the beginning of `work`; they sleep, and lose connections; and whenever the
 * group notices, it shares the partitions anew. Then another worker goes on at the offset that the group has committed.
 *
 * An effect happens in the sink, which is another server. It does not know what is in the topic. But it can tell one
 * effect from another by an id.
 */

/** Where effects happen. */
export type Sink = {
  /**
   * Gives a record its effect, unless the sink has seen this id before, from any worker.
   *
   * @throws Error when there was no answer: then nobody knows whether it has happened
   */
  apply(id: string, record: ConsumerRecord): Promise<void>;
};

/**
 * Works for as long as the process lives.
 *
 * Given  a consumer of the group (`lib/broker/kafka.ts` says what it can do), which has not subscribed yet, begins at the
 *        earliest offset, and commits nothing by itself; the topic; the sink
 * Return never
 * Keep   1. every record takes effect: whoever crashes, and whatever answer is lost, none is skipped
 *        2. and none takes effect twice
 *        3. what is done is committed, so that another worker need not do it again
 *        4. whatever `commit` and `apply` throw, the work goes on
 *
 *   3 records in one partition, and nothing goes wrong  →  the sink is given all 3, and each takes effect
 */
export async function work(consumer: Consumer, topic: string, sink: Sink): Promise<never> {
  throw new Error("work: your turn");
}
