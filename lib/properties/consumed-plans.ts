/** What may go wrong around a consumer loop, at random. */

import fc from "fast-check";
import type { Fault } from "quorumlab/sim";
import { CALM_MS, type Plan, WORKERS } from "./consumed.ts";

/** How many lives both workers have together at most: each crash begins another one. */
export const LIVES = 6;

const seed = fc.noShrink(fc.integer({ min: 0 }));
const worker = fc.constantFrom(...WORKERS);
/** While there are records. Few different times, so that what fails is made smaller in few steps. */
const atMs = fc.integer({ min: 28, max: 45 }).map((n) => 20 * n);
/** For shorter or longer than a session lasts. */
const forMs = fc.integer({ min: 1, max: 5 }).map((n) => 90 * n);

const outage: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom("crash" as const, "pause" as const),
  node: worker,
  atMs,
  forMs,
});

/** For longer than a session lasts. */
const nap = forMs.filter((ms) => ms > 200);

/** What a worker and its peer say is lost, both ways or what the peer says; or late; or their connection breaks. */
const silence = (peer: "sink" | "b1"): fc.Arbitrary<Fault> =>
  fc.oneof(
    fc.record({ id: worker, atMs, forMs, oneWay: fc.boolean() }).map(({ id, ...rest }): Fault => {
      return { kind: "cut", from: [peer], to: [id], ...rest };
    }),
    fc.record({ id: worker, atMs, forMs }).map(({ id, ...span }): Fault => {
      return { kind: "stall", from: [peer], to: [id], ...span };
    }),
    fc.record({ id: worker, atMs }).map(({ id, atMs }): Fault => {
      return { kind: "break", between: [id, peer], atMs };
    }),
  );

const asleep: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constant("pause" as const),
  node: fc.constant("b1"),
  atMs,
  forMs: nap,
});

/** The connection of a worker and the sink breaks, and there is no other one for a while. */
const gone: fc.Arbitrary<Fault[]> = fc
  .record({ id: worker, atMs, forMs: nap })
  .map(({ id, ...span }): Fault[] => [
    { kind: "cut", from: ["sink"], to: [id], ...span },
    { kind: "break", between: [id, "sink"], atMs: span.atMs },
  ]);

/** Some of these faults, after the first ones. */
function plans(fault: fc.Arbitrary<Fault>, maxLength: number, first = fc.constant<Fault[]>([])) {
  const faults = fc.tuple(first, fc.array(fault, { maxLength })).map((all) => all.flat());
  return fc.record({ seed, faults });
}

export const calm: fc.Arbitrary<Plan> = plans(outage, 0);
export const outages: fc.Arbitrary<Plan> = plans(
  outage,
  2,
  outage.map((one) => [one]),
);
export const silences: fc.Arbitrary<Plan> = plans(silence("sink"), 2, gone);

const misfortune = fc.oneof(outage, silence("b1"), silence("sink"), asleep);

/** A worker sleeps while the group goes on without it, and more goes wrong; then the other one dies, for good. */
export const trouble: fc.Arbitrary<Plan> = fc
  .tuple(worker, plans(misfortune, 3, fc.oneof(gone, fc.constant<Fault[]>([]))), atMs, nap)
  .map(([node, { seed, faults }, atMs, forMs]) => {
    const other = WORKERS.find((id) => id !== node) ?? node;
    const last: Fault = { kind: "crash", node: other, atMs: CALM_MS };
    return { seed, faults: [{ kind: "pause", node, atMs, forMs }, ...faults, last] };
  });
