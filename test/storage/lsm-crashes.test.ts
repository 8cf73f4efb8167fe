/** An LSM tree under crashes, in the middle of a flush or a compaction as well: a map, as it was after some write. */

import fc from "fast-check";
import { Disk } from "quorumlab/sim";
import { type LsmOptions, LsmTree } from "quorumlab/storage";
import { expect, test } from "vitest";
import { fate, policy, syncsAfter } from "./crashes.ts";

/** Few keys, so that most of them are written again and deleted on every level. */
const KEYS = Array.from({ length: 24 }, (_, n) => String.fromCharCode(97 + n));
const key = fc.constantFrom(...KEYS);

type Step =
  | { readonly kind: "put"; readonly key: string; readonly value: string }
  | { readonly kind: "delete"; readonly key: string }
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "range"; readonly from: string; readonly to: string }
  | { readonly kind: "flush" }
  | { readonly kind: "sync" };

const put = fc.record({ kind: fc.constant("put" as const), key, value: fc.string() });
const remove = fc.record({ kind: fc.constant("delete" as const), key });
const get = fc.record({ kind: fc.constant("get" as const), key });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: put, weight: 6 },
  { arbitrary: remove, weight: 2 },
  { arbitrary: get, weight: 2 },
  fc.record({ kind: fc.constant("range" as const), from: key, to: key }),
  fc.constantFrom({ kind: "flush" } as const, { kind: "sync" } as const),
);

const steps = fc.array(step, { maxLength: 80, size: "max" });
const plan = fc.record({
  options: fc.record({
    memtableBytes: fc.constantFrom(60, 150, 400),
    blockBytes: fc.constantFrom(1, 30, 100),
    level0Tables: fc.constantFrom(1, 2, 3),
    growth: fc.constantFrom(2, 3),
    bitsPerKey: fc.constantFrom(1, 10),
    sync: policy,
  }),
  lives: fc.array(fc.record({ steps, fate }), { minLength: 1, maxLength: 4 }),
});

type Model = ReadonlyMap<string, string>;

const sorted = (model: Model) => [...model].sort(([a], [b]) => (a < b ? -1 : 1));

type Run = {
  readonly tree: LsmTree;
  readonly disk: Disk;
  readonly options: LsmOptions;
  /** All states since the last sync, the newest last: after a crash it is one of them. */
  since: Model[];
  writes: number;
};

function perform(run: Run, each: Step): void {
  const { tree, disk, options } = run;
  const model = run.since.at(-1) as Model;
  if (each.kind === "get") {
    expect(tree.get(each.key)).toBe(model.get(each.key));
  } else if (each.kind === "range") {
    const within = sorted(model).filter(([name]) => name >= each.from && name < each.to);
    expect(tree.range(each.from, each.to)).toEqual(within);
  } else if (each.kind === "flush") {
    tree.flush();
  } else if (each.kind === "sync") {
    disk.sync();
    run.since = [model];
  } else {
    const next = new Map(model);
    if (each.kind === "put") {
      tree.put(each.key, each.value);
      next.set(each.key, each.value);
    } else {
      tree.delete(each.key);
      next.delete(each.key);
    }
    run.writes += 1;
    const isSynced = syncsAfter(options.sync ?? "always", run.writes);
    run.since = isSynced ? [next] : [...run.since, next];
  }
}

/** What the tree answers is what is in the model, and below level 0 a key is in one table of a level at most. */
function check(tree: LsmTree, model: Model): void {
  expect(tree.range("", "~")).toEqual(sorted(model));
  expect(KEYS.map((each) => tree.get(each))).toEqual(KEYS.map((each) => model.get(each)));
  for (const tables of tree.levels.slice(1)) {
    const keys = tables.flatMap((table) => [...table.entries()].map(([each]) => each));
    expect(keys).toEqual([...new Set(keys)].sort());
  }
}

test("after any crash the tree is as it was after some write, the last synced one or a later one", () => {
  const seen = { lost: 0, kept: 0, deep: 0, halfDone: 0, newManifest: 0 };
  fc.assert(
    fc.property(plan, ({ options, lives }) => {
      const disk = new Disk();
      let model: Model = new Map();
      for (const life of lives) {
        const tree = new LsmTree(disk, "t", options);
        check(tree, model);
        const run: Run = { tree, disk, options, since: [model], writes: 0 };
        for (const each of life.steps) perform(run, each);
        check(tree, run.since.at(-1) as Model);
        if (tree.levels.length > 3) seen.deep += 1;
        disk.crash(life.fate);
        const files = disk.list();
        const is = JSON.stringify(new LsmTree(disk, "t", options).range("", "~"));
        const at = run.since.findLastIndex((each) => JSON.stringify(sorted(each)) === is);
        expect(at, "what the tree was after some write since the sync").toBeGreaterThanOrEqual(0);
        model = run.since[at] as Model;
        if (life.fate === "lost") expect(sorted(model)).toEqual(sorted(run.since[0] as Model));
        if (disk.list().length < files.length) seen.halfDone += 1;
        if (files.includes("t.manifest.new")) seen.newManifest += 1;
        if (at < run.since.length - 1) seen.lost += 1;
        if (at > 0) seen.kept += 1;
      }
    }),
    { numRuns: 400 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
});
