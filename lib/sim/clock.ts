/** A server's own clock. It shows true time but for the faults in force: each makes it jump, and then run at a rate. */

import type { Fault } from "./faults.ts";

export type Skew = Extract<Fault, { kind: "skew" }>;

export class Clock {
  /** The faults in force. */
  readonly skews = new Set<Skew>();

  /** What the clock shows. */
  readMs(trueMs: number): number {
    let ms = trueMs;
    for (const { atMs, byMs = 0, rate = 1 } of this.skews) {
      ms += byMs + (rate - 1) * (trueMs - atMs);
    }
    return ms;
  }

  /** How long a span of this clock truly is, in microseconds, at the rate at which it runs now. */
  trueUs(ownMs: number): number {
    let rate = 1;
    for (const skew of this.skews) rate *= skew.rate ?? 1;
    return Math.round((ownMs * 1000) / rate);
  }
}
