/**
 * How much is needed. One idea carries it all: work arrives at `eventsPerSecond × serviceMs / 1000`
 * seconds of work per second, and a consumer does one second of it per second.
 */

import { checkNotNegative, checkPositive, checkSome, checkWhole } from "./input.ts";

/** What arrives, and how long one consumer is busy with one event. */
export type Load = { readonly eventsPerSecond: number; readonly serviceMs: number };

/**
 * Rounds up. A value within one part in 10^9 of a whole number is that number: 110.00000000000001
 * is 110.
 */
function roundUp(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - nearest) <= nearest * 1e-9 ? nearest : Math.ceil(value);
}

/** Seconds of work that arrive in a second: how many consumers are busy at any time, on average. */
function busyConsumers(load: Load): number {
  checkNotNegative("eventsPerSecond", load.eventsPerSecond);
  checkPositive("serviceMs", load.serviceMs);
  return (load.eventsPerSecond * load.serviceMs) / 1000;
}

/** How many events one consumer can do in a second: 10 at 100 ms each. */
export function eventsPerSecondPerConsumer(serviceMs: number): number {
  checkPositive("serviceMs", serviceMs);
  return 1000 / serviceMs;
}

/**
 * How many consumers keep up when the work is spread evenly: 100 for 1000 events/s at 100 ms each,
 * 125 with a headroom of 0.25.
 * @param load.headroom the share of extra load to be ready for; 0 unless told
 */
export function consumersNeeded(load: Load & { readonly headroom?: number }): number {
  const { headroom = 0 } = load;
  checkNotNegative("headroom", headroom);
  return roundUp(busyConsumers(load) * (1 + headroom));
}

/**
 * The share of its time that a consumer is busy when the work is spread evenly. Above 1 the backlog
 * only grows.
 */
export function utilisation(load: Load & { readonly consumers: number }): number {
  checkWhole("consumers", load.consumers, 1);
  return busyConsumers(load) / load.consumers;
}

/**
 * How many partitions a topic needs: one for each consumer of its largest group (each group reads
 * all of them), rounded up so that every broker leads equally many.
 */
export function partitionsNeeded(topic: {
  readonly consumersPerGroup: readonly number[];
  readonly brokers?: number;
}): number {
  const { consumersPerGroup, brokers = 1 } = topic;
  checkSome("consumersPerGroup", consumersPerGroup);
  for (const consumers of consumersPerGroup) checkWhole("consumers of a group", consumers, 1);
  checkWhole("brokers", brokers, 1);
  return Math.ceil(Math.max(...consumersPerGroup) / brokers) * brokers;
}

/** How a group shares out a topic whose events spread evenly over its partitions. */
export type Sharing = {
  /** Consumers without a partition: a partition has one consumer of a group at a time. */
  readonly idleConsumers: number;
  readonly busiestPartitions: number;
  readonly busiestEventsPerSecond: number;
  /**
   * Of the consumer with the most partitions. Above 1 its backlog only grows, however idle the
   * others are.
   */
  readonly busiestUtilisation: number;
};

/** Who reads how much when a group shares out partitions as evenly as whole partitions allow. */
export function sharing(
  group: Load & { readonly partitions: number; readonly consumers: number },
): Sharing {
  const { partitions, consumers } = group;
  checkWhole("partitions", partitions, 1);
  checkWhole("consumers", consumers, 1);
  const busiestPartitions = Math.ceil(partitions / consumers);
  return {
    idleConsumers: Math.max(0, consumers - partitions),
    busiestPartitions,
    busiestEventsPerSecond: (group.eventsPerSecond * busiestPartitions) / partitions,
    busiestUtilisation: (busyConsumers(group) * busiestPartitions) / partitions,
  };
}

/**
 * How long a backlog takes to vanish while new events keep coming; Infinity when nothing is left
 * over for it.
 */
export function catchUpSeconds(
  load: Load & { readonly consumers: number; readonly backlogEvents: number },
): number {
  checkNotNegative("backlogEvents", load.backlogEvents);
  checkWhole("consumers", load.consumers, 1);
  const spareConsumers = load.consumers - busyConsumers(load);
  if (load.backlogEvents === 0) return 0;
  const workSeconds = (load.backlogEvents * load.serviceMs) / 1000;
  return spareConsumers > 0 ? workSeconds / spareConsumers : Infinity;
}

/** What all brokers together keep: rate × record size × retention × replication. */
export function retentionBytes(topic: {
  readonly eventsPerSecond: number;
  readonly recordBytes: number;
  readonly days: number;
  readonly replicas: number;
}): number {
  checkNotNegative("eventsPerSecond", topic.eventsPerSecond);
  checkNotNegative("recordBytes", topic.recordBytes);
  checkNotNegative("days", topic.days);
  checkWhole("replicas", topic.replicas, 1);
  return topic.eventsPerSecond * topic.recordBytes * topic.days * 86_400 * topic.replicas;
}
