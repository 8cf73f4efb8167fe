/** One property against one submission, by fast-check: what it found, in plain data. */

import { isMainThread } from "node:worker_threads";
import fc from "fast-check";
import { type Property, Violation } from "../../properties/exercise.ts";
import type { AnyExercise } from "../../properties/index.ts";
import { type Ear, lineOf, messageOf, shorten, thrown } from "./ear.ts";
import { type Case, type Found, NO_SUCH_CASE, type Task } from "./job.ts";

/** Shrinking stops after this many trials, with the smallest failing case so far. */
const SHRINKS_MAX = 2_000;

/** A case that comes after more trials than this, and than were wanted, nobody has ever seen. */
const TRIALS_MAX = 10_000;

// Held before a submission is loaded, which finds no process.
const ofThread = process.threadCpuUsage.bind(process);
const ofProcess = process.cpuUsage.bind(process);
// What others do on the machine must not decide a verdict, nor what other threads do, such as those that collect garbage.
const ownMs = (): number => millisecondsOf(ofThread());
// By all threads a process is ended from outside: before that it has to stop making a failing case smaller.
const allMs = isMainThread ? (): number => millisecondsOf(ofProcess()) : ownMs;

function millisecondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

/** What is tried: it need not be worth points. */
type Tried = Pick<Property<never>, "runs" | "situations" | "of">;

export type Conditions = {
  /** The submission's file URL, to find its lines in stack traces. */
  readonly file: string;
  readonly times: number;
  /** How long the processor may work for it. */
  readonly patienceMs: number;
  /** After so many trials of shrinking it stops; 2,000 unless told. */
  readonly shrinks?: number;
  onRun(runs: number): void;
};

/** Tries the examples of the stub. Never throws. */
export async function tryExamples(exercise: AnyExercise, ear: Ear, file: string): Promise<Found> {
  let message: string | undefined;
  try {
    await exercise.examples(ear.module as never);
  } catch (error) {
    message = complaint(error, ear, file);
  }
  if (ear.turn !== undefined)
    return { number: 0, verdict: "your turn", runs: 0, message: ear.turn };
  if (message === undefined) return { number: 0, verdict: "ok", runs: 1 };
  return { number: 0, verdict: "violated", runs: 1, message };
}

/** Tries one property: the case that failed last time, then fresh ones. Never throws. */
export async function judge(
  property: Tried,
  ear: Ear,
  task: Task,
  conditions: Conditions,
): Promise<Found> {
  if (task.path !== undefined) {
    return trials(property, ear, task, conditions, { seed: task.seed, path: task.path });
  }
  if (task.kept === undefined) return trials(property, ear, task, conditions);
  const again = await trials(property, ear, task, conditions, task.kept);
  if (again.verdict === "violated") {
    return { ...again, message: `The case that failed last time still fails. ${again.message}` };
  }
  const found = await trials(property, ear, task, conditions);
  if (found.verdict === "your turn" || again.verdict !== "ok") return found;
  const good = "The case that failed last time passes now.";
  return { ...found, message: found.message === undefined ? good : `${good} ${found.message}` };
}

async function trials(
  property: Tried,
  ear: Ear,
  { number, seed }: Task,
  conditions: Conditions,
  only?: Case,
): Promise<Found> {
  const usual = property.runs * conditions.times;
  const wanted = only === undefined ? usual : 1;
  const notThere = { number, verdict: "unknown", runs: 0, message: NO_SUCH_CASE } as const;
  if (Number(only?.path.split(":")[0] ?? 0) >= Math.max(usual, TRIALS_MAX)) return notThere;
  const seen = new Set<string>();
  ear.turn = undefined;
  let found: Omit<Found, "number">;
  try {
    const saw = (situation: string) => seen.add(situation);
    const trial = property.of(ear.module as never, saw, ...(ear.others as never[]));
    const details = await fc.check<unknown>(trial, {
      seed: only?.seed ?? seed,
      ...(only === undefined ? {} : { path: only.path, endOnFailure: true }),
      numRuns: wanted,
      plugins: [warden(trial.isAsync(), ear, conditions, wanted)],
    });
    if (only !== undefined && details.numRuns === 0 && !details.failed) return notThere;
    const missing = property.situations?.find((name) => !seen.has(name));
    found = ruling(details, wanted, only === undefined ? missing : undefined, ear, conditions);
  } catch (error) {
    if (only !== undefined && /^Unable to replay/.test(messageOf(error))) return notThere;
    found = { verdict: "broken", runs: 0, message: complaint(error, ear, conditions.file) };
  }
  if (ear.turn === undefined) return { number, ...found };
  return { number, verdict: "your turn", runs: 0, message: ear.turn };
}

