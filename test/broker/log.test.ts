/** A replica's log: the same in memory and on disk, whatever is cut, dropped or begun anew, and whenever it crashes. */

import fc from "fast-check";
import { Disk, type Out, Recorder, Stable, type WriteEffect } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import type { ProducerState } from "../../lib/broker/decisions.ts";
import {
  append,
  dropBefore,
  emptyLog,
  type Log,
  offsetAt,
  openLog,
  read,
  restartAt,
  retain,
  sizeOf,
  truncateTo,
} from "../../lib/broker/log.ts";
import type { Batch } from "../../lib/broker/messages.ts";

const NAME = "t-0 7";

/** @param timesMs of its records, one each; it has 100 bytes */
function batch(baseOffset: number, timesMs: readonly number[], own: Partial<Batch> = {}): Batch {
  const records = timesMs.map((timestampMs) => ({ key: null, value: "v", timestampMs }));
  const maxTimestampMs = Math.max(...timesMs);
  const usual = { leaderEpoch: 0, bytes: 100, sequenced: null };
  return { baseOffset, records, maxTimestampMs, ...usual, ...own };
}

/** Performs a step. @returns what it asked for */
function writesOf(step: (out: Out<unknown>) => void): WriteEffect[] {
  return new Recorder<unknown>(() => 0).record(step) as WriteEffect[];
}

/** A log in memory with these batches. */
function logOf(...batches: readonly Batch[]): Log {
  const log = emptyLog(NAME, batches[0]?.baseOffset);
  writesOf((out) => {
    for (const each of batches) append(log, each, out);
  });
  return log;
}

const basesOf = (batches: readonly Batch[]) => batches.map(({ baseOffset }) => baseOffset);

