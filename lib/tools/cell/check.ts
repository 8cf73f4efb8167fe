/** `check("NN-name")` and `hint("NN-name")`: what a cell asks the grader. */

import type { Exercises } from "../exercises.ts";

/** The editor offers the names that there are; any other is told at run time which they are. */
export type ExerciseName = keyof Exercises | (string & Record<never, never>);

/** The part of judge.ts that is used here. */
type Judge = {
  judge(name: string, options: { readonly seed?: number }): Promise<void>;
  giveHint(name: string): Promise<void>;
};

/**
 * Loads the grader when it is needed. Its name is computed: of a literal one the kernel's compiler would read the
 * whole grader, seconds of work for a cell that only wants `show`.
 */
function grader(): Promise<Judge> {
  const url = new URL("./judge.ts", import.meta.url);
  return import(url.href);
}

/**
 * Judges an exercise in a process of its own and shows verdict, points, messages and the failing run. A case that
 * failed last time is tried first. The exercises are those beside the notebook's folder.
 *
 * @param options `seed` fixes the random trials, and the verdict with them; without it every check draws new ones
 */
export async function check(
  name: ExerciseName,
  options: { readonly seed?: number } = {},
): Promise<void> {
  await (await grader()).judge(name, options);
}

/** Shows the next hint of an exercise; after the last one, all of them. */
export async function hint(name: ExerciseName): Promise<void> {
  await (await grader()).giveHint(name);
}
