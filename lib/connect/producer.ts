/**
 * A producer over a real Kafka. Every partition has a lane: one batch is under way, and what comes meanwhile makes the
 * next. So nothing overtakes, and a repeated batch is known by its sequence number.
 */

import type * as npm from "@platformatic/kafka";
import {
  type Acks,
  KafkaError,
  type Message,
  type Offset,
  type Producer,
  type Sent,
} from "quorumlab/broker";
import type { Cluster } from "./cluster.ts";
import { bytesOf } from "./data.ts";

/** Up to this size messages travel together. Source: batch.size. */
const BATCH_BYTES = 16_384;
/** How long a broker may wait for its in-sync replicas. Source: request.timeout.ms. */
const REPLICAS_MS = 30_000;

type Waiting = {
  readonly record: npm.MessageRecord;
  readonly bytes: number;
  readonly untilMs: number;
  resolve(offset: Offset): void;
  reject(error: unknown): void;
};

export class RealProducer implements Producer {
  private readonly cluster: Cluster;
  private readonly acks: Acks;
  private readonly deliveryTimeoutMs: number;
  private readonly lanes = new Map<string, Lane>();
  /** For each topic the partition that keyless messages go to, and the bytes that it has had. */
  private readonly stuck = new Map<string, { partition: number; bytes: number }>();
  private readonly under = new Set<Promise<unknown>>();
  private isClosed = false;

  constructor(cluster: Cluster, acks: Acks, deliveryTimeoutMs: number) {
    this.cluster = cluster;
    this.acks = acks;
    this.deliveryTimeoutMs = deliveryTimeoutMs;
  }

  send(message: Message): Promise<Sent> {
    if (this.isClosed) throw new Error("send: the producer is closed.");
    const sent = this.deliver(message).finally(() => this.under.delete(sent));
    this.under.add(sent);
    return sent;
  }

  private async deliver({ topic, partition, key, value, timestampMs }: Message): Promise<Sent> {
    const untilMs = performance.now() + this.deliveryTimeoutMs;
    const record = {
      topic,
      key: key == null ? undefined : bytesOf(key),
      value: (value === null ? null : bytesOf(value)) as Buffer,
      timestamp: BigInt(Math.floor(timestampMs ?? Date.now())),
    };
    const bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0);
    const { partitions } = await this.cluster.persist(untilMs, () => this.cluster.topic(topic));
    const to = partition ?? this.partitionOf(topic, record.key, partitions.length, bytes);
    const offset = await new Promise<Offset>((resolve, reject) => {
      const waiting = { record: { ...record, partition: to } as npm.MessageRecord, bytes, untilMs };
      this.lane(topic, to).add({ ...waiting, resolve, reject });
    });
    return { topic, partition: to, offset };
  }

  /** Source: BuiltInPartitioner. */
  private partitionOf(
    topic: string,
    key: Buffer | undefined,
    partitions: number,
    bytes: number,
  ): number {
    if (key !== undefined) return (this.cluster.kafka.murmur2(key) & 0x7fffffff) % partitions;
    let stuck = this.stuck.get(topic);
    if (stuck === undefined || stuck.bytes >= BATCH_BYTES) {
      stuck = { partition: Math.floor(Math.random() * partitions), bytes: 0 };
      this.stuck.set(topic, stuck);
    }
    stuck.bytes += bytes;
    return stuck.partition;
  }

  private lane(topic: string, partition: number): Lane {
    const name = `${topic}-${partition}`;
    const lane = this.lanes.get(name) ?? new Lane(this.cluster, topic, partition, this.acks);
    this.lanes.set(name, lane);
    return lane;
  }

  async flush(): Promise<void> {
    await Promise.allSettled(this.under);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.flush();
    await this.cluster.close();
  }
}

/** The way to one partition. */
class Lane {
  private readonly cluster: Cluster;
  private readonly topic: string;
  private readonly partition: number;
  private readonly acks: Acks;
  private readonly waiting: Waiting[] = [];
  private isUnderWay = false;
  /** Who writes, and the sequence number of its next message. A producer of Kafka's own has one id for all lanes. */
  private identity: { readonly id: bigint; readonly epoch: number; next: number } | undefined;

  constructor(cluster: Cluster, topic: string, partition: number, acks: Acks) {
    this.cluster = cluster;
    this.topic = topic;
    this.partition = partition;
    this.acks = acks;
  }

  add(waiting: Waiting): void {
    this.waiting.push(waiting);
    if (!this.isUnderWay) void this.work();
  }

  private async work(): Promise<void> {
    this.isUnderWay = true;
    while (this.waiting.length > 0) {
      const batch = this.take();
      const untilMs = Math.min(...batch.map((each) => each.untilMs));
      try {
        const base = await this.cluster.persist(untilMs, () => this.write(batch));
        for (const [nth, { resolve }] of batch.entries()) resolve(base === null ? -1 : base + nth);
        if (this.identity) this.identity.next += batch.length;
      } catch (error) {
        // It may have been written, or not: only somebody new can count on from here.
        this.identity = undefined;
        for (const { reject } of batch) reject(error);
      }
    }
    this.isUnderWay = false;
  }

  private take(): Waiting[] {
    let bytes = 0;
    const beyond = this.waiting.findIndex((each, nth) => {
      bytes += each.bytes;
      return nth > 0 && bytes > BATCH_BYTES;
    });
    return this.waiting.splice(0, beyond === -1 ? this.waiting.length : beyond);
  }

  /** @returns the offset of the first message; null when nobody says */
  private async write(batch: readonly Waiting[]): Promise<Offset | null> {
    const { cluster, topic, partition, acks } = this;
    const leader = await cluster.leader({ topic, partition });
    const records = batch.map(({ record }) => record);
    const number = acks === "all" ? -1 : acks;
    const answer = await cluster.ask(
      leader,
      "produce",
      number,
      REPLICAS_MS,
      records,
      await this.sequence(),
    );
    if (typeof answer === "boolean") return null;
    const [found] = answer.responses[0]?.partitionResponses ?? [];
    if (found === undefined) throw new KafkaError("UNKNOWN_SERVER_ERROR", `${topic}-${partition}`);
    cluster.check(found.errorCode, `${topic}-${partition}`);
    return Number(found.baseOffset);
  }

  /** Kafka itself recognizes repeated batches only where all in-sync replicas acknowledge them. */
  private async sequence(): Promise<Partial<npm.CreateRecordsBatchOptions>> {
    const { cluster, topic, partition } = this;
    if (this.acks !== "all") return {};
    if (this.identity === undefined) {
      const answer = await cluster.askAny("initProducerId", null, 0);
      cluster.check(answer.errorCode, "a producer id");
      this.identity = { id: answer.producerId, epoch: answer.producerEpoch, next: 0 };
    }
    const { id, epoch, next } = this.identity;
    const sequences = new cluster.kafka.NumericMap([[`${topic}:${partition}`, next]]);
    return { producerId: id, producerEpoch: epoch, sequences };
  }
}
