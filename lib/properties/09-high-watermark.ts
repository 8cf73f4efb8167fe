/** Judges what is committed and who is in sync: by numbers, and inside a whole cluster that decides by it. */

import fc from "fast-check";
import { judge } from "./broker/judge.ts";
import { plans } from "./broker/plan.ts";
import { SITUATIONS } from "./broker/situations.ts";
import { type Exercise, Violation } from "./exercise.ts";

type Module = typeof import("../../exercises/09-high-watermark.ts");

const offset = fc.oneof(fc.nat(6), fc.nat(2000));

/** A log end offset, and a moment, that lie about another one as often as anywhere. */
const about = (place: number) =>
  fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -400, max: 400 })).map((by) => place + by);

function violation(called: string, got: unknown, expected: unknown, why: string): Violation {
  return new Violation(`${called} is ${got}; expected ${expected}: ${why}.`);
}

function checkHighWatermark({ highWatermark }: Module, ends: readonly number[]): void {
  const got: unknown = highWatermark(ends);
  const called = `highWatermark([${ends.join(", ")}])`;
  const largest = [...ends].sort((a, b) => b - a).find((end) => ends.every((each) => each >= end));
  if (got !== largest) throw violation(called, got, largest, "so far all have come");
}

function checkStays(
  { staysInSync }: Module,
  [end, leaderEnd, caughtUpMs, nowMs, maxLagMs]: readonly [number, number, number, number, number],
): void {
  const got: unknown = staysInSync({ end, caughtUpMs }, leaderEnd, nowMs, maxLagMs);
  const called = `staysInSync({ end: ${end}, caughtUpMs: ${caughtUpMs} }, ${leaderEnd}, ${nowMs}, ${maxLagMs})`;
  const lagMs = nowMs - caughtUpMs;
  const has = end === leaderEnd ? "it has everything" : `it had everything ${lagMs} ms ago`;
  const stays = end === leaderEnd || lagMs <= maxLagMs;
  if (got !== stays) throw violation(called, got, stays, has);
}

function checkJoins(
  { joinsInSync }: Module,
  [end, highWatermark, epochStart]: readonly [number, number, number],
): void {
  const got: unknown = joinsInSync(end, highWatermark, epochStart);
  const called = `joinsInSync(${end}, ${highWatermark}, ${epochStart})`;
  const lacks = [highWatermark, epochStart].find((needed) => end < needed);
  const why = lacks === undefined ? "it lacks nothing" : `it lacks what lies before ${lacks}`;
  if (got !== (lacks === undefined)) throw violation(called, got, lacks === undefined, why);
}

export const exercise: Exercise<Module> = {
  name: "09-high-watermark",
  title: "What is committed, and who is in sync",
  exports: ["highWatermark", "staysInSync", "joinsInSync"],
  hints: [
    "Whoever of the in-sync replicas leads next must have it. Which one has least?",
    "A replica that has everything is in sync, however long ago it was looked at.",
    "What may be committed ends at the high watermark or at `epochStart`: at which of them?",
  ],

  examples(module) {
    for (const ends of [[7, 7, 7], [4]]) checkHighWatermark(module, ends);
    checkStays(module, [9, 9, 400, 400, 300]);
    checkStays(module, [2, 9, 100, 900, 300]);
    checkJoins(module, [8, 5, 5]);
    checkJoins(module, [3, 5, 5]);
  },

  properties: [
    {
      says: "what all in-sync replicas have is committed, and nothing else",
      points: 1,
      runs: 300,
      of: (module) =>
        fc.property(fc.array(offset, { minLength: 1, maxLength: 5 }), (ends) =>
          checkHighWatermark(module, ends),
        ),
    },
    {
      says: "a follower stays in sync by time, not by what it lacks",
      points: 1,
      runs: 300,
      of: (module) =>
        fc.property(
          fc
            .record({ end: offset, behind: offset, caughtUpMs: fc.nat(5000), maxLagMs: offset })
            .chain(({ end, behind, caughtUpMs, maxLagMs }) =>
              about(caughtUpMs + maxLagMs).map(
                (ms) =>
                  [end, end + behind, caughtUpMs, Math.max(ms, caughtUpMs), maxLagMs] as const,
              ),
            ),
          (given) => checkStays(module, given),
        ),
    },
    {
      says: "who joins has all that may be committed",
      points: 1,
      runs: 300,
      of: (module) =>
        fc.property(
          fc
            .tuple(offset, offset)
            .chain(([committed, start]) =>
              fc
                .oneof(about(committed), about(start))
                .map((end) => [Math.max(0, end), committed, start] as const),
            ),
          (given) => checkJoins(module, given),
        ),
    },
    {
      says: "in a cluster under faults nothing acknowledged is lost, and writes go on",
      points: 1,
      runs: 40,
      situations: [SITUATIONS.newLeader, SITUATIONS.shrink, SITUATIONS.expand],
      of: ({ highWatermark, staysInSync, joinsInSync }, saw) => {
        const plan = plans({ faults: ["part", "crash", "pause", "cut", "blackout"], steps: 20 });
        const decisions = { highWatermark, staysInSync, joinsInSync };
        return fc.asyncProperty(plan, (each) => judge(each, {}, saw, decisions));
      },
    },
  ],
};
