/** The table of the one live exercise for the tests of the grader. */

import type { Exercises } from "../../../lib/properties/index.ts";

export const exercises: Exercises = {
  "92-bell": async () => (await import("./92-bell.ts")).exercise,
};
