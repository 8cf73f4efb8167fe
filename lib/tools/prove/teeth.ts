/**
 * The second half of a system's proof: every known-wrong implementation type-checks, and the property that it names
 * catches it, each time with a fresh seed.
 */

import { randomInt } from "node:crypto";
import type { System } from "../../properties/index.ts";
import { inParallel } from "../grade/command.ts";
import type { Labour } from "./calm.ts";
import type { Searched } from "./search.ts";
import { searches } from "./searches.ts";
import type { KnownWrong } from "./subjects.ts";
import { typeMistakes } from "./types.ts";

/** No search for a bug lasts longer; and more cases than it has time for. */
export const WITHIN_MS = 30_000;
export const CASES = 1_000_000;

/** When a known-wrong implementation counts as caught. */
export type Measure = {
  /** How many searches there are for it, and in how many it must be found. */
  readonly runs: number;
  readonly caughtAtLeast: number;
  /** How long a search lasts at most. */
  readonly withinMs: number;
};

/** A known-wrong implementation, and the searches for a case in which it is wrong. */
export type Bite = {
  readonly system: string;
  readonly wrong: KnownWrong;
  /** The property that ought to catch it, from 1. */
  readonly number: number;
  readonly made: readonly Searched[];
  /** Why it is no fair mistake. */
  readonly flaw?: string;
};

/** Searches for each of them, until it is missed too often. */
export async function teeth(
  system: System,
  wrongs: readonly KnownWrong[],
  { runs, caughtAtLeast, withinMs }: Measure,
  { atATime, signal, table, onProgress }: Labour,
): Promise<Bite[]> {
  const mistakes = await typeMistakes(wrongs, signal);
  const missesMax = runs - caughtAtLeast + 1;
  let done = 0;
  return inParallel([...wrongs.entries()], atATime, async ([nth, wrong]) => {
    const number = 1 + system.properties.findIndex(({ says }) => says === wrong.caughtBy);
    const bite = { system: system.name, wrong, number, made: [] };
    if (number === 0) return { ...bite, flaw: `no property says "${wrong.caughtBy}"` };
    const flaw = mistakes.get(nth);
    if (flaw !== undefined) return { ...bite, flaw };
    const wanted = Array.from({ length: runs }, () => {
      const seed = randomInt(2 ** 31);
      return { number, seed, cases: CASES, withinMs, shrinks: false };
    });
    const subject = { system: system.name, table, patches: [wrong] };
    try {
      const made = await searches(subject, wanted, {
        signal,
        missesMax,
        onSearched: () => onProgress(++done, wrongs.length * runs),
      });
      return { ...bite, made };
    } catch (error) {
      signal.throwIfAborted();
      return { ...bite, flaw: (error as Error).message };
    }
  });
}

export function isCaught({ found }: Searched): boolean {
  return found.verdict === "violated";
}
