/**
 * One property against one submission, by fast-check: what it found, in plain data. The exports are listened to, so
 * that "your turn" is told from a wrong answer, and what the submission threw from what the property says of it.
 */

import { inspect } from "node:util";
import fc from "fast-check";
import { type Property, Violation } from "../../properties/exercise.ts";
import type { AnyExercise } from "../../properties/index.ts";
import type { Case, Found, Task } from "./job.ts";

/** Shrinking stops after this many trials, with the smallest failing case so far. */
const SHRINKS_MAX = 2_000;

const now = performance.now.bind(performance);

/** So many calls lie between judges and submission that no stack trace tells it who is asking, or for what. */
const CORRIDOR_CALLS = 12;

/** What a submission exports. */
export type Submission = Readonly<Record<string, (...args: never[]) => unknown>>;

/** The exports, and what was heard at them. */
export type Ear = {
  readonly module: Submission;
  /** The words of a stub that was called, if one was. */
  turn: string | undefined;
  /** Every error that came out of an export. */
  readonly thrown: WeakSet<object>;
};

/**
 * Listens at the exports. What they return is copied: an object with getters, or one that counts how often it is
 * compared, could otherwise satisfy a property by knowing how it asks.
 */
export function listen(exported: Submission, { exports: names, live }: AnyExercise): Ear {
  const heard: Record<string, (...args: never[]) => unknown> = {};
  const ear: Ear = { module: heard, turn: undefined, thrown: new WeakSet() };
  const note = (error: unknown) => {
    if (typeof error === "object" && error !== null) ear.thrown.add(error);
    const message = messageOf(error);
    if (message.endsWith("your turn")) ear.turn ??= message;
  };
  const given = live ? (result: unknown) => result : plain;
  const settled = async (result: Promise<unknown>) => {
    try {
      return given(await result);
    } catch (error) {
      note(error);
      throw error;
    }
  };
  const apply = (target: (...args: never[]) => unknown, self: unknown, args: unknown[]) => {
    try {
      const result = corridor(CORRIDOR_CALLS, target, self, args);
      return result instanceof Promise ? settled(result) : given(result);
    } catch (error) {
      note(error);
      throw error;
    }
  };
  for (const name of names) {
    const written = exported[name];
    if (written !== undefined) heard[name] = new Proxy(written, { apply });
  }
  Object.freeze(heard);
  return ear;
}

function corridor(
  calls: number,
  target: (...args: never[]) => unknown,
  self: unknown,
  args: unknown[],
): unknown {
  return calls === 0 ? Reflect.apply(target, self, args) : corridor(calls - 1, target, self, args);
}

function plain(result: unknown): unknown {
  if (typeof result !== "object" && typeof result !== "function") return result;
  try {
    return structuredClone(result);
  } catch {
    throw new Violation("It returned something that is not plain data.");
  }
}

export type Conditions = {
  /** The submission's file URL, to find its lines in stack traces. */
  readonly file: string;
  readonly times: number;
  readonly patienceMs: number;
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
  property: Property<never>,
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
  if (found.verdict === "your turn") return found;
  const good = "The case that failed last time passes now.";
  return { ...found, message: found.message === undefined ? good : `${good} ${found.message}` };
}

async function trials(
  property: Property<never>,
  ear: Ear,
  { number, seed }: Task,
  conditions: Conditions,
  only?: Case,
): Promise<Found> {
  const wanted = only === undefined ? property.runs * conditions.times : 1;
  const seen = new Set<string>();
  const found = (verdict: Found["verdict"], runs: number, message?: string): Found => {
    return { number, verdict, runs, ...(message === undefined ? {} : { message }) };
  };
  ear.turn = undefined;
  try {
    const details = await fc.check<unknown>(
      property.of(ear.module as never, (name) => seen.add(name)),
      {
        seed: only?.seed ?? seed,
        ...(only === undefined ? {} : { path: only.path, endOnFailure: true }),
        numRuns: wanted,
        plugins: [warden(ear, conditions, wanted)],
      },
    );
    const { counterexample, counterexamplePath: path, errorInstance, numRuns } = details;
    if (ear.turn !== undefined) return found("your turn", 0, ear.turn);
    if (details.failed && counterexample !== null && path !== null) {
      const evidence = errorInstance instanceof Violation ? errorInstance.evidence : {};
      return {
        ...found("violated", numRuns, complaint(errorInstance, ear, conditions.file)),
        counterexample: sourceOf(counterexample),
        failing: { seed: details.seed, path },
        evidence,
      };
    }
    if (numRuns < wanted) {
      const seconds = Math.round(conditions.patienceMs / 1000);
      return found(
        "unknown",
        numRuns,
        `Only ${numRuns} of ${wanted} trials ended in ${seconds} s.`,
      );
    }
    const missing =
      only === undefined ? property.situations?.find((name) => !seen.has(name)) : undefined;
    if (missing === undefined) return found("ok", numRuns);
    return found("unknown", numRuns, `No trial ever came to "${missing}": they proved nothing.`);
  } catch (error) {
    if (ear.turn !== undefined) return found("your turn", 0, ear.turn);
    return found("broken", 0, complaint(error, ear, conditions.file));
  }
}

/** Counts trials, stops them in time, and keeps a submission from passing its failures off as skipped trials. */
function warden(ear: Ear, { patienceMs, onRun }: Conditions, wanted: number): fc.Plugin<unknown> {
  const untilMs = now() + patienceMs;
  let runs = 0;
  let failed = false;
  let shrinks = 0;
  type Out = fc.PreconditionFailure | fc.PropertyFailure | null;
  const judged = (out: Out): Out => {
    if (out === null || out instanceof fc.PreconditionFailure) return out;
    failed = true;
    return { error: "error" in out ? out.error : out };
  };
  const over = () => {
    const enough = failed ? ++shrinks > SHRINKS_MAX || ear.turn !== undefined : runs >= wanted;
    return enough || now() > untilMs;
  };
  return () => ({
    decorateRun: (run) => (value) => {
      if (over()) return new fc.PreconditionFailure(true);
      if (!failed) onRun(++runs);
      const out = run(value);
      return out instanceof Promise ? out.then(judged) : judged(out);
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

/** An error's name, message and line in the submission, as far as it has them. */
export function thrown(error: unknown, file: string): string {
  const name = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  const message = messageOf(error).replaceAll(folder, "").replace(/\.$/, "");
  const line = lineOf(error, file);
  const known = line === undefined || message.includes(`${file.slice(folder.length)}:${line}:`);
  return `${name}${message}${known ? "" : ` (line ${line})`}`;
}

// A thrown value can be anything, and its getters can do anything.
function messageOf(error: unknown): string {
  try {
    return shorten(
      error instanceof Error ? String(error.message) : inspect(error, { customInspect: false }),
      1_000,
    );
  } catch {
    return "something that cannot be printed";
  }
}

function lineOf(error: unknown, file: string): string | undefined {
  try {
    const stack = error instanceof Error ? String(error.stack) : "";
    const [, after = ""] = stack.split(`${file}:`);
    return /^\d+/.exec(after)?.[0];
  } catch {
    return undefined;
  }
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)} …`;
}
