import type { Answer, Kept, TrackerTimes, Tracking } from "quorumlab/recipes";

/** A silent master is not promised any further: every new promise would put off its replacement. */
export function answer(tracking: Tracking, times: TrackerTimes): Answer {
  const { master } = tracking;
  if (master === null || !heard(tracking, master, times)) return { master: null, leaseMs: 0 };
  tracking.promisedUntilMs = times.nowMs + times.leaseMs;
  return { master, leaseMs: times.leaseMs };
}

/** The promise outlives the master: silence may mean that only the tracker cannot hear it. */
export function chooseMaster(tracking: Tracking, times: TrackerTimes): string | null {
  const { master, promisedUntilMs } = tracking;
  if (master !== null && heard(tracking, master, times)) return master;
  if (times.nowMs < promisedUntilMs) return master;
  const names = Object.keys(tracking.heardMs).sort();
  return names.find((name) => heard(tracking, name, times)) ?? null;
}

/** The promise was made after the question left and before the answer came; only the earlier time is safe. */
export function mayUse(kept: Kept, nowMs: number): boolean {
  return nowMs < kept.askedMs + kept.leaseMs;
}

function heard(tracking: Tracking, name: string, times: TrackerTimes): boolean {
  return times.nowMs - (tracking.heardMs[name] ?? -Infinity) <= times.timeoutMs;
}
