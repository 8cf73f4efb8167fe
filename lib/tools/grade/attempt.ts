/**
 * Tries a submission in child processes. A child that dies costs the property that it was trying; the later ones are
 * tried in a fresh child, so that partial credit is fair. After one that ran out of time or memory they have less time.
 */

import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { AnyExercise } from "../../properties/index.ts";
import { CLOCK_TIMES, type Ending, fenced } from "./fence.ts";
import type { Found, Job, Task, Word } from "./job.ts";
import type { Finding } from "./report.ts";
import { type GradeOptions, LIMITS, type Limits, PROJECT, TABLE } from "./settings.ts";

/** What trying a submission came to. */
export type Outcome = {
  /** What is wrong with the whole file. */
  readonly wrong?: { readonly verdict: Finding; readonly message: string };
  readonly printed: string;
  /** By the number of the property; 0 is the examples. What is missing was not tried. */
  readonly found: ReadonlyMap<number, Found>;
};

type Attempt = {
  wrong?: { readonly verdict: Finding; readonly message: string };
  printed: string;
  readonly found: Map<number, Found>;
  limits: Limits;
  /** What is left of the time for all properties. */
  leftMs: number;
};

/** Tries the examples and the properties, each until its verdict or its limit. */
export async function attempt(
  exercise: AnyExercise,
  file: string,
  seed: number,
  options: GradeOptions,
): Promise<Outcome> {
  const limits = { ...LIMITS, ...options.limits };
  const state: Attempt = { printed: "", found: new Map(), limits, leftMs: limits.totalMs };
  let tasks = tasksOf(exercise, seed, options);
  let examples = options.only === undefined;
  while (examples || tasks.length > 0) {
    if (state.leftMs <= 0 || options.signal?.aborted) break;
    const job: Job = {
      nonce: randomBytes(16).toString("hex"),
      exercise: exercise.name,
      table: pathToFileURL(options.table ?? TABLE).href,
      project: pathToFileURL(PROJECT).href,
      submission: pathToFileURL(file).href,
      patches: options.patches ?? [],
      examples,
      tasks,
      times: options.times ?? 1,
      patienceMs: Math.min(state.leftMs, 0.8 * state.limits.propertyMs),
    };
    const died = await oneChild(job, state, options);
    if (died === undefined) break;
    examples = false;
    tasks = tasks.filter(({ number }) => number > died);
  }
  return state;
}

function tasksOf(exercise: AnyExercise, seed: number, options: GradeOptions): Task[] {
  const { only, kept } = options;
  const numbers = exercise.properties.map((_, index) => index + 1);
  return numbers
    .filter((number) => only === undefined || only.property === number)
    .map((number) => {
      const first = kept?.get(number);
      return {
        number,
        seed,
        ...(only?.path === undefined ? {} : { path: only.path }),
        ...(first === undefined ? {} : { kept: first }),
      };
    });
}

/** Runs one child. @returns the number of what it died of, or undefined when there is nothing left to try */
async function oneChild(
  job: Job,
  state: Attempt,
  options: GradeOptions,
): Promise<number | undefined> {
  const { limits, leftMs } = state;
  const atMost = (ms: number, usedMs: number) => Math.min(ms, Math.max(1, leftMs - usedMs));
  let trying: Extract<Word, { kind: "begin" }> | undefined;
  let last: Word | undefined;
  const hear = (word: Word) => {
    last = word;
    if (word.kind === "found") state.found.set(word.found.number, word.found);
    if (word.kind === "begin") {
      trying = word;
      fence.allow(atMost(limitOf(word.number, limits), fence.usedMs()));
    }
    if (word.kind === "begin" || word.kind === "progress") {
      const { number: property } = word;
      const runs = word.kind === "begin" ? 0 : word.runs;
      options.onProgress?.({ exercise: job.exercise, property, runs, of: trying?.of ?? runs });
    }
  };
  const fence = fenced(childArguments(job, limits, options), {
    input: JSON.stringify(job),
    memoryMb: limits.memoryMb,
    timeMs: atMost(limits.loadMs, 0),
    onWord(line) {
      // Only the grader's own code in the child knows the nonce.
      if (line.startsWith(`${job.nonce} `)) hear(JSON.parse(line.slice(job.nonce.length)) as Word);
    },
  });
  options.signal?.addEventListener("abort", fence.stop, { once: true });
  const ending = await fence.ended;
  options.signal?.removeEventListener("abort", fence.stop);
  state.leftMs -= ending.usedMs;
  state.printed ||= ending.stdout;
  if (last?.kind === "done" || ending.why === "stopped") return undefined;
  const said = last?.kind === "broken" ? last.message : undefined;
  const wrong = trouble(ending, said, limits, trying?.number);
  if (wrong.verdict === "unknown") state.limits = hurried(limits);
  if (trying === undefined) state.wrong = wrong;
  else state.found.set(trying.number, { number: trying.number, runs: 0, ...wrong });
  return trying?.number;
}

function limitOf(number: number, { examplesMs, propertyMs }: Limits): number {
  return number === 0 ? examplesMs : propertyMs;
}

function hurried(limits: Limits): Limits {
  return { ...limits, propertyMs: Math.min(limits.propertyMs, limits.hurriedMs) };
}

function childArguments(job: Job, limits: Limits, { table }: GradeOptions): string[] {
  const readable = ["lib", "node_modules", "package.json"].map((name) => join(PROJECT, name));
  readable.push(fileURLToPath(job.submission));
  if (table !== undefined) readable.push(resolve(table, ".."));
  return [
    "--permission",
    ...readable.map((path) => `--allow-fs-read=${path}`),
    "--frozen-intrinsics",
    "--disallow-code-generation-from-strings",
    "--no-async-stack-traces",
    `--max-old-space-size=${limits.heapMb}`,
    "--no-warnings",
    fileURLToPath(new URL("./child.ts", import.meta.url)),
  ];
}

/** What ended a child before it was done, in a sentence; `number` says what it was trying, if it was loaded. */
function trouble(
  ending: Ending,
  said: string | undefined,
  limits: Limits,
  number: number | undefined,
): { verdict: Finding; message: string } {
  if (said !== undefined) return { verdict: "broken", message: said };
  const during = number === undefined ? "while it was loaded" : "while it was tried";
  const seconds = (number === undefined ? limits.loadMs : limitOf(number, limits)) / 1000;
  if (ending.why === "clock") {
    const message = `It did not end within ${CLOCK_TIMES * seconds} s ${during}, and had less than ${seconds} s of a processor: the machine is too busy, or it only waits.`;
    return { verdict: "unknown", message };
  }
  if (ending.why === "time" || ending.signal === "SIGXCPU") {
    const message = `It did not end within ${seconds} s ${during}: an endless loop, or far too slow.`;
    return { verdict: "unknown", message };
  }
  const heap = /heap out of memory/.test(ending.stderr);
  if (ending.why === "memory" || heap) {
    const what = heap ? `${limits.heapMb} MB of heap` : `${limits.memoryMb} MB in all`;
    return { verdict: "unknown", message: `It used up its memory ${during}: ${what}.` };
  }
  if (ending.code === 0) {
    return { verdict: "broken", message: `It waits for ever ${during}: a promise never settles.` };
  }
  const how = ending.signal ?? `exit code ${ending.code}`;
  const words = ending.stderr.trim().split("\n").at(-1) ?? "";
  return { verdict: "broken", message: `Its process died (${how}) ${during}. ${words}`.trim() };
}
