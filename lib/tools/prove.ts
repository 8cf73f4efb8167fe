/**
 * `quorumlab prove`: the properties are right about what is right, and about what is wrong. Both are tried with
 * fresh seeds, and printed as tables: for exercises, and for systems.
 */

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { command, Misuse, read } from "./command.ts";
import { loadExercise, loadTable } from "./grade/grade.ts";
import { ProgressLine } from "./grade/print.ts";
import { PROJECT } from "./grade/settings.ts";
import { falseAlarms } from "./prove/alarms.ts";
import { calm } from "./prove/calm.ts";
import { catches } from "./prove/catches.ts";
import type { Said } from "./prove/said.ts";
import { sayAlarms, sayCatches } from "./prove/say-exercises.ts";
import { sayCalm, sayTeeth } from "./prove/say-systems.ts";
import {
  type KnownWrong,
  knownWrongOf,
  loadSystem,
  type Settings,
  systemsIn,
} from "./prove/subjects.ts";
import { teeth, WITHIN_MS } from "./prove/teeth.ts";

export const summary = "try what is right and what is known to be wrong on fresh seeds";

/** Each grading is two processes, the compiler's and the child's. */
const AT_A_TIME = 2;
const RUNS = 20;
const CAUGHT_AT_LEAST = 19;
const PROGRESS_EVERY_MS = 10_000;

const HELP = `Usage: npx quorumlab prove [NAME…] [--seeds N] [--wrong TEXT]

Proves exercises (NN-name) and systems (a room, such as ensemble): those named, or all.

An exercise: every property of its solution is tried on N fresh seeds (200), each for as many
trials as \`check\` makes; every known-wrong implementation is checked ${RUNS} times, as a learner does.

A system: every property is tried on N fresh seeds, of which each is one random case: one world
with its own operations, faults and luck. So --seeds 20000 means 20,000 worlds for each property.
Every situation that a property names must occur, and half of all operations must be answered ok.
Every known-wrong implementation is type-checked, and searched for ${RUNS} times by the property that
it names, each time from a fresh seed and for up to 30 s; the median of all must be within 1 s.

  --wrong TEXT  of systems, only the known-wrong implementations with TEXT in their names

Exit codes: 0 no false alarm and everything caught at least ${CAUGHT_AT_LEAST} times, 1 not so, 2 misused.`;

