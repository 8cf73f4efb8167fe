/** The course's own tests; a learner's `work/` and what set-up makes are none of them. */

import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["test/**/*.test.ts"] } });
