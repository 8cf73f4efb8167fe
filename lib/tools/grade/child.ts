/**
 * The grading child: reads its job, loads the exercise, closes the doors, and only then loads the submission and
 * tries the properties. Whatever it finds it says at once, with the nonce, which the submission cannot know.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { readFileSync, writeSync } from "node:fs";
import { formatWithOptions } from "node:util";
import fc from "fast-check";
import { Violation } from "../../properties/exercise.ts";
import type { AnyExercise } from "../../properties/index.ts";
import { harden, openDoors, Refusal, takeAway } from "./doors.ts";
import { type Ear, isA, listen, type Submission, thrown } from "./ear.ts";
import { type Found, instancesOf, type Job, type Word } from "./job.ts";
import { judge, tryExamples } from "./trials.ts";

const WORDS_PIPE = 3;
const PRINTED_MAX = 1_000;
const EVIDENCE_MAX = 4_000_000;
const PROGRESS_EVERY_MS = 200;

const { exit } = process;
const { setImmediate } = globalThis;
const now = performance.now.bind(performance);

type Tell = (word: Word) => void;

function teller(nonce: string): Tell {
  const encoder = new TextEncoder();
  return (word) => {
    const bytes = encoder.encode(`${nonce} ${JSON.stringify(word)}\n`);
    for (let at = 0; at < bytes.length; ) at += writeSync(WORDS_PIPE, bytes, at);
  };
}

/** Writes the beginning of what the submission logs, and drops the rest. */
function printer(): (...words: unknown[]) => void {
  let left = PRINTED_MAX;
  return (...words) => {
    if (left <= 0) return;
    const text = `${formatWithOptions({ customInspect: false }, ...words)}\n`.slice(0, left);
    left -= text.length;
    writeSync(1, text);
  };
}

async function loadExercise(job: Job): Promise<AnyExercise> {
  const { exercises } = (await import(job.table)) as typeof import("../../properties/index.ts");
  const load = exercises[job.exercise];
  if (load === undefined) throw new Error(`there is no exercise ${job.exercise}`);
  return load();
}

/** Loads the submission. @throws Error whose message says what is wrong with it */
async function loadSubmission(job: Job, exercise: AnyExercise): Promise<Ear> {
  const instances: Submission[] = [];
  try {
    for (const address of instancesOf(job.submission, exercise.instances ?? 2)) {
      instances.push((await import(address)) as Submission);
    }
  } catch (error) {
    if (isA(Refusal, error)) throw error;
    const how = isA(SyntaxError, error) ? "It does not parse" : "It threw while it was loaded";
    throw new Error(`${how}: ${thrown(error, job.submission)}.`);
  }
  for (const name of exercise.exports) {
    const what = typeof instances[0]?.[name];
    if (what === "undefined") throw new Error(`It does not export the function ${name}.`);
    if (what !== "function") throw new Error(`It exports ${name}, a ${what}: expected a function.`);
  }
  return listen(instances, exercise);
}

/** Evidence holds what the submission made: when it cannot be written down, the finding stands without it. */
function writable({ evidence, ...found }: Found): Found {
  try {
    const fits = JSON.stringify(evidence ?? {}).length < EVIDENCE_MAX;
    return fits && evidence !== undefined ? { ...found, evidence } : found;
  } catch {
    return found;
  }
}

/** Lets everything that is under way come to light, such as a rejection that nobody waits for. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function tryAll(job: Job, exercise: AnyExercise, ear: Ear, tell: Tell): Promise<void> {
  if (job.examples) {
    tell({ kind: "begin", number: 0, of: 1 });
    tell({ kind: "found", found: writable(await tryExamples(exercise, ear, job.submission)) });
  }
  for (const task of job.tasks) {
    const property = exercise.properties[task.number - 1];
    if (property === undefined) throw new Error(`there is no property ${task.number}`);
    tell({ kind: "begin", number: task.number, of: property.runs * job.times });
    let saidMs = now();
    const onRun = (runs: number) => {
      if (now() - saidMs < PROGRESS_EVERY_MS) return;
      saidMs = now();
      tell({ kind: "progress", number: task.number, runs });
    };
    const { submission: file, times, patienceMs } = job;
    const found = writable(await judge(property, ear, task, { file, times, patienceMs, onRun }));
    await breathe();
    tell({ kind: "found", found });
  }
}

async function main(): Promise<void> {
  const job = JSON.parse(readFileSync(0, "utf8")) as Job;
  const tell = teller(job.nonce);
  const giveUp = (message: string) => {
    tell({ kind: "broken", message });
    exit(1);
  };
  process.on("uncaughtException", (error) => {
    giveUp(`It threw when nobody had called it: ${thrown(error, job.submission)}.`);
  });
  process.on("unhandledRejection", (error) => {
    giveUp(`A promise of its own failed unnoticed: ${thrown(error, job.submission)}.`);
  });
  try {
    const doors = openDoors(job);
    // A run of the world replaces the clock while it lasts. One that never ends leaves nothing to replace later.
    const { guarded } = await import("../../sim/guard.ts");
    guarded(() => new Promise(() => {}));
    const exercise = await loadExercise(job);
    const rooms = exercise.rooms ?? [];
    harden(AsyncLocalStorage, Violation, fc);
    for (const room of rooms) harden(await import(`quorumlab/${room}`));
    takeAway(printer(), (code) => {
      giveUp(`It called process.exit(${typeof code === "number" ? code : ""}).`);
    });
    doors.close(rooms);
    const ear = await loadSubmission(job, exercise);
    for (const { file } of doors.unused()) throw new Error(`patch of ${file}: it was not loaded`);
    await tryAll(job, exercise, ear, tell);
    tell({ kind: "done" });
    exit(0);
  } catch (error) {
    giveUp(error instanceof Error ? error.message : String(error));
  }
}

main();
