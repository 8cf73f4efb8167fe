/** `quorumlab compare`: random scripts on a real ZooKeeper and on our ensemble, which must not be told apart. */

import { randomInt } from "node:crypto";
import { table } from "./cell/table.ts";
import { type Difference, differences, explanations } from "./compare/differences.ts";
import { NoServer } from "./compare/jars.ts";
import type { Outcome } from "./compare/perform.ts";
import { runReal, Unlucky } from "./compare/real.ts";
import { drawScript, type Script } from "./compare/script.ts";
import { type RealServer, startServer } from "./compare/server.ts";
import { runSimulated } from "./compare/simulated.ts";
import { count, events, never, rowsOf, type Tally } from "./compare/tally.ts";
import { command, inParallel, Misuse, read, seedFrom } from "./grade/command.ts";
import { ProgressLine } from "./grade/print.ts";

export const summary = "run random scripts on a real ZooKeeper and on our ensemble, and compare";

const HELP = `Usage: npx quorumlab compare [--scripts N] [--seed S] [--only K]

Starts a real ZooKeeper on the loopback interface: that of ZOOKEEPER_HOME, one that Maven fetches, or
Debian's. Runs N random scripts (2000) on it and on our ensemble in a simulated world, and compares
results, errors, Stats and watch events. Not compared: times; the order of events that a closed
session or a new connection causes; which of several watches is told first of one event; and where
the client's own events stand. --only K runs one script, by its number, and shows its steps.

Exit codes: 0 no unexplained difference, 1 some, 2 misused or no real server, 3 an answer that is
expected never came.`;

/** Most of a script's time on the real server goes by until sessions have expired. */
const AT_A_TIME = 24;
const TRIES = 5;
const SHOWN = 5;

type Found = Difference & { readonly nth: number };

/** @returns the exit code: 0 no unexplained difference, 1 some, 2 misused or no server, 3 too few answers */
export function main(args: string[]): Promise<number> {
  return command("compare", async (signal) => {
    const { values, positionals } = read(args, {
      scripts: { type: "string", default: "2000" },
      seed: { type: "string" },
      only: { type: "string" },
      help: { type: "boolean", short: "h" },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    if (positionals.length > 0) throw new Misuse(`it takes no names: ${positionals.join(" ")}.`);
    const seed = seedFrom(values.seed) ?? randomInt(2 ** 31);
    const only = values.only === undefined ? undefined : wholeFrom("--only", values.only, 0);
    const numbers =
      only === undefined ? [...Array(wholeFrom("--scripts", values.scripts, 1)).keys()] : [only];
    return compareAll(seed, numbers, signal);
  });
}

/** @throws Misuse unless the text is a whole number of at least `least` */
function wholeFrom(option: string, text: string, least: number): number {
  if (/^\d{1,7}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Misuse(`${option} ${text}: expected a whole number of at least ${least}.`);
}

async function compareAll(
  seed: number,
  numbers: readonly number[],
  signal: AbortSignal,
): Promise<number> {
  const line = new ProgressLine(10_000);
  const sinceMs = performance.now();
  const server = await startServer((what) => line.say(what)).catch((error: unknown) => {
    throw error instanceof NoServer ? new Misuse(error.message) : error;
  });
  const tally: Tally = new Map();
  const found: Found[] = [];
  let done = 0;
  try {
    await inParallel(numbers, AT_A_TIME, async (nth) => {
      // Nobody is left alone with a server that is gone.
      if (signal.aborted) return;
      const { script, real } = await onServer(seed, nth, server);
      const ours = await runSimulated(script, nth);
      count(tally, script, real);
      found.push(...differences(script, real, ours).map((each) => ({ nth, ...each })));
      if (numbers.length === 1) show(script);
      line.say(`${++done} of ${numbers.length} scripts, ${found.length} differences`);
    });
    signal.throwIfAborted();
  } finally {
    line.clear();
    await server.stop();
  }
  const seconds = Math.round((performance.now() - sinceMs) / 1000);
  console.log(
    `${done} scripts of seed ${seed} on ZooKeeper ${server.version} and on our ensemble, in ${seconds} s\n`,
  );
  return report(seed, found, tally);
}

/** Whoever was unlucky begins again under another root. */
async function onServer(
  seed: number,
  nth: number,
  server: RealServer,
): Promise<{ script: Script; real: Outcome }> {
  for (let attempt = 1; ; attempt++) {
    const script = drawScript(seed, nth, attempt === 1 ? `/c${nth}` : `/c${nth}-${attempt}`);
    try {
      return { script, real: await runReal(script, server) };
    } catch (error) {
      if (!(error instanceof Unlucky) || attempt === TRIES) throw error;
    }
  }
}

function show({ steps }: Script): void {
  for (const [at, { session, ...step }] of steps.entries()) {
    console.log(`${String(at).padStart(3)} session ${session} ${JSON.stringify(step)}`);
  }
}

/** Says what came of it. @returns the exit code */
function report(seed: number, found: readonly Found[], tally: Tally): number {
  console.log(table(rowsOf(tally))["text/plain"]);
  console.log(`\nEvents: ${events(tally)}.`);
  const { explained, others } = explanations(found);
  if (explained.length > 0)
    console.log(`\nExplained differences\n\n${table(explained)["text/plain"]}`);
  for (const { nth, session, step, real, ours } of others.slice(0, SHOWN)) {
    console.log(`\nScript ${nth}, session ${session}: ${JSON.stringify(step) ?? "an event"}`);
    console.log(`  the real one: ${real}\n  ours:         ${ours}`);
    console.log(`  again: npx quorumlab compare --seed ${seed} --only ${nth}`);
  }
  const missing = never(tally);
  if (missing.length > 0) console.log(`\nNever seen: ${missing.join(", ")}.`);
  console.log(`\n${others.length === 0 ? "No" : others.length} unexplained differences.`);
  return others.length > 0 ? 1 : missing.length > 0 ? 3 : 0;
}
