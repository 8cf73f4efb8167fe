/** Every reduction, and all together, leave the verdict as it is. */

import { describe, expect, test, vi } from "vitest";
import { type History, linearizable, REDUCTIONS, type Reduction } from "../../lib/check/index.ts";
import { explained } from "./brute-force.ts";
import { isOkOnQuotient } from "./differences.ts";
import { frontier } from "./frontier.ts";
import { larger, randomHistories } from "./histories.ts";
import { HISTORIES } from "./many.ts";
import { subjects } from "./objects.ts";
import { plainSearch } from "./plain-search.ts";

vi.setConfig({ testTimeout: 60_000 + HISTORIES * 20 });

const CHOICES: readonly (readonly Reduction[])[] = [
  [],
  REDUCTIONS,
  ...REDUCTIONS.map((one) => [one]),
  ...REDUCTIONS.map((one) => REDUCTIONS.filter((other) => other !== one)),
];

describe.each(subjects)("$model.name", (subject) => {
  const { model, fresh } = subject;
  const judge = (history: History, without: readonly Reduction[]) =>
    linearizable(history, model, { without }).verdict === "ok";

  test("is judged alike without any reduction, or without all but one, and as by brute force", () => {
    const seen = { right: 0, wrong: 0 };
    for (const history of randomHistories(subject, HISTORIES / 10)) {
      const right = explained(history, fresh);
      seen[right ? "right" : "wrong"] += 1;
      for (const without of CHOICES) {
        const says = `without ${without.join()}: ${JSON.stringify(history)}`;
        expect(judge(history, without), says).toBe(right);
      }
      expect(isOkOnQuotient(history, subject), JSON.stringify(history)).toBe(right);
    }
    expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(HISTORIES / 200);
  });

  test("is judged in larger histories as by the plain search", () => {
    const seen = { right: 0, wrong: 0 };
    for (const history of larger(subject, HISTORIES)) {
      const right = plainSearch(history, model);
      seen[right ? "right" : "wrong"] += 1;
      if (judge(history, []) !== right || isOkOnQuotient(history, subject) !== right) {
        throw new Error(`judged wrongly, ${right} is right: ${JSON.stringify(history)}`);
      }
    }
    expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(HISTORIES / 20);
  });
});

test("depth first, the same verdicts take fewer configurations than breadth first", () => {
  const entered = { depth: 0, breadth: 0 };
  for (const subject of subjects) {
    for (const history of larger(subject, HISTORIES / 2)) {
      const { verdict, configurations } = linearizable(history, subject.model, {
        without: ["quotient", "partitions"],
      });
      const breadth = frontier(history, subject.model);
      expect(breadth.isOk).toBe(verdict === "ok");
      entered.depth += configurations;
      entered.breadth += breadth.configurations;
    }
  }
  expect(entered.depth).toBeLessThan(entered.breadth / 2);
});
