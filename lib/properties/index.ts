/** The exercises and the systems, by name: each is loaded when it is asked for. */

import type { Exercise } from "./exercise.ts";
import type { System } from "./system.ts";

export type { Evidence, Exercise, Property } from "./exercise.ts";
export { Violation } from "./exercise.ts";
export type { Applied, Facts } from "./facts.ts";
export { factsOf } from "./facts.ts";
export type { System, SystemProperty } from "./system.ts";
export { ANSWERED, ASKED } from "./system.ts";

/** Any exercise: what its module is like, only the exercise itself knows. */
export type AnyExercise = Exercise<never>;

/** A table of exercises, in the order in which they are meant to be solved. */
export type Exercises = Readonly<Record<string, () => Promise<AnyExercise>>>;

export const exercises: Exercises = {
  "00-linearizability": async () => (await import("./00-linearizability.ts")).exercise,
  "01-tracker": async () => (await import("./01-tracker.ts")).exercise,
  "02-znodes": async () => (await import("./02-znodes.ts")).exercise,
  "02-sessions": async () => (await import("./02-sessions.ts")).exercise,
  "02-watches": async () => (await import("./02-watches.ts")).exercise,
  "03-election": async () => (await import("./03-election.ts")).exercise,
  "03-fencing": async () => (await import("./03-fencing.ts")).exercise,
  "04-quorum-register": async () => (await import("./04-quorum-register.ts")).exercise,
  "05-commit-rule": async () => (await import("./05-commit-rule.ts")).exercise,
  "05-follower-sync": async () => (await import("./05-follower-sync.ts")).exercise,
  "06-wal": async () => (await import("./06-wal.ts")).exercise,
  "07-partitioner": async () => (await import("./07-partitioner.ts")).exercise,
  "07-segmented-log": async () => (await import("./07-segmented-log.ts")).exercise,
  "08-assignors": async () => (await import("./08-assignors.ts")).exercise,
  "08-consumer-loop": async () => (await import("./08-consumer-loop.ts")).exercise,
  "09-high-watermark": async () => (await import("./09-high-watermark.ts")).exercise,
  "09-truncation": async () => (await import("./09-truncation.ts")).exercise,
  "10-capacity": async () => (await import("./10-capacity.ts")).exercise,
  "10-placement": async () => (await import("./10-placement.ts")).exercise,
  "10-availability": async () => (await import("./10-availability.ts")).exercise,
  "11-property": async () => (await import("./11-property.ts")).exercise,
  "11-broadcast": async () => (await import("./11-broadcast.ts")).exercise,
};

/** A table of systems. */
export type Systems = Readonly<Record<string, () => Promise<System>>>;

export const systems: Systems = {
  ensemble: async () => (await import("./ensemble/index.ts")).system,
  broker: async () => (await import("./broker/index.ts")).system,
  recipes: async () => (await import("./recipes/index.ts")).system,
};
