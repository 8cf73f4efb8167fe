/** What the lecture says of topics and partitions. */

import { expect } from "vitest";
import { type Claim, numbers } from "./claim.ts";

const chapter = "07-topics-and-partitions";
const room = "lib/broker";
const cells = (...names: readonly string[]) =>
  ["play", "sends", "reads", ...names].map((name) => `07-${name}`);

/** The rows of a table, each as its columns. */
export function rowsOf(text: string): string[][] {
  const rows = text.trim().split("\n").slice(2);
  return rows.map((row) => row.trim().split(/ {2,}/));
}

/** Where a line of a curve ends: its last value. */
function endOf(text: string, name: string): number {
  const [, said = ""] = new RegExp(`${name} goes from \\(.*?\\) to \\((.*?)\\)`).exec(text) ?? [];
  return Number.parseFloat(said.split(", ").at(-1)?.replaceAll(",", "") ?? "");
}

const noKey = {
  file: `${room}/producer.ts`,
  from: "if (record.key !== null) return keyed(record.key, partitions);",
  to: "if (record.key !== null) return keyed(String(host.random()), partitions);",
};

export const streamClaims: readonly Claim[] = [
  {
    says: "publish and subscribe: each reads at its own rate, and the producer notices nothing",
    chapter,
    cells: cells("rates", "rates-picture"),
    holds(said) {
      const [, alone = 0, , together] = numbers(said("07-rates"));
      expect(alone).toBeGreaterThan(700);
      expect(together).toBe(alone);
      const lag = (reader: string) => endOf(said("07-rates-picture"), reader);
      expect([lag("map") < 50, lag("billing") > 1000, lag("statistics") < 50]).toEqual([
        true,
        true,
        true,
      ]);
    },
    // A fetch brings the newest batch alone.
    mistake: { file: `${room}/log.ts`, from: "found.push(batch);", to: "found[0] = batch;" },
  },
  {
    says: "one partition does not keep up, two do",
    chapter,
    cells: cells("rates", "rates-picture", "keep-up"),
    holds(said) {
      const lag = (count: number) => endOf(said("07-keep-up"), `partitions: ${count}`);
      expect(lag(1)).toBeGreaterThan(1000);
      expect(Math.max(lag(2), lag(4))).toBeLessThan(100);
    },
    mistake: {
      file: `${room}/partitioner.ts`,
      from: "(murmur2(key) & 0x7fffffff) % partitions",
      to: "(murmur2(key) & 0x7fffffff) % 1",
    },
  },
  {
    says: "retention of one week, a whole segment at a time",
    chapter,
    cells: cells("segments", "week"),
    holds(said) {
      expect(said("07-week")).toContain("a week is 604,800,000 ms");
      expect(said("07-week")).toContain("3 to 4 (day 3, lost), 4 to 5 (day 4)");
      expect(said("07-week")).toContain("kept: 3 to 6 (3.log)");
    },
    mistake: {
      file: "lib/storage/segmented.ts",
      from: "retentionMs: 7 * 86_400_000",
      to: "retentionMs: 5 * 86_400_000",
    },
  },
  {
    says: "a slow reader is overtaken by retention, and jumps or fails as it was told",
    chapter,
    cells: cells("rates", "passed"),
    holds(said) {
      const [none = [], latest = [], earliest = []] = rowsOf(said("07-passed"));
      expect(none.at(-1)).toBe("OFFSET_OUT_OF_RANGE");
      const [jump, further] = [Number(earliest[2]), Number(latest[2])];
      expect(jump).toBeGreaterThan(0);
      expect(further).toBeGreaterThan(jump);
    },
    mistake: {
      file: `${room}/reader.ts`,
      from: 'if (autoOffsetReset === "none") throw nowhere(why);',
      to: "",
    },
  },
  {
    says: "partition = hash(key) % partitions, with the sign of the hash masked",
    chapter,
    cells: cells("hash"),
    holds(said) {
      expect(said("07-hash")).toContain("[ 0, 6, 7 ]");
      const rows = rowsOf(said("07-hash").split("\n[")[0] ?? "");
      expect(rows.map(([, , remainder]) => remainder)).toContain("-2");
      for (const [, , , masked, kafkas] of rows) {
        for (const partition of [masked, kafkas]) expect(["0", "1", "2"]).toContain(partition);
      }
    },
    mistake: { file: `${room}/partitioner.ts`, from: "& 0x7fffffff", to: ">>> 1" },
  },
  {
    says: "order holds within a partition only, and a reader that was away sees it",
    chapter,
    cells: cells("heard", "order"),
    holds(said) {
      const sent = "call, accept, start, end, pay";
      const [early, earlyKey, late, lateKey] = said("07-order").trim().split("\n");
      for (const line of [early, earlyKey, lateKey]) expect(line).toContain(sent);
      expect(late).not.toContain(sent);
    },
    mistake: noKey,
  },
  {
    says: "in the ride-hailing example, what has the key is in order, and what is wider is not",
    chapter,
    cells: cells("trip", "in-order", "keys"),
    holds(said) {
      const inOrder = rowsOf(said("07-keys")).map((row) =>
        row.slice(1, 4).map((each) => each === "in order"),
      );
      expect(inOrder).toEqual([
        [true, false, false],
        [true, true, false],
        [true, true, true],
      ]);
    },
    mistake: noKey,
  },
  {
    says: "a hot key fills one partition, however many there are",
    chapter,
    cells: cells("trip", "in-order", "keys", "hot"),
    holds(said) {
      expect(rowsOf(said("07-keys")).at(-1)).toContain("80 %");
      expect(endOf(said("07-hot"), "by city")).toBe(60);
      expect(endOf(said("07-hot"), "by ride")).toBeLessThan(5);
    },
    mistake: noKey,
  },
  {
    says: "another number of partitions moves most keys, and breaks the order of one",
    chapter,
    cells: cells("moved", "change", "change-picture"),
    holds(said) {
      const moved = rowsOf(said("07-moved")).map((row) => row.map(Number.parseFloat));
      for (const [before = 0, after = 0, percent] of moved) {
        const stays = after % before === 0 ? before / after : 1 / Math.max(before, after);
        expect(percent).toBeCloseTo(100 * (1 - stays), -1);
      }
      expect(numbers(said("07-change-picture"))[0]).toBeGreaterThan(0);
    },
    mistake: {
      file: `${room}/partitioner.ts`,
      from: "(murmur2(key) & 0x7fffffff) % partitions",
      to: "(murmur2(key) & 0x7fffffff) % 2",
    },
  },
];
