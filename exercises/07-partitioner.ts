// Chapter 7 · Which partition, in which order                          solution: 3 functions, 5 lines

/*
 * A topic promises an order in one place only: within a partition. Records of one key are read in the order in which
 * they were sent, if all of them go to one partition, and if the producer gets them there in that order.
 */

/**
 * The partition of a key.
 *
 * Given  the hash of the key, a whole number of 32 bits with its sign, from -2³¹ to 2³¹ - 1; how many partitions the
 *        topic has, at least 1
 * Return a partition, from 0 to `partitions` - 1
 * Keep   what Kafka's own clients do, or two programs look for one key in two places: of the hash they drop the
 *        highest bit, which is its sign, and take the remainder of what is left, as a number from 0 to 2³¹ - 1
 *
 *   partitionOf(7, 4)  →  3
 */
export function partitionOf(hash: number, partitions: number): number {
  throw new Error("partitionOf: your turn");
}

/**
 * A topic gets more partitions. What is written stays where it is; but which keys go elsewhere from now on, so that
 * their old records and their new ones stand in two partitions, in no order?
 *
 * Given  the hashes of keys; how many partitions there are before and after (`after` is the larger)
 * Return the hashes of those keys, in the order given
 *
 *   moved([0, 1, 2], 2, 3)  →  [2]
 */
export function moved(hashes: readonly number[], before: number, after: number): number[] {
  throw new Error("moved: your turn");
}

/** A record that a producer has accepted, and no broker has acknowledged. */
export type Pending = {
  readonly partition: number;
  /** "new": not sent yet; "underWay": sent, and not answered; "failed": its request failed, so it is to be sent again. */
  readonly state: "new" | "underWay" | "failed";
};

/**
 * Which records the producer sends now: those of one partition in one request, which its leader appends as a whole, in
 * order, or not at all. A request may fail while the one behind it succeeds, and one that failed may have been appended
 * all the same.
 *
 * Given  all that is pending, in the order in which the program sent it
 * Return the indexes of the records to send now, in that order
 * Keep   1. a record is never appended behind a later one of its partition, unless it is there already
 *        2. other than that nobody waits: neither for another partition, nor for a failed record to come alone
 *
 *   sendable([{ partition: 0, state: "failed" }, { partition: 1, state: "new" }])  →  [0, 1]
 */
export function sendable(pending: readonly Pending[]): number[] {
  throw new Error("sendable: your turn");
}
