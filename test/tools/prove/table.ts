/** The table of the proof's own test systems. */

import type { Exercises, Systems } from "../../../lib/properties/index.ts";

export const exercises: Exercises = {};

export const systems: Systems = {
  greatest: async () => (await import("./greatest.ts")).system,
  boastful: async () => (await import("./greatest.ts")).boastful,
};
