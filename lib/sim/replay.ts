/** Running again, to see whether a run is a function of its seed. */

import { diff } from "./plain.ts";
import type { Scenario } from "./scenario.ts";
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
  const { events: first } = (await simulate(make())).trace;
  const { events: second } = (await simulate(make())).trace;
  const longer = first.length > second.length ? first : second;
  const index = longer.findIndex((_, at) => diff(first[at], second[at]).length > 0);
  return index < 0 ? undefined : { index, first: first[index], second: second[index] };
}
