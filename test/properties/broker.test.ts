/** What random worlds of the broker cluster come to too seldom: what its clients do, and how the judge notes it. */

import { expect, test } from "vitest";
import { type Plan, QUIET_MS, UP_MS } from "../../lib/properties/broker/plan.ts";
import type { Notes } from "../../lib/properties/broker/stage.ts";
import { scenarioOf } from "../../lib/properties/broker/world.ts";
import { sent, simulate } from "../../lib/sim/index.ts";

const ignore = () => {};
const unheard = { saw: ignore, accuse: ignore, done: ignore };

test("an operator begins nothing new in the calm", async () => {
  // Each takes a second: one after the other, they take longer than the run.
  const does = ["electPreferred", "electPreferred", "makeAnew"] as const;
  const plan: Plan = {
    seed: 1,
    brokers: 3,
    servers: 1,
    partitions: 1,
    config: { minInsyncReplicas: 2 },
    syncMs: 10,
    producers: [],
    consumers: [],
    operations: does.map((each) => ({ does: each, atMs: QUIET_MS - UP_MS - 100 })),
    faults: [],
  };
  const notes: Notes = { ...unheard, take: ignore, next: () => 0 };
  const { trace } = await simulate(scenarioOf(plan, notes));
  const asked = sent(trace).filter(({ from, to }) => from === "admin" && to !== from);
  const last = Math.max(...asked.map(({ atMs }) => atMs));
  expect(last).toBeGreaterThan(QUIET_MS - 100);
  expect(last).toBeLessThan(QUIET_MS + 100);
});
