/** What the lecture says of groups of consumers, and of what they commit. */

import { expect } from "vitest";
import { type Claim, numbers } from "./claim.ts";
import { rowsOf } from "./stream-claims.ts";

const chapter = "08-consumer-groups";
const room = "lib/broker";
const cells = (...names: readonly string[]) =>
  ["ledger", "bill", "play", "fixed", "worker", "shares", "group-run", ...names].map(
    (name) => `08-${name}`,
  );

export const groupClaims: readonly Claim[] = [
  {
    says: "a group takes over what a dead member had, when its session is over",
    chapter,
    cells: cells("gap", "gap-picture"),
    holds(said) {
      expect(said("08-fixed")).toContain("partition 2 0, partition 3 0,");
      expect(said("08-group-run")).toContain("w2 has nothing.");
      expect(said("08-group-run")).toMatch(/Moved: rides-2 from w2 to w\d; rides-3 from w2 to w\d/);
      const [leaves = 0, dies = 0, , late = 0] = numbers(
        said("08-gap-picture").split("runs:")[1] ?? "",
      );
      expect([leaves < 250, dies > 400, dies < 800, late > 800]).toEqual([true, true, true, true]);
    },
    mistake: {
      file: `${room}/membership.ts`,
      from: "nowMs - heardMs >= said.sessionTimeoutMs",
      to: "nowMs - heardMs >= said.sessionTimeoutMs + 400",
    },
  },
  {
    says: "consumers ≤ partitions: of those beyond, each is idle, in each group",
    chapter,
    cells: cells("bound", "count", "groups"),
    holds(said) {
      expect(said("08-bound")).toContain("w5 has nothing. w6 has nothing.");
      const counts = rowsOf(said("08-count")).map((row) => row.map(Number));
      expect(counts.map(([, idle]) => idle)).toEqual([0, 0, 0, 0, 1, 2, 3, 4]);
      const rates = counts.map(([, , rate = 0]) => rate);
      expect(Math.min(...rates.slice(3))).toBeGreaterThan(Math.max(...rates.slice(0, 3)));
      expect(Math.max(...rates) - Math.min(...rates.slice(3))).toBeLessThan(10);
      expect(said("08-groups")).toContain("8 of 8");
    },
    // Everybody reads everything.
    mistake: {
      file: `${room}/assignors.ts`,
      from: "shares.get(id) ?? []",
      to: "shares.size > 0 ? partitions : []",
    },
  },
  {
    says: "range is uneven over topics, round robin moves much, sticky moves least",
    chapter,
    cells: cells("range", "moves", "sticky"),
    holds(said) {
      expect(said("08-range")).toContain("Moved: fares-0 from w1 to w2; users-0 from w1 to w2.");
      const table = said("08-sticky").split("\nsticky:")[0] ?? "";
      const moves = rowsOf(table).map((row) => row.slice(1).map(Number));
      expect(moves).toEqual([
        [1, 3],
        [6, 8],
        [0, 2],
      ]);
      expect(said("08-sticky").match(/ to w5/g)).toHaveLength(2);
    },
    mistake: {
      file: `${room}/assignors.ts`,
      from: "if (owner !== undefined && subscribersOf",
      to: 'if (owner === "" && subscribersOf',
    },
  },
  {
    says: "committed offsets are records of a topic",
    chapter,
    cells: cells("offsets"),
    holds(said) {
      const lines = said("08-offsets").trim().split("\n");
      expect(lines).toHaveLength(3);
      for (const line of lines) {
        expect(line).toMatch(/^\{"group":"billing","topic":"rides","partition":[01]\} is \d+$/);
      }
    },
    mistake: {
      file: `${room}/offsets.ts`,
      from: "record({ group: group.id, topic, partition }, offset, turn.nowMs)",
      to: "record({ group: group.id, topic, partition: 0 * partition - 1 }, offset, turn.nowMs)",
    },
  },
  {
    says: "at most once before, at least once after, effectively once with an idempotent sink",
    chapter,
    cells: cells("loops", "guarantee", "guarantee-table", "once"),
    holds(said) {
      const [before = [], after = [], byItself = []] = rowsOf(said("08-guarantee-table")).map(
        (row) => row.slice(-2).map(Number),
      );
      expect([before[0], before[1]]).toEqual([expect.any(Number), 0]);
      expect(before[0]).toBeGreaterThan(0);
      expect(after[0]).toBe(0);
      expect(after[1]).toBeGreaterThan(0);
      expect(byItself[0]).toBe(0);
      expect(byItself[1]).toBeGreaterThan(after[1] ?? 0);
      expect(rowsOf(said("08-once"))[0]?.slice(-2)).toEqual(["0", "0"]);
    },
    // A commit does not count.
    mistake: {
      file: `${room}/groups.ts`,
      from: "group.offsets.get(keyOf(request)) ?? null",
      to: "(group.offsets.has(keyOf(request)) ? 0 : null)",
    },
  },
  {
    says: "a zombie works on in an old generation, and its commit is refused",
    chapter,
    cells: cells("guarantee", "zombie", "zombie-picture", "generations", "refused"),
    holds(said) {
      expect(said("08-zombie")).toContain("w1: UNKNOWN_MEMBER_ID");
      const generations = rowsOf(said("08-generations")).map(([, generation, member]) => {
        return `${generation} ${member}`;
      });
      expect(generations.sort()).toEqual(["2 w1", "2 w2", "3 w2", "4 w1", "4 w2"]);
      const [checked, unchecked] = said("08-refused").trim().split("\n");
      expect(checked).toMatch(/^checked: 1 too many \[ '\d+ ms, w1: UNKNOWN_MEMBER_ID' \]$/);
      expect(numbers(unchecked ?? "")[0]).toBeGreaterThan(10);
    },
    mistake: {
      file: `${room}/decisions.ts`,
      from: 'if (!group.members.has(memberId)) return "UNKNOWN_MEMBER_ID";\n  if (generation !== group.generation) return "ILLEGAL_GENERATION";',
      to: "",
    },
  },
];
