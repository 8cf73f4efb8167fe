/** What an LSM tree merges next. */

import { compaction, type LevelLimits, type TableInfo } from "quorumlab/storage";
import { expect, test } from "vitest";

const LIMITS: LevelLimits = { memtableBytes: 40, level0Tables: 3, growth: 10 };

const table = (id: number, first: string, last: string, sizeBytes = 50): TableInfo => {
  return { id, first, last, sizeBytes };
};
const ids = (tables: readonly TableInfo[] = []) => tables.map(({ id }) => id);

test("nothing is merged while every level has room", () => {
  expect(compaction([], LIMITS)).toBeUndefined();
  const levels = [
    [table(2, "a", "z"), table(1, "a", "z")],
    [table(3, "a", "f"), table(4, "g", "z")],
    [table(5, "a", "z", 1000)],
  ];
  expect(compaction(levels, LIMITS)).toBeUndefined();
});

test("a full level 0 is merged as a whole, with every table below between its first and last key", () => {
  const level0 = [table(9, "m", "n"), table(8, "c", "d"), table(7, "h", "h")];
  const bounds = ["ab", "bc", "ef", "no", "pq"];
  const level1 = bounds.map(([first = "", last = ""], n) => table(n + 1, first, last));
  const next = compaction([level0, level1], LIMITS);
  expect(next?.level).toBe(0);
  expect(ids(next?.upper)).toEqual([9, 8, 7]);
  expect(ids(next?.lower)).toEqual([2, 3, 4]);
});

test("of a lower level that is too full the oldest table is merged, into those that it overlaps", () => {
  const level1 = [table(6, "a", "c"), table(4, "d", "f"), table(5, "g", "h")];
  const level2 = [table(1, "a", "d"), table(2, "e", "e"), table(3, "g", "z")];
  const next = compaction([[], level1, level2], LIMITS);
  expect(next?.level).toBe(1);
  expect(ids(next?.upper)).toEqual([4]);
  expect(ids(next?.lower)).toEqual([1, 2]);
});

test("each level takes growth times the bytes of the one above", () => {
  const full = (sizeBytes: number) => compaction([[], [], [table(1, "a", "b", sizeBytes)]], LIMITS);
  expect(full(1200)).toBeUndefined();
  expect(full(1201)).toMatchObject({ level: 2, lower: [] });
});
