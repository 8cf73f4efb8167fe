/** What the lecture says of the ensemble when its leader dies. */

import { expect } from "vitest";
import { type Claim, numbers } from "./claim.ts";

const chapter = "05-inside-the-ensemble";
const room = "lib/ensemble";
const cells = (...names: readonly string[]) =>
  ["play", "session", "write", ...names].map((name) => `05-${name}`);

/** The rows of a table, each as its columns. */
function rowsOf(text: string): string[][] {
  const rows = text.trim().split("\n").slice(2);
  return rows.map((row) => row.trim().split(/ {2,}/));
}

/** What a picture of availability says of a row: answered, refused, and the longest time without an answer. */
function rowOf(text: string, name: string): { refused: number; longestMs: number } {
  const said = new RegExp(`(?:^|\\. |\\n)${name}: [\\d,]+ answered, ([^.]*)\\.`).exec(text)?.[1];
  const [refused = Number.NaN] = numbers(said ?? "");
  const [longestMs = Number.NaN] = numbers(/(?:for|than) ([\d,.]+) ms/.exec(said ?? "")?.[1] ?? "");
  return { refused, longestMs };
}

export const ensembleClaims: readonly Claim[] = [
  {
    says: "the leader writes to itself and waits for a majority, not for everybody",
    chapter,
    cells: cells("shop", "slow"),
    holds(said) {
      const writes = rowsOf(said("05-slow")).map(([, count]) => Number(count));
      const [well = 0, oneSlow = 0, bothSlow = 0, oneDead = 0, bothDead] = writes;
      expect(Math.min(oneSlow, oneDead)).toBeGreaterThan(0.8 * well);
      expect(bothSlow).toBeLessThan(well / 2);
      expect(bothDead).toBe(0);
    },
    mistake: {
      file: `${room}/decisions.ts`,
      from: "majority(acked.length) - 1",
      to: "acked.length - 1",
    },
  },
  {
    says: "a proposal leaves at once; an ack and a commit wait for the disk",
    chapter,
    cells: cells("disk"),
    holds(said) {
      const rows = rowsOf(said("05-disk"));
      const kinds = ["propose", "propose", "ack", "ack", "commit", "commit"];
      expect(rows.map(([, , kind]) => kind)).toEqual(kinds);
      const waits = rows.map(([, , , ms]) => Number(ms));
      expect(waits.slice(0, 2)).toEqual([0, 0]);
      for (const ms of waits.slice(2)) expect(ms).toBeGreaterThanOrEqual(20);
    },
    mistake: {
      file: `${room}/follower.ts`,
      from: '{ kind: "ack", zxid: message.entry.zxid }',
      to: '{ kind: "ack", zxid: message.entry.zxid }, { beforeSync: true }',
    },
  },
  {
    says: "only what a majority has on disk is committed: nothing is lost, and one server may die",
    chapter,
    cells: cells("shop", "slow", "commit-rule"),
    holds(said) {
      const rows = rowsOf(said("05-commit-rule")).map((row) => row.slice(1).map(Number));
      const [[lost, receipts = 0] = [], [hasty] = [], everybody] = rows;
      expect(lost).toBe(0);
      expect(receipts).toBeGreaterThan(100);
      expect(hasty).toBe(10);
      expect(everybody).toEqual([0, 0]);
    },
    mistake: {
      file: `${room}/leader.ts`,
      from: "turn.options.commitPoint([...acked, lastZxid(server.history)])",
      to: "lastZxid(server.history)",
    },
  },
  {
    says: "re-election: the newest epoch wins, then the newest transaction, then the greater name",
    chapter,
    cells: cells("shop", "died", "votes", "stories", "who"),
    holds(said) {
      expect(said("05-died")).toContain("s2 is leading, epoch 2");
      expect(rowsOf(said("05-who")).map((row) => row.at(-1))).toEqual(["s2", "s1", "s1"]);
    },
    mistake: {
      file: `${room}/decisions.ts`,
      from: "if (a.epoch !== b.epoch) return a.epoch > b.epoch;",
      to: "",
    },
  },
  {
    says: "a follower catches up by a diff, by a snapshot, or by a truncation",
    chapter,
    cells: cells("shop", "votes", "died", "stories", "sync"),
    holds(said) {
      const kinds = rowsOf(said("05-sync")).map(([, kind]) => kind);
      expect(kinds).toEqual(["diff", "snap", "trunc"]);
    },
    mistake: {
      file: `${room}/decisions.ts`,
      from: 'return { kind: "trunc", to };',
      to: 'return { kind: "snap" };',
    },
  },
  {
    says: "CP: without a majority writes are refused, and reads served to who asked for that",
    chapter,
    cells: cells("cp", "askers", "cp-picture"),
    holds(said) {
      const text = said("05-cp-picture");
      for (const name of ["write", "read", "readOnly: write"]) {
        expect(rowOf(text, name).longestMs).toBeGreaterThan(700);
        expect(rowOf(text, name).refused).toBeGreaterThan(0);
      }
      expect(rowOf(text, "readOnly: read").longestMs).toBeLessThan(200);
    },
    mistake: {
      file: `${room}/election.ts`,
      from: "if (options.readOnlyMode)",
      to: "if (options.tickMs < 0)",
    },
  },
  {
    says: "database traffic is unharmed with a lease, and stopped for the whole election without",
    chapter,
    cells: cells("shop", "died", "cp", "askers", "master", "traffic", "traffic-picture"),
    holds(said) {
      const text = said("05-traffic-picture");
      const [, electionMs = Number.NaN] = numbers(
        /From ([\d.]+ to [\d.]+) ms: no/.exec(text)?.[1] ?? "",
      );
      expect(rowOf(text, "by lease").refused).toBe(0);
      expect(rowOf(text, "by lease").longestMs).toBeLessThan(20);
      expect(rowOf(text, "at once").refused).toBeGreaterThan(0);
      expect(rowOf(text, "at once").longestMs).toBeGreaterThan(electionMs - 600);
    },
    mistake: {
      file: "lib/recipes/mastership.ts",
      from: 'serves === "byLease" || ',
      to: "",
    },
  },
  {
    says: "writes are linearizable, reads are not, and sync mends the reads of a calm leader",
    chapter,
    cells: cells("changing", "history", "tally", "back"),
    holds(said) {
      expect(said("05-tally")).toMatch(
        /changes: 20,\s+'changes and reads': \d,\s+'changes, sync and reads': 20/,
      );
      expect(said("05-back")).toContain("a reader goes back: 0");
    },
    mistake: {
      file: `${room}/serving.ts`,
      from: 'handOn(turn, { kind: "syncRequest", client, xid });',
      to: 'answer(turn, client, xid, { kind: "sync" });',
    },
  },
];
