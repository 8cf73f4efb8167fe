/** Grades one exercise of one submission: its types are checked while its properties are tried. */

import { randomInt } from "node:crypto";
import { accessSync, constants, lstatSync, realpathSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Property } from "../../properties/exercise.ts";
import type { AnyExercise, Exercises } from "../../properties/index.ts";
import { attempt, type Outcome } from "./attempt.ts";
import { type ExerciseReport, type PropertyReport, total, worst } from "./report.ts";
import { DEFAULT_FOLDER, type GradeOptions, PROJECT, TABLE } from "./settings.ts";
import { typeMistake } from "./types.ts";

export type { GradeOptions } from "./settings.ts";

/**
 * Judges one exercise of one submission. Whatever the submission does is in the report.
 *
 * @throws Error when there is no such exercise, or the grader itself fails
 */
export async function gradeExercise(name: string, options: GradeOptions): Promise<ExerciseReport> {
  const exercise = await loadExercise(name, options.table);
  const file = join(resolve(options.folder), `${name}.ts`);
  const missing = whyNoFile(file, options.folder);
  if (missing !== undefined) {
    return report(exercise, wrongWhole({ verdict: "broken", message: missing }), options);
  }
  const seed = options.seed ?? randomInt(2 ** 31);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
  const checking = options.types === false ? undefined : typeMistake(file, PROJECT, options.signal);
  const trying = attempt(exercise, realpathSync(file), seed, { ...options, signal });
  // A mistake of types is the first thing to hear of, and makes the rest pointless.
  const mistake = await checking;
  if (mistake !== undefined) stop.abort();
  const outcome = await trying;
  const whole = mistake === undefined ? outcome : wrongWhole(mistake);
  return report(exercise, whole, { ...options, seed });
}

/** Loads an exercise from a table. @throws Error when the table does not have it */
export async function loadExercise(name: string, table: string = TABLE): Promise<AnyExercise> {
  const exercises = await loadTable(table);
  const load = Object.hasOwn(exercises, name) ? exercises[name] : undefined;
  if (load !== undefined) return load();
  const names = Object.keys(exercises).join(", ");
  throw new Error(`There is no exercise "${name}": expected one of ${names}.`);
}

/** The table of exercises. */
export async function loadTable(table: string = TABLE): Promise<Exercises> {
  const module: typeof import("../../properties/index.ts") = await import(
    pathToFileURL(table).href
  );
  return module.exercises;
}

/** Why a folder cannot be graded, in a sentence; undefined when it can. */
export function whyNoFolder(folder: string): string | undefined {
  try {
    if (!statSync(folder).isDirectory()) return "It is not a folder.";
    accessSync(folder, constants.R_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return because(error, "There is no such folder.");
  }
}

function whyNoFile(file: string, folder: string): string | undefined {
  try {
    if (!statSync(folder).isDirectory()) return `${folder} is not a folder.`;
    // A link could make the child read what it points to, such as a solution.
    if (!lstatSync(file).isFile()) return "It is not a plain file.";
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    return because(error, `There is no such file in ${folder}.`);
  }
}

function because(error: unknown, missing: string): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return missing;
  return `It cannot be read: ${WHY[code ?? ""] ?? code}.`;
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: "that is not permitted",
  ELOOP: "a link leads back to itself",
  ENAMETOOLONG: "its name is too long",
};

function wrongWhole(wrong: NonNullable<Outcome["wrong"]>): Outcome {
  return { wrong, printed: "", found: new Map() };
}

function report(exercise: AnyExercise, outcome: Outcome, options: GradeOptions): ExerciseReport {
  const { only, seed } = options;
  const examples = outcome.found.get(0);
  const fails = examples !== undefined && !["ok", "your turn"].includes(examples.verdict);
  const all = exercise.properties
    .map((property, index) => propertyReport(exercise.name, property, index + 1, outcome, options))
    .filter(({ number }) => only === undefined || only.property === number);
  const properties = fails ? notAll(all) : all;
  const findings = properties.map((property) => property.verdict);
  const verdict = worst(examples === undefined ? findings : [...findings, examples.verdict]);
  const untouched = findings.every((finding) => finding === "your turn");
  const { wrong } = outcome;
  const message = untouched ? "Your turn." : (wrong?.message ?? exampleMessage(examples));
  return {
    name: exercise.name,
    title: exercise.title,
    verdict,
    ...total(properties),
    ...(message === undefined ? {} : { message }),
    ...(seed === undefined || untouched || wrong !== undefined ? {} : { seed }),
    ...(outcome.printed === "" || untouched ? {} : { printed: outcome.printed }),
    properties,
  };
}

/** All points need the examples: while these fail, the last of the properties gives one less. */
function notAll(properties: readonly PropertyReport[]): PropertyReport[] {
  const { points, outOf } = total(properties);
  if (points < outOf) return [...properties];
  const last = properties.at(-1);
  return properties.map((each) => (each === last ? { ...each, points: each.points - 1 } : each));
}

function exampleMessage(examples: { verdict: string; message?: string } | undefined) {
  if (examples?.message === undefined) return undefined;
  return `The examples of the stub: ${examples.message}`;
}

function propertyReport(
  exercise: string,
  { says, points: outOf }: Property<never>,
  number: number,
  outcome: Outcome,
  { folder }: GradeOptions,
): PropertyReport {
  if (outcome.wrong !== undefined) {
    return { number, says, verdict: outcome.wrong.verdict, points: 0, outOf, runs: 0 };
  }
  const found = outcome.found.get(number);
  if (found === undefined) {
    const message = "It was not tried: the time for the whole exercise was over.";
    return { number, says, verdict: "unknown", points: 0, outOf, runs: 0, message };
  }
  const { failing, ...rest } = found;
  const points = found.verdict === "ok" ? outOf : 0;
  if (failing === undefined) return { says, points, outOf, ...rest };
  const trial = `--seed ${failing.seed} --path ${failing.path}`;
  const replay = `npx quorumlab replay ${exercise} ${number} ${trial}${whichFolder(folder)}`;
  return { says, points, outOf, ...rest, ...failing, replay };
}

/** The option that names a folder, unless it is the usual one; inside the project, from its root. */
function whichFolder(folder: string): string {
  const path = resolve(folder);
  if (path === DEFAULT_FOLDER) return "";
  const inside = relative(PROJECT, path);
  const named = inside.startsWith("..") ? path : inside;
  return ` --exercises '${named.replaceAll("'", "'\\''")}'`;
}
