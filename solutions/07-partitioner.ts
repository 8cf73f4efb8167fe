export type Pending = {
  readonly partition: number;
  readonly state: "new" | "underWay" | "failed";
};

/** A mask has an answer for every hash; the absolute value of -2³¹ does not fit into 32 bits. */
export function partitionOf(hash: number, partitions: number): number {
  return (hash & 0x7fffffff) % partitions;
}

/** A remainder by another number is another one for most: even keys that stay do so by chance. */
export function moved(hashes: readonly number[], before: number, after: number): number[] {
  return hashes.filter((hash) => partitionOf(hash, before) !== partitionOf(hash, after));
}

/** While something is under way nobody knows whether it will have to come again, so nothing may pass it by. */
export function sendable(pending: readonly Pending[]): number[] {
  const underWay = pending.filter(({ state }) => state === "underWay");
  const busy = new Set(underWay.map(({ partition }) => partition));
  return pending.flatMap(({ partition }, index) => (busy.has(partition) ? [] : [index]));
}
