/**
 * What a grading says: plain data, printed as it is by `--json`, and drawn in terminals and cells by others.
 * Every number comes with a sentence; points are given per property.
 */

import type { Evidence } from "../../properties/exercise.ts";

/**
 * What was found. `unknown`: no answer within the limits of time or memory, or trials that proved nothing.
 * `broken`: the submission could not be judged (missing file, syntax error, `process.exit` …).
 */
export type Finding = "ok" | "violated" | "unknown" | "your turn" | "broken";

/** One property of an exercise. */
export type PropertyReport = {
  /** Its place in the exercise, from 1. */
  readonly number: number;
  /** The sentence that must hold. */
  readonly says: string;
  readonly verdict: Finding;
  /** All of `outOf` when the verdict is ok, otherwise 0; of the last, one less where only the examples fail. */
  readonly points: number;
  readonly outOf: number;
  /** How many random trials were made. */
  readonly runs: number;
  /** Why the verdict is not ok, in a sentence or two; or that a case that failed last time passes now. */
  readonly message?: string;
  /** The smallest input found that fails, as source text. */
  readonly counterexample?: string;
  /** The failing trial: its seed, and its path through fast-check's shrinking. */
  readonly seed?: number;
  readonly path?: string;
  /** The command that runs the failing trial again. */
  readonly replay?: string;
  /** The run to draw: its trace, its history, or both. */
  readonly evidence?: Evidence;
};

/** One exercise of one submission. */
export type ExerciseReport = {
  readonly name: string;
  readonly title: string;
  /** ok when every property is; "your turn" when nothing is wrong but something is not written yet. */
  readonly verdict: Finding;
  readonly points: number;
  readonly outOf: number;
  /** What concerns the whole file: it does not type-check, an example does not hold … */
  readonly message?: string;
  /** The seed of every property's trials; left out when the verdict is "your turn" or nothing was run. */
  readonly seed?: number;
  /** The beginning of what the submission printed while it was judged. */
  readonly printed?: string;
  readonly properties: readonly PropertyReport[];
};

/** All exercises of one submission. */
export type SubmissionReport = {
  /** The folder as it was given. */
  readonly folder: string;
  /** Where that leads, when it is a symbolic link. */
  readonly realFolder?: string;
  readonly points: number;
  readonly outOf: number;
  /** Why the submission as a whole could not be graded. */
  readonly message?: string;
  readonly exercises: readonly ExerciseReport[];
};

/**
 * The whole of what `check --json` and `grade --json` print. Of one submission, `exercises` holds its
 * exercises; of several, `exercises` is empty and `submissions` holds one entry for each, in the order given.
 */
export type Report = {
  readonly points: number;
  readonly outOf: number;
  readonly exercises: readonly ExerciseReport[];
  /** Where the folder of the one submission leads, when it is a symbolic link. */
  readonly realFolder?: string;
  readonly submissions?: readonly SubmissionReport[];
};

/** The points of several parts, added up. */
export function total(parts: readonly { readonly points: number; readonly outOf: number }[]): {
  points: number;
  outOf: number;
} {
  let points = 0;
  let outOf = 0;
  for (const part of parts) {
    points += part.points;
    outOf += part.outOf;
  }
  return { points, outOf };
}

/** The finding of a whole: the worst of its parts, in the order violated, broken, unknown, your turn, ok. */
export function worst(findings: readonly Finding[]): Finding {
  const order: readonly Finding[] = ["violated", "broken", "unknown", "your turn"];
  return order.find((finding) => findings.includes(finding)) ?? "ok";
}

/** The exit code that tells a report: 0 all points, 3 when the only trouble is unknown, otherwise 1. */
export function exitCodeOf(report: Report): 0 | 1 | 3 {
  const submissions = report.submissions ?? [report];
  const finding = worst(submissions.flatMap((one) => one.exercises.map((each) => each.verdict)));
  if (finding === "unknown") return 3;
  return finding === "ok" && report.points === report.outOf ? 0 : 1;
}

/** The report on the exercises of one submission. */
export function reportOf(exercises: readonly ExerciseReport[]): Report {
  return { ...total(exercises), exercises };
}
