/** What judges a room of ours that no exercise teaches whole, such as the ensemble: its properties, and no learner's file. */

import type { Exercise, Property } from "./exercise.ts";

/**
 * A sentence about a room. One random case is one world with a seed of its own; `runs` says how many cases `npm test`
 * tries with each seed, the proof tries as many as it is told. `of` gets an empty object for the module: the room as
 * it is.
 *
 * Every time that one of the `situations` occurs it calls `saw`, which is counted. A property whose clients ask for
 * something also says so with `ASKED` and `ANSWERED`: of all that was asked, half must be answered.
 */
export type SystemProperty = Omit<Property<object>, "points">;

/** A room and what must hold of it. Its known-wrong implementations are in test/known-wrong, under its name. */
export type System = Pick<Exercise<object>, "name" | "title"> & {
  readonly properties: readonly SystemProperty[];
};

/** A client has asked for something. */
export const ASKED = "an operation was asked";
/** It was answered, and not with an error. */
export const ANSWERED = "an operation was answered ok";
