/** What a grading can be told, and what it takes for granted. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Case, Patch } from "./job.ts";

/** The folder of the project. */
export const PROJECT: string = fileURLToPath(new URL("../../../", import.meta.url));

/** The folder that commands mean unless told. */
export const DEFAULT_FOLDER: string = join(PROJECT, "work/exercises");

/** The module with the table of exercises. */
export const TABLE: string = join(PROJECT, "lib/properties/index.ts");

/** Times are those of a processor, so that a verdict does not depend on what else the machine has to do. */
export type Limits = {
  /** To load the library and the submission. */
  readonly loadMs: number;
  /** For the examples, which are few. */
  readonly examplesMs: number;
  /** For one property, which stops by itself after four fifths of it. */
  readonly propertyMs: number;
  /** For each property after something has run out of time or memory: most likely it will as well. */
  readonly hurriedMs: number;
  /** For all properties together. */
  readonly totalMs: number;
  readonly heapMb: number;
  /** All memory, that of typed arrays included. */
  readonly memoryMb: number;
};

export const LIMITS: Limits = {
  loadMs: 10_000,
  examplesMs: 5_000,
  propertyMs: 10_000,
  hurriedMs: 2_000,
  totalMs: 60_000,
  heapMb: 256,
  memoryMb: 768,
};

export type Progress = {
  readonly exercise: string;
  /** The number of the property that is being tried, or 0 for the examples. */
  readonly property: number;
  /** How many trials are done: 0 when it begins. */
  readonly runs: number;
  readonly of: number;
};

export type GradeOptions = {
  /** The folder that holds NN-name.ts, anywhere on the disk. */
  readonly folder: string;
  /** The seed of the trials; without one, a fresh seed. */
  readonly seed?: number;
  /** Bugs to plant, in the library or in the submission. */
  readonly patches?: readonly Patch[];
  /** Cases that failed last time, by the number of their property: tried first. */
  readonly kept?: ReadonlyMap<number, Case>;
  /** Only this property; with a path only this trial of it. */
  readonly only?: { readonly property: number; readonly path?: string };
  /** How many times the usual number of trials. */
  readonly times?: number;
  /** Whether the types are checked as well; true unless told. */
  readonly types?: boolean;
  readonly limits?: Partial<Limits>;
  /** Another table of exercises: the path of a module that exports `exercises`. */
  readonly table?: string;
  /** Stops the grading; what was not tried is unknown. */
  readonly signal?: AbortSignal;
  onProgress?(progress: Progress): void;
};