describe("whatever happens to a log, and whenever it crashes", () => {
  /** All that was ever appended and not cut off, also what is dropped: what is known of producers follows from it. */
  type Model = { readonly start: number; readonly all: readonly Batch[] };
  type Deed = { readonly what: "append" | "cut" | "drop" | "restart"; readonly n: number };

  const endOf = ({ baseOffset, records }: Batch) => baseOffset + records.length;
  const endOfAll = ({ start, all }: Model) => Math.max(start, ...all.map(endOf));
  const isKept =
    ({ start }: Model) =>
    (each: Batch) =>
      each.baseOffset >= start;

  /** What happens to the log, and to the model of it. `n` draws everything. */
  function deed(model: Model, { what, n }: Deed): [(log: Log, out: Out<unknown>) => void, Model] {
    const { start, all } = model;
    const end = endOfAll(model);
    const bounds = [start, ...all.filter(isKept(model)).map(endOf)];
    if (what === "append") {
      const epochs = { leaderEpoch: (all.at(-1)?.leaderEpoch ?? 0) + (n % 5 === 0 ? 1 : 0) };
      const producerId = n % 4 === 0 ? "q" : "p";
      const sequenced = { producerId, producerEpoch: Math.floor(all.length / 14), baseSequence: n };
      const own = { ...epochs, sequenced: n % 7 === 0 ? null : sequenced };
      const made = batch(end, Array<number>(1 + (n % 3)).fill(n), own);
      return [(log, out) => append(log, made, out), { start, all: [...all, made] }];
    }
    if (what === "cut") {
      const to = Math.max(start, end - (n % 6));
      const left = all.filter((each) => endOf(each) <= to);
      return [(log, out) => truncateTo(log, to, out), { start, all: left }];
    }
    if (what === "drop") {
      const before = bounds[n % bounds.length] as number;
      return [(log, out) => dropBefore(log, before, out), { start: before, all }];
    }
    return [(log, out) => restartAt(log, end + n, out), { start: end + n, all: [] }];
  }

  /** The newest five batches of each producer's newest epoch. */
  function producersOf(all: readonly Batch[]): Map<string, ProducerState> {
    const ids = all.flatMap(({ sequenced }) => sequenced?.producerId ?? []);
    return new Map(
      [...new Set(ids)].map((id) => {
        const own = all.filter(({ sequenced }) => sequenced?.producerId === id);
        const epoch = own.at(-1)?.sequenced?.producerEpoch ?? -1;
        const newest = own.filter(({ sequenced }) => sequenced?.producerEpoch === epoch).slice(-5);
        const batches = newest.map(({ baseOffset, records, sequenced }) => {
          const first = sequenced?.baseSequence ?? -1;
          return { first, last: first + records.length - 1, offset: baseOffset };
        });
        return [id, { epoch, batches }];
      }),
    );
  }

  const shown = ({ start, end, batches, producers, before }: Log) => {
    return { start, end, batches, producers, before };
  };
  const expected = (model: Model) => {
    const { start, all } = model;
    const batches = all.filter(isKept(model));
    const before = producersOf(all.filter(({ baseOffset }) => baseOffset < start));
    return { start, end: endOfAll(model), batches, producers: producersOf(all), before };
  };

  const deeds = fc.array(
    fc.record({
      what: fc.oneof(
        { arbitrary: fc.constant("append" as const), weight: 10 },
        { arbitrary: fc.constantFrom("cut" as const, "drop" as const), weight: 4 },
        { arbitrary: fc.constant("restart" as const), weight: 1 },
      ),
      n: fc.nat(30),
      /** How many of its writes the disk keeps in a crash after it; 9 for no crash. */
      crash: fc.constantFrom(0, 1, 2, 9, 9, 9),
    }),
    { minLength: 5, maxLength: 40 },
  );

  test("its disk has what it had before or after the last step, and what is known of producers", () => {
    let halfRestarted = 0;
    fc.assert(
      fc.property(deeds, (steps) => {
        const stable = new Stable(new Disk());
        let [log, model]: [Log, Model] = [openLog(NAME, stable), { start: 0, all: [] }];
        for (const { crash, ...step } of steps) {
          const [act, after] = deed(model, step);
          const writes = writesOf((out) => act(log, out));
          expect(shown(log)).toEqual(expected(after));
          for (const write of writes.slice(0, crash)) stable.perform(write);
          const isHalf = step.what === "restart" && crash === 1;
          if (isHalf) halfRestarted += 1;
          // A half restarted log is empty where it began: its leader's log begins later, and says so.
          const half = { ...model, all: model.all.filter((each) => !isKept(model)(each)) };
          model = crash === 0 && writes.length > 0 ? model : isHalf ? half : after;
          const recovered = openLog(NAME, stable);
          expect(shown(recovered)).toEqual(expected(model));
          if (crash < 9) log = recovered;
        }
      }),
      { seed: 1, numRuns: 100 },
    );
    expect(halfRestarted).toBeGreaterThan(10);
  });
});

test("only what follows the end is appended, by leaders one after the other", () => {
  const log = logOf(batch(0, [1, 1]), batch(2, [1], { leaderEpoch: 3 }));
  const out = (each: Batch) => () => writesOf((to) => append(log, each, to));
  expect(out(batch(4, [1], { leaderEpoch: 3 }))).toThrow(
    "t-0 7 ends at 3 in epoch 3, and gets a batch at 4 of epoch 3",
  );
  expect(out(batch(3, [1], { leaderEpoch: 2 }))).toThrow("gets a batch at 3 of epoch 2");
});

