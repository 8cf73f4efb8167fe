/** `quorumlab bench`: how fast the world, the checker, the stores and the chapters are on this machine, and how much memory a day takes. */

import { cpus } from "node:os";
import { benchBroker } from "./bench/broker.ts";
import { benchChapters } from "./bench/chapters.ts";
import { benchChecker } from "./bench/checker.ts";
import { benchDay } from "./bench/day.ts";
import { TIMES } from "./bench/measure.ts";
import { benchStorage } from "./bench/storage.ts";
import { benchWorld } from "./bench/world.ts";
import { type Row, table } from "./cell/table.ts";
import { command, Misuse, read } from "./command.ts";

export const summary =
  "measure worlds, brokers, memory, the checker, stores and chapters on this machine";

const HELP = `Usage: npx quorumlab bench [world] [broker] [day] [checker] [storage] [chapters]

Measures what is named, or everything: the world's events per second next to those of a bare
event-queue loop, the records per second through a cluster of brokers, the memory that an ensemble
needs in a simulated day, the time that the linearizability checker takes, what an LSM tree costs
next to a plain log, and how long each chapter runs. Numbers are medians of five; the day and each
chapter run once.

Exit codes: 0 measured, 1 a chapter failed, 2 misused.`;

/** Each measures one thing and gives the rows of its part of the table, or says why there are none. */
const PARTS: Readonly<Record<string, () => Promise<readonly Row[] | string>>> = {
  world: benchWorld,
  broker: benchBroker,
  day: benchDay,
  checker: benchChecker,
  storage: benchStorage,
  chapters: benchChapters,
};

/** @returns the exit code: 0 measured, 1 a chapter failed, 2 misused, 3 the benchmark itself failed */
export function main(args: string[]): Promise<number> {
  return command("bench", async () => {
    const { values, positionals } = read(args, { help: { type: "boolean", short: "h" } });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const all = Object.keys(PARTS);
    const stranger = positionals.find((name) => !all.includes(name));
    if (stranger !== undefined) {
      throw new Misuse(`there is no part "${stranger}": expected one of ${all.join(", ")}.`);
    }
    const { model } = cpus()[0] ?? { model: "unknown processor" };
    const machine = `${model.trim()}, ${cpus().length} cores, ${process.platform} ${process.arch}`;
    console.log(`${machine}, Node ${process.version}; medians of ${TIMES}.`);
    let failed = false;
    for (const name of positionals.length > 0 ? positionals : all) {
      const rows = await PARTS[name]?.();
      if (rows === undefined) continue;
      console.log(`\n${typeof rows === "string" ? rows : table(rows)["text/plain"]}`);
      failed ||= typeof rows !== "string" && rows.some((row) => "failed" in row);
    }
    return failed ? 1 : 0;
  });
}
