/** What the lecture says of brokers that die, and of the copies that survive them. */

import { expect } from "vitest";
import { type Claim, numbers } from "./claim.ts";

const chapter = "09-surviving-brokers";
const decisions = "lib/broker/decisions.ts";
const shop = ["play", "alice", "shop"];
const cells = (...names: readonly string[]) => names.map((name) => `09-${name}`);

/** The rows of a table, each as its columns. */
function rowsOf(text: string): string[][] {
  const rows = text.trim().split("\n").slice(2);
  return rows.map((row) => row.trim().split(/ {2,}/));
}

/** What a log strip says of each replica: its name, log end and high watermark. */
function replicasIn(text: string): [name: string, end: number, highWatermark: number][] {
  const found = text.matchAll(/(b\d) \([^)]*\): log end (\d+), high watermark (\d+)/g);
  return [...found].map(([, name = "", end, mark]) => [name, Number(end), Number(mark)]);
}

export const brokerClaims: readonly Claim[] = [
  {
    says: "acks: with 0 nobody is waited for, with 1 the leader, with all the in-sync replicas",
    chapter,
    cells: cells(...shop, "acks"),
    holds(said) {
      const rows = rowsOf(said("09-acks")).map(([, ms]) => Number(ms));
      const [nobody = Number.NaN, leader = Number.NaN, all = Number.NaN] = rows;
      expect(nobody).toBeLessThan(1);
      expect(leader).toBeGreaterThan(4);
      expect(all).toBeGreaterThan(leader + 4);
    },
    mistake: {
      file: decisions,
      from: "return Math.min(...ends);",
      to: "return Math.max(...ends);",
    },
  },
  {
    says: "the high watermark is where the slowest in-sync replica is; followers hear of it later",
    chapter,
    cells: cells(...shop, "strips", "watermark"),
    holds(said) {
      const replicas = replicasIn(said("09-watermark"));
      const [leaders = Number.NaN, ...others] = replicas.map(([, , mark]) => mark);
      expect(replicas.map(([name]) => name)).toEqual(["b1", "b2", "b3"]);
      expect(leaders).toBe(Math.min(...replicas.map(([, end]) => end)));
      for (const mark of others) expect(mark).toBeLessThan(leaders);
    },
    mistake: {
      file: decisions,
      from: "return Math.min(...ends);",
      to: "return Math.max(...ends);",
    },
  },
  {
    says: "acks=1 loses acknowledged writes when the leader dies, acks=all none",
    chapter,
    cells: cells(...shop, "lose"),
    holds(said) {
      expect(said("09-lose")).toMatch(/acks=1: \d+ receipts, lost: #\d+, /);
      expect(said("09-lose")).toMatch(/acks=all: \d\d+ receipts, lost: none/);
    },
    mistake: {
      file: decisions,
      from: "return Math.min(...ends);",
      to: "return Math.max(...ends);",
    },
  },
  {
    says: "who comes back cuts its log where its last epoch ends in the leader's log",
    chapter,
    cells: cells(...shop, "strips", "lose", "before", "cut", "after"),
    holds(said) {
      const [, cut] = /cut: (\d+)/.exec(said("09-cut")) ?? [];
      const [, end] = /b2 tells b1: \{"epoch":0,"endOffset":(\d+)/.exec(said("09-cut")) ?? [];
      const [, ...lost] = numbers(/lost: ([\d, ]+)/.exec(said("09-after"))?.[0] ?? "");
      expect(cut).toBe(end);
      expect(said("09-after")).toContain(`epoch 1 from offset ${end}`);
      expect(lost.length).toBe(2);
    },
    mistake: {
      file: decisions,
      from: "return Math.min(own.endOffset, leaders.endOffset);",
      to: "return own.endOffset;",
    },
  },
  {
    says: "acks=all loses what a lone leader took if the next was not in sync; min.insync.replicas=2 refuses it",
    chapter,
    cells: cells(...shop, "alone", "alone-table"),
    holds(said) {
      const rows = rowsOf(said("09-alone-table")).map((row) => row.slice(2).map(Number));
      const [[lost, refused] = [], [uncleanly = 0] = [], [none, few = 0] = []] = rows;
      expect([lost, refused, none]).toEqual([0, 0, 0]);
      expect(uncleanly).toBeGreaterThan(5);
      expect(few).toBeGreaterThan(5);
    },
    mistake: {
      file: "lib/broker/leading.ts",
      from: "Math.min(config.minInsyncReplicas ?? 1, state.replicas.length)",
      to: "Math.min(1, state.replicas.length)",
    },
  },
  {
    says: "a broker becomes controller through the ensemble, and its predecessor writes nothing more",
    chapter,
    cells: cells("play", "tree", "boss", "sleep", "transactions", "fenced"),
    holds(said) {
      expect(said("09-tree")).toContain("/controller = 1 (v0) ephemeral of session");
      const rows = rowsOf(said("09-transactions")).map(([, ...row]) => row);
      const claims = rows.filter(([, does = ""]) => does.startsWith("create /controller,"));
      expect(claims.map(([, , result]) => result).toSorted()).toEqual(["NodeExists", "done"]);
      const old = rows.filter(([by]) => by === "b1");
      expect(old.map(([, , result]) => result)).toEqual(["no answer"]);
      expect(old[0]?.[1]).toMatch(/^check \/controller_epoch v1, /);
      expect(said("09-fenced").trim()).toBe("BadVersion");
    },
    mistake: {
      file: "lib/broker/records.ts",
      from: "return [check, ...changes",
      to: "return [...changes",
    },
  },
  {
    says: "16 replicas on 3 brokers: at most 6 when balanced, and N·P·X / R in general",
    chapter,
    cells: cells("balanced"),
    holds(said) {
      const [lecture, larger] = rowsOf(said("09-balanced")).map((row) =>
        row.slice(0, 7).map(Number),
      );
      expect(lecture).toEqual([4, 2, 2, 3, 16, 5.33, 6]);
      const [topics = 0, partitions = 0, replicas = 0, brokers = 1, all, each, most] = larger ?? [];
      const share = (topics * partitions * replicas) / brokers;
      expect([all, each, most]).toEqual([
        topics * partitions * replicas,
        Number(share.toFixed(2)),
        Math.ceil(share),
      ]);
    },
    mistake: {
      file: "lib/estimate/placement.ts",
      from: "Math.ceil(replicasInAll(cluster) / cluster.brokers)",
      to: "Math.floor(replicasInAll(cluster) / cluster.brokers)",
    },
  },
  {
    says: "a controller that draws puts 7 or 8 of 16 on one broker in a third of draws",
    chapter,
    cells: cells("play", "balanced", "grid", "draws"),
    holds(said) {
      const rows = rowsOf(said("09-draws")).map((row) => row.map(Number.parseFloat));
      expect(rows.map(([replicas]) => replicas)).toEqual([6, 7, 8]);
      const [, [, seven = 0, sevenDrawn = 0] = [], [, eight = 0, eightDrawn = 0] = []] = rows;
      expect(seven + eight).toBeCloseTo(100 / 3, 0);
      expect(Math.abs(sevenDrawn + eightDrawn - 100 / 3)).toBeLessThan(10);
    },
    mistake: {
      file: "lib/broker/changes.ts",
      from: "{ start: draw(), shift: draw() }",
      to: "{ start: 0, shift: 0 }",
    },
  },
  {
    says: "the checker of logs names a lost write by operation, offset and broker",
    chapter: "11-proving-it",
    cells: [
      ...["customer", "shop", "cut", "right"],
      ...["seller", "reader", "trade", "log-property", "log-caught", "watching", "named"],
    ].map((name) => `11-${name}`),
    holds(said) {
      expect(said("11-log-caught")).toContain("all in-sync replicas: ok in 100 runs");
      expect(said("11-named")).toMatch(/lost-write, .*order-\d+ .* at offset \d+,.* nobody ever/);
      expect(said("11-named")).toMatch(/acks-broken, .*b\d acknowledged order-\d+ at offset \d+/);
    },
    mistake: {
      file: "lib/check/log/replicas.ts",
      from: "if (lacking.length > 0) wrong(",
      to: "if (lacking.length > 9) wrong(",
    },
  },
  {
    says: "a history is judged by its configurations, not by its orders",
    chapter: "11-proving-it",
    cells: ["11-judge-torn", "11-judge-plain"],
    holds(said) {
      expect(said("11-judge-plain")).toMatch(/8 puts: 2\d{5} placements; violated, 1026 conf/);
    },
    mistake: {
      file: "lib/check/configurations.ts",
      from: "if (this.#offers((this.#slots[slot] as number) - 1, words)) return KNOWN;",
      to: "",
    },
  },
];
