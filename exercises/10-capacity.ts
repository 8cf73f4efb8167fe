// Chapter 10 · How many consumers, how many partitions                  solution: 4 lines in all

/** What arrives, and how long one consumer is busy with one event: whole numbers of at least 1. */
export type Load = { readonly eventsPerSecond: number; readonly serviceMs: number };

/**
 * How many consumers a load needs when its events are spread evenly over them.
 *
 * Given  a load, and how many percent of its time a consumer may be busy (whole, from 1 to 100)
 * Return the smallest number of consumers none of which is busier than that
 * Keep   it is exact: a number of consumers that just fits is the answer, not one more. The inputs
 *        are whole numbers, so you can see to it that nothing is rounded on the way
 *
 *   consumersNeeded({ eventsPerSecond: 1000, serviceMs: 100 }, 100)  →  100
 *   consumersNeeded({ eventsPerSecond: 1000, serviceMs: 100 }, 80)   →  125
 */
export function consumersNeeded(load: Load, busyPercent: number): number {
  throw new Error("consumersNeeded: your turn");
}

/**
 * How many partitions a topic needs.
 *
 * Given  how many consumers each of its groups has (at least one group; every group reads the
 *        whole topic), and how many brokers there are
 * Return the smallest number of partitions that leaves no consumer idle and that the brokers can
 *        lead equally many of
 * Keep   a partition has one consumer of a group at a time
 *
 *   partitionsNeeded([125], 3)  →  126
 */
export function partitionsNeeded(consumersPerGroup: readonly number[], brokers: number): number {
  throw new Error("partitionsNeeded: your turn");
}

/**
 * Whether a group keeps up with a topic.
 *
 * Given  a load whose events spread evenly over a topic's partitions, the number of partitions,
 *        and the number of consumers in the group, which share the partitions as evenly as whole
 *        partitions allow
 * Return true when even the consumer with the most partitions has at most one second of work per
 *        second
 * Keep   partitions and consumers are whole, at least 1, either may be the larger; exact as above
 *
 *   keepsUp({ eventsPerSecond: 1000, serviceMs: 100 }, 125, 125)  →  true
 *   keepsUp({ eventsPerSecond: 1000, serviceMs: 100 }, 80, 80)    →  false
 */
export function keepsUp(load: Load, partitions: number, consumers: number): boolean {
  throw new Error("keepsUp: your turn");
}
