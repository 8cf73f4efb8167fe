/** `check("NN-name")`: the grader's verdict on the learner's file, with the failing run drawn below it. */

import type { Picture } from "../../plot/index.ts";
import type { Exercises } from "../exercises.ts";
import type { ExerciseReport } from "../grade/report.ts";
import type { Progress } from "../grade/settings.ts";
import { area, escapeHtml, type Forms } from "./display.ts";
import { exercisesFolder } from "./reload.ts";
import { show } from "./show.ts";

/**
 * Judges an exercise in a process of its own and shows verdict, points, messages and the failing run. A case that
 * failed last time is tried first. The exercises are those beside the notebook's folder.
 *
 * @param options `seed` fixes the random trials, and the verdict with them; without it every check draws new ones
 */
export async function check(
  name: keyof Exercises,
  options: { readonly seed?: number } = {},
): Promise<void> {
  // Loaded when needed: most cells import only `show`.
  const { checkExercise } = await import("../grade/kept.ts");
  const { verdict } = await import("./verdict.ts");
  const put = area();
  const stop = new AbortController();
  const interrupted = () => stop.abort();
  process.once("SIGINT", interrupted);
  try {
    put(words(`Checking ${name} …`));
    const report = await checkExercise(name, {
      ...options,
      folder: exercisesFolder(),
      signal: stop.signal,
      onProgress: (progress) => put(words(saying(progress))),
    });
    if (stop.signal.aborted) return;
    put(verdict(report), "last");
    for (const picture of await pictures(report)) show(picture);
  } finally {
    process.off("SIGINT", interrupted);
  }
}

function words(text: string): Forms {
  return { "text/html": `<em>${escapeHtml(text)}</em>`, "text/plain": text };
}

function saying({ exercise, property, runs, of }: Progress): string {
  if (property === 0) return `Checking ${exercise}: the examples …`;
  return `Checking ${exercise}: property ${property}, trial ${runs} of ${of} …`;
}

/** The failing runs: what the servers did, and what the clients saw. */
async function pictures({ properties }: ExerciseReport): Promise<Picture[]> {
  if (properties.every(({ evidence }) => evidence === undefined)) return [];
  const { historyBars, lanes } = await import("../../plot/index.ts");
  return properties.flatMap(({ says, evidence: { trace, history = [] } = {} }) => {
    const title = `Not so: ${says}`;
    const drawn = trace === undefined ? [] : [lanes(trace, { title })];
    return history.length === 0 ? drawn : [...drawn, historyBars(history, { title })];
  });
}
