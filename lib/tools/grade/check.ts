/** `quorumlab check`: judges exercises, the cases that failed last time first. */

import { command, read } from "../command.ts";
import {
  AT_A_TIME,
  drawFailure,
  durationFrom,
  exerciseNames,
  folderNamed,
  inParallel,
  seedFrom,
} from "./command.ts";
import { hunt } from "./hunt.ts";
import { checkExercise, remember } from "./kept.ts";
import { ProgressLine, sayAll } from "./print.ts";
import { type ExerciseReport, exitCodeOf, reportOf } from "./report.ts";
import { DEFAULT_FOLDER, type GradeOptions } from "./settings.ts";

export const summary = "judge exercises: yours in work/exercises, or those of another folder";

const HELP = `Usage: npx quorumlab check [NN-name…] [options]

Judges the exercises named, or all, and says of every property whether it holds. What fails is
shown as the smallest case found, with the command that runs it again. A case that failed is
kept and tried first next time.

  --exercises DIR  the folder of NN-name.ts files (work/exercises)
  --seed N         these trials instead of fresh ones; nothing is kept
  --for TIME       when all is fine, keep trying fresh seeds for 90s, 5m or 1h, a process per core
  --json           print the report and nothing else, as lib/tools/grade/report.ts describes it
  --svg FILE       draw the first failing run

Exit codes: 0 all points, 1 something fails or is not written yet, 2 misused, 3 unknown.`;

/** @returns the exit code: 0 all points, 1 failed, 2 misused, 3 unknown */
export function main(args: string[], settings: Partial<GradeOptions> = {}): Promise<number> {
  return command("check", async (signal) => {
    const { values, positionals } = read(args, {
      exercises: { type: "string", default: DEFAULT_FOLDER },
      seed: { type: "string" },
      for: { type: "string" },
      json: { type: "boolean" },
      svg: { type: "string" },
      help: { type: "boolean", short: "h" },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const names = await exerciseNames(positionals, settings.table);
    const seed = seedFrom(values.seed);
    const huntMs = values.for === undefined ? 0 : durationFrom(values.for);
    const folder = folderNamed(values.exercises, " `npm start` makes work/exercises.");
    const options = { ...settings, folder, signal };
    const seeded = seed === undefined ? options : { ...options, seed };
    const reports = await checkAll(names, seeded);
    if (huntMs > 0 && exitCodeOf(reportOf(reports)) === 0) {
      const failure = await huntAloud(names, huntMs, options);
      if (failure !== undefined) reports[names.indexOf(failure.name)] = failure;
    }
    const report = reportOf(reports);
    console.log(values.json ? JSON.stringify(report, null, 2) : sayAll(reports, folder));
    if (values.svg !== undefined) await drawFailure(reports, values.svg);
    return exitCodeOf(report);
  });
}

async function checkAll(
  names: readonly string[],
  options: GradeOptions,
): Promise<ExerciseReport[]> {
  const line = new ProgressLine();
  const onProgress = line.show.bind(line);
  const reports = await inParallel(names, AT_A_TIME, async (name) => {
    options.signal?.throwIfAborted();
    const report = await checkExercise(name, { ...options, onProgress });
    options.signal?.throwIfAborted();
    return report;
  });
  line.clear();
  return reports;
}

/** @returns the report of what fails, when something does */
async function huntAloud(
  names: readonly string[],
  forMs: number,
  options: GradeOptions,
): Promise<ExerciseReport | undefined> {
  const line = new ProgressLine();
  const { failure, rounds, unknown } = await hunt(names, forMs, options, (count) => {
    line.say(`${count} rounds of fresh seeds`);
  });
  line.clear();
  console.error(`${rounds} rounds of fresh seeds, ${unknown} without a verdict.`);
  if (failure !== undefined) remember(failure, options.folder);
  return failure;
}
