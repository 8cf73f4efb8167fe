/** A log that survives crashes: what was synced is read again, of the rest a prefix, and damage is told from a tear. */

import fc from "fast-check";
import { Disk } from "quorumlab/sim";
import { type SyncPolicy, WriteAheadLog } from "quorumlab/storage";
import { expect, test } from "vitest";
import { Counting, codeOf, damage, fate, policy, share, syncsAfter } from "./crashes.ts";

const FILE = "wal";
const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const hex = (records: readonly Uint8Array[]) =>
  records.map((each) => Buffer.from(each).toString("hex"));

const life = fc.record({
  policy,
  records: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 15 }),
  /** After which share of them the files are synced by hand, if at all. */
  synced: fc.option(share),
  fate,
});

test("after any crash the log has every synced record, and of the others those that were written first", () => {
  const seen = { torn: 0, lost: 0, unsyncedKept: 0 };
  fc.assert(
    fc.property(fc.array(life, { minLength: 1, maxLength: 5 }), (lives) => {
      const disk = new Disk();
      let model: string[] = [];
      for (const each of lives) {
        const log = new WriteAheadLog(disk, FILE, each.policy);
        let safe = model.length;
        const byHand = Math.floor((each.synced ?? 2) * each.records.length);
        for (const [index, record] of each.records.entries()) {
          log.append(record);
          model = [...model, ...hex([record])];
          if (index === byHand) disk.sync();
          if (index === byHand || syncsAfter(each.policy, index + 1)) safe = model.length;
        }
        expect(hex(log.replay())).toEqual(model);
        disk.crash(each.fate);
        const left = disk.read(FILE).length;
        const again = new WriteAheadLog(disk, FILE);
        const found = hex(again.replay());
        expect(found.length).toBeGreaterThanOrEqual(safe);
        expect(found).toEqual(model.slice(0, found.length));
        if (each.fate === "lost") expect(found).toHaveLength(safe);
        expect(disk.read(FILE)).toHaveLength(again.sizeBytes);
        if (left > again.sizeBytes) seen.torn += 1;
        if (found.length < model.length) seen.lost += 1;
        if (found.length > safe) seen.unsyncedKept += 1;
        model = found;
      }
    }),
    { numRuns: 400 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
});

/** Three records in a log, and where each ends. */
function three(): { disk: Disk; ends: number[] } {
  const disk = new Disk();
  const log = new WriteAheadLog(disk, FILE);
  const ends = ["one", "", "three"].map((text) => {
    log.append(bytes(text));
    return log.sizeBytes;
  });
  return { disk, ends };
}

test("a damaged last record is cut off, one before it makes the log refused, whichever bit is wrong", () => {
  const { ends } = three();
  for (let at = 0; at < (ends[2] as number); at++) {
    for (let bit = 0; bit < 8; bit++) {
      const { disk } = three();
      damage(disk, FILE, at, bit);
      const number = ends.findIndex((end) => at < end);
      if (number === 2) {
        expect(hex(new WriteAheadLog(disk, FILE).replay())).toEqual(hex([bytes("one"), bytes("")]));
        continue;
      }
      const before = disk.read(FILE);
      expect(() => new WriteAheadLog(disk, FILE)).toThrow(
        `CORRUPT_MESSAGE: frame ${number} of wal is damaged`,
      );
      expect(disk.read(FILE)).toEqual(before);
    }
  }
});

test("a record that is missing in the middle makes the log refused", () => {
  const { disk, ends } = three();
  const whole = disk.read(FILE);
  disk.truncate(FILE, ends[0] as number);
  disk.write(FILE, ends[0] as number, whole.subarray(ends[1]));
  expect(() => new WriteAheadLog(disk, FILE)).toThrow("frame 1 of wal is damaged");
});

test("damage that comes while the log is open is found by the next replay", () => {
  const { disk, ends } = three();
  const log = new WriteAheadLog(disk, FILE);
  damage(disk, FILE, (ends[2] as number) - 1);
  expect(codeOf(() => log.replay())).toBe("CORRUPT_MESSAGE");
});

test("a cleared log is empty, also after a crash, and begins anew", () => {
  const { disk } = three();
  const log = new WriteAheadLog(disk, FILE);
  log.clear();
  log.append(bytes("four"));
  disk.crash("lost");
  expect(hex(new WriteAheadLog(disk, FILE).replay())).toEqual(hex([bytes("four")]));
});

test("a policy syncs as often as it says", () => {
  const syncs = (sync: SyncPolicy) => {
    const disk = new Counting();
    const log = new WriteAheadLog(disk, FILE, sync);
    for (let n = 0; n < 10; n++) log.append(bytes(`${n}`));
    return disk.syncs;
  };
  expect((["always", "never", 1, 3, 11] as const).map(syncs)).toEqual([10, 0, 10, 3, 0]);
});

test("what is no record and no policy is refused with its name", () => {
  const disk = new Counting();
  expect(() => new WriteAheadLog(disk, FILE, 0)).toThrow(
    "sync is 0; expected a whole number of at least 1.",
  );
  expect(() => new WriteAheadLog(disk, FILE, "sometimes" as "never")).toThrow(
    'sync is "sometimes"; expected a whole number of at least 1.',
  );
  const log = new WriteAheadLog(disk, FILE);
  expect(() => log.append("text" as unknown as Uint8Array)).toThrow(
    'record is "text"; expected a Uint8Array.',
  );
  expect(disk.bytesWritten).toBe(0);
});
