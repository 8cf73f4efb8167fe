/** What is remembered from one check to the next: cases that failed, and how many hints were given. */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gradeExercise } from "./grade.ts";
import type { Case } from "./job.ts";
import type { ExerciseReport } from "./report.ts";
import type { GradeOptions } from "./settings.ts";

/** A failing case as it is stored in `.quorumlab/failing.json` beside the folder of the exercises. */
type Kept = Case & { readonly exercise: string; readonly property: number };

/**
 * Judges an exercise, the cases that failed last time first, and remembers those that fail now. With a seed given
 * it neither remembers nor looks: the same file then gets the same report.
 */
export async function checkExercise(name: string, options: GradeOptions): Promise<ExerciseReport> {
  if (options.seed !== undefined) return gradeExercise(name, options);
  const mine = failing(options.folder).filter(({ exercise }) => exercise === name);
  const kept = new Map(mine.map(({ property, seed, path }) => [property, { seed, path }]));
  const report = await gradeExercise(name, { ...options, kept });
  remember(report, options.folder);
  return report;
}

/** Keeps the failing cases of a report, and forgets those that pass. */
export function remember(report: ExerciseReport, folder: string): void {
  const others = failing(folder).filter(
    ({ exercise, property }) =>
      exercise !== report.name ||
      !report.properties.some(({ number, verdict }) => number === property && isSettled(verdict)),
  );
  const now = report.properties.flatMap(({ number: property, seed, path }) =>
    seed === undefined || path === undefined
      ? []
      : [{ exercise: report.name, property, seed, path }],
  );
  store(folder, "failing", [...others, ...now]);
}

function isSettled(verdict: string): boolean {
  return verdict === "ok" || verdict === "violated";
}

function failing(folder: string): readonly Kept[] {
  const kept = stored<unknown>(folder, "failing");
  return Array.isArray(kept) ? kept.filter(isKept) : [];
}

/** Whoever edits the file, or cuts it off, loses what was kept and nothing else. */
function isKept(value: unknown): value is Kept {
  if (typeof value !== "object" || value === null) return false;
  const { exercise, property, seed, path } = value as Partial<Record<keyof Kept, unknown>>;
  const numbers = Number.isInteger(property) && Number.isInteger(seed);
  return numbers && typeof exercise === "string" && /^\d+(:\d+)*$/.test(String(path));
}

/** Counts a hint. @returns how many were given, this one included */
export function countHint(name: string, folder: string): number {
  const given = stored<Record<string, number>>(folder, "hints") ?? {};
  const count = (Number(given[name]) || 0) + 1;
  store(folder, "hints", { ...given, [name]: count });
  return count;
}

function fileOf(folder: string, what: string): string {
  return join(dirname(resolve(folder)), ".quorumlab", `${what}.json`);
}

function stored<Value>(folder: string, what: string): Value | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(folder, what), "utf8")) as Value;
  } catch {
    return undefined;
  }
}

/** A memory that cannot be written is none: the verdict does not depend on it. */
function store(folder: string, what: string, value: unknown): void {
  const file = fileOf(folder, what);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(value, null, 2));
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    return;
  }
}
