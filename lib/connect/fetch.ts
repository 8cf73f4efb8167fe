/** What a consumer asks leaders for, and the records of a partition out of the batches in which they travel. */

import type { RecordsBatch } from "@platformatic/kafka";
import type { ConsumerRecord, Offset, TopicPartition } from "quorumlab/broker";
import type { Cluster } from "./cluster.ts";
import { dataOf } from "./data.ts";

/** What is fetched at once, of all partitions and of one. Source: fetch.max.bytes, max.partition.fetch.bytes. */
const MAX_BYTES = 52_428_800;
const MAX_PARTITION_BYTES = 1_048_576;
/** Every fetch says everything. Source: KIP-227. */
const NO_SESSION = [0, -1] as const;
/** Among a batch's attributes: the broker has stamped it; and it has only marks, of transactions. */
const STAMPED = 8;
const IS_CONTROL = 32;

/** From which offset of a partition. */
export type Wanted = { readonly of: TopicPartition; readonly from: Offset };
type Asked = Wanted & { readonly leader: Awaited<ReturnType<Cluster["leader"]>> };

/** What came, and the offset to go on from; or Kafka's code. */
export type Fetched = Wanted & {
  readonly code: number;
  readonly records: readonly ConsumerRecord[];
  readonly next: Offset;
};

/**
 * Asks every leader once.
 *
 * @param maxWaitMs how long a leader waits for something to send
 * @returns what came, and what went wrong where nothing did
 */
export async function fetchAll(
  cluster: Cluster,
  wanted: readonly Wanted[],
  maxWaitMs: number,
): Promise<{ readonly fetched: readonly Fetched[]; readonly failures: readonly unknown[] }> {
  const asked = await Promise.allSettled(
    wanted.map(
      async (each): Promise<Asked> => ({ ...each, leader: await cluster.leader(each.of) }),
    ),
  );
  const shares = Map.groupBy(valuesOf(asked), ({ leader }) => `${leader.host}:${leader.port}`);
  const answers = await Promise.allSettled(
    [...shares.values()].map((share) => fetchFrom(cluster, share, maxWaitMs)),
  );
  const failed = [...asked, ...answers].filter((each) => each.status === "rejected");
  return { fetched: valuesOf(answers).flat(), failures: failed.map(({ reason }) => reason) };
}

function valuesOf<T>(settled: readonly PromiseSettledResult<T>[]): T[] {
  return settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
}

/** @param share what one leader leads */
async function fetchFrom(
  cluster: Cluster,
  share: readonly Asked[],
  maxWaitMs: number,
): Promise<Fetched[]> {
  const [first] = share;
  if (first === undefined) return [];
  const topics = share.map(({ of, from, leader }) => {
    const own = { partition: of.partition, currentLeaderEpoch: leader.epoch, lastFetchedEpoch: -1 };
    const sizes = { fetchOffset: BigInt(from), partitionMaxBytes: MAX_PARTITION_BYTES };
    return { topicId: of.topic, partitions: [{ ...own, ...sizes }] };
  });
  const limits = [maxWaitMs, 1, MAX_BYTES, 0, ...NO_SESSION] as const;
  const answer = await cluster.ask(first.leader, "fetch", ...limits, topics, [], "");
  return answer.responses.flatMap(({ topicId: topic, partitions }) =>
    partitions.flatMap(({ partitionIndex: partition, errorCode: code, records: batches }) => {
      const asked = share.find(({ of }) => of.topic === topic && of.partition === partition);
      if (asked === undefined) return [];
      const { of, from } = asked;
      return { of, from, code, ...recordsOf(of, from, batches ?? []) };
    }),
  );
}

/** @param from the offset that was asked for: the first batch may begin before it */
function recordsOf(
  { topic, partition }: TopicPartition,
  from: Offset,
  batches: readonly RecordsBatch[],
): Pick<Fetched, "records" | "next"> {
  const records = batches.flatMap((batch) => {
    const { firstOffset, firstTimestamp, maxTimestamp, attributes } = batch;
    if (attributes & IS_CONTROL) return [];
    return batch.records.map(({ offsetDelta, timestampDelta, key, value }) => ({
      topic,
      partition,
      offset: Number(firstOffset) + offsetDelta,
      key: key && dataOf(key),
      value: value && dataOf(value),
      timestampMs: Number(attributes & STAMPED ? maxTimestamp : firstTimestamp + timestampDelta),
    }));
  });
  const ends = batches.map((batch) => Number(batch.firstOffset) + batch.lastOffsetDelta + 1);
  return { records: records.filter(({ offset }) => offset >= from), next: Math.max(from, ...ends) };
}
