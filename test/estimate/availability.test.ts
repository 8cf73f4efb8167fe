/** Availability, judged by adding up every combination of parts that are up and down. */

import fc from "fast-check";
import {
  atLeast,
  availabilityFromOutages,
  availabilityFromRepair,
  downtime,
  inParallel,
  inSeries,
  nines,
  percent,
  secondsPerMonth,
  secondsPerYear,
} from "quorumlab/estimate";
import { describe, expect, test } from "vitest";

/**
 * The chance that `works` holds of the number of parts that are up, over all 2^n states of the
 * parts.
 */
function overAllStates(parts: readonly number[], works: (up: number) => boolean): number {
  let sum = 0;
  for (let state = 0; state < 2 ** parts.length; state++) {
    const isUp = parts.map((_, part) => Math.floor(state / 2 ** part) % 2 === 1);
    const chance = parts.reduce((product, p, part) => product * (isUp[part] ? p : 1 - p), 1);
    if (works(isUp.filter(Boolean).length)) sum += chance;
  }
  return sum;
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const parts = fc.array(share, { minLength: 1, maxLength: 8 });

describe("outages", () => {
  test("of 5 s once a month leave 99.999807 %, in a month of 30 days", () => {
    const availability = availabilityFromOutages({ perMonth: 1, seconds: 5 });
    expect(percent(availability)).toBe("99.999807 %");
    expect(secondsPerMonth).toBe(2_592_000);
  });

  test("turn back into the same downtime", () => {
    const once = downtime(availabilityFromOutages({ perMonth: 2, seconds: 5 }));
    expect(once.perMonthSeconds).toBeCloseTo(10, 6);
    expect(once.perYearSeconds).toBeCloseTo((10 * 365) / 30, 6);
  });

  test("of a part that works 99 h and is repaired in 1 h leave 99 %", () => {
    const hour = 3600;
    expect(availabilityFromRepair({ meanUpSeconds: 99 * hour, meanDownSeconds: hour })).toBe(0.99);
  });
});

describe("parts", () => {
  test("in series are all needed, in parallel one is enough", () => {
    expect(inSeries([0.99, 0.99])).toBeCloseTo(0.9801, 12);
    expect(inParallel([0.99, 0.99])).toBeCloseTo(0.9999, 12);
  });

  test("k of n equals the sum over all up and down states", () => {
    fc.assert(
      fc.property(parts, fc.nat(8), (given, needed) => {
        fc.pre(needed <= given.length);
        expect(atLeast(needed, given)).toBeCloseTo(
          overAllStates(given, (up) => up >= needed),
          9,
        );
      }),
      { seed: 10 },
    );
  });

  test("all of n are a series and one of n are in parallel", () => {
    fc.assert(
      fc.property(parts, (given) => {
        expect(atLeast(given.length, given)).toBeCloseTo(inSeries(given), 9);
        expect(atLeast(1, given)).toBeCloseTo(inParallel(given), 9);
        expect(atLeast(0, given)).toBeCloseTo(1, 9);
      }),
      { seed: 10 },
    );
  });

  test("a series is never better than its worst part, a parallel never worse than its best", () => {
    fc.assert(
      fc.property(parts, (given) => {
        expect(inSeries(given)).toBeLessThanOrEqual(Math.min(...given));
        expect(inParallel(given)).toBeGreaterThanOrEqual(Math.max(...given) - 1e-12);
      }),
      { seed: 10 },
    );
  });
});

describe("for people", () => {
  test("nines are counted whole, up to fifteen", () => {
    for (let count = 1; count <= 15; count++)
      expect(nines(Number(`0.${"9".repeat(count)}`))).toBe(count);
    expect(nines(0)).toBe(0);
    expect(nines(0.9994)).toBe(3);
    expect(nines(inParallel([0.9, 0.9, 0.9]))).toBe(3);
    expect(nines(1)).toBe(Infinity);
  });

  test("three nines are 43 minutes a month and 8 h 45 min a year", () => {
    const { perMonthSeconds, perYearSeconds } = downtime(0.999);
    expect(perMonthSeconds).toBeCloseTo(43.2 * 60, 6);
    expect(perYearSeconds).toBeCloseTo(8.76 * 3600, 6);
    expect(secondsPerYear).toBe(31_536_000);
  });

  test("percent has six digits unless told", () => {
    expect(percent(0.5)).toBe("50.000000 %");
    expect(percent(0.999, 1)).toBe("99.9 %");
  });
});

describe("bad input", () => {
  test("is refused in a sentence that names the value", () => {
    expect(() => inSeries([])).toThrow("availabilities must have at least one entry.");
    expect(() => inParallel([0.5, 1.5])).toThrow(
      "an availability must be a number from 0 to 1, not 1.5.",
    );
    expect(() => atLeast(3, [0.5, 0.5])).toThrow(
      "needed must be a whole number from 0 to 2, not 3.",
    );
    expect(() => availabilityFromOutages({ perMonth: 1, seconds: -5 })).toThrow(
      "seconds must be a number of at least 0, not -5.",
    );
    expect(() => availabilityFromOutages({ perMonth: 1000, seconds: 3000 })).toThrow(
      "perMonth × seconds must be at most 2592000, a month of 30 days, not 3000000.",
    );
    expect(() => availabilityFromRepair({ meanUpSeconds: 0, meanDownSeconds: 1 })).toThrow(
      "meanUpSeconds must be a number above 0, not 0.",
    );
    expect(() => nines(Number.NaN)).toThrow("availability must be a number from 0 to 1, not NaN.");
    expect(() => percent(0.5, -1)).toThrow("digits must be a whole number from 0 to 20, not -1.");
  });
});
