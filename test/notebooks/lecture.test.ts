/**
 * The lecture's own numbers, read from what the chapters put out. `notebooks.test.ts` sees to it that this is what
 * they put out now. Each has teeth: where the function behind a number is wrong, the number comes out differently.
 */

import { describe, expect, test } from "vitest";
import { brokerClaims } from "./broker-claims.ts";
import { type Claim, numbers } from "./claim.ts";
import { ensembleClaims } from "./ensemble-claims.ts";
import { groupClaims } from "./group-claims.ts";
import { masterClaims } from "./master-claims.ts";
import { ran, type Said, stored } from "./plain.ts";
import { quorumClaims } from "./quorum-claims.ts";
import { streamClaims } from "./stream-claims.ts";
import { workClaims } from "./work-claims.ts";
import { znodeClaims } from "./znode-claims.ts";

const START = "00-start-here";
const MASTER = "01-who-is-the-master";
const MANY = "10-how-many-how-available";

/** The cells that set up the shop of chapter 01, without faults. */
const SHOP = ["01-route", "01-shop", "01-story"];
const ASKING = [...SHOP, "01-died", "01-ask"];

const tracker = "lib/recipes/tracker.ts";
const capacity = "lib/estimate/capacity.ts";
const placement = "lib/estimate/placement.ts";

