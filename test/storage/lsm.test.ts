/** An LSM tree seen from outside: a sorted map, whose files show how it works. */

import { Disk, luck } from "quorumlab/sim";
import { type LsmOptions, LsmTree } from "quorumlab/storage";
import { expect, test } from "vitest";
import { Counting, codeOf, contents, damage } from "./crashes.ts";

/** So small that a few writes fill a table. */
const SMALL: LsmOptions = { memtableBytes: 200, blockBytes: 50, level0Tables: 2, growth: 2 };

const key = (n: number) => `key ${String(n).padStart(4, "0")}`;

/** A tree with so many keys, put in an order that luck draws. */
function filled(disk: Disk, keys: number, options: LsmOptions = SMALL): LsmTree {
  const tree = new LsmTree(disk, "t", options);
  const order = Array.from({ length: keys }, (_, n) => n).sort((a, b) => luck(1, a) - luck(1, b));
  for (const n of order) tree.put(key(n), `value ${n}`);
  return tree;
}

const entriesOf = ({ levels }: LsmTree) => levels.flat().flatMap((table) => [...table.entries()]);

test("a key has the value that it was last given, and none after it was deleted", () => {
  const tree = filled(new Disk(), 100);
  tree.put(key(7), "new");
  tree.delete(key(8));
  for (let n = 0; n < 50; n++) tree.put(`other ${n}`, "");
  expect([7, 8, 9].map((n) => tree.get(key(n)))).toEqual(["new", undefined, "value 9"]);
  expect(tree.get("never put")).toBeUndefined();
  expect(tree.get("other 1")).toBe("");
});

test("a range has the keys in order, the first bound with and the last without, and nothing deleted", () => {
  const tree = filled(new Disk(), 100);
  tree.delete(key(12));
  tree.put(key(11), "new");
  expect(tree.range(key(10), key(14))).toEqual([
    [key(10), "value 10"],
    [key(11), "new"],
    [key(13), "value 13"],
  ]);
  expect(tree.range("a", "b")).toEqual([]);
  expect(tree.range("", "z")).toHaveLength(99);
});

test("any text is a key and a value", () => {
  const tree = new LsmTree(new Disk(), "t", SMALL);
  const texts = ["", "\0", '"', "\n", "é", "\uffff", "\ud800", "🂡"];
  for (const each of texts) tree.put(each, each);
  tree.flush();
  expect(texts.map((each) => tree.get(each))).toEqual(texts);
});

test("below level 0 tables are in order and do not overlap, and few levels hold them all", () => {
  const { levels } = filled(new Disk(), 2000);
  expect(levels.length).toBeGreaterThan(4);
  expect(levels.length).toBeLessThan(10);
  for (const level of levels.slice(1)) {
    const bounds = level.flatMap(({ first, last }) => [first, last]);
    expect(bounds).toEqual(bounds.toSorted());
    expect(level.slice(1).every(({ first }, n) => first !== level[n]?.last)).toBe(true);
  }
});

test("a table that the tree is not made of any more is removed", () => {
  const disk = new Disk();
  const { levels } = filled(disk, 500);
  const tables = levels.flat().map(({ id }) => `t.${id}.table`);
  expect(disk.list()).toEqual(["t.log", "t.manifest", ...tables].sort());
});

test("a flush leaves the log empty: what it had is in a table", () => {
  const disk = new Disk();
  const tree = filled(disk, 3);
  expect(disk.read("t.log").length).toBeGreaterThan(0);
  tree.flush();
  expect(disk.read("t.log")).toHaveLength(0);
  expect(new LsmTree(disk, "t", SMALL).range("", "z")).toHaveLength(3);
});

test("a manifest that a crash left without its name is never taken up", () => {
  const disk = new Disk();
  const tree = filled(disk, 3, { ...SMALL, level0Tables: 9 });
  tree.flush();
  disk.write("t.manifest.new", 0, disk.read("t.manifest"));
  tree.put("later", "value");
  tree.flush();
  expect(new LsmTree(disk, "t", SMALL).get("later")).toBe("value");
});

test("a tombstone stays while older values may lie below it", () => {
  const tree = filled(new Disk(), 200);
  for (let n = 0; n < 200; n++) tree.delete(key(n));
  tree.flush();
  expect(entriesOf(tree).some(([, value]) => value === null)).toBe(true);
  expect(tree.range("", "z")).toEqual([]);
});

