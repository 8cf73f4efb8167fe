/** A whole system around a tracker with a lease: databases, applications that need the master all the time, and chaos. */

import fc from "fast-check";
import {
  application,
  database,
  type mayUse,
  type TrackerDecisions,
  type Tracking,
  trackedBy,
  tracker,
} from "quorumlab/recipes";
import type { Fault, NodeId, Scenario } from "quorumlab/sim";

export type Decisions = TrackerDecisions & { readonly mayUse: typeof mayUse };

export const HOUR_MS = 3_600_000;
export const TIMEOUT_MS = 50;
export const LEASE_MS = 80;
export const APPS = ["app1", "app2"];
export const DATABASES = ["db1", "db2", "db3"];
/** How often the tracker looks, and the longest way of a message when nothing delays it. */
export const LOOK_MS = TIMEOUT_MS / 5;
export const WAY_MS = 5;

/** What goes wrong: luck, clocks that are hours off, and faults. */
export type Chaos = { readonly seed: number; readonly hours: number[]; readonly faults: Fault[] };
export type System = {
  readonly scenario: Scenario;
  /** The answer that each application uses at this moment. */
  readonly inUse: ReadonlyMap<NodeId, () => NodeId | null>;
};

/** The tracker decides with one instance of the module, the applications with another: machines share no variable. */
export function apart({ answer, chooseMaster }: Decisions, { mayUse }: Decisions): Decisions {
  return { answer, chooseMaster, mayUse };
}

/** The decisions on copies of what the tracker knows: all that comes back is the answer and the promise. */
function onCopies({ answer, chooseMaster }: TrackerDecisions): TrackerDecisions {
  const known = ({ master, promisedUntilMs, heardMs }: Tracking): Tracking => {
    return { master, promisedUntilMs, heardMs: { ...heardMs } };
  };
  return {
    answer(tracking, times) {
      const mine = known(tracking);
      const given = answer(mine, times);
      tracking.promisedUntilMs = Number(mine.promisedUntilMs);
      return given;
    },
    chooseMaster: (tracking, times) => chooseMaster(known(tracking), times),
  };
}

/** The tracker with the decisions of a module, three databases, and two applications that need the master all the time. */
export function system(
  decisions: Decisions,
  { seed, hours, faults }: Chaos,
  forMs: number,
): System {
  const inUse = new Map<NodeId, () => NodeId | null>();
  const app = application(async (host) => {
    const tracked = trackedBy(host, "tracker", decisions.mayUse);
    inUse.set(host.id, tracked.inUse);
    for (;;) {
      await tracked.master().catch(() => null);
      await host.sleep(2 + 4 * host.random());
    }
  });
  const servers: Record<NodeId, Scenario["servers"][string]> = {
    tracker: tracker({ timeoutMs: TIMEOUT_MS, leaseMs: LEASE_MS, decisions: onCopies(decisions) }),
  };
  for (const id of DATABASES) servers[id] = database();
  for (const id of APPS) servers[id] = app;
  const skews = Object.keys(servers).map((node, i): Fault => {
    return { kind: "skew", node, atMs: 0, byMs: HOUR_MS * (hours[i] ?? 0) };
  });
  const scenario = {
    seed,
    servers,
    faults: [...skews, ...faults],
    forMs,
    latency: { minMs: 1, maxMs: WAY_MS },
  };
  return { scenario, inUse };
}

const atMs = fc.integer({ min: 60, max: 400 });
const forMs = fc.integer({ min: 20, max: 250 });
const db = fc.constantFrom(...DATABASES);
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constant("crash" as const), node: db, atMs, forMs }),
  fc.record({ kind: fc.constant("crash" as const), node: fc.constant("tracker"), atMs, forMs }),
  fc.record({ kind: fc.constant("pause" as const), node: db, atMs, forMs }),
  fc.record({
    kind: fc.constant("cut" as const),
    from: db.map((node) => [node]),
    to: fc.constant(["tracker"]),
    atMs,
    forMs,
  }),
  fc.record({
    kind: fc.constant("delay" as const),
    from: fc.constantFrom(["tracker"], APPS, DATABASES),
    byMs: fc.integer({ min: 5, max: 60 }),
    atMs,
    forMs,
  }),
);
/** How many hours the clock of each server is off. */
const hours = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 6 });
const seed = fc.noShrink(fc.integer({ min: 0 }));
/** The master falls silent early, and more may go wrong after. */
export const chaos: fc.Arbitrary<Chaos> = fc.record({
  seed,
  hours,
  faults: fc
    .tuple(
      fc.array(fault, { maxLength: 4 }),
      fc.constantFrom("cut" as const, "crash" as const),
      atMs,
      forMs,
    )
    .map(([more, kind, at, long]): Fault[] => {
      const span = { atMs: at, forMs: long + 100 };
      const first: Fault =
        kind === "cut"
          ? { kind, from: ["db1"], to: ["tracker"], ...span }
          : { kind, node: "db1", ...span };
      return [first, ...more];
    }),
});

/** Nothing goes wrong but the clocks. */
export const calm: fc.Arbitrary<Chaos> = fc.record({ seed, hours, faults: fc.constant([]) });

/** The master dies for good. */
export const death: fc.Arbitrary<Chaos> = fc.record({
  seed,
  hours,
  faults: fc
    .integer({ min: 60, max: 200 })
    .map((diesMs): Fault[] => [{ kind: "crash", node: "db1", atMs: diesMs }]),
});
