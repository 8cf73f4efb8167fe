import {
  answer,
  chooseMaster,
  database,
  mayUse,
  type TrackerState,
  tracker,
} from "quorumlab/recipes";
import { type Fault, type Run, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";

const times = { nowMs: 1000, timeoutMs: 50, leaseMs: 200 };

test("a tracker answers with a master that it hears, and remembers until when", () => {
  const tracking = { master: "db1", promisedUntilMs: 0, heardMs: { db1: 960 } };
  expect(answer(tracking, times)).toEqual({ master: "db1", leaseMs: 200 });
  expect(tracking.promisedUntilMs).toBe(1200);
});

test("a master that fell silent is not promised to anybody else", () => {
  const tracking = { master: "db1", promisedUntilMs: 1100, heardMs: { db1: 949 } };
  expect(answer(tracking, times)).toEqual({ master: null, leaseMs: 0 });
  expect(tracking.promisedUntilMs).toBe(1100);
});

test("the master stays while it is heard, or promised; then the first by name that is heard", () => {
  const heardMs = { db1: 900, db3: 990, db2: 980 };
  expect(chooseMaster({ master: "db3", promisedUntilMs: 0, heardMs }, times)).toBe("db3");
  expect(chooseMaster({ master: "db1", promisedUntilMs: 1001, heardMs }, times)).toBe("db1");
  expect(chooseMaster({ master: "db1", promisedUntilMs: 1000, heardMs }, times)).toBe("db2");
  expect(chooseMaster({ master: "db1", promisedUntilMs: 0, heardMs: {} }, times)).toBe(null);
});

test("an answer may be used for its lease, counted from the question", () => {
  const kept = { master: "db1", leaseMs: 200, askedMs: 100, answeredMs: 150 };
  expect(mayUse(kept, 299)).toBe(true);
  expect(mayUse(kept, 300)).toBe(false);
});

function run(faults: Fault[], leaseMs: number, forMs: number): Promise<Run> {
  const servers = { tracker: tracker({ leaseMs }), db1: database(), db2: database() };
  return simulate({ seed: 4, servers, faults, forMs });
}
const masters = ({ trace }: Run) =>
  trace.events.flatMap((event) => {
    if (event.kind !== "write" || event.effect.kind !== "put") return [];
    return [{ atMs: event.atMs, ...(event.effect.value as { master: string; term: number }) }];
  });

test("a tracker listens first, then appoints the first by name", async () => {
  const [first] = masters(await run([], 0, 200));
  expect(first).toMatchObject({ master: "db1", term: 1, atMs: 50 });
});

test("a tracker that restarts remembers whom it appointed, and goes on counting terms", async () => {
  const faults: Fault[] = [
    { kind: "crash", node: "tracker", atMs: 100, forMs: 20 },
    { kind: "crash", node: "db1", atMs: 200 },
  ];
  const all = await run(faults, 0, 400);
  expect(masters(all).map(({ master, term }) => [master, term])).toEqual([
    ["db1", 1],
    ["db2", 2],
  ]);
  expect((all.states.tracker as TrackerState).master).toBe("db2");
});

test("a tracker that restarts waits a whole lease, since it forgot what it promised", async () => {
  const faults: Fault[] = [
    { kind: "crash", node: "tracker", atMs: 100, forMs: 1 },
    { kind: "crash", node: "db1", atMs: 100 },
  ];
  const [, second] = masters(await run(faults, 300, 600));
  expect(second?.master).toBe("db2");
  expect(second?.atMs).toBeGreaterThanOrEqual(401);
});

test("a database learns from the tracker what it is, also when it comes late", async () => {
  const late: Fault = { kind: "crash", node: "db2", atMs: 0, forMs: 100 };
  const { states } = await run([late], 0, 200);
  expect(states.db1).toMatchObject({ role: "master", master: "db1" });
  expect(states.db2).toMatchObject({ role: "standby", master: "db1" });
});
