/**
 * A search for a case in which a room is wrong: random cases of one property of a system, from one seed, until one
 * fails. What it is told and what it found are plain data: they travel between processes.
 */

import type { System } from "../../properties/index.ts";
import type { Found } from "../grade/job.ts";
import { judge } from "../grade/trials.ts";

export type Search = {
  /** The property, from 1. */
  readonly number: number;
  readonly seed: number;
  /** How many cases are tried at most, and for how long a processor. */
  readonly cases: number;
  readonly withinMs: number;
  /** Whether a case that fails is made smaller: to be read, not only to be counted. */
  readonly shrinks: boolean;
  /** Only this case, which failed before. */
  readonly path?: string;
};

/** What a search came to: `found.runs` cases, the last of which failed when the verdict is "violated". */
export type Searched = {
  readonly seed: number;
  readonly found: Found;
  /** How long the cases took, the library loaded; also those that made the failing one smaller. */
  readonly ms: number;
  /** How often each situation occurred. */
  readonly saw: Readonly<Record<string, number>>;
};

/**
 * Searches. Never throws.
 *
 * @param onCase is told how many cases are done
 * @throws Error when the system has no such property
 */
export async function search(
  { name, properties }: System,
  { number, seed, cases, withinMs, shrinks, path }: Search,
  onCase: (cases: number) => void = () => {},
): Promise<Searched> {
  const property = properties[number - 1];
  if (property === undefined) throw new Error(`${name} has no property ${number}`);
  const saw: Record<string, number> = {};
  const counting = (situation: string) => {
    saw[situation] = (saw[situation] ?? 0) + 1;
  };
  const sinceMs = performance.now();
  const found = await judge(
    // Whether every situation occurs, only all searches together can tell.
    { runs: cases, of: () => property.of({}, counting) },
    { module: {}, others: [], turn: undefined, thrown: new WeakSet() },
    { number, seed, ...(path === undefined ? {} : { path }) },
    {
      file: "",
      times: 1,
      patienceMs: withinMs,
      onRun: onCase,
      ...(shrinks ? {} : { shrinks: 0 }),
    },
  );
  return { seed, found, ms: performance.now() - sinceMs, saw };
}
