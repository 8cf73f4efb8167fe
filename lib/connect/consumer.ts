/**
 * A consumer over a real Kafka: positions, what is fetched from where, and what a group's rebalance does to them.
 *
 * Source: KafkaConsumer, SubscriptionState.
 */

import { setTimeout as sleep } from "node:timers/promises";
import {
  CODES,
  type Consumer,
  type ConsumerRecord,
  KafkaError,
  type Offset,
  type RebalanceListener,
  type TopicPartition,
} from "quorumlab/broker";
import { checkNumber } from "quorumlab/ensemble";
import { listOffset } from "./admin.ts";
import type { Cluster } from "./cluster.ts";
import { type Fetched, fetchAll } from "./fetch.ts";
import type { Membership } from "./group.ts";

/** Where to begin when the group has stored no offset, or when the log has no such offset. */
export type Reset = "earliest" | "latest" | "none";

/** How long a broker waits for new records, and a caller for an answer. Source: fetch.max.wait.ms, default.api.timeout.ms. */
const MAX_WAIT_MS = 500;
const API_MS = 60_000;
/** How long to wait before looking again whether there is something to read. */
const IDLE_MS = 50;

/** A partition that is read: where, or how that is found out. */
type Reading = TopicPartition & { position: Offset | "committed" | "reset"; isPaused: boolean };
type Placed = Reading & { position: Offset };
const nameOf = ({ topic, partition }: TopicPartition) => `${topic}-${partition}`;

function isPlaced(reading: Reading): reading is Placed {
  return typeof reading.position === "number";
}

export class RealConsumer implements Consumer {
  private readonly cluster: Cluster;
  private readonly group: Membership | undefined;
  private readonly reset: Reset;
  private topics: readonly string[] = [];
  private listener: RebalanceListener = {};
  private readings = new Map<string, Reading>();
  private joining: Promise<readonly TopicPartition[]> | undefined;

  constructor(cluster: Cluster, group: Membership | undefined, reset: Reset) {
    this.cluster = cluster;
    this.group = group;
    this.reset = reset;
  }

  subscribe(topics: readonly string[], listener: RebalanceListener = {}): void {
    this.grouped("subscribe").rejoin();
    this.topics = [...topics];
    this.listener = listener;
  }

  assign(partitions: readonly TopicPartition[]): void {
    if (this.topics.length > 0) {
      throw new RangeError("assign: this consumer has subscribed, so that its group assigns.");
    }
    this.read(partitions);
  }

