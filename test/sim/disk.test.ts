/** Byte files that forget: what was synced survives every crash, of the rest a prefix does, the last write perhaps torn. */

import fc from "fast-check";
import { Disk } from "quorumlab/sim";
import { expect, test } from "vitest";

type Change =
  | { readonly kind: "append"; readonly file: string; readonly bytes: Uint8Array }
  | { readonly kind: "overwrite"; readonly file: string; readonly bytes: Uint8Array }
  | { readonly kind: "shorten"; readonly file: string; readonly share: number }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "remove"; readonly file: string };

/** The files as they are, one plain array of bytes each. */
type Contents = Record<string, number[]>;

const file = fc.constantFrom("x", "y", "z");
const bytes = fc.uint8Array({ minLength: 1, maxLength: 6 });
/** Drawn evenly: most doubles below 1 are next to nothing. */
const share = fc.nat(999).map((n) => n / 1000);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant("append" as const), file, bytes }),
  fc.record({ kind: fc.constant("overwrite" as const), file, bytes }),
  fc.record({ kind: fc.constant("shorten" as const), file, share }),
  fc.record({ kind: fc.constant("rename" as const), from: file, to: file }),
  fc.record({ kind: fc.constant("remove" as const), file }),
);

/** Does a change to the disk and to the model. */
function perform(disk: Disk, model: Contents, each: Change): Contents {
  if (each.kind === "rename") {
    if (each.from === each.to || model[each.from] === undefined) return model;
    disk.rename(each.from, each.to);
    const { [each.from]: moved = [], ...others } = model;
    return { ...others, [each.to]: moved };
  }
  if (each.kind === "remove") {
    const { [each.file]: gone, ...others } = model;
    if (gone !== undefined) disk.remove(each.file);
    return others;
  }
  const was = model[each.file] ?? [];
  if (each.kind === "shorten") {
    const length = Math.floor(each.share * (was.length + 1));
    disk.truncate(each.file, length);
    return { ...model, [each.file]: was.slice(0, length) };
  }
  const at = each.kind === "append" ? was.length : 0;
  disk.write(each.file, at, each.bytes);
  const is = [...was.slice(0, at), ...each.bytes, ...was.slice(at + each.bytes.length)];
  return { ...model, [each.file]: is };
}

function contents(disk: Disk): Contents {
  return Object.fromEntries(disk.list().map((name) => [name, [...disk.read(name)]]));
}

const text = (value: Contents) => JSON.stringify(Object.entries(value).sort());

/** Whether `torn` is `before` with a beginning of the write that leads to `after`. */
function isTorn(torn: Contents, before: Contents, after: Contents): boolean {
  return Object.keys(after).every((name) => {
    const [is = [], was = [], would = []] = [torn[name], before[name], after[name]];
    const tears = would.map((_, length) => [...would.slice(0, length), ...was.slice(length)]);
    return [was, ...tears].some((each) => String(each) === String(is));
  });
}

test("what was written can be read back at once", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      const disk = new Disk();
      let model: Contents = {};
      for (const each of changes) {
        model = perform(disk, model, each);
        expect(text(contents(disk))).toBe(text(model));
      }
    }),
  );
});

const life = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 12 }),
  synced: share,
  fate: fc.oneof(fc.constant("lost" as const), fc.record({ kept: share, torn: share })),
});

test("a crash keeps every synced write, a prefix of the others, and at most one more by half", () => {
  const seen = { torn: 0, lost: 0, kept: 0 };
  fc.assert(
    fc.property(fc.array(life, { minLength: 1, maxLength: 3 }), (lives) => {
      const disk = new Disk();
      let found: Contents = {};
      for (const { changes, synced, fate } of lives) {
        const history = [found];
        const madeBefore = disk.writes;
        for (const each of changes) {
          const made = disk.writes;
          const model = perform(disk, history.at(-1) as Contents, each);
          if (disk.writes > made) history.push(model);
        }
        const least = Math.floor(synced * history.length);
        disk.sync(madeBefore + least);
        disk.crash(fate);
        found = contents(disk);
        const whole = history.findIndex((model, at) => at >= least && text(model) === text(found));
        if (fate === "lost") expect(text(found)).toBe(text(history[least] as Contents));
        if (whole >= 0) {
          seen[whole === history.length - 1 ? "kept" : "lost"] += 1;
          continue;
        }
        seen.torn += 1;
        const tears = history.slice(least, -1).map((before, at) => {
          return isTorn(found, before, history[least + at + 1] as Contents);
        });
        expect(tears).toContain(true);
      }
    }),
    { numRuns: 400 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
});

test("a disk keeps its own bytes: neither the writer's nor the reader's later changes reach it", () => {
  const disk = new Disk();
  const given = Buffer.from([1, 2, 3]);
  disk.write("x", 0, given);
  given[0] = 9;
  disk.read("x")[1] = 9;
  disk.sync(disk.writes);
  disk.crash("lost");
  expect([...disk.read("x")]).toEqual([1, 2, 3]);
});

test("a part of a file can be read, as far as there is any", () => {
  const disk = new Disk();
  disk.write("x", 0, new Uint8Array([0, 1, 2, 3, 4]));
  disk.truncate("x", 4);
  const parts = [[0], [1, 3], [2, 9], [4, 5], [9, 12]] as const;
  expect(parts.map(([from, to]) => [...disk.read("x", from, to)])).toEqual([
    [0, 1, 2, 3],
    [1, 2],
    [2, 3],
    [],
    [],
  ]);
  expect([...disk.read("absent", 0, 1)]).toEqual([]);
});

test("a removal is a change like others: a crash may take it back until it is synced", () => {
  const disk = new Disk();
  disk.write("x", 0, new Uint8Array([1]));
  disk.sync();
  disk.remove("x");
  disk.remove("absent");
  expect(disk.list()).toEqual([]);
  disk.crash("lost");
  expect(disk.list()).toEqual(["x"]);
  disk.remove("x");
  disk.sync();
  disk.crash("lost");
  expect(disk.list()).toEqual([]);
});

test("a wipe erases everything, synced or not", () => {
  const disk = new Disk();
  disk.write("x", 0, new Uint8Array([1]));
  disk.sync(disk.writes);
  disk.write("y", 0, new Uint8Array([2]));
  disk.wipe();
  disk.crash({ kept: 0.9, torn: 0 });
  expect(disk.list()).toEqual([]);
});

test("a write that leaves a hole and a cut beyond the end are refused with their numbers", () => {
  const disk = new Disk();
  expect(() => disk.write("x", 1, new Uint8Array([1]))).toThrow(
    "at 1 leaves a hole after its 0 bytes",
  );
  expect(() => disk.truncate("x", 2)).toThrow("x cannot be cut to 2 of its 0 bytes");
});
