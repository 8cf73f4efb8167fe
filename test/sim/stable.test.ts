/** Logs and cells on files that forget: whenever a crash comes, what is found again is what once was. */

import fc from "fast-check";
import { Disk, diff, Stable, type WriteEffect } from "quorumlab/sim";
import { expect, test } from "vitest";
import { plain } from "./plain-data.ts";

type Model = {
  readonly logs: Readonly<Record<string, { readonly start: number; readonly entries: unknown[] }>>;
  readonly cells: Readonly<Record<string, unknown>>;
};
const EMPTY: Model = {
  logs: { epochs: { start: 0, entries: [] }, txns: { start: 0, entries: [] } },
  cells: { vote: undefined, term: undefined },
};

/** An effect whose index is a share of the indices that make sense when its turn comes. */
type Deed =
  | { readonly kind: "append"; readonly log: string; readonly entry: unknown }
  | { readonly kind: "cutTail" | "dropHead"; readonly log: string; readonly share: number }
  | { readonly kind: "put"; readonly cell: string; readonly value: unknown };

const log = fc.constantFrom("epochs", "txns");
/** Drawn evenly: most doubles below 1 are next to nothing. */
const share = fc.nat(999).map((n) => n / 1000);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant("append" as const), log, entry: plain }), weight: 4 },
  fc.record({ kind: fc.constantFrom("cutTail" as const, "dropHead" as const), log, share }),
  fc.record({
    kind: fc.constant("put" as const),
    cell: fc.constantFrom("vote", "term"),
    value: plain,
  }),
);

function effectOf(each: Deed, model: Model): WriteEffect {
  if (each.kind === "append" || each.kind === "put") return each;
  const { start, entries } = model.logs[each.log] as Model["logs"][string];
  const index = start + Math.floor(each.share * (entries.length + 1));
  return each.kind === "cutTail"
    ? { kind: "cutTail", log: each.log, from: index }
    : { kind: "dropHead", log: each.log, before: index };
}

function after(model: Model, effect: WriteEffect): Model {
  if (effect.kind === "put") {
    return { ...model, cells: { ...model.cells, [effect.cell]: effect.value } };
  }
  const { start, entries } = model.logs[effect.log] as Model["logs"][string];
  const is =
    effect.kind === "append"
      ? { start, entries: [...entries, effect.entry] }
      : effect.kind === "cutTail"
        ? { start, entries: entries.slice(0, effect.from - start) }
        : { start: effect.before, entries: entries.slice(effect.before - start) };
  return { ...model, logs: { ...model.logs, [effect.log]: is } };
}

function found(stable: Stable): Model {
  const { epochs, txns } = { epochs: stable.log("epochs"), txns: stable.log("txns") };
  return {
    logs: { epochs, txns },
    cells: { vote: stable.cell("vote"), term: stable.cell("term") },
  };
}

test("logs and cells hold what was written", () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 20 }), (deeds) => {
      const stable = new Stable(new Disk());
      let model = EMPTY;
      for (const each of deeds) {
        const effect = effectOf(each, model);
        stable.perform(effect);
        model = after(model, effect);
        expect(diff(found(stable), model)).toEqual([]);
      }
    }),
  );
});

const life = fc.record({
  deeds: fc.array(deed, { minLength: 1, maxLength: 12 }),
  /** After which share of them all was synced. */
  synced: share,
  fate: fc.oneof(fc.constant("lost" as const), fc.record({ kept: share, torn: share })),
});

test("after any crash the disk holds what it held after some write, the last synced one or a later one", () => {
  const seen = { all: 0, some: 0, onlySynced: 0 };
  fc.assert(
    fc.property(fc.array(life, { minLength: 1, maxLength: 4 }), (lives) => {
      const disk = new Disk();
      let model = EMPTY;
      for (const { deeds, synced, fate } of lives) {
        const stable = new Stable(disk);
        const history = [model];
        const syncedAt = Math.floor(synced * (deeds.length + 1));
        for (const [index, each] of deeds.entries()) {
          if (index === syncedAt) disk.sync(disk.writes);
          const effect = effectOf(each, model);
          stable.perform(effect);
          model = after(model, effect);
          history.push(model);
        }
        if (syncedAt === deeds.length) disk.sync(disk.writes);
        disk.crash(fate);
        model = found(new Stable(disk));
        const at = history.findLastIndex((each) => diff(each, model).length === 0);
        expect(at, "what the disk held at some time since the sync").toBeGreaterThanOrEqual(
          syncedAt,
        );
        seen[at === deeds.length ? "all" : at === syncedAt ? "onlySynced" : "some"] += 1;
      }
    }),
    { numRuns: 400 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
});

test("a damaged entry ends the log before it, for good, and what is appended stands where it stood", () => {
  const disk = new Disk();
  const first = new Stable(disk);
  for (const entry of ["one", "two", "three"]) first.perform({ kind: "append", log: "l", entry });
  const bytes = disk.read("l.log");
  const at = Math.floor(bytes.length / 2);
  disk.write("l.log", at, new Uint8Array([(bytes[at] ?? 0) ^ 1]));
  const again = new Stable(disk);
  expect(again.log("l").entries).toEqual(["one"]);
  again.perform({ kind: "append", log: "l", entry: "TWO" });
  expect(new Stable(disk).log("l")).toEqual({ start: 0, entries: ["one", "TWO"] });
});

test("an index that the log cannot have is refused with its numbers", () => {
  const stable = new Stable(new Disk());
  for (const entry of [0, 1, 2, 3]) stable.perform({ kind: "append", log: "l", entry });
  stable.perform({ kind: "dropHead", log: "l", before: 2 });
  expect(() => stable.perform({ kind: "cutTail", log: "l", from: 1 })).toThrow(
    "l.log starts at 2 and cannot be cut at 1",
  );
  expect(() => stable.perform({ kind: "dropHead", log: "l", before: 5 })).toThrow(
    "l.log ends at 4 and cannot start at 5",
  );
  stable.perform({ kind: "cutTail", log: "l", from: 9 });
  expect(stable.log("l")).toEqual({ start: 2, entries: [2, 3] });
});