describe("epochs", () => {
  const log = () => logOf(...[0, 0, 2, 5].map((e, at) => batch(at, [1], { leaderEpoch: e })));
  const epochs = (each: Log) => each.epochs.map(({ epoch, start }) => `${epoch}@${start}`);

  test.each([
    ["begin where their leaders began", 4, 0, ["0@0", "2@2", "5@3"]],
    ["go with what is cut off", 2, 0, ["0@0"]],
    ["begin no earlier than the last record that is dropped", 4, 2, ["0@1", "2@2", "5@3"]],
    ["go with what is dropped before it", 4, 3, ["2@2", "5@3"]],
    ["but the newest stays, though nothing of it does", 4, 4, ["5@3"]],
    ["and the last that is dropped stays when all others are cut off", 2, 2, ["0@1"]],
  ])("%s", (_, cutTo, dropTo, left) => {
    const cut = log();
    writesOf((out) => {
      dropBefore(cut, dropTo, out);
      truncateTo(cut, cutTo, out);
    });
    expect(epochs(cut)).toEqual(left);
  });
});

test("a batch is cut off whole, and no log begins behind its end", () => {
  const log = logOf(batch(0, [1, 1, 1]), batch(3, [1, 1, 1]));
  expect(writesOf((out) => truncateTo(log, 4, out))).toEqual([
    { kind: "cutTail", log: NAME, from: 1 },
  ]);
  expect([log.end, basesOf(log.batches)]).toEqual([3, [0]]);
  expect(() => writesOf((out) => dropBefore(log, 4, out))).toThrow(
    "t-0 7 ends at 3, and is to begin at 4",
  );
});

describe("a read", () => {
  const log = logOf(batch(10, [1, 1]), batch(12, [1, 1]), batch(14, [1, 1]));

  test.each([
    ["begins with the batch that has the offset", 13, 16, 1000, [12, 14]],
    ["at the end finds nothing", 16, 16, 1000, []],
    ["ends before a batch that reaches beyond the limit", 10, 15, 1000, [10, 12]],
    ["ends where the bytes do", 10, 16, 250, [10, 12]],
    ["gives the first batch whole, however large", 10, 16, 1, [10]],
    ["but not beyond the limit", 10, 11, 1, []],
  ])("%s", (_, from, limit, maxBytes, found) => {
    expect(basesOf(read(log, from, limit, maxBytes))).toEqual(found);
  });
});

describe("the offset at a time", () => {
  const log = logOf(batch(10, [5, 9, 7]), batch(13, [8, 12]));

  test.each([
    ["is that of the first record that is at least so new", 5, 15, 10],
    ["though an earlier one is newer than a later one", 8, 15, 11],
    ["may lie in a later batch", 10, 15, 14],
    ["is none when all are older", 13, 15, null],
    ["is none when the record is not committed yet", 10, 13, null],
  ])("%s", (_, timeMs, limit, offset) => {
    expect(offsetAt(log, timeMs, limit)).toBe(offset);
  });
});

describe("retention", () => {
  // A batch has 100 bytes: two make a segment.
  const log = () => logOf(...[0, 10, 50, 20, 30].map((ms, at) => batch(at, [ms])));
  const config = { segmentBytes: 200 };

  test.each([
    ["keeps a week unless told", {}, 5, 0],
    ["deletes whole segments whose newest record is too old", { retentionMs: 80 }, 5, 2],
    ["stops at the first that stays", { retentionMs: 60 }, 5, 2],
    ["may delete all that is committed", { retentionMs: 40 }, 5, 5],
    ["deletes nothing that is not committed", { retentionMs: 40 }, 3, 2],
    ["leaves at least so many bytes", { retentionBytes: 300 }, 5, 2],
    ["and no more segments than that takes", { retentionBytes: 301 }, 5, 0],
  ])("%s", (_, limits, committed, start) => {
    const retained = log();
    writesOf((out) => retain(retained, { ...config, ...limits }, 91, committed, out));
    expect([retained.start, retained.end]).toEqual([start, 5]);
  });
});

test("a batch takes 61 bytes, a record 10 and those of its key and value", () => {
  const record = { key: "ü", value: new Uint8Array(5), timestampMs: 0 };
  expect([sizeOf([]), sizeOf([record]), sizeOf([record, { ...record, key: null }])]).toEqual([
    61, 78, 93,
  ]);
});
