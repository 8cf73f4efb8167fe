/** Tests made of examples: a run that shows one thing wrong, and one like it that is fine. */

import { describe, expect, test } from "vitest";
import { type AnomalyName, checkLog } from "../../lib/check/index.ts";
import { story } from "./log-story.ts";

type Example = {
  readonly name: AnomalyName;
  readonly wrong: string;
  /** The operations that show it, and the sentence that says it. */
  readonly ids: readonly number[];
  readonly why: string;
  readonly fine: string;
};

/** Two tests for each example. */
export function describeExamples(examples: readonly Example[]): void {
  describe.each(examples)("$name: $why", ({ name, wrong, ids, why, fine }) => {
    test("is found, and nothing else", () => {
      const { verdict, anomalies } = checkLog(story(wrong));
      expect(anomalies).toEqual([{ name, ids, why }]);
      expect(verdict).toBe("violated");
    });

    test("is not found in a run that is fine", () => {
      expect(checkLog(story(fine)).anomalies).toEqual([]);
    });
  });
}