/** @returns the exit code: 0 proved, 1 not so, 2 misused */
export function main(args: string[], settings: Settings = {}): Promise<number> {
  return command("prove", async (signal) => {
    const { values, positionals } = read(args, {
      seeds: { type: "string", default: "200" },
      wrong: { type: "string" },
      help: { type: "boolean", short: "h" },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const all = await named(positionals, settings.table);
    const seeds = seedsFrom(values.seeds);
    for (const folder of ["solutions", "test/known-wrong"]) {
      if (existsSync(join(PROJECT, folder))) continue;
      throw new Misuse(`there is no folder ${folder}: nothing can be proved without it.`);
    }
    const { wrong } = values;
    const { exercises, systems } =
      wrong === undefined ? all : await thoseWith(wrong, all, positionals, settings);
    const line = new ProgressLine(PROGRESS_EVERY_MS);
    const tell = ({ text, isProved }: Said) => {
      line.clear();
      console.log(`${text}\n`);
      return isProved;
    };
    const proof = { seeds, line, tell, signal, settings, wrong };
    const proved: boolean[] = [];
    if (exercises.length > 0) proved.push(await proveExercises(exercises, proof));
    for (const name of systems) proved.push(await proveSystem(name, proof));
    return proved.every(Boolean) ? 0 : 1;
  });
}

type Proof = {
  readonly seeds: number;
  readonly line: ProgressLine;
  /** Prints, and passes on whether it is so. */
  readonly tell: (said: Said) => boolean;
  readonly signal: AbortSignal;
  readonly settings: Settings;
  /** Only known-wrong implementations with this in their names. */
  readonly wrong: string | undefined;
};

type Subjects = { readonly exercises: readonly string[]; readonly systems: readonly string[] };

/** The exercises and the systems asked for, or all of both. @throws Misuse when there is no such thing */
async function named(asked: readonly string[], table: string | undefined): Promise<Subjects> {
  const all = [Object.keys(await loadTable(table)), Object.keys(await systemsIn(table))] as const;
  for (const name of asked) {
    if (all.flat().includes(name)) continue;
    throw new Misuse(
      `there is no exercise or system "${name}": expected one of ${all.flat().join(", ")}.`,
    );
  }
  const isMeant = (name: string) => asked.length === 0 || asked.includes(name);
  return { exercises: all[0].filter(isMeant), systems: all[1].filter(isMeant) };
}

/** @throws Misuse unless the text is a whole number of at least 1 */
function seedsFrom(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Misuse(`--seeds ${text}: expected a whole number of at least 1.`);
}

async function proveExercises(
  names: readonly string[],
  { seeds, line, tell, signal }: Proof,
): Promise<boolean> {
  const exercises = await Promise.all(names.map((name) => loadExercise(name)));
  line.say("solutions: the first seeds");
  const quiet = await falseAlarms(exercises, seeds, AT_A_TIME, signal, (done, of) => {
    line.say(`solutions: ${done} of ${of} seeds`);
  });
  const isQuiet = tell(sayAlarms(quiet, seeds));
  const caught = await catches(names, RUNS, AT_A_TIME, signal, (done, of) => {
    line.say(`known-wrong implementations: ${done} of ${of} checks`);
  });
  return tell(sayCatches(caught, RUNS, CAUGHT_AT_LEAST)) && isQuiet;
}

/** The known-wrong implementations of a system with a text in their names. */
async function wrongsOf(name: string, text = "", { knownWrong }: Settings): Promise<KnownWrong[]> {
  return (await knownWrongOf(name, knownWrong)).filter((each) => each.name.includes(text));
}

/** The systems with such known-wrong implementations. @throws Misuse when there is none, or for an exercise */
async function thoseWith(
  text: string,
  { exercises, systems }: Subjects,
  asked: readonly string[],
  settings: Settings,
): Promise<Subjects> {
  const exercise = exercises.find((name) => asked.includes(name));
  if (exercise !== undefined) throw new Misuse(`--wrong is for systems: ${exercise} is none.`);
  const counts = await Promise.all(
    systems.map(async (name) => (await wrongsOf(name, text, settings)).length),
  );
  const meant = systems.filter((_, nth) => counts[nth] !== 0);
  if (meant.length > 0) return { exercises: [], systems: meant };
  throw new Misuse(`--wrong ${text}: no known-wrong implementation has that in its name.`);
}

async function proveSystem(
  name: string,
  { seeds, line, tell, signal, settings, wrong }: Proof,
): Promise<boolean> {
  const { table } = settings;
  const system = await loadSystem(name, table);
  const wrongs = await wrongsOf(name, wrong, settings);
  const labour = { atATime: availableParallelism(), signal, table };
  let isCalm = true;
  if (wrong === undefined) {
    line.say(`${name}: the first seeds`);
    const sinceMs = performance.now();
    const onProgress = (done: number, of: number) => line.say(`${name}: ${done} of ${of} cases`);
    const calmed = await calm(system, seeds, { ...labour, onProgress });
    isCalm = tell(sayCalm(name, calmed, seeds, performance.now() - sinceMs));
  }
  const onProgress = (done: number, of: number) => {
    line.say(`${name}: ${done} of ${of} searches for what is known to be wrong`);
  };
  onProgress(0, RUNS * wrongs.length);
  const { withinMs = WITHIN_MS } = settings;
  const measure = { runs: RUNS, caughtAtLeast: CAUGHT_AT_LEAST, withinMs };
  const bites = await teeth(system, wrongs, measure, { ...labour, onProgress });
  return tell(sayTeeth(name, bites, measure)) && isCalm;
}
