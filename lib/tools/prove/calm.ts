/** The first half of a system's proof: no property finds it wrong, and everything that it names has happened. */

import { randomInt } from "node:crypto";
import { ANSWERED, ASKED, type System } from "../../properties/index.ts";
import { inParallel } from "../grade/command.ts";
import { trouble } from "./judged.ts";
import type { Searched } from "./search.ts";
import { searches } from "./searches.ts";

/** So many cases go to one child for each property: enough for its start not to count. */
const SLICE = 1_000;
/** A case takes milliseconds: a search whose cases take longer than this comes to no verdict. */
const CASE_MS = 1_000;

/** A property of a system, and what came of all its cases. */
export type CalmProperty = {
  readonly system: string;
  readonly number: number;
  readonly says: string;
  readonly cases: number;
  /** How many searches found it wrong, and how many came to no verdict. */
  readonly alarms: number;
  readonly unknown: number;
  readonly ms: number;
  /** How often each situation occurred: those that the property names, and the others that it saw. */
  readonly saw: ReadonlyMap<string, number>;
  /** The first alarm, with the command that runs it again. */
  readonly trouble?: string;
};

/** How work is spread over children. */
export type Labour = {
  /** How many children at a time. */
  readonly atATime: number;
  readonly signal: AbortSignal;
  /** Another table of systems than the usual one. */
  readonly table?: string | undefined;
  /** Is told how much of how much is done. */
  onProgress(done: number, of: number): void;
};

/** Tries every property of a system on so many cases. */
export async function calm(
  system: System,
  cases: number,
  { atATime, signal, table, onProgress }: Labour,
): Promise<CalmProperty[]> {
  const { name, properties } = system;
  let done = 0;
  const onCases = (more: number) => {
    done += more;
    onProgress(done, cases * properties.length);
  };
  const made = await inParallel(slices(cases, atATime), atATime, (slice) => {
    const wanted = properties.map((_, index) => {
      const seed = randomInt(2 ** 31);
      const withinMs = slice * CASE_MS;
      return { number: index + 1, seed, cases: slice, withinMs, shrinks: true };
    });
    return searches({ system: name, table, patches: [] }, wanted, { signal, onCases });
  });
  return properties.map((_, index) => {
    return summed(
      system,
      index,
      made.flatMap((each) => each[index] ?? []),
    );
  });
}

/** How many cases each child gets: alike, and at least one child for each core. */
function slices(cases: number, atATime: number): number[] {
  const count = Math.min(cases, Math.max(atATime, Math.ceil(cases / SLICE)));
  const end = (nth: number) => Math.floor((nth * cases) / count);
  return Array.from({ length: count }, (_, nth) => end(nth + 1) - end(nth));
}

function summed(system: System, index: number, made: readonly Searched[]): CalmProperty {
  const { says = "", situations = [] } = system.properties[index] ?? {};
  const saw = new Map<string, number>(situations.map((name) => [name, 0]));
  for (const [name, times] of made.flatMap((each) => Object.entries(each.saw))) {
    saw.set(name, (saw.get(name) ?? 0) + times);
  }
  const verdicts = made.map(({ found }) => found.verdict);
  const unknown = verdicts.filter((verdict) => verdict === "unknown").length;
  const [first] = made.flatMap(({ found, seed }) => trouble(system, found, seed) ?? []);
  return {
    system: system.name,
    number: index + 1,
    says,
    cases: made.reduce((sum, { found }) => sum + found.runs, 0),
    alarms: verdicts.filter((verdict) => verdict !== "ok").length - unknown,
    unknown,
    ms: made.reduce((sum, { ms }) => sum + ms, 0),
    saw,
    ...(first === undefined ? {} : { trouble: first }),
  };
}

/** The share of operations that were answered ok, of all that clients asked; undefined when none counts them. */
export function answeredOk(properties: readonly CalmProperty[]): number | undefined {
  const times = (name: string) =>
    properties.reduce((sum, each) => sum + (each.saw.get(name) ?? 0), 0);
  return times(ASKED) === 0 ? undefined : times(ANSWERED) / times(ASKED);
}
