/** The table of the grader's own test exercises. */

import type { Exercises } from "../../../lib/properties/index.ts";

export const exercises: Exercises = {
  "90-double": async () => (await import("./90-double.ts")).exercise,
  "91-half": async () => (await import("./91-half.ts")).exercise,
};
