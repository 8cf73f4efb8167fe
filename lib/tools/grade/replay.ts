/** `quorumlab replay`: one failing case again, and nothing else. */

import { command, Misuse, read } from "../command.ts";
import { searchAgain } from "../prove/again.ts";
import { type Settings, systemsIn } from "../prove/subjects.ts";
import { drawFailure, exerciseNames, folderNamed, seedFrom } from "./command.ts";
import { gradeExercise, loadExercise } from "./grade.ts";
import { NO_SUCH_CASE } from "./job.ts";
import { sayAll } from "./print.ts";
import { exitCodeOf, reportOf } from "./report.ts";
import { DEFAULT_FOLDER, type GradeOptions } from "./settings.ts";

export const summary = "run one failing case of a property again";

const HELP = `Usage: npx quorumlab replay NAME PROPERTY --seed N [--path P] [options]

Tries one property of an exercise or a system, given by its number, again: with --path the one
case that failed, without it all trials of the seed.

  --exercises DIR  the folder of NN-name.ts files (work/exercises)
  --wrong TEXT     of a system: the known-wrong implementation with TEXT in its name
  --json           print the report and nothing else, as lib/tools/grade/report.ts describes it
  --svg FILE       draw the failing run

Exit codes: 0 the property holds, 1 it fails, 2 misused, 3 unknown.`;

/** @returns the exit code: 0 the property holds, 1 it fails, 2 misused, 3 unknown */
export function main(
  args: string[],
  settings: Partial<GradeOptions> & Settings = {},
): Promise<number> {
  return command("replay", async (signal) => {
    const { values, positionals } = read(args, {
      exercises: { type: "string", default: DEFAULT_FOLDER },
      seed: { type: "string" },
      path: { type: "string" },
      wrong: { type: "string" },
      json: { type: "boolean" },
      svg: { type: "string" },
      help: { type: "boolean", short: "h" },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const [name, number] = positionals;
    if (name === undefined || number === undefined || positionals.length > 2) {
      throw new Misuse("which one? Give an exercise and the number of a property: 01-tracker 2.");
    }
    const seed = seedFrom(values.seed);
    if (seed === undefined) throw new Misuse("--seed is missing: a failure prints the one it had.");
    const path = pathFrom(values.path);
    if (Object.hasOwn(await systemsIn(settings.table), name)) {
      return searchAgain(name, number, { ...values, seed, path }, signal, settings);
    }
    if (values.wrong !== undefined) throw new Misuse(`--wrong is for systems: ${name} is none.`);
    const property = await propertyNumber(name, number, settings.table);
    const folder = folderNamed(values.exercises);
    const only = path === undefined ? { property } : { property, path };
    const report = await gradeExercise(name, { ...settings, folder, seed, only, signal });
    if (report.properties[0]?.message === NO_SUCH_CASE) throw new Misuse(NO_SUCH_CASE);
    const whole = reportOf([report]);
    console.log(values.json ? JSON.stringify(whole, null, 2) : sayAll([report], folder));
    if (values.svg !== undefined) await drawFailure([report], values.svg);
    return exitCodeOf(whole);
  });
}

async function propertyNumber(name: string, text: string, table?: string): Promise<number> {
  await exerciseNames([name], table);
  const { properties } = await loadExercise(name, table);
  const number = Number(text);
  if (Number.isInteger(number) && properties[number - 1] !== undefined) return number;
  throw new Misuse(`${name} has no property ${text}: expected 1 to ${properties.length}.`);
}

function pathFrom(text: string | undefined): string | undefined {
  if (text === undefined || /^\d+(:\d+)*$/.test(text)) return text;
  throw new Misuse(`--path ${text}: expected numbers with colons between them, such as 0:1:4.`);
}
