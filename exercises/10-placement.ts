// Chapter 10 · Where the replicas go                                    solution: 8 lines

/**
 * Places the partitions of a topic on brokers.
 *
 * Given  the number of partitions (0 or more), the replicas of each (from 1 to the number of
 *        brokers), and the names of the brokers, all different
 * Return for each partition the names of the brokers that keep it; the first of them is its leader
 * Keep   1. a partition's replicas are on different brokers, or one dead broker takes two of them
 *        2. no broker keeps two replicas more than another
 *        3. no broker leads two partitions more than another
 *        4. when the topic grows, nothing moves: partitions that were there stay where they are
 *
 *   place(1, 1, ["a"])            →  [["a"]]
 *   place(8, 2, ["a", "b", "c"])  →  8 pairs: 16 replicas, so that every broker keeps 5 or 6
 */
export function place(
  partitions: number,
  replicas: number,
  brokers: readonly string[],
): string[][] {
  throw new Error("place: your turn");
}
