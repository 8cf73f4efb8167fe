/** `quorumlab compare`: random scripts on a real system and on ours, which must not be told apart. */

import { randomInt } from "node:crypto";
import { type Row, table } from "./cell/table.ts";
import { command, Misuse, read } from "./command.ts";
import type { Comparison, Found, System } from "./compare/comparison.ts";
import { NoServer } from "./compare/jars.ts";
import { inParallel, seedFrom } from "./grade/command.ts";
import { ProgressLine } from "./grade/print.ts";

export const summary = "run random scripts on a real ZooKeeper or Kafka and on ours, and compare";

const HELP = `Usage: npx quorumlab compare [zookeeper | kafka] [--scripts N] [--seed S] [--only K]

Starts a real server on the loopback interface: that of ZOOKEEPER_HOME or KAFKA_HOME, one that Maven
fetches, or Debian's ZooKeeper. Runs N random scripts (2000 for ZooKeeper, 500 for Kafka) on it and on
ours in a simulated world, and compares what clients see. --only K runs one script, by its number,
and shows its steps.

ZooKeeper: results, errors, Stats and watch events. Not compared: times; the order of events that a
closed session or a new connection causes; which of several watches is told first of one event; and
where the client's own events stand.

Kafka: results and errors of producers, consumers, their group and an admin, with one broker. Not
compared: times; where messages without a key go among several partitions; and how records are
shared out among polls.

Exit codes: 0 no unexplained difference, 1 some, 2 misused or no real server, 3 an answer that is
expected never came.`;

const SYSTEMS: Readonly<Record<string, () => Promise<System>>> = {
  zookeeper: async () => (await import("./compare/zookeeper.ts")).zookeeper,
  kafka: async () => (await import("./compare/kafka.ts")).kafka,
};

const SHOWN = 5;

/** @returns the exit code: 0 no unexplained difference, 1 some, 2 misused or no server, 3 too few answers */
export function main(args: string[]): Promise<number> {
  return command("compare", async (signal) => {
    const { values, positionals } = read(args, {
      scripts: { type: "string" },
      seed: { type: "string" },
      only: { type: "string" },
      help: { type: "boolean", short: "h" },
    });
    if (values.help) {
      console.log(HELP);
      return 0;
    }
    const [name = "zookeeper", ...others] = positionals;
    const load = Object.hasOwn(SYSTEMS, name) ? SYSTEMS[name] : undefined;
    if (load === undefined || others.length > 0) {
      throw new Misuse(`expected zookeeper or kafka: ${positionals.join(" ")}.`);
    }
    const system = await load();
    const seed = seedFrom(values.seed) ?? randomInt(2 ** 31);
    const only = values.only === undefined ? undefined : wholeFrom("--only", values.only, 0);
    const count = wholeFrom("--scripts", values.scripts ?? String(system.scripts), 1);
    const numbers = only === undefined ? [...Array(count).keys()] : [only];
    return compareAll({ system, name, seed }, numbers, signal);
  });
}

/** @throws Misuse unless the text is a whole number of at least `least` */
function wholeFrom(option: string, text: string, least: number): number {
  if (/^\d{1,7}$/.test(text) && Number(text) >= least) return Number(text);
  throw new Misuse(`${option} ${text}: expected a whole number of at least ${least}.`);
}

type Comparing = { readonly system: System; readonly name: string; readonly seed: number };
type Numbered = Found & { readonly nth: number };

async function compareAll(
  comparing: Comparing,
  numbers: readonly number[],
  signal: AbortSignal,
): Promise<number> {
  const { system, seed } = comparing;
  const line = new ProgressLine(10_000);
  const sinceMs = performance.now();
  const say = (what: string) => line.say(what);
  const comparison = await system.start(seed, say).catch((error: unknown) => {
    throw error instanceof NoServer ? new Misuse(error.message) : error;
  });
  const found: Numbered[] = [];
  let done = 0;
  let hasFailed = false;
  const compared = (nth: number) =>
    comparison.compare(nth).catch((error: Error) => {
      hasFailed = true;
      throw new Error(`script ${nth} of seed ${seed}: ${error.message}`, { cause: error });
    });
  try {
    await inParallel(numbers, system.atATime, async (nth) => {
      // Nobody is left alone with a server that is gone.
      if (signal.aborted || hasFailed) return;
      found.push(...(await compared(nth)).map((each) => ({ nth, ...each })));
      if (numbers.length === 1) show(comparison.stepsOf(nth));
      line.say(`${++done} of ${numbers.length} scripts, ${unexplained(found).length} unexplained`);
    });
    signal.throwIfAborted();
  } finally {
    line.clear();
    await comparison.stop();
  }
  const seconds = Math.round((performance.now() - sinceMs) / 1000);
  const real = `${system.name} ${comparison.version}`;
  console.log(
    `${done} scripts of seed ${seed} on ${real} and on ${system.ours}, in ${seconds} s\n`,
  );
  return report(comparing, comparison, found);
}

function show(steps: readonly string[]): void {
  for (const [at, step] of steps.entries()) console.log(`${String(at).padStart(3)} ${step}`);
}

/** Says what came of it. @returns the exit code */
function report(
  { name, seed }: Comparing,
  comparison: Comparison,
  found: readonly Numbered[],
): number {
  console.log(table(comparison.rows())["text/plain"]);
  for (const note of comparison.notes()) console.log(`\n${note}`);
  const explained = explanations(found);
  if (explained.length > 0)
    console.log(`\nExplained differences\n\n${table(explained)["text/plain"]}`);
  const others = unexplained(found);
  for (const { nth, what, real, ours } of others.slice(0, SHOWN)) {
    console.log(`\nScript ${nth}, ${what}\n  the real one: ${real}\n  ours:         ${ours}`);
    console.log(`  again: npx quorumlab compare ${name} --seed ${seed} --only ${nth}`);
  }
  const missing = comparison.never();
  if (missing.length > 0) console.log(`\nNever seen: ${missing.join(", ")}.`);
  console.log(`\n${others.length === 0 ? "No" : others.length} unexplained differences.`);
  return others.length > 0 ? 1 : missing.length > 0 ? 3 : 0;
}

function unexplained<F extends Found>(found: readonly F[]): F[] {
  return found.filter((each) => each.explained === undefined);
}

/** Differences that are meant, counted. */
function explanations(found: readonly Found[]): Row[] {
  const meant = found.flatMap(({ explained }) => explained ?? []);
  const counted = Map.groupBy(meant, ({ difference }) => difference);
  return [...counted].map(([difference, all]) => {
    return { difference, source: all[0]?.source, times: all.length };
  });
}