/** What fast-check's trials say about the property. */
function ruling(
  details: fc.RunDetails<unknown>,
  wanted: number,
  missing: string | undefined,
  ear: Ear,
  { file, patienceMs }: Conditions,
): Omit<Found, "number"> {
  const { counterexample, counterexamplePath: path, errorInstance, numRuns: runs, seed } = details;
  if (details.failed && counterexample !== null && path !== null) {
    return {
      verdict: "violated",
      runs,
      message: complaint(errorInstance, ear, file),
      counterexample: sourceOf(counterexample),
      failing: { seed, path },
      ...(errorInstance instanceof Violation ? { evidence: errorInstance.evidence } : {}),
    };
  }
  if (runs < wanted) {
    const message = `Only ${runs} of ${wanted} trials ended in ${Math.round(patienceMs / 1000)} s of computing.`;
    return { verdict: "unknown", runs, message };
  }
  if (missing === undefined) return { verdict: "ok", runs };
  const message = `No trial ever came to "${missing}": they proved nothing.`;
  return { verdict: "unknown", runs, message };
}

/** Counts trials, stops them in time, and keeps a submission from passing its failures off as skipped trials. */
function warden(
  isAsync: boolean,
  ear: Ear,
  { patienceMs, shrinks: most = SHRINKS_MAX, onRun }: Conditions,
  wanted: number,
): fc.Plugin<unknown> {
  const [ownUntilMs, allUntilMs] = [ownMs() + patienceMs, allMs() + patienceMs];
  let runs = 0;
  let failed = false;
  let shrinks = 0;
  type Out = fc.PreconditionFailure | fc.PropertyFailure | null;
  // No property skips a trial, so whatever is not a success is a failure.
  const judged = (out: Out): Out => {
    if (out === null) return null;
    failed = true;
    return { error: "error" in out ? out.error : new Error(messageOf(out)) };
  };
  const over = () => {
    const enough = failed ? ++shrinks > most || ear.turn !== undefined : runs >= wanted;
    return enough || ownMs() > ownUntilMs || (failed && allMs() > allUntilMs);
  };
  return () => ({
    decorateRun: (run) => (value) => {
      if (over()) return new fc.PreconditionFailure(true);
      // Also while a failing case is made smaller: a sign of life.
      onRun(failed ? runs : ++runs);
      const out = run(value);
      return isAsync ? (out as Promise<Out>).then(judged) : judged(out as Out);
    },
  });
}

/** The generated values as source text; that fast-check makes objects without a prototype is of no interest. */
function sourceOf(values: unknown): string {
  const text = fc.stringify(values).replaceAll("__proto__:null,", "");
  return shorten(text.slice(1, -1), 2_000);
}

/** What is wrong, in a sentence: the property's own words, or what the submission threw and where. */
function complaint(error: unknown, ear: Ear, file: string): string {
  const message = messageOf(error);
  if (error instanceof Violation) return message;
  const own = typeof error === "object" && error !== null && ear.thrown.has(error);
  if (own || lineOf(error, file) !== undefined) return `It threw: ${thrown(error, file)}.`;
  return message === "Property failed by returning false" ? "It is not so in this case." : message;
}