const claims: readonly Claim[] = [
  ...znodeClaims,
  ...masterClaims,
  ...quorumClaims,
  ...ensembleClaims,
  ...brokerClaims,
  ...streamClaims,
  ...groupClaims,
  ...workClaims,
  {
    says: "the same seed makes the same run, and another seed another one",
    chapter: START,
    cells: ["00-counter", "00-client", "00-run", "00-seed"],
    holds(said) {
      const [seven, again, eight] = said("00-seed").match(/[0-9a-f]{16}/g) ?? [];
      expect(again).toBe(seven);
      expect(eight).not.toBe(seven);
    },
    mistake: {
      file: "lib/sim/world.ts",
      from: "hash(fork !== undefined && this.log.length > fork.event ? fork.seed : seed)",
      to: "hash(7)",
    },
  },
  {
    says: "a tracker costs an extra hop on every request",
    chapter: MASTER,
    cells: [...ASKING, "01-hop"],
    holds(said) {
      expect(said("01-hop")).toContain("2.0 with a constant, 4.0 with a tracker");
    },
    mistake: {
      file: tracker,
      from: 'out.send(from, { kind: "masterIs",',
      to: 'for (const _ of "ab") out.send(from, { kind: "masterIs",',
    },
  },
  {
    says: "a tracker is a single point of failure",
    chapter: MASTER,
    cells: [...ASKING, "01-outage", "01-spof"],
    holds(said) {
      const [failed = 0, outageMs = 0] = numbers(said("01-spof"));
      expect(failed).toBeGreaterThan(0);
      expect(outageMs).toBeGreaterThanOrEqual(300);
    },
    // A crash lasts no time.
    mistake: {
      file: "lib/sim/world.ts",
      from: "(fault.atMs + fault.forMs) * 1000",
      to: '(fault.atMs + (fault.kind === "crash" ? 0 : fault.forMs)) * 1000',
    },
  },
  {
    says: "two trackers disagree who the master is",
    chapter: MASTER,
    cells: [...ASKING, "01-two", "01-two-run"],
    holds(said) {
      expect(said("01-two-run")).toContain("tracker1 says db1, tracker2 says db2");
    },
    mistake: { file: tracker, from: " && nowMs - heard <= timeoutMs", to: "" },
  },
  {
    says: "a stale answer loses writes, and one that is asked for each time loses fewer",
    chapter: MASTER,
    cells: [...ASKING, "01-outage", "01-hop", "01-stale", "01-stale-run", "01-lost-seeds"],
    holds(said) {
      expect(said("01-stale-run")).toMatch(/acknowledged and lost: order \d+/);
      const [, asking = 0, remembering = 0] = numbers(said("01-lost-seeds"));
      expect(remembering).toBeGreaterThan(10 * asking);
    },
    mistake: {
      file: tracker,
      from: "return { master, leaseMs: times.leaseMs };",
      to: "return { master: Object.keys(tracking.heardMs).sort()[0]!, leaseMs: times.leaseMs };",
    },
  },
  {
    says: "a lease loses none",
    chapter: MASTER,
    cells: [
      ...ASKING,
      "01-outage",
      "01-hop",
      "01-stale",
      "01-stale-run",
      "01-lost-seeds",
      "01-lease",
    ],
    holds(said) {
      expect(said("01-lease")).toContain("acknowledged and lost: 0;");
      expect(said("01-lease")).toContain("orders lost in 100 runs, with a lease: 0");
    },
    mistake: {
      file: tracker,
      from: "kept.askedMs + kept.leaseMs",
      to: "kept.askedMs + 2 * kept.leaseMs",
    },
  },
  {
    says: "1000 events/s at 100 ms each are 10 per consumer per second, so 100 consumers",
    chapter: MANY,
    cells: ["10-consumers"],
    holds(said) {
      expect(numbers(said("10-consumers"))).toEqual([10, 100]);
    },
    mistake: {
      file: capacity,
      from: "return 1000 / serviceMs",
      to: "return Math.floor(999 / serviceMs)",
    },
  },
  {
    says: "125 consumers with headroom",
    chapter: MANY,
    cells: ["10-headroom"],
    holds(said) {
      expect(said("10-headroom")).toMatch(/consumers: 125, utilisation: 0\.8,/);
    },
    mistake: { file: capacity, from: "* (1 + headroom)", to: "/ (1 - headroom)" },
  },
  {
    says: "a week of retention in bytes",
    chapter: MANY,
    cells: ["10-bytes"],
    holds(said) {
      const [terabytes = 0] = numbers(said("10-bytes"));
      expect(terabytes * 1e12).toBeCloseTo(1000 * 1000 * 7 * 24 * 3600 * 3);
    },
    mistake: { file: capacity, from: "* 86_400 *", to: "* 86_400 /" },
  },
  {
    says: "4 topics × 2 partitions × 2 replicas on 3 brokers are 16, at most 6 each",
    chapter: MANY,
    cells: ["10-bytes", "10-placement"],
    holds(said) {
      const [replicas, atMost, ...perBroker] = numbers(said("10-placement"));
      expect([replicas, atMost]).toEqual([16, 6]);
      expect(perBroker.toSorted()).toEqual([5, 5, 6]);
    },
    mistake: {
      file: placement,
      from: "cluster.partitions * cluster.replicas",
      to: "cluster.partitions",
    },
  },
  {
    says: "Kafka's own placement puts 7 or 8 on one broker in a third of draws",
    chapter: MANY,
    cells: ["10-bytes", "10-placement", "10-placement-kafka"],
    holds(said) {
      const rows = [...said("10-placement-kafka").matchAll(/(\d+) +([\d.]+) %/g)];
      const chances = new Map(
        rows.map(([, replicas, percent]) => [Number(replicas), Number(percent)]),
      );
      expect([...chances.keys()]).toEqual([6, 7, 8]);
      expect((chances.get(7) ?? 0) + (chances.get(8) ?? 0)).toBeCloseTo(100 / 3, 0);
    },
    mistake: {
      file: placement,
      from: "(partition + draw.start) % brokers",
      to: "partition % brokers",
    },
  },
  {
    says: "5 s of failover a month leave 99.999807 %",
    chapter: MANY,
    cells: ["10-failover"],
    holds(said) {
      expect(said("10-failover")).toMatch(/^ +5 +99\.999807 %/m);
    },
    mistake: {
      file: "lib/estimate/availability.ts",
      from: "secondsPerMonth: number = 30 *",
      to: "secondsPerMonth: number = 31 *",
    },
  },
];

/** What the chapters put out without a kernel and without a mistake: what the mistakes are compared with. */
const plain = new Map<string, Promise<Said>>();
for (const name of new Set(claims.map((claim) => claim.chapter))) {
  const own = claims.filter((claim) => claim.chapter === name);
  plain.set(name, ran(name, [...new Set(own.flatMap(({ cells }) => cells))]));
}

describe.each(claims)("$chapter: $says", ({ chapter, cells, holds, mistake }) => {
  test("so say the stored outputs", () => holds(stored(chapter)));

  test("not so, where the library is wrong", async () => {
    const [right, wrong] = await Promise.all([plain.get(chapter), ran(chapter, cells, mistake)]);
    holds(right as Said);
    expect(() => holds(wrong)).toThrow();
  });
});
