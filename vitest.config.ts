/** The course's own tests; a learner's `work/` and what set-up makes are none of them. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // One core is not left to the runner, which has little to do: of two it would be half of all.
    maxWorkers: "100%",
    // Many tests start processes: on a busy machine they take their time, and only an endless one is wrong.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
