/** Running again: to see whether a run is a function of its seed, and to try another future of the same past. */

import type { Fault } from "./faults.ts";
import { diff } from "./plain.ts";
import type { Run, Scenario } from "./scenario.ts";
import type { TraceEvent } from "./trace.ts";
import { simulate } from "./world.ts";

/** The first event at which two runs of one scenario differ. */
export type Divergence = {
  readonly index: number;
  readonly first: TraceEvent | undefined;
  readonly second: TraceEvent | undefined;
};

/**
 * Runs a scenario twice.
 *
 * @param make makes the scenario anew each time, with whatever its programs close over
 * @returns undefined when both traces are the same, else where they part
 */
export async function findDivergence(make: () => Scenario): Promise<Divergence | undefined> {
  const [a, b] = [await simulate(make()), await simulate(make())];
  const [first, second] = [a.trace.events, b.trace.events];
  const length = Math.max(first.length, second.length);
  for (let index = 0; index < length; index++) {
    if (diff(first[index], second[index]).length > 0) {
      return { index, first: first[index], second: second[index] };
    }
  }
  return undefined;
}

/**
 * Another future of the same past: replays a scenario up to an event of its trace, then goes on with other luck,
 * other faults, or both. The faults are to begin after that event.
 */
export function fork(
  scenario: Scenario,
  from: { readonly event: number; readonly seed?: number; readonly faults?: readonly Fault[] },
): Promise<Run> {
  if (scenario.fork !== undefined) throw new RangeError("The scenario is a fork already.");
  const faults = [...(scenario.faults ?? []), ...(from.faults ?? [])];
  return simulate({
    ...scenario,
    faults,
    fork: { event: from.event, seed: from.seed ?? scenario.seed },
  });
}
