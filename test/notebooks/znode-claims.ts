/** What the lecture says of znodes, sessions and watches. */

import { expect } from "vitest";
import { type Claim, numbers } from "./claim.ts";

const chapter = "02-znodes";
const room = "lib/ensemble";
const cells = (...names: readonly string[]) => names.map((name) => `02-${name}`);

export const znodeClaims: readonly Claim[] = [
  {
    says: "configuration lives in a tree below the root, and every server has the whole of it",
    chapter,
    cells: cells("play", "config", "tree"),
    holds(said) {
      expect(said("02-config")).toMatch(/\[ 'aws-key', 'db-ip' \]\s+10\.0\.0\.5\s/);
      expect(said("02-tree")).toContain("the same on all three servers: true");
      for (const path of ["/ (v0)", "/config/aws-key", "/config/db-ip = 10.0.0.5"]) {
        expect(said("02-tree")).toContain(path);
      }
    },
    mistake: {
      file: `${room}/tree.ts`,
      from: "parent.children.add(nameOf(txn.path));",
      to: "",
    },
  },
  {
    says: "a write that names the version it has seen loses no other's, and one that does not may",
    chapter,
    cells: cells("play", "config", "tree", "blind", "checked", "cas"),
    holds(said) {
      const [, any = 0, seen] = numbers(said("02-cas"));
      expect(any).toBeGreaterThan(25);
      expect(seen).toBe(0);
    },
    mistake: {
      file: `${room}/prepare.ts`,
      from: 'if (version !== -1 && version !== node.version) return error("BadVersion");',
      to: "",
    },
  },
  {
    says: "a persistent node stays when its maker dies, an ephemeral one goes, and its owner is a session",
    chapter,
    cells: cells("play", "config", "tree", "persistent", "ephemeral"),
    holds(said) {
      expect(said("02-persistent").trim()).toBe("db1");
      expect(said("02-ephemeral")).toContain("there is no /master");
      expect(said("02-ephemeral")).toMatch(/\/master = db1 .*ephemeral of session 0x1/);
    },
    mistake: {
      file: `${room}/prepare.ts`,
      from: 'op.mode.startsWith("ephemeral") ? session : 0',
      to: "0 * session",
    },
  },
  {
    says: "a session is over about its timeout after its client's death",
    chapter,
    cells: cells("play", "config", "tree", "persistent", "ephemeral", "session", "timeout"),
    holds(said) {
      const rows = said("02-timeout").trim().split("\n").slice(2).map(numbers);
      expect(rows.map(([timeoutMs]) => timeoutMs)).toEqual([200, 400, 600, 800, 1000]);
      for (const [timeoutMs = 0, least = 0, most = 0] of rows) {
        expect(least).toBeGreaterThan((timeoutMs * 2) / 3 - 50);
        expect(most).toBeLessThan(timeoutMs + 100);
      }
    },
    mistake: {
      file: `${room}/tracking.ts`,
      from: "leading.elapsedMs + tracked.timeoutMs",
      to: "leading.elapsedMs + 2 * tracked.timeoutMs",
    },
  },
  {
    says: "a session that moves to another server keeps its nodes",
    chapter,
    cells: cells("play", "config", "tree", "moved"),
    holds(said) {
      expect(said("02-moved")).toMatch(
        /(session 0x1\w+): disconnected\s.*\1: connected\s.*\/master = db1 .*of \1\./s,
      );
    },
    mistake: {
      file: `${room}/session.ts`,
      from: "session: session.session,",
      to: "session: 0 * session.session,",
    },
  },
  {
    says: "sequential nodes are numbered, and no number is given twice",
    chapter,
    cells: cells("play", "config", "tree", "sequential"),
    holds(said) {
      const found = said("02-sequential").match(/n-\d{10} = db\d/g) ?? [];
      expect(found).toEqual(["n-0000000000 = db2", "n-0000000002 = db4", "n-0000000003 = db5"]);
    },
    mistake: {
      file: `${room}/prepare.ts`,
      from: "String(parent.created)",
      to: "String(2 * parent.created)",
    },
  },
  {
    says: "a watch fires once; who reads again ends with the newest state",
    chapter,
    cells: cells("play", "config", "once"),
    holds(said) {
      const [once, seen = 0, of, ...last] = numbers(said("02-once"));
      expect([once, of, ...last]).toEqual([1, 20, 10, 1.2]);
      expect(seen).toBeLessThan(20);
    },
    mistake: {
      file: `${room}/watches.ts`,
      from: "table.set(path, new Set([who]));",
      to: "return;",
    },
  },
  {
    says: "a client that was cut off hears of what changed when it is back",
    chapter,
    cells: cells("play", "config", "watch", "away"),
    holds(said) {
      const learntMs = (cell: string) =>
        Number(/reads 10\.0\.0\.6 at (\d+) ms/.exec(said(cell))?.[1]);
      expect(learntMs("02-watch")).toBeLessThan(1100);
      expect(learntMs("02-away")).toBeGreaterThan(1100);
    },
    mistake: {
      file: `${room}/reach.ts`,
      from: "data.size + exist.size + child.size > 0 &&",
      to: "data.size < 0 &&",
    },
  },
];
