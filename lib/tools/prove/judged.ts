/** Judges a module of ours in this process, as the grading child judges a learner's: the same trials, the same ruling. */

import type { AnyExercise, System } from "../../properties/index.ts";
import { listen, type Submission } from "../grade/ear.ts";
import type { Found } from "../grade/job.ts";
import { LIMITS } from "../grade/settings.ts";
import { judge } from "../grade/trials.ts";

/**
 * Tries one property with one seed, for its usual number of trials. Never throws.
 *
 * @param number the property, from 1
 * @param options.shrinks how often a case that fails is made smaller at most: as often as for a learner unless told
 * @throws Error when the exercise has no such property
 */
export function judged(
  exercise: AnyExercise,
  number: number,
  module: object,
  seed: number,
  options: { readonly shrinks?: number } = {},
): Promise<Found> {
  const property = exercise.properties[number - 1];
  if (property === undefined) throw new Error(`${exercise.name} has no property ${number}`);
  const instances = Array<Submission>(exercise.instances ?? 2).fill(module as Submission);
  return judge(
    property,
    listen(instances, exercise),
    { number, seed },
    { file: "", times: 1, patienceMs: 0.8 * LIMITS.propertyMs, onRun() {}, ...options },
  );
}

/** What was found and the command that runs it again; undefined when all is well. */
export function trouble(
  judged: AnyExercise | System,
  found: Found,
  seed: number,
): string | undefined {
  if (found.verdict === "ok") return undefined;
  const { number, verdict, message = "", failing, counterexample } = found;
  const says = judged.properties[number - 1]?.says;
  const at =
    failing === undefined ? `--seed ${seed}` : `--seed ${failing.seed} --path ${failing.path}`;
  const whose = "exports" in judged ? " --exercises solutions" : "";
  const lines = [
    `${judged.name}, property ${number}, "${says}": ${verdict}. ${message}`,
    ...(counterexample === undefined ? [] : [`  smallest found: ${counterexample}`]),
    `  again: npx quorumlab replay ${judged.name} ${number} ${at}${whose}`,
  ];
  return lines.join("\n");
}