test("a tombstone goes with what it hides when it comes to the last level", () => {
  const tree = new LsmTree(new Disk(), "t", { level0Tables: 1 });
  for (const n of [1, 2, 3]) tree.put(key(n), "value");
  tree.flush();
  tree.delete(key(2));
  tree.flush();
  expect(entriesOf(tree)).toEqual([
    [key(1), "value"],
    [key(3), "value"],
  ]);
});

test("to find a key about one block is read, to miss one mostly none", () => {
  const disk = new Counting();
  const tree = filled(disk, 2000, { ...SMALL, memtableBytes: 2000 });
  tree.flush();
  const readsFor = (name: (n: number) => string) => {
    disk.reads = 0;
    for (let n = 0; n < 2000; n++) tree.get(name(n));
    return disk.reads / 2000;
  };
  expect(readsFor(key)).toBeGreaterThan(0.99);
  expect(readsFor(key)).toBeLessThan(1.1);
  expect(readsFor((n) => `${key(n)} and a half`)).toBeLessThan(0.1);
});

test("the tree counts what it was given and what it wrote for that", () => {
  const disk = new Counting();
  const tree = new LsmTree(disk, "t", SMALL);
  tree.put("é", "12345");
  tree.delete("key");
  expect(tree.written.userBytes).toBe(2 + 5 + 3);
  for (let n = 0; n < 500; n++) tree.put(key(n % 90), "value");
  expect(tree.written.fileBytes).toBe(disk.bytesWritten);
  expect(tree.written.fileBytes).toBeGreaterThan(2 * tree.written.userBytes);
});

test("the same writes make the same files", () => {
  const [one, other] = [new Disk(), new Disk()];
  filled(one, 500);
  filled(other, 500);
  expect(contents(one)).toEqual(contents(other));
});

test("trees on one disk leave each other alone, whatever they are called", () => {
  const disk = new Disk();
  const names = ["t", "t.1", "t.1.table"];
  for (let n = 0; n < 50; n++) {
    for (const name of names) new LsmTree(disk, name, SMALL).put(key(n), name);
  }
  for (const name of names) {
    const all = new LsmTree(disk, name, SMALL).range("", "z");
    expect(all).toEqual(Array.from({ length: 50 }, (_, n) => [key(n), name]));
  }
});

test("damage to a table or to the manifest is refused, at the end of the log it is cut off", () => {
  const opened = (spoil: (disk: Disk, table: string) => void) => {
    const disk = new Disk();
    const tree = filled(disk, 20);
    tree.put("last", "value");
    spoil(disk, `t.${tree.levels.flat()[0]?.id}.table`);
    return () => new LsmTree(disk, "t", SMALL);
  };
  const codes = [
    opened((disk, table) => damage(disk, table, 20)),
    opened((disk, table) => damage(disk, table, disk.read(table).length - 1)),
    opened((disk) => damage(disk, "t.manifest", 17)),
  ].map(codeOf);
  expect(codes).toEqual(["CORRUPT_MESSAGE", "CORRUPT_MESSAGE", "CORRUPT_MESSAGE"]);
  const tree = opened((disk) => damage(disk, "t.log", disk.read("t.log").length - 1))();
  expect(tree.get("last")).toBeUndefined();
  expect(tree.range("", "z")).toHaveLength(20);
});

test("damage that comes while the tree is open is found by the next read of that block", () => {
  const disk = new Disk();
  const tree = filled(disk, 20);
  tree.flush();
  for (const { id } of tree.levels.flat()) damage(disk, `t.${id}.table`, 20);
  expect(codeOf(() => tree.range("", "z"))).toBe("CORRUPT_MESSAGE");
});

test("what is no text and no size is refused with its name", () => {
  const tree = new LsmTree(new Disk(), "t");
  expect(() => tree.put(1 as unknown as string, "x")).toThrow("key is 1; expected a string.");
  expect(() => tree.put("x", null as unknown as string)).toThrow(
    "value is null; expected a string",
  );
  const opened = (options: LsmOptions) => () => new LsmTree(new Disk(), "t", options);
  expect(opened({ growth: 1 })).toThrow("growth is 1; expected a whole number of at least 2.");
  expect(opened({ blockBytes: 0 })).toThrow("blockBytes is 0; expected");
  expect(tree.written).toEqual({ userBytes: 0, fileBytes: 0 });
});
