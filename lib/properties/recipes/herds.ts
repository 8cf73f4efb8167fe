/** What a failover costs: how many of those who wait are woken when the first one goes. */

import fc from "fast-check";
import type { Fault, NodeId, Run } from "quorumlab/sim";
import { type Elections, electionOf } from "./masters.ts";
import { hostsOf, type Plan, type Program, type Saw, violation } from "./world.ts";

export const HERD = "a plain election woke the whole herd";

/** The master and some others die for good, one after the other, when all have come. */
type Deaths = Plan & Pick<Elections, "kind"> & { readonly dies: readonly NodeId[] };
const FIRST_MS = 400;
const EVERY_MS = 300;

export const deaths: fc.Arbitrary<Deaths> = fc
  .record({
    seed: fc.noShrink(fc.nat()),
    hosts: fc.integer({ min: 3, max: 6 }),
    kind: fc.constantFrom<Elections["kind"]>("sequential", "plain"),
    isFirst: fc.boolean(),
  })
  .chain(({ isFirst, ...plan }) => {
    const [master, ...others] = hostsOf(plan) as [NodeId, ...NodeId[]];
    return fc.subarray(others, { maxLength: 2 }).map((some): Deaths => {
      const dies = isFirst ? [master, ...some] : [...some, master];
      const faults = dies.map((node, i): Fault => {
        return { kind: "crash", node, atMs: FIRST_MS + i * EVERY_MS };
      });
      return { ...plan, dies, faults };
    });
  });

/** A candidate that comes in its turn, and stays. */
export function candidateOf(plan: Deaths): Program {
  return async (zk, host) => {
    await host.sleep(15 * Number(host.id.slice(1)));
    await electionOf(plan).campaign(zk, host, host.id);
    await host.sleep(10_000);
  };
}

/** What a candidate asks when its predecessor goes: the line again, and its place, or whom it waits for now. */
const REQUESTS_PER_DEATH = 2;

/** Throws when more candidates of a line were woken than died, or they asked too much. */
export function mustWakeOne(plan: Deaths, { trace }: Run, saw: Saw): void {
  const { hosts, kind, dies } = plan;
  const since = trace.events.filter(({ atMs, kind }) => atMs > FIRST_MS && kind === "send");
  const count = (what: string) =>
    since.filter((event) => "body" in event && (event.body as { kind: string }).kind === what)
      .length;
  const [events, requests] = [count("event"), count("request")];
  if (kind === "plain") {
    if (events >= hosts - dies.length) saw(HERD);
    return;
  }
  if (events <= dies.length && requests <= REQUESTS_PER_DEATH * dies.length) return;
  const view = { atMs: trace.endMs, trace: trace.events, state: () => undefined };
  throw violation(
    `${dies.length} of ${hosts} that stood in line died, and the others got ${events} events and made ${requests} requests; expected at most ${dies.length} and ${REQUESTS_PER_DEATH * dies.length}.`,
    plan,
    view,
  );
}
