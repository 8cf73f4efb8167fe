/** What the lecture says of quorums. */

import { expect } from "vitest";
import { type Claim, numbers } from "./claim.ts";

const register = "lib/recipes/register.ts";
const quorum = "lib/estimate/quorum.ts";

const cells = (...names: readonly string[]) => names.map((name) => `04-${name}`);
/** The cells that run a register and show what its clients tell it. */
const PLAY = ["choices", "play", "talk"];

export const quorumClaims: readonly Claim[] = [
  {
    says: "2N + 1 machines, success at N + 1: any two groups meet, and N machines may die",
    chapter: "04-quorums",
    cells: cells(...PLAY, "ten", "pairs", "deaths"),
    holds(said) {
      const rowsOf = (cell: string) => said(cell).trim().split("\n").slice(2).map(numbers);
      expect(rowsOf("04-pairs")).toEqual([1, 2, 3].map((N) => [N, 2 * N + 1, 1, 0]));
      expect(rowsOf("04-deaths")).toEqual([1, 2, 3].map((N) => [N, 2 * N + 1, N + 1, 10, 0]));
    },
    mistake: {
      file: quorum,
      from: "Math.floor(servers / 2) + 1",
      to: "Math.ceil(servers / 2) + 1",
    },
  },
  {
    says: "a write majority and a read majority meet: no write is missed where R + W > N, and only there",
    chapter: "04-quorums",
    cells: cells(...PLAY, "all", "ten", "hasty", "missed", "table"),
    holds(said) {
      const [, , ...rows] = said("04-table").trim().split("\n");
      expect(rows).toHaveLength(9);
      for (const row of rows) {
        const [R = 0, W = 0, missed = 0, done = 0] = numbers(row);
        expect(row.includes("yes")).toBe(R + W > 3);
        expect(missed === 0).toBe(R + W > 3);
        expect(missed === 0 && done === 10).toBe(R === 2 && W === 2);
      }
    },
    mistake: {
      file: register,
      from: "const version = decide.newest(found);",
      to: "const version = found[0] as Version;",
    },
  },
  {
    says: "2N machines split the brain if N is enough, and block on an even split if N + 1 is",
    chapter: "04-quorums",
    cells: cells(...PLAY, "rivals", "split", "blocked"),
    holds(said) {
      const rows = said("04-blocked").trim().split("\n").slice(2);
      const fates = rows.map((row) =>
        row
          .trim()
          .split(/ {2,}/)
          .map((text) => text.trim()),
      );
      expect(fates).toEqual([
        ["4", "2", "2 | 2", "done", "done", "split brain"],
        ["4", "3", "2 | 2", "gave up", "gave up", "blocked"],
        ["6", "3", "3 | 3", "done", "done", "split brain"],
        ["6", "4", "3 | 3", "gave up", "gave up", "blocked"],
        ["3", "2", "2 | 1", "done", "gave up", "one side goes on"],
        ["5", "3", "3 | 2", "done", "gave up", "one side goes on"],
      ]);
    },
    mistake: { file: register, from: "length < call.needed", to: "length <= call.needed" },
  },
  {
    says: "the machine that makes an odd number even buys nothing, and costs messages and time",
    chapter: "04-quorums",
    cells: cells(...PLAY, "cost"),
    holds(said) {
      const rows = said("04-cost").trim().split("\n").slice(2).map(numbers);
      for (const [machines = 0, , die, messages = 0, ms = 0] of rows) {
        const [, , before, fewer = 0, sooner = 0] = rows[machines - 2] ?? [];
        if (machines % 2 === 1) continue;
        expect(die).toBe(before);
        expect(messages).toBeGreaterThan(fewer);
        expect(ms).toBeGreaterThan(sooner);
      }
    },
    mistake: {
      file: quorum,
      from: "return servers - majority(servers);",
      to: "return Math.floor(servers / 2);",
    },
  },
  {
    says: "a failed commit is finished later, by whoever reads it",
    chapter: "04-quorums",
    cells: cells(...PLAY, "failed", "outcomes", "written-back"),
    holds(said) {
      const [bare = [], storing = []] = said("04-written-back")
        .trim()
        .split("\n")
        .slice(2)
        .map(numbers);
      const [neither, later, both = 0, back = 0] = bare;
      expect(back).toBeGreaterThan(0);
      expect(storing).toEqual([neither, later, both + back, 0]);
    },
    mistake: { file: register, from: ".length < sizes.write;", to: ".length < 0;" },
  },
];
