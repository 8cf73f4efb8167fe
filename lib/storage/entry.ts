/** What an LSM tree is made of: keys with their newest values, in sorted runs. */

/** A key and its value; null is a tombstone, which says that the key was deleted. */
export type Entry = readonly [key: string, value: string | null];

/** Runs as one, sorted, in which each key has the value of the newest run that knows it. @param runs the newest first */
export function merge(...runs: readonly Iterable<Entry>[]): Entry[] {
  const newest = new Map(runs.toReversed().flatMap((run) => [...run]));
  return [...newest].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Cuts into lists, each ended by the item with which it is large enough. */
export function cut<T>(items: readonly T[], enough: number, sizeOf: (item: T) => number): T[][] {
  const lists: T[][] = [];
  let size = enough;
  for (const item of items) {
    if (size >= enough) {
      lists.push([]);
      size = 0;
    }
    lists.at(-1)?.push(item);
    size += sizeOf(item);
  }
  return lists;
}
