/**
 * Transaction ids. The epoch is the upper half, so that a new leader's first transaction follows every older one;
 * comparing two ids is comparing two numbers.
 */

/** epoch × 2³² + counter. The same number names the history that ends with this transaction. */
export type Zxid = number;

const COUNTERS = 2 ** 32;
/** The last transaction of an epoch. */
export const LAST_COUNTER = COUNTERS - 1;

export function zxid(epoch: number, counter: number): Zxid {
  return epoch * COUNTERS + counter;
}

export function epochOf(id: Zxid): number {
  return Math.floor(id / COUNTERS);
}

export function counterOf(id: Zxid): number {
  return id % COUNTERS;
}

/** As ZooKeeper prints it: 0x100000002 is the second transaction of epoch 1. */
export function zxidText(id: Zxid): string {
  return `0x${id.toString(16)}`;
}
