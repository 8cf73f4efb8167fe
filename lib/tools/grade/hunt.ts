/** Keeps trying exercises with fresh seeds, a process per core, until the time is over or something fails. */

import { availableParallelism } from "node:os";
import { gradeExercise } from "./grade.ts";
import type { ExerciseReport } from "./report.ts";
import type { GradeOptions } from "./settings.ts";

export type Hunt = {
  /** The report that ended the hunt, if one did. */
  readonly failure?: ExerciseReport;
  /** How many times an exercise was judged, each with a fresh seed. */
  readonly rounds: number;
  /** How many of them came to no verdict. */
  readonly unknown: number;
};

/** @param onRound is called after every round with the number of rounds so far */
export async function hunt(
  names: readonly string[],
  forMs: number,
  options: Omit<GradeOptions, "seed">,
  onRound: (rounds: number) => void,
): Promise<Hunt> {
  const found = new AbortController();
  const over = [AbortSignal.timeout(forMs), found.signal];
  const signal = AbortSignal.any(options.signal ? [options.signal, ...over] : over);
  let failure: ExerciseReport | undefined;
  let rounds = 0;
  let unknown = 0;
  const worker = async (_: unknown, first: number) => {
    for (let turn = first; !signal.aborted; turn++) {
      const name = names[turn % names.length] ?? "";
      // The types do not depend on the seed: they were checked before the hunt.
      const report = await gradeExercise(name, { ...options, types: false, signal });
      if (signal.aborted) return;
      onRound(++rounds);
      if (report.verdict === "unknown") unknown++;
      else if (report.verdict !== "ok") {
        failure ??= report;
        found.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return { rounds, unknown, ...(failure === undefined ? {} : { failure }) };
}
