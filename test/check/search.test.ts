import { describe, expect, test, vi } from "vitest";
import { type History, linearizable } from "../../lib/check/index.ts";
import { explained, RULES, type Rules } from "./brute-force.ts";
import { compare } from "./compare.ts";
import { allHistories, type Clock, randomHistories } from "./histories.ts";
import { HISTORIES } from "./many.ts";
import { aMutex, aQueue, aRegister, subjects } from "./objects.ts";
import type { Subject } from "./subject.ts";

// Seconds of work at most, on a machine that may be busy with other things.
vi.setConfig({ testTimeout: 60_000 + HISTORIES * 20 });

const CLOCKS: readonly Clock[] = [
  "each event at a time of its own",
  "two events at a time",
  "two events at a time, in known order",
  "all events at one time, in known order",
];

describe.each(subjects)("$model.name", (subject) => {
  test("is judged as by brute force on all histories of up to three operations", () => {
    for (const size of [1, 2, 3]) {
      const seen = compare(subject, allHistories(subject, size, 3));
      expect(Math.min(seen.ok, seen.violated)).toBeGreaterThan(0);
    }
  });

  test("is judged as by brute force on random histories of up to seven operations", () => {
    const seen = compare(subject, randomHistories(subject, 2 * HISTORIES));
    expect(Math.min(seen.ok, seen.violated)).toBeGreaterThan(HISTORIES / 5);
  });
});

test.each([aRegister, aQueue, aMutex])(
  "two clients of a $model.name are judged as by brute force on all histories of four operations",
  (subject) => {
    compare(subject, allHistories(subject, 4, 2));
  },
);

test.each(CLOCKS)("all histories of three operations are judged right with %s", (clock) => {
  compare(aRegister, allHistories(aRegister, 3, 3, clock));
  compare(aQueue, allHistories(aQueue, 3, 3, clock));
});

describe("the histories of these tests tell a checker that", () => {
  const wrong: readonly [string, Partial<Rules>, Subject][] = [
    ["ignores real time", { realTime: "ignored" }, aRegister],
    ["puts operations that touch in order", { touching: "in order" }, aRegister],
    ["lets no crashed operation happen", { crashed: "never happened" }, aRegister],
    // A crashed write can always come last, a crashed acquire only if nobody holds the lock then.
    ["lets every crashed operation happen", { crashed: "must happen" }, aMutex],
  ];
  const mistakes = (subject: Subject, histories: Iterable<History>, rules: Rules) =>
    [...histories].filter((history) => {
      const right = linearizable(history, subject.model).verdict === "ok";
      return explained(history, subject.fresh, rules) !== right;
    }).length;

  test.each(wrong)("%s from a right one", (_, rule, subject) => {
    const rules = { ...RULES, ...rule };
    const small = allHistories(subject, 3, 3, "two events at a time");
    expect(mistakes(subject, small, rules)).toBeGreaterThan(0);
    expect(mistakes(subject, randomHistories(subject, 500), rules)).toBeGreaterThan(0);
  });
});
