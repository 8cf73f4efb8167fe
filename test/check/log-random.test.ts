/** Random runs of a cluster that keeps its promises are never accused, and one lie in them is found. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkLog } from "../../lib/check/index.ts";
import { lies } from "./log-lies.ts";
import { plans, run, seenByClients } from "./log-runs.ts";

const fine = { verdict: "ok", anomalies: [], notes: [], undecided: [] };

/** Judges so many runs, and counts how often what matters happened. */
function countIn(
  plan: ReturnType<typeof plans>,
  numRuns: number,
  judge: (events: ReturnType<typeof run>["events"]) => void,
): Map<string, number> {
  const counts = new Map<string, number>();
  const property = fc.property(plan, (steps) => {
    const { events, situations } = run(steps);
    for (const [what, count] of situations) counts.set(what, (counts.get(what) ?? 0) + count);
    judge(events);
  });
  fc.assert(property, { numRuns });
  return counts;
}

test("a cluster that keeps its promises is never accused", () => {
  const counts = countIn(plans("unclean"), 3000, (events) => {
    expect(checkLog(events)).toEqual(fine);
  });
  for (const what of [
    "a retry of what was appended before",
    "a truncation",
    "a consumer that retention has passed",
    "a commit of an older generation",
    "a commit of less",
  ]) {
    expect(counts.get(what), what).toBeGreaterThan(0);
  }
});

test("nor is one of which only clients tell", () => {
  countIn(plans("unclean", "retain"), 1000, (events) => {
    expect(checkLog(seenByClients(events))).toEqual(fine);
  });
});

test("an unclean election excuses what it loses, and nothing is accused then", () => {
  const counts = countIn(plans(), 2000, (events) => {
    const { anomalies, undecided, notes } = checkLog(events, { excuseUnclean: true });
    const elections = events.filter((event) => event.kind === "elected" && event.isUnclean);
    expect({ anomalies, undecided }).toEqual({ anomalies: [], undecided: [] });
    expect(notes).toHaveLength(elections.length);
  });
  expect(counts.get("an unclean election that loses records")).toBeGreaterThan(0);
});

describe.each(lies)("%s: %s", (name, _, lie) => {
  test("is found", () => {
    let told = 0;
    const property = fc.property(plans("unclean"), fc.nat(), (steps, where) => {
      const events = lie(run(steps).events, where);
      if (events === undefined) return;
      told += 1;
      const names = checkLog(events).anomalies.map((finding) => finding.name);
      expect(names).toContain(name);
    });
    fc.assert(property, { numRuns: 200 });
    expect(told).toBeGreaterThan(20);
  });
});
