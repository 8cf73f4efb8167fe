/** The first half of a proof: no property finds a solution wrong. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { AnyExercise } from "../../properties/index.ts";
import { inParallel } from "../grade/command.ts";
import type { Tally } from "./slice.ts";

/** So many seeds go to one child: enough for its start not to count, few enough to show how far it is. */
const SLICE = 50;

/** A property of an exercise, and what came of it. */
export type Calm = Tally & { readonly exercise: string; readonly says: string };

/**
 * Tries every property of every solution.
 *
 * @param seeds how many fresh seeds for each property
 * @param onSlice is told how many seeds of how many are done
 */
export async function falseAlarms(
  exercises: readonly AnyExercise[],
  seeds: number,
  atATime: number,
  signal: AbortSignal,
  onSlice: (done: number, of: number) => void,
): Promise<Calm[]> {
  const slices = exercises.flatMap((exercise) =>
    Array.from({ length: Math.ceil(seeds / SLICE) }, (_, nth) => {
      return { exercise, count: Math.min(SLICE, seeds - nth * SLICE) };
    }),
  );
  let done = 0;
  const found = await inParallel(slices, atATime, async ({ exercise, count }) => {
    const tallies = await slice(exercise.name, count, signal);
    done += count;
    onSlice(done, seeds * exercises.length);
    return { exercise, tallies };
  });
  return exercises.flatMap((exercise) =>
    exercise.properties.map(({ says }, index) => {
      const own = found.filter((each) => each.exercise === exercise);
      const tallies = own.flatMap((each) => each.tallies[index] ?? []);
      return { exercise: exercise.name, says, ...tallies.reduce(together) };
    }),
  );
}

async function slice(name: string, seeds: number, signal: AbortSignal): Promise<Tally[]> {
  const script = fileURLToPath(new URL("./slice.ts", import.meta.url));
  const args = ["--no-warnings", script, name, String(seeds)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { signal });
  return JSON.parse(stdout) as Tally[];
}

function together(a: Tally, b: Tally): Tally {
  const trouble = a.trouble ?? b.trouble;
  return {
    number: a.number,
    seeds: a.seeds + b.seeds,
    trials: a.trials + b.trials,
    alarms: a.alarms + b.alarms,
    unknown: a.unknown + b.unknown,
    ms: a.ms + b.ms,
    ...(trouble === undefined ? {} : { trouble }),
  };
}
