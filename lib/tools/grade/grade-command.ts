/** `quorumlab grade`: submissions, each a folder anywhere on the disk, two or more at a time. */

import { createHmac, randomBytes } from "node:crypto";
import { lstatSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { command, Misuse, read } from "../command.ts";
import { AT_A_TIME, exerciseNames, inParallel, isFolder } from "./command.ts";
import { gradeExercise, whyNoFolder } from "./grade.ts";
import { ProgressLine, sayAll, saySubmission } from "./print.ts";
import {
  type ExerciseReport,
  exitCodeOf,
  type Report,
  type SubmissionReport,
  total,
} from "./report.ts";
import { DEFAULT_FOLDER, type GradeOptions } from "./settings.ts";

export const summary = "grade submissions: folders of NN-name.ts files, anywhere on the disk";

const HELP = `Usage: npx quorumlab grade [DIR…] [options]

Grades every exercise of every submission; each DIR is a folder of NN-name.ts files (work/exercises
when left out). Whatever a submission does, the others are graded.

  --secret TEXT  picks the seeds: the same secret, the same trials for everybody
  --json         print the report and nothing else, as lib/tools/grade/report.ts describes it

Exit codes: 0 all points, 1 something fails or is not written yet, 2 misused, 3 unknown.`;

/** @returns the exit code: 0 all points, 1 failed, 2 misused, 3 unknown */
export function main(args: string[], settings: Partial<GradeOptions> = {}): Promise<number> {
  return command("grade", async (signal) => {
    const { values, positionals } = read(args, {
      secret: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const folders = positionals.length === 0 ? [DEFAULT_FOLDER] : positionals;
    if (!folders.some(isFolder)) throw new Misuse(`there is no folder ${folders.join(" or ")}.`);
    const secret = values.secret ?? randomBytes(16).toString("hex");
    const submissions = await gradeAll(folders, secret, { ...settings, signal });
    const report = reportOf(submissions);
    if (values.json) console.log(JSON.stringify(report, null, 2));
    else console.log(say(submissions));
    return exitCodeOf(report);
  });
}

type Settings = Omit<GradeOptions, "folder">;

async function gradeAll(
  folders: readonly string[],
  secret: string,
  settings: Settings,
): Promise<SubmissionReport[]> {
  const names = await exerciseNames([], settings.table);
  const line = new ProgressLine();
  const pairs = folders.flatMap((folder) => names.map((name) => ({ folder, name })));
  let done = 0;
  const reports = await inParallel(pairs, AT_A_TIME, async ({ folder, name }) => {
    const seed = seedOf(secret, name);
    settings.signal?.throwIfAborted();
    const report = await gradeExercise(name, { ...settings, folder, seed });
    settings.signal?.throwIfAborted();
    line.say(`${++done} of ${pairs.length} graded: ${folder}, ${name}`);
    return report;
  });
  line.clear();
  return folders.map((folder, at) => {
    const exercises = reports.slice(at * names.length, (at + 1) * names.length);
    return submissionReport(folder, exercises);
  });
}

/** Nobody without the secret can tell the seed of an exercise, not even from the seed of another. */
function seedOf(secret: string, name: string): number {
  return createHmac("sha256", secret).update(name).digest().readUInt32BE() >>> 1;
}

function submissionReport(folder: string, exercises: readonly ExerciseReport[]): SubmissionReport {
  const why = whyNoFolder(folder);
  const message = why === undefined ? {} : { message: why };
  return { folder, ...realFolder(folder), ...total(exercises), ...message, exercises };
}

/** Where a link leads: a submission may be one, but not pass for something that it is not. */
function realFolder(folder: string): { realFolder?: string } {
  const path = resolve(folder);
  try {
    return lstatSync(path).isSymbolicLink() ? { realFolder: realpathSync(path) } : {};
  } catch {
    return {};
  }
}

function reportOf(submissions: readonly SubmissionReport[]): Report {
  const [first, ...others] = submissions;
  if (first === undefined || others.length > 0) {
    return { ...total(submissions), exercises: [], submissions };
  }
  const { folder: _, message: __, ...rest } = first;
  return rest;
}

function say(submissions: readonly SubmissionReport[]): string {
  const [first, ...others] = submissions;
  if (first === undefined || others.length > 0) return submissions.map(saySubmission).join("\n\n");
  return sayAll(first.exercises, first.folder);
}
