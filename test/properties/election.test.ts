/** A wrong election is shown in a case that a person can read: few things that go wrong, and what led to two masters. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import type { Recipe } from "../../lib/properties/elected.ts";
import { loadExercise } from "../../lib/tools/grade/grade.ts";
import { picturesOf } from "../../lib/tools/grade/pictures.ts";
import { judged } from "../../lib/tools/prove/judged.ts";

const MOST_WRONG = 8;
const MOST_ARROWS = 15;

const solution = fileURLToPath(new URL("../../solutions/03-election.ts", import.meta.url));

describe.runIf(existsSync(solution))(
  "a master that serves after its session may have expired",
  () => {
    test.each([1, 2, 3, 4, 5])(
      "is shown in few faults and few arrows, with seed %i",
      async (seed) => {
        const right = (await import(pathToFileURL(join(solution)).href)) as Recipe;
        const wrong: Recipe = {
          ...right,
          mayServe: ({ owner, session, state }) => owner === session && state !== "expired",
        };
        const exercise = await loadExercise("03-election");
        const { verdict, message, counterexample, evidence } = await judged(
          exercise,
          1,
          wrong,
          seed,
        );
        expect(verdict).toBe("violated");
        expect(message).toMatch(
          /both candidates may serve .*: c1, whose session was sure to live until/,
        );
        const plan = JSON.parse(counterexample ?? "") as { faults: unknown[] };
        expect(plan.faults.length).toBeLessThanOrEqual(MOST_WRONG);
        const arrows = (evidence?.trace?.events ?? []).filter(
          // What a candidate's program tells its own host is no arrow.
          (event) => event.kind === "deliver" && event.from !== event.node,
        );
        expect(arrows.length).toBeGreaterThan(5);
        expect(arrows.length).toBeLessThanOrEqual(MOST_ARROWS);
        const report = {
          number: 1,
          says: "",
          verdict,
          points: 0,
          outOf: 2,
          runs: 1,
          evidence,
        } as const;
        const [picture] = picturesOf(report as Parameters<typeof picturesOf>[0]);
        for (const word of ["session may be over", "serves", "NodeDeleted", "c2 has it"]) {
          expect(picture?.svg).toContain(word);
        }
      },
    );
  },
);
