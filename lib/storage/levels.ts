/**
 * The levels of an LSM tree. Level 0 has tables as they were flushed, the newest first, with any keys. On every level
 * below it the tables do not overlap, and each level holds several times the bytes of the one above. What is lower is
 * older.
 */

/** What is known of a table: its keys go from `first` to `last`. A higher id was written later. */
export type TableInfo = {
  readonly id: number;
  readonly first: string;
  readonly last: string;
  readonly sizeBytes: number;
};

export type LevelLimits = Readonly<Record<"memtableBytes" | "level0Tables" | "growth", number>>;

/** Tables of a level, the newest first, and those of the next level that overlap with them. */
export type Compaction<T> = {
  readonly level: number;
  readonly upper: readonly T[];
  readonly lower: readonly T[];
};

/**
 * What to merge next, if a level is too full: of level 0 all tables, since they overlap, of another level the oldest.
 * After LevelDB.
 */
export function compaction<T extends TableInfo>(
  levels: readonly (readonly T[])[],
  { memtableBytes, level0Tables, growth }: LevelLimits,
): Compaction<T> | undefined {
  const level = levels.findIndex((tables, index) => {
    if (index === 0) return tables.length >= level0Tables;
    const sizeBytes = tables.reduce((sum, table) => sum + table.sizeBytes, 0);
    return sizeBytes > memtableBytes * level0Tables * growth ** (index - 1);
  });
  const tables = levels[level];
  if (tables === undefined) return undefined;
  const upper = level === 0 ? tables : [tables.reduce((a, b) => (a.id < b.id ? a : b))];
  const keys = upper.flatMap((table) => [table.first, table.last]).sort();
  const [first, last] = [keys[0] as string, keys.at(-1) as string];
  const overlaps = (table: T) => table.first <= last && table.last >= first;
  return { level, upper, lower: (levels[level + 1] ?? []).filter(overlaps) };
}
