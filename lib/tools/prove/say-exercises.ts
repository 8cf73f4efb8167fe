/** The proof of exercises as two tables, and what in it is not so. */

import { table } from "../cell/table.ts";
import type { Calm } from "./alarms.ts";
import type { Catch } from "./catches.ts";
import { type Said, said } from "./said.ts";

const RIGHT = "(none: the solution)";

export function sayAlarms(calm: readonly Calm[], seeds: number): Said {
  const rows = calm.map(({ exercise, number, says, trials, alarms, unknown, ms, ...each }) => ({
    exercise,
    property: `${number}. ${says}`,
    seeds: each.seeds,
    trials,
    "false alarms": alarms,
    "no verdict": unknown,
    "ms a check": Math.round((10 * ms) / each.seeds) / 10,
  }));
  const wrong = calm.flatMap(({ trouble }) => trouble ?? []);
  return said(wrong, "No false alarm.", [
    `Every property of every solution, on fresh seeds (${seeds} each)`,
    table(rows)["text/plain"],
  ]);
}

/** @param caughtAtLeast in how many of the checks each must be caught */
export function sayCatches(caught: readonly Catch[], checks: number, caughtAtLeast: number): Said {
  const rows = caught.map(({ exercise, wrong, by, named, medianMs, ...each }) => ({
    exercise,
    "known-wrong implementation": wrong?.name ?? RIGHT,
    caught: each.caught,
    "by property": [...by]
      .sort(([a], [b]) => a - b)
      .map(([number, times]) => `${number}${number === named ? "*" : ""}: ${times}`)
      .join(", "),
    "median s": (medianMs / 1000).toFixed(2),
  }));
  // A solution that does not get all points, a mistake that gets through, or one that is not fair.
  const isTrouble = ({ wrong, caught: times, flaw }: Catch) =>
    flaw !== undefined || (wrong === undefined ? times > 0 : times < caughtAtLeast);
  const missed = caught.filter(isTrouble).map(({ exercise, wrong, flaw, caught: times }) => {
    return `  ${exercise}, ${wrong?.name ?? RIGHT}: ${flaw ?? `caught ${times} times`}`;
  });
  return said(missed, "Everything was caught, and no solution.", [
    `Every known-wrong implementation, ${checks} checks with fresh seeds (* names the property that ought to catch it)`,
    table(rows)["text/plain"],
  ]);
}
