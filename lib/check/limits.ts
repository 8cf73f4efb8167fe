/** How much a check may take. */

import { REDUCTIONS, type Reduction } from "./reductions.ts";
import type { Budget } from "./turns.ts";

/** How far a check may go before it answers `unknown`, and what it may spare itself. */
export type Limits = {
  /**
   * The time it may take. Without it the clock is never read, and equal calls give equal answers.
   */
  readonly timeMs?: number;
  /** How much memory it may use, about: 512 MB unless told. */
  readonly memoryMb?: number;
  /** How many configurations it may enter: as many as it takes, unless told. */
  readonly configurations?: number;
  /** The clock, in milliseconds; the process's own unless told. */
  readonly nowMs?: () => number;
  /** Reductions that are left out: ok and violated stay what they are, and take longer or become unknown. */
  readonly without?: readonly Reduction[];
};

const NAMES = ["timeMs", "memoryMb", "configurations", "nowMs", "without"];

/** Throws one sentence when a limit makes no sense. */
export function budgetOf(limits: Limits): Budget {
  for (const name of Object.keys(limits)) {
    if (NAMES.includes(name)) continue;
    throw new Error(`${name} is no limit; one of ${NAMES.join(", ")} was expected.`);
  }
  const { timeMs, memoryMb = 512, nowMs = () => performance.now() } = limits;
  const { configurations = Number.POSITIVE_INFINITY } = limits;
  expect(configurations, "configurations", "at least 1", (number) => number >= 1);
  expect(memoryMb, "MB", "more than 0", (number) => number > 0);
  const most = { configurations, bytes: memoryMb * 2 ** 20, tries: Number.POSITIVE_INFINITY };
  if (timeMs === undefined) return { ...most, stop: () => undefined };
  expect(timeMs, "ms", "0 or more", (number) => number >= 0);
  const deadlineMs = nowMs() + timeMs;
  const reason = `no verdict within ${timeMs} ms`;
  return { ...most, stop: () => (nowMs() >= deadlineMs ? reason : undefined) };
}

export function reductionsLeftOut({ without = [] }: Limits): ReadonlySet<Reduction> {
  for (const one of without) {
    if (REDUCTIONS.includes(one)) continue;
    throw new Error(`${one} is no reduction; one of ${REDUCTIONS.join(", ")} was expected.`);
  }
  return new Set(without);
}

function expect(
  given: unknown,
  unit: string,
  expected: string,
  isRight: (number: number) => boolean,
): void {
  if (typeof given === "number" && isRight(given)) return;
  const said = typeof given === "string" ? `"${given}"` : String(given);
  throw new Error(`A limit of ${said} ${unit}; ${expected} was expected.`);
}
