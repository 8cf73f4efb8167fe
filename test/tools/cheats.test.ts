/** Submissions that solve nothing, and know how their judges ask: none of them gets all points. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { gradeExercise } from "../../lib/tools/grade/grade.ts";
import type { ExerciseReport } from "../../lib/tools/grade/report.ts";

vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "quorumlab cheats "));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the grader says of a text. */
function grade(exercise: string, source: string): Promise<ExerciseReport> {
  writeFileSync(join(folder, `${exercise}.ts`), source);
  return gradeExercise(exercise, { folder, types: false, seed: 11 });
}

describe("no points are left for", () => {
  test("a property of one's own that answers by turns", async () => {
    const source = `let n = 0;
      export const whatIsWrong = () => (n++ % 2 === 0 ? null : "something is wrong");`;
    expect(await grade("11-property", source)).toMatchObject({ verdict: "violated", points: 0 });
  });
});
