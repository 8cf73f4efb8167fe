// Chapter 10 · How many consumers, how many partitions

/** What arrives, and how long one consumer is busy with one event: whole numbers of at least 1. */
export type Load = { readonly eventsPerSecond: number; readonly serviceMs: number };

/**
 * Work per second over what one consumer does of it. One division, of whole numbers: an exact fit
 * stays exact.
 */
export function consumersNeeded(load: Load, busyPercent: number): number {
  return Math.ceil((load.eventsPerSecond * load.serviceMs) / (10 * busyPercent));
}

/** Groups do not share: the largest decides, and the next multiple of the brokers is led evenly. */
export function partitionsNeeded(consumersPerGroup: readonly number[], brokers: number): number {
  return Math.ceil(Math.max(...consumersPerGroup) / brokers) * brokers;
}

/**
 * A group is as fast as the consumer with the most partitions, and partitions do not come in
 * halves.
 */
export function keepsUp(load: Load, partitions: number, consumers: number): boolean {
  const most = Math.ceil(partitions / consumers);
  return load.eventsPerSecond * load.serviceMs * most <= 1000 * partitions;
}
