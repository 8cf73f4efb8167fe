/**
 * The share of time in which a thing works. Parts are taken as independent: what fails together
 * (one rack, one bad release) is one part. A month has 30 days and a year 365; the lecture's
 * 99.999807 % needs that month.
 */

import { checkNotNegative, checkPositive, checkShare, checkSome, checkWhole } from "./input.ts";

/** A month of 30 days. */
export const secondsPerMonth: number = 30 * 24 * 60 * 60;

/** A year of 365 days. */
export const secondsPerYear: number = 365 * 24 * 60 * 60;

/**
 * What outages leave of a month: one failover of 5 s a month leaves 99.999807 %. Refuses more than
 * a month of outage.
 */
export function availabilityFromOutages(outages: {
  readonly perMonth: number;
  readonly seconds: number;
}): number {
  checkNotNegative("perMonth", outages.perMonth);
  checkNotNegative("seconds", outages.seconds);
  const downSeconds = outages.perMonth * outages.seconds;
  if (downSeconds > secondsPerMonth) {
    throw new RangeError(
      `perMonth × seconds must be at most ${secondsPerMonth}, a month of 30 days, not ${downSeconds}.`,
    );
  }
  return 1 - downSeconds / secondsPerMonth;
}

/**
 * What a part offers that works for `meanUpSeconds` on average and is then down for
 * `meanDownSeconds` on average.
 */
export function availabilityFromRepair(part: {
  readonly meanUpSeconds: number;
  readonly meanDownSeconds: number;
}): number {
  checkPositive("meanUpSeconds", part.meanUpSeconds);
  checkNotNegative("meanDownSeconds", part.meanDownSeconds);
  return part.meanUpSeconds / (part.meanUpSeconds + part.meanDownSeconds);
}

/** Every part is needed: the product. Never better than the worst part. */
export function inSeries(availabilities: readonly number[]): number {
  checkParts(availabilities);
  return availabilities.reduce((product, part) => product * part, 1);
}

/**
 * One part is enough: the system is down only while all of them are. Never worse than the best
 * part.
 */
export function inParallel(availabilities: readonly number[]): number {
  checkParts(availabilities);
  return 1 - availabilities.reduce((product, part) => product * (1 - part), 1);
}

/**
 * The share of time in which at least `needed` of the parts are up (k of n); the parts may differ.
 * All of them needed is a series, one of them needed is in parallel.
 */
export function atLeast(needed: number, availabilities: readonly number[]): number {
  checkParts(availabilities);
  checkWhole("needed", needed, 0, availabilities.length);
  // chance[k] is the chance that exactly k of the parts seen so far are up.
  let chance = [1];
  for (const part of availabilities) {
    const without = [...chance, 0];
    const before = [0, ...chance];
    chance = without.map((stays, k) => stays * (1 - part) + (before[k] ?? 0) * part);
  }
  return Math.min(
    1,
    chance.slice(needed).reduce((sum, exactly) => sum + exactly, 0),
  );
}

function checkParts(availabilities: readonly number[]): void {
  checkSome("availabilities", availabilities);
  for (const part of availabilities) checkShare("an availability", part);
}

/** How long a system of this availability is down, on average. */
export function downtime(availability: number): {
  readonly perMonthSeconds: number;
  readonly perYearSeconds: number;
} {
  checkShare("availability", availability);
  const down = 1 - availability;
  return { perMonthSeconds: down * secondsPerMonth, perYearSeconds: down * secondsPerYear };
}

/**
 * How many whole nines: 3 for 0.999 and for 0.9994, 15 at most, since a number holds no more;
 * Infinity for 1.
 */
export function nines(availability: number): number {
  checkShare("availability", availability);
  if (availability === 1) return Infinity;
  // 1e-15 forgives the last bits: a product that should be 0.999 still has three nines.
  let count = 0;
  while (count < 15 && 1 - availability <= Number(`1e-${count + 1}`) + 1e-15) count++;
  return count;
}

/** For people: percent(0.99999807) is "99.999807 %". @param digits after the point */
export function percent(availability: number, digits = 6): string {
  checkShare("availability", availability);
  checkWhole("digits", digits, 0, 20);
  return `${(availability * 100).toFixed(digits)} %`;
}
