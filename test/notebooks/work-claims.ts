/** What the lecture says of work that is left for later. */

import { expect } from "vitest";
import { type Claim, numbers } from "./claim.ts";

const chapter = "06-work-for-later";
const cells = (...names: readonly string[]) => names.map((name) => `06-${name}`);
const day = ["mailer", "shop", "day", "lost"];

/** The numbers in the rows of a table, without those in its first column. */
function rowsOf(text: string): number[][] {
  const rows = text.trim().split("\n").slice(2);
  return rows.map((row) => numbers(row.trim().split(/ {2,}/).slice(1).join(" ")));
}

/** Nothing ever crashes. */
const immortal = {
  file: "lib/sim/world.ts",
  from: "const { faults = [] } = scenario;",
  to: 'const faults = (scenario.faults ?? []).filter(({ kind }) => kind !== "crash");',
};

export const workClaims: readonly Claim[] = [
  {
    says: "sync, an answer waits for the slow work; async, it does not, and the work is no faster",
    chapter,
    cells: cells("mailer", "shop", "day", "latency"),
    holds(said) {
      const worst = (name: string) => {
        const [ms] = numbers(
          new RegExp(`${name}: at worst (\\d+) ms`).exec(said("06-latency"))?.[1] ?? "",
        );
        return ms ?? Number.NaN;
      };
      expect(worst("answer, sync")).toBeGreaterThan(200);
      expect(worst("answer, async")).toBeLessThan(20);
      expect(worst("mail, async")).toBeGreaterThanOrEqual(worst("answer, sync"));
    },
    mistake: {
      file: "lib/ensemble/host.ts",
      from: "await answering?.(request, to)",
      to: 'await Promise.race([answering?.(request, to), { kind: "accepted", id: request.id }])',
    },
  },
  {
    says: "a queue in memory loses work that was accepted",
    chapter,
    cells: cells(...day),
    holds(said) {
      const lost = [...said("06-lost").matchAll(/(\d+) of them/g)].map(([, count]) =>
        Number(count),
      );
      expect(lost[0]).toBe(0);
      expect(lost[1]).toBeGreaterThan(10);
    },
    mistake: immortal,
  },
  {
    says: "two steps leave one without the other; one ACID transaction leaves both or none",
    chapter,
    cells: cells(...day, "database", "bookshop", "left-behind", "two-steps", "acid", "outbox"),
    holds(said) {
      const [orderFirst = [], taskFirst = []] = rowsOf(said("06-two-steps"));
      expect(orderFirst[0]).toBeGreaterThan(5);
      expect(orderFirst[1]).toBe(0);
      expect(taskFirst[0]).toBe(0);
      expect(taskFirst[1]).toBeGreaterThan(5);
      expect(rowsOf(said("06-outbox"))).toEqual([[0, 0]]);
      const seen = said("06-acid").trim().split("\n");
      const tasks = { isolated: "[]", atomic: "[]", durable: "[ 2 ]", consistent: "[ 2 ]" };
      for (const [at, [letter, list]] of Object.entries(tasks).entries()) {
        expect(seen[at]).toMatch(new RegExp(`^${letter}.*${list.replace(/[[\]]/g, "\\$&")}$`));
      }
    },
    mistake: immortal,
  },
  {
    says: "a worker does a task at most once or at least once; an idempotent one as if once",
    chapter,
    cells: cells(...day, "worker", "worker-table"),
    holds(said) {
      const [atMost = [], atLeast = [], numbered] = rowsOf(said("06-worker-table"));
      expect(atMost[0]).toBeGreaterThan(5);
      expect(atMost[1]).toBe(0);
      expect(atLeast[0]).toBe(0);
      expect(atLeast[1]).toBeGreaterThan(5);
      expect(numbered).toEqual([0, 0]);
    },
    mistake: immortal,
  },
  {
    says: "a persistent queue: whatever a dead worker had in its hands comes to another",
    chapter,
    cells: cells("queue", "shift", "queue-table"),
    holds(said) {
      expect(rowsOf(said("06-queue-table"))[0]).toEqual([20, 20, 0]);
    },
    mistake: {
      file: "lib/ensemble/prepare.ts",
      from: "paths: ephemeralsOf(ahead, session)",
      to: "paths: []",
    },
  },
  {
    says: "a persistent queue is on disk, and replicated: no crash of servers takes it",
    chapter,
    cells: cells("queue", "shift", "queue-table"),
    holds(said) {
      expect(rowsOf(said("06-queue-table"))).toHaveLength(4);
      for (const row of rowsOf(said("06-queue-table"))) expect(row).toEqual([20, 20, 0]);
    },
    mistake: { file: "lib/sim/durable.ts", from: "this.disk.sync(writes);", to: "" },
  },
  {
    says: "what was synced survives, and nothing else for certain",
    chapter,
    cells: cells("fsync"),
    holds(said) {
      expect(said("06-fsync")).toMatch(/always +95 +95 +0\s+10 +95 +90 +5\s+never +95 +0 +95/);
    },
    mistake: { file: "lib/storage/wal.ts", from: "this.files.sync();", to: "" },
  },
  {
    says: "one writer gets 1000 / 5 writes a second to disk, and a group shares each fsync",
    chapter,
    cells: cells("store", "group"),
    holds(said) {
      const rows = said("06-group").match(/\d+ at once: \d+ writes, \d+ fsyncs/g) ?? [];
      const [one = [], , , , sixteen = []] = rows.map(numbers);
      expect(one[1]).toBeGreaterThan(180);
      expect(one[1]).toBeLessThanOrEqual(200);
      expect(sixteen[1]).toBeGreaterThan(7 * 200);
      expect(sixteen[2]).toBeLessThanOrEqual(200);
    },
    mistake: {
      file: "lib/sim/durable.ts",
      from: "const { writes } = this.disk;",
      to: "const writes = Math.min(this.disk.writes, this.syncedWrites + 4);",
    },
  },
  {
    says: "a write-ahead log finds the torn record, and cuts it off",
    chapter,
    cells: cells("fsync", "wal", "wal-picture"),
    holds(said) {
      expect(said("06-wal")).toContain("{ written: 105, left: 96, whole: 84 }");
      expect(said("06-wal")).toContain("[ 'a = 1', 'b = 2', 'c = 3', 'd = 4' ]");
      expect(said("06-wal-picture")).toContain("84 to 96 (e, lost)");
    },
    mistake: {
      file: "lib/storage/frames.ts",
      from: "if (this.sizeBytes < bytes.length) files.truncate(file, this.sizeBytes);",
      to: "",
    },
  },
  {
    says: "an LSM tree reads about one block for a key, none for one that is not there, and writes each byte many times",
    chapter,
    cells: cells("lsm", "reads", "amplification"),
    holds(said) {
      const [few = [], , many = []] = rowsOf(said("06-reads"));
      expect(many[0]).toBeLessThan(1.3);
      expect(many[1]).toBeLessThan(0.1);
      expect(few[1]).toBeGreaterThan(1);
      const [, first, , last] = numbers(
        /goes from (.*)\./.exec(said("06-amplification"))?.[1] ?? "",
      );
      expect(first).toBeGreaterThan(1);
      expect(last).toBeGreaterThan(3 * (first ?? Number.NaN));
    },
    mistake: {
      file: "lib/storage/bloom.ts",
      from: "return this.bitsOf(key).every(",
      to: "return true || this.bitsOf(key).every(",
    },
  },
];
