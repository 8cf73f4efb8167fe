/**
 * A child of `quorumlab prove`: one solution, so many fresh seeds, every property. It prints what it found as JSON.
 * Usage: node slice.ts NN-name SEEDS
 */

import { randomInt } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadExercise } from "../grade/grade.ts";
import { PROJECT } from "../grade/settings.ts";
import { judged, trouble } from "./judged.ts";

/** What the seeds of one child came to for one property. */
export type Tally = {
  readonly number: number;
  seeds: number;
  trials: number;
  /** Seeds for which the property found the solution wrong. */
  alarms: number;
  /** Seeds without a verdict. */
  unknown: number;
  ms: number;
  /** The first of them, with the command that runs it again. */
  trouble?: string;
};

async function main(name = "", seeds = 0): Promise<void> {
  const exercise = await loadExercise(name);
  const module: object = await import(pathToFileURL(join(PROJECT, `solutions/${name}.ts`)).href);
  const tallies = exercise.properties.map((_, index): Tally => {
    return { number: index + 1, seeds: 0, trials: 0, alarms: 0, unknown: 0, ms: 0 };
  });
  for (let nth = 0; nth < seeds; nth++) {
    for (const tally of tallies) {
      const seed = randomInt(2 ** 31);
      const sinceMs = performance.now();
      const found = await judged(exercise, tally.number, module, seed);
      tally.ms += performance.now() - sinceMs;
      tally.seeds += 1;
      tally.trials += found.runs;
      if (found.verdict === "unknown") tally.unknown += 1;
      else if (found.verdict !== "ok") tally.alarms += 1;
      const wrong = trouble(exercise, found, seed);
      if (wrong !== undefined) tally.trouble ??= wrong;
    }
  }
  console.log(JSON.stringify(tallies));
}

main(process.argv[2], Number(process.argv[3]));
