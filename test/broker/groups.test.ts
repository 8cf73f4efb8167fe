/** Groups under everything at once: clients that come, go and are late, stores that fail, coordinators that die. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { Members, type Step, WHAT } from "./members.ts";

/** How often each step occurs among the others. */
const WEIGHTS: Readonly<Record<Step["what"], number>> = {
  goOn: 12,
  repeat: 1,
  change: 1,
  leave: 1,
  commit: 3,
  zombie: 2,
  wait: 4,
  store: 6,
  fail: 1,
  failOver: 1,
};

const what = fc.oneof(
  ...WHAT.map((each) => ({ arbitrary: fc.constant(each), weight: WEIGHTS[each] })),
);
const steps = fc.array(fc.record({ what, who: fc.nat(2), n: fc.nat(9) }), {
  minLength: 20,
  maxLength: 120,
  size: "max",
});

test("one assignment a generation, no stale commit, no lost offset, no endless wait, and in the end all are in", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(steps, (run) => {
      const members = new Members();
      for (const step of run) members.do(step);
      members.calmDown(1500);
      const { group } = members.coordinator;
      for (const { name, stage, identity } of members.clients) {
        expect([name, stage, identity.generation]).toEqual([name, "in", group.generation]);
      }
      expect([group.state, group.members.size]).toEqual(["Stable", 3]);
      for (const each of members.seen) seen.add(each);
    }),
    { seed: 1, numRuns: 400 },
  );
  expect([...seen].sort()).toEqual([
    "CompletingRebalance",
    "Empty",
    "PreparingRebalance",
    "Stable",
    "done commit",
    "failover of CompletingRebalance",
    "failover of Empty",
    "failover of PreparingRebalance",
    "failover of Stable",
    "refused commit",
    "stale commit",
    "unknown commit",
    "unknown commit that counts",
  ]);
});
