/** What may go wrong with an election, at random. Few different times, so that what fails is made smaller in few steps. */

import fc from "fast-check";
import type { Fault } from "quorumlab/sim";
import { CANDIDATES, type Plan, SERVERS, type Serves } from "./elected.ts";

const seed = fc.noShrink(fc.integer({ min: 0 }));
const serves = fc.constantFrom<Serves[]>("byLease", "whileConnected");
const hours = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 2 });
const atMs = fc.integer({ min: 6, max: 18 }).map((n) => 25 * n);
const forMs = fc.integer({ min: 1, max: 8 }).map((n) => 50 * n);

/** As a rule the server of the greatest name is the first to lead. */
const LEADER = "s3";
const server = fc.constantFrom(...SERVERS);
const candidate = fc.constantFrom(...CANDIDATES);
const node = fc.oneof(candidate, server);
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: fc.constantFrom("crash" as const, "pause" as const), node, atMs, forMs }),
  fc.record({ kind: fc.constant("break" as const), between: fc.tuple(candidate, server), atMs }),
  fc.record({ kind: fc.constant("stall" as const), from: node.map((id) => [id]), atMs, forMs }),
  fc.record({ cut: node, oneWay: fc.boolean(), atMs, forMs }).map(({ cut, oneWay, ...span }) => {
    const to = SERVERS.filter((id) => id !== cut);
    return { kind: "cut" as const, from: [cut], to, ...(oneWay && { oneWay }), ...span };
  }),
);

/**
 * The first master is cut off or sleeps for longer than its session lasts, or starts again while its old session lives
 * on, and may then lose its connections; and more goes wrong.
 */
const faults = fc
  .tuple(
    fc.constantFrom("cut", "pause", "crash", "crash and cut"),
    atMs,
    forMs,
    fc.array(fault, { maxLength: 3 }),
  )
  .map(([kind, at, long, more]): Fault[] => {
    const cut = { kind: "cut" as const, from: ["c1"], to: SERVERS };
    const first = { node: "c1", atMs: at };
    if (kind === "cut") return [{ ...cut, atMs: at, forMs: 150 + long }, ...more];
    if (kind === "pause") return [{ kind, ...first, forMs: 150 + long }, ...more];
    const crash: Fault = { kind: "crash", ...first, forMs: 10 };
    return [crash, ...(kind === "crash" ? [] : [{ ...cut, atMs: at + 100, forMs: 200 }]), ...more];
  });

export const chaos: fc.Arbitrary<Plan> = fc.record({ seed, serves, hours, faults });

/** When the last fault is over. */
export function calmFrom({ faults: all }: Plan): number {
  return Math.max(...all.map((each) => each.atMs + (("forMs" in each && each.forMs) || 0)));
}

/** An operator deletes the node, and of what the candidates then ask or are answered something is late, or lost. */
const doubt = fc
  .record({
    atMs,
    afterMs: fc.integer({ min: 2, max: 5 }).map((n) => 4 * n),
    forMs: fc.integer({ min: 4, max: 7 }).map((n) => 20 * n),
    what: fc.constantFrom("requests", "answers", "leader", "leader"),
  })
  .map(({ atMs: at, afterMs, forMs: long, what }) => {
    const span = { atMs: at + afterMs, forMs: long };
    const [from, to] = what === "requests" ? [CANDIDATES, SERVERS] : [SERVERS, CANDIDATES];
    const fault: Fault =
      what === "leader"
        ? { kind: "crash", node: LEADER, ...span }
        : { kind: "stall", from, to, ...span };
    return { faults: [fault], operator: [{ does: "delete" as const, atMs: at }] };
  });

/** All that can leave the ensemble without a master. */
export const trouble: fc.Arbitrary<Plan> = fc
  .tuple(
    fc.record({ seed, serves, hours }),
    fc.oneof(
      doubt,
      fc.record({
        faults,
        operator: fc.array(fc.record({ does: fc.constant("write" as const), atMs }), {
          maxLength: 2,
        }),
      }),
    ),
  )
  .map(([luck, goesWrong]) => ({ ...luck, ...goesWrong }));

/** An operator deletes the node, and nothing else happens. */
export const deletion: fc.Arbitrary<Plan> = fc.record({
  seed,
  serves,
  hours,
  faults: fc.constant([]),
  operator: fc.record({ does: fc.constant("delete" as const), atMs }).map((act) => [act]),
});

/** A server of the ensemble dies, perhaps its leader, and candidates lose their connections. */
export const reelection: fc.Arbitrary<Plan> = fc.record({
  seed,
  serves,
  hours,
  faults: fc
    .tuple(
      fc.record({
        kind: fc.constant("crash" as const),
        node: fc.constantFrom(LEADER, ...SERVERS),
        atMs,
        forMs,
      }),
      fc.array(
        fc.record({
          kind: fc.constant("break" as const),
          between: fc.tuple(candidate, server),
          atMs,
        }),
        { maxLength: 2 },
      ),
    )
    .map(([crash, more]): Fault[] => [crash, ...more]),
});

/** Nothing happens. */
export const nothing: fc.Arbitrary<Plan> = fc.record({
  seed,
  serves,
  hours,
  faults: fc.constant([]),
});
