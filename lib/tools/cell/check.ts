/** `check("NN-name")`: the grader's verdict on the learner's file, with the failing run drawn below it. */

import type { Picture } from "../../plot/index.ts";
import type { Exercises } from "../exercises.ts";
import type { Progress } from "../grade/grade.ts";
import type { ExerciseReport } from "../grade/report.ts";
import { area, escapeHtml, type Forms } from "./display.ts";
import { exercisesFolder } from "./reload.ts";
import { show } from "./show.ts";
import { verdict } from "./verdict.ts";

/**
 * Judges an exercise in a process of its own and shows verdict, points, messages and the failing run.
 * The exercises are those beside the notebook's folder. Throws one sentence when there is no such exercise.
 *
 * @param options `seed` fixes the random trials; without it every check draws new ones
 */
export async function check(
  name: keyof Exercises,
  options: { readonly seed?: number } = {},
): Promise<void> {
  const put = area();
  put(words(`Checking ${name} …`));
  // The grader and the pictures are loaded when they are needed: most cells import only `show`.
  const { gradeExercise } = await import("../grade/grade.ts");
  const report = await gradeExercise(name, {
    ...options,
    folder: exercisesFolder(),
    onProgress: (progress) => put(words(saying(progress))),
  });
  put(verdict(report), "last");
  for (const picture of await pictures(report)) show(picture);
}

function words(text: string): Forms {
  return { "text/html": `<em>${escapeHtml(text)}</em>`, "text/plain": text };
}

function saying({ exercise, property, runs, of }: Progress): string {
  if (property === 0) return `Checking ${exercise}: its examples …`;
  return `Checking ${exercise}: property ${property}, trial ${runs} of ${of} …`;
}

/** The failing runs: what the servers did, and what the clients saw. */
async function pictures({ properties }: ExerciseReport): Promise<Picture[]> {
  const seen = properties.flatMap(({ evidence }) => evidence ?? []);
  if (seen.length === 0) return [];
  const { lanes } = await import("../../plot/index.ts");
  return seen.flatMap(({ trace }) => (trace === undefined ? [] : [lanes(trace)]));
}
