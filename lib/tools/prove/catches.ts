/**
 * The second half of a proof: every known-wrong implementation is caught by `check`, as a learner runs it. The
 * solution is checked alike, for a grader that finds everything wrong would catch them all.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inParallel } from "../grade/command.ts";
import { gradeExercise } from "../grade/grade.ts";
import type { ExerciseReport } from "../grade/report.ts";
import { PROJECT } from "../grade/settings.ts";
import { type KnownWrong, knownWrongOf } from "./subjects.ts";

/** What was checked, and what became of it. */
export type Catch = {
  readonly exercise: string;
  /** Left out: the solution as it is. */
  readonly wrong?: KnownWrong;
  /** In how many runs some property found it wrong; of a solution, in how many it did not get all points. */
  readonly caught: number;
  /** In how many runs each property did, by its number. */
  readonly by: ReadonlyMap<number, number>;
  /** The number of the property that ought to. */
  readonly named?: number;
  /** From the start of the grading to its whole report: the median. */
  readonly medianMs: number;
  /** Why it is no fair mistake, or no solution: its types, the examples of its stub, or a property. */
  readonly flaw?: string;
};

type Subject = { readonly exercise: string; readonly wrong?: KnownWrong; readonly folder: string };
type Graded = { readonly report: ExerciseReport; readonly ms: number };

/**
 * Grades the solutions and every known-wrong implementation, each time with a fresh seed.
 *
 * @param runs how many times each
 * @param onRun is told how many runs of how many are done
 */
export async function catches(
  names: readonly string[],
  runs: number,
  atATime: number,
  signal: AbortSignal,
  onRun: (done: number, of: number) => void,
): Promise<Catch[]> {
  const root = mkdtempSync(join(tmpdir(), "quorumlab-prove-"));
  try {
    const lists = await Promise.all(
      names.map(async (exercise) => {
        const all = [undefined, ...(await knownWrongOf(exercise))];
        return all.map((wrong, nth) => planted(exercise, wrong, join(root, `${exercise}-${nth}`)));
      }),
    );
    const all = lists.flat();
    const each = all.flatMap((one) => Array.from({ length: runs }, (_, run) => ({ ...one, run })));
    let done = 0;
    const graded = await inParallel(each, atATime, async ({ exercise, folder, run }) => {
      signal.throwIfAborted();
      const sinceMs = performance.now();
      // Types do not depend on the seed: they are checked once.
      const report = await gradeExercise(exercise, { folder, types: run === 0, signal });
      onRun(++done, each.length);
      return { report, ms: performance.now() - sinceMs };
    });
    return all.map((subject, at) => tally(subject, graded.slice(at * runs, (at + 1) * runs)));
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Writes the solution, with the mistake if there is one, into a folder of its own. */
function planted(exercise: string, wrong: KnownWrong | undefined, folder: string): Subject {
  const source = readFileSync(join(PROJECT, `solutions/${exercise}.ts`), "utf8");
  mkdirSync(folder);
  const text = wrong === undefined ? source : source.replace(wrong.from, () => wrong.to);
  writeFileSync(join(folder, `${exercise}.ts`), text);
  return wrong === undefined ? { exercise, folder } : { exercise, wrong, folder };
}

function tally({ exercise, wrong }: Subject, graded: readonly Graded[]): Catch {
  const reports = graded.map(({ report }) => report);
  const by = new Map<number, number>();
  for (const { number, verdict } of reports.flatMap(({ properties }) => properties)) {
    if (verdict === "violated") by.set(number, (by.get(number) ?? 0) + 1);
  }
  const isCaught = ({ verdict, properties }: ExerciseReport) =>
    wrong === undefined
      ? verdict !== "ok"
      : properties.some((property) => property.verdict === "violated");
  const caught = reports.filter(isCaught);
  const times = graded.slice(1).map(({ ms }) => ms);
  const medianMs = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  const [failing] = wrong === undefined ? caught : [];
  const failed = failing?.properties.find(({ verdict }) => verdict !== "ok");
  // What concerns the whole file, such as its types, comes first.
  const flaw =
    reports[0]?.message ?? (failed && `${failed.number}. ${failed.says}: ${failed.message}`);
  const named = reports[0]?.properties.find(({ says }) => says === wrong?.caughtBy)?.number;
  return {
    exercise,
    caught: caught.length,
    by,
    medianMs,
    ...(wrong === undefined ? {} : { wrong }),
    ...(named === undefined ? {} : { named }),
    ...(flaw === undefined ? {} : { flaw }),
  };
}
