/** What the lecture says of electing a master. */

import { expect } from "vitest";
import { type Claim, numbers } from "./claim.ts";

const chapter = "03-electing-a-master";
const mastership = "lib/recipes/mastership.ts";

const cells = (...names: readonly string[]) => names.map((name) => `03-${name}`);
/** The cells that set up the shop, run it, and kill its master; and those that make two masters of one. */
const shop = cells("naive", "database", "shop", "story", "death");
const stopping = [...shop, ...cells("split", "late", "careful")];

/** The numbers of the line that begins with a name. */
function after(text: string, name: string): number[] {
  const line = text.split("\n").find((each) => each.startsWith(name));
  return numbers((line ?? "").slice(name.length));
}

export const masterClaims: readonly Claim[] = [
  {
    says: "every replica tries to create /master, and one passes",
    chapter,
    cells: cells("one-passes"),
    holds(said) {
      const text = said("03-one-passes");
      expect(text.match(/it is mine/g)).toHaveLength(1);
      expect(text.match(/NodeExists/g)).toHaveLength(2);
    },
    mistake: {
      file: "lib/ensemble/prepare.ts",
      from: 'return error("NodeExists")',
      to: 'return error("NoNode")',
    },
  },
  {
    says: "over a two-way connection the servers speak first: nobody asks",
    chapter,
    cells: [...shop, "03-two-way"],
    holds(said) {
      const text = said("03-two-way");
      // The create that failed and the watch, and nothing more until it was told.
      expect(text).toMatch(/db3 asked at \[ \d+, \d+ \] ms/);
      expect(text).toMatch(/told it at \d+ ms: NodeDeleted/);
    },
    // A client that asks with every heartbeat.
    mistake: {
      file: "lib/ensemble/session.ts",
      from: "beat(session, nowMs, out);\n      if",
      to: 'beat(session, nowMs, out);\n      ask(session, -1, { kind: "sync", path: "/" }, out);\n      if',
    },
  },
  {
    says: "whoever is elected once and does not look again is a second master",
    chapter,
    cells: [...shop, "03-split", "03-late"],
    holds(said) {
      // One every 20 ms, for more than 300 ms.
      expect(after(said("03-late"), "db1 took")[0]).toBeGreaterThan(15);
    },
    // No session ever expires.
    mistake: {
      file: "lib/ensemble/tracking.ts",
      from: "expiresMs <= leading.elapsedMs",
      to: "expiresMs < 0",
    },
  },
  {
    says: "a master stops serving writes when master is null",
    chapter,
    cells: [...stopping, "03-null"],
    holds(said) {
      const text = said("03-null");
      // One every 10 ms: for more than 500 ms, and for less than 30 ms.
      expect(after(text, "naive:")[0]).toBeGreaterThan(50);
      for (const how of ["at once:", "by lease:"]) expect(after(text, how)[0]).toBeLessThan(3);
    },
    mistake: {
      file: mastership,
      from: "isMine = stat?.czxid === won.token;",
      to: "isMine = true;",
    },
  },
  {
    says: "a master stops when it is disconnected: at once, or when its session may have expired",
    chapter,
    cells: [...stopping, "03-cut", "03-cut-runs"],
    holds(said) {
      const text = said("03-cut-runs");
      expect(after(text, "naive: two masters in")[0]).toBe(30);
      for (const how of ["at once", "by lease"]) {
        expect(after(text, `${how}: two masters in`)[0]).toBe(0);
      }
      const orders = [...said("03-cut").matchAll(/(?:at once|by lease): db1: (\d+) answered/g)];
      const [atOnce = Number.NaN, byLease = 0] = orders.map(([, taken]) => Number(taken));
      expect(atOnce).toBeLessThan(byLease);
    },
    mistake: {
      file: mastership,
      from: "clock.now() < zk.aliveUntilMs - DRIFT * zk.timeoutMs",
      to: 'zk.state !== "expired"',
    },
  },
  {
    says: "a lease bridges an election of the ensemble, and costs nothing when the master dies",
    chapter,
    cells: [...stopping, "03-outage", "03-price"],
    holds(said) {
      const dies = [...said("03-price").matchAll(/dies, (?:at once|by lease) (\d+) ms/g)];
      const [atOnce = 0, byLease = 0, ...masters] = dies.map(([, ms]) => Number(ms));
      expect(atOnce).toBeGreaterThan(3 * byLease);
      expect(masters[0]).toBe(masters[1]);
    },
    mistake: {
      file: mastership,
      from: 'serves === "byLease" || zk.state',
      to: "zk.state",
    },
  },
  {
    says: "a pause or a clock defeats every lease, and a fence holds",
    chapter,
    cells: cells("writer", "pause", "fence", "jump"),
    holds(said) {
      const [paused = 0, , clock = 0] = after(said("03-jump"), "no fence:");
      expect(Math.min(paused, clock)).toBeGreaterThan(0);
      expect(after(said("03-jump"), "a fence:")).toEqual([0, 20, 0, 20]);
      expect(said("03-fence")).toContain("refused [ 'm1' ]");
    },
    mistake: {
      file: "lib/recipes/fenced.ts",
      from: "Math.max(state.newest, token)",
      to: "Math.min(state.newest, token)",
    },
  },
  {
    says: "a herd costs messages for every candidate, a line the same for all",
    chapter,
    cells: [...shop, ...cells("two-way", "herd", "herd-count")],
    holds(said) {
      const rows = [...said("03-herd-count").matchAll(/^ +(\d+) +(\d+) +(\d+)$/gm)];
      const counts = rows.map(([, left, one, line]) => [left, one, line].map(Number));
      expect(counts).toEqual([1, 2, 4, 8, 16, 32].map((left) => [left, 8 * left, 5]));
    },
    mistake: {
      file: "lib/recipes/own.ts",
      from: ".findLast(isInTheWay)",
      to: ".find(isInTheWay)",
    },
  },
  {
    says: "the extra hop is gone",
    chapter,
    cells: [...shop, ...cells("two-way", "careful", "hop-apps", "hop")],
    holds(said) {
      expect(said("03-hop")).toContain("with a tracker 4, with a watch 2");
    },
    // Who keeps up with the master by asking every 10 ms.
    mistake: {
      file: "lib/recipes/patience.ts",
      from: "if (!isOver()) await changed.promise;",
      to: "if (!isOver()) await clock.sleep(10);",
    },
  },
];
