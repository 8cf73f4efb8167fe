/**
 * `quorumlab prove`: the properties are right about what is right, and about what is wrong. Both are tried with
 * fresh seeds, and printed as two tables.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { table } from "./cell/table.ts";
import { command, exerciseNames, Misuse, read } from "./grade/command.ts";
import { loadExercise } from "./grade/grade.ts";
import { ProgressLine } from "./grade/print.ts";
import { PROJECT } from "./grade/settings.ts";
import { type Calm, falseAlarms } from "./prove/alarms.ts";
import { type Catch, catches } from "./prove/catches.ts";

export const summary = "try solutions and known-wrong implementations on fresh seeds";

const AT_A_TIME = 2;
const CHECKS = 20;
const CAUGHT_AT_LEAST = 19;
const PROGRESS_EVERY_MS = 10_000;
const RIGHT = "(none: the solution)";

const HELP = `Usage: npx quorumlab prove [NN-name…] [--seeds N]

Tries every property of the solutions named, or of all, on N fresh seeds (200), each for as many
trials as \`check\` makes, and checks every known-wrong implementation ${CHECKS} times, as a learner does.

Exit codes: 0 no false alarm and everything caught at least ${CAUGHT_AT_LEAST} times, 1 not so, 2 misused.`;

/** @returns the exit code: 0 proved, 1 not so, 2 misused */
export function main(args: string[]): Promise<number> {
  return command("prove", async (signal) => {
    const { values, positionals } = read(args, {
      seeds: { type: "string", default: "200" },
      help: { type: "boolean", short: "h" },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const names = await exerciseNames(positionals);
    const seeds = seedsFrom(values.seeds);
    for (const folder of ["solutions", "test/known-wrong"]) {
      if (existsSync(join(PROJECT, folder))) continue;
      throw new Misuse(`there is no folder ${folder}: nothing can be proved without it.`);
    }
    const exercises = await Promise.all(names.map((name) => loadExercise(name)));
    const line = new ProgressLine(PROGRESS_EVERY_MS);
    line.say("solutions: the first seeds");
    const calm = await falseAlarms(exercises, seeds, AT_A_TIME, signal, (done, of) => {
      line.say(`solutions: ${done} of ${of} seeds`);
    });
    line.clear();
    console.log(sayCalm(calm, seeds));
    const caught = await catches(names, CHECKS, AT_A_TIME, signal, (done, of) => {
      line.say(`known-wrong implementations: ${done} of ${of} checks`);
    });
    line.clear();
    console.log(sayCaught(caught));
    return calm.some(isAlarming) || caught.some(isTrouble) ? 1 : 0;
  });
}

/** @throws Misuse unless the text is a whole number of at least 1 */
function seedsFrom(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Misuse(`--seeds ${text}: expected a whole number of at least 1.`);
}

function isAlarming({ alarms, unknown }: Calm): boolean {
  return alarms + unknown > 0;
}

function sayCalm(calm: readonly Calm[], seeds: number): string {
  const rows = calm.map(({ system, number, says, trials, alarms, unknown, ms, ...each }) => ({
    system,
    property: `${number}. ${says}`,
    seeds: each.seeds,
    trials,
    "false alarms": alarms,
    "no verdict": unknown,
    "ms a check": Math.round((10 * ms) / each.seeds) / 10,
  }));
  const alarming = calm.filter(isAlarming);
  const verdict = alarming.length === 0 ? "No false alarm." : "Not so:";
  return [
    `Every property of every solution, on fresh seeds (${seeds} each)`,
    "",
    table(rows)["text/plain"],
    "",
    [verdict, ...alarming.flatMap(({ trouble }) => trouble ?? [])].join("\n"),
    "",
  ].join("\n");
}

/** A solution that does not get all points, a mistake that gets through, or one that is not fair. */
function isTrouble({ wrong, caught, flaw }: Catch): boolean {
  if (flaw !== undefined) return true;
  return wrong === undefined ? caught > 0 : caught < CAUGHT_AT_LEAST;
}

function sayCaught(caught: readonly Catch[]): string {
  const rows = caught.map(({ system, wrong, by, named, medianMs, ...each }) => ({
    system,
    "known-wrong implementation": wrong?.name ?? RIGHT,
    caught: each.caught,
    "by property": [...by]
      .sort(([a], [b]) => a - b)
      .map(([number, times]) => `${number}${number === named ? "*" : ""}: ${times}`)
      .join(", "),
    "median s": (medianMs / 1000).toFixed(2),
  }));
  const missed = caught.filter(isTrouble).map(({ system, wrong, flaw, caught: times }) => {
    return `  ${system}, ${wrong?.name ?? RIGHT}: ${flaw ?? `caught ${times} times`}`;
  });
  const verdict = missed.length === 0 ? "Everything was caught, and no solution." : "Not so:";
  return [
    `Every known-wrong implementation, ${CHECKS} checks with fresh seeds (* names the property that ought to catch it)`,
    "",
    table(rows)["text/plain"],
    "",
    [verdict, ...missed].join("\n"),
  ].join("\n");
}