  assignment(): readonly TopicPartition[] {
    return [...this.readings.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  /** What was read before goes on where it was. */
  private read(partitions: readonly TopicPartition[]): void {
    const readings = partitions.map(({ topic, partition }): [string, Reading] => {
      const fresh = { topic, partition, position: "committed", isPaused: false } as const;
      const name = nameOf(fresh);
      return [name, this.readings.get(name) ?? fresh];
    });
    this.readings = new Map(readings);
  }

  async poll(timeoutMs: number): Promise<readonly ConsumerRecord[]> {
    const untilMs = performance.now() + timeoutMs;
    do {
      if (!(await this.isAssigned(untilMs))) continue;
      const readings = [...this.readings.values()];
      const places = await Promise.allSettled(readings.map((reading) => this.place(reading)));
      const records: ConsumerRecord[] = [];
      const lost = places.filter((each) => each.status === "rejected");
      const failures = [
        ...lost.map(({ reason }) => reason),
        ...(await this.fetch(untilMs, records)),
      ];
      // A failure comes again; records do not.
      if (records.length > 0) return records;
      for (const failure of failures) {
        if (!(failure instanceof KafkaError) || !failure.retriable) throw failure;
      }
      if (failures.length > 0) await this.idle(untilMs);
      if (failures.length > 0) this.cluster.forget();
    } while (performance.now() < untilMs);
    return [];
  }

  /** Goes on with what the group does. @returns whether the consumer has its partitions */
  private async isAssigned(untilMs: number): Promise<boolean> {
    const { group, topics, listener } = this;
    if (group === undefined || topics.length === 0) return true;
    group.polled();
    if (this.joining === undefined) {
      if (group.isStable()) return true;
      const taken = this.assignment();
      if (taken.length > 0) await listener.revoked?.(taken);
      this.readings.clear();
      this.joining = group.join(topics);
    }
    const given = await this.soon(untilMs, this.joining);
    if (given === undefined) return false;
    this.read(given);
    await listener.assigned?.(given);
    return group.isStable();
  }

  /** What the group gives; undefined as long as it gives nothing. */
  private async soon(
    untilMs: number,
    joining: Promise<readonly TopicPartition[]>,
  ): Promise<readonly TopicPartition[] | undefined> {
    const late = new AbortController();
    const ms = Math.max(0, untilMs - performance.now());
    const end = sleep(ms, undefined, { signal: late.signal }).catch(() => undefined);
    let isPending = false;
    try {
      const given = await Promise.race([joining, end]);
      isPending = given === undefined;
      return given;
    } finally {
      late.abort();
      if (!isPending) this.joining = undefined;
    }
  }

  /** Finds the position of a partition that has none. @throws KafkaError */
  private async place(reading: Reading): Promise<void> {
    if (reading.position === "committed") {
      const offset = (await this.group?.committed(reading)) ?? null;
      if (offset === null && this.reset === "none") {
        throw new KafkaError("OFFSET_OUT_OF_RANGE", `${nameOf(reading)}: no offset, and no policy`);
      }
      // The application may have moved meanwhile.
      if (reading.position === "committed") reading.position = offset ?? "reset";
    }
    if (reading.position !== "reset" || this.reset === "none") return;
    const offset = await listOffset(this.cluster, reading, this.reset);
    if (reading.position === "reset") reading.position = offset ?? 0;
  }

  private async idle(untilMs: number): Promise<void> {
    const ms = Math.max(0, Math.min(IDLE_MS, untilMs - performance.now()));
    await sleep(ms);
  }

  /** @returns what went wrong */
  private async fetch(untilMs: number, records: ConsumerRecord[]): Promise<unknown[]> {
    const readings = [...this.readings.values()].filter(isPlaced).filter((each) => !each.isPaused);
    if (readings.length === 0) await this.idle(untilMs);
    const wanted = readings.map((of) => ({ of, from: of.position }));
    const waitMs = Math.max(0, Math.min(MAX_WAIT_MS, Math.floor(untilMs - performance.now())));
    const { fetched, failures } = await fetchAll(this.cluster, wanted, waitMs);
    return [...failures, ...fetched.map((each) => this.take(each, records))].filter(Boolean);
  }

  /** Moves on, unless the application or the group has moved meanwhile. @returns what is wrong */
  private take(fetched: Fetched, records: ConsumerRecord[]): unknown {
    const { of, from, code, next } = fetched;
    const reading = this.readings.get(nameOf(of));
    if (reading !== of || reading.position !== from || reading.isPaused) return undefined;
    if (code === CODES.OFFSET_OUT_OF_RANGE && this.reset !== "none") {
      reading.position = "reset";
      return undefined;
    }
    try {
      this.cluster.check(code, nameOf(of));
    } catch (error) {
      return error;
    }
    records.push(...fetched.records);
    reading.position = next;
    return undefined;
  }

  async position(partition: TopicPartition): Promise<Offset> {
    const reading = this.reading("position", partition);
    const untilMs = performance.now() + API_MS;
    await this.cluster.persist(untilMs, () => this.place(reading));
    return reading.position as Offset;
  }

  seek(partition: TopicPartition, offset: Offset): void {
    checkNumber("seek: offset", offset, 0);
    this.reading("seek", partition).position = offset;
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.reading("pause", each).isPaused = true;
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.reading("resume", each).isPaused = false;
  }

  async commit(offsets?: readonly (TopicPartition & { readonly offset: Offset })[]): Promise<void> {
    const group = this.grouped("commit");
    const readings = [...this.readings.values()].filter(isPlaced);
    const all = offsets ?? readings.map((each) => ({ ...each, offset: each.position }));
    if (all.length === 0) return;
    await group.commit(all, this.topics.length > 0, performance.now() + API_MS);
  }

  async committed(partition: TopicPartition): Promise<Offset | null> {
    const group = this.grouped("committed");
    return this.cluster.persist(performance.now() + API_MS, () => group.committed(partition));
  }

  async close(): Promise<void> {
    const taken = this.assignment();
    if (this.topics.length > 0 && taken.length > 0) await this.listener.revoked?.(taken);
    this.readings.clear();
    await this.group?.close();
    await this.cluster.close();
  }

  private reading(what: string, partition: TopicPartition): Reading {
    const reading = this.readings.get(nameOf(partition));
    if (reading !== undefined) return reading;
    throw new RangeError(`${what}: ${nameOf(partition)} is not assigned to this consumer.`);
  }

  private grouped(what: string): Membership {
    if (this.group !== undefined) return this.group;
    throw new RangeError(`${what}: this consumer has no group.`);
  }
}
