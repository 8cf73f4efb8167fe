/** What the lecture says of electing a master. */

import { expect } from "vitest";
import { type Claim, numbers } from "./claim.ts";

const chapter = "03-electing-a-master";
const mastership = "lib/recipes/mastership.ts";

const cells = (...names: readonly string[]) => names.map((name) => `03-${name}`);
/** The cells that set up the shop, run it, and kill its master; and those that make two masters of one. */
const shop = cells("one-passes", "naive", "database", "shop", "story", "death");
const stopping = [...shop, ...cells("split", "careful")];

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
      expect(text).toMatch(/told it at \d+ ms: NodeDeleted \/master/);
      expect(text).toContain("questions in between: 0");
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
    cells: [...shop, "03-split"],
    holds(said) {
      const [bothMs = 0, , , late = 0] = after(said("03-split"), "two masters for");
      expect(bothMs).toBeGreaterThan(300);
      expect(late).toBeGreaterThan(0);
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
      expect(after(text, "naive: two masters for")[0]).toBeGreaterThan(500);
      for (const how of ["at once", "by lease"]) {
        expect(after(text, `${how}: two masters for`)[0]).toBeLessThan(30);
      }
    },
    mistake: {
      file: mastership,
      from: "if (isOver || !isMine) return false;",
      to: 'if (zk.state === "closed") return false;',
    },
  },
  {
    says: "a master stops when it is disconnected: at once, or when its session may have expired",
    chapter,
    cells: [...stopping, "03-cut"],
    holds(said) {
      const text = said("03-cut");
      expect(after(text, "naive: two masters in")[0]).toBe(30);
      for (const how of ["at once", "by lease"]) {
        expect(after(text, `${how}: two masters in`)[0]).toBe(0);
      }
      const [atOnce = 0, byLease = 0] = [/at once +(\d+)/, /by lease +(\d+)/].map((row) =>
        Number(row.exec(text)?.[1]),
      );
      expect(atOnce).toBeLessThan(byLease);
    },
    mistake: {
      file: mastership,
      from: "clock.now() < zk.aliveUntilMs - drift * zk.timeoutMs",
      to: 'zk.state !== "expired"',
    },
  },
  {
    says: "a lease bridges an election of the ensemble, and costs nothing when the master dies",
    chapter,
    cells: [...stopping, "03-price"],
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
    cells: cells("one-passes", "writer", "pause", "fence", "jump"),
    holds(said) {
      const [paused = 0, , clock = 0] = after(said("03-jump"), "late writes without a fence");
      expect(Math.min(paused, clock)).toBeGreaterThan(0);
      const fenced = after(said("03-jump"), "late writes with a fence");
      expect(fenced).toEqual([0, 20, 0, 20]);
      expect(said("03-fence").match(/m\d +\d+ +refused/g)).toEqual([expect.stringMatching(/^m1/)]);
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
    cells: cells("one-passes", "herd", "herd-count"),
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
    cells: cells("one-passes", "naive", "database", "careful", "hop-apps", "hop"),
    holds(said) {
      expect(said("03-hop")).toContain("4.0 with a tracker, 2.0 with a watch");
    },
    // Who keeps up with the master by asking every 10 ms.
    mistake: {
      file: "lib/recipes/patience.ts",
      from: "if (!isOver()) await changed.fired;",
      to: "if (!isOver()) await clock.sleep(10);",
    },
  },
];
