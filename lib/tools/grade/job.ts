/** What the grader and its child say to each other: one job goes in on standard input, words come out on a pipe. */

import type { Evidence } from "../../properties/exercise.ts";
import type { Finding } from "./report.ts";

/** A text that is replaced in a file of the project when it is loaded; `from` must occur exactly once. */
export type Patch = { readonly file: string; readonly from: string; readonly to: string };

/** One case that failed: enough to run it again. */
export type Case = { readonly seed: number; readonly path: string };

/** What is said of a case that cannot be run again. */
export const NO_SUCH_CASE = "There is no such case: its path is wrong, or that of another version.";

/** One property to try. */
export type Task = {
  /** Its place in the exercise, from 1. */
  readonly number: number;
  readonly seed: number;
  /** Only this trial and nothing else: a replay. */
  readonly path?: string;
  /** The case that failed last time, to be tried first. */
  readonly kept?: Case;
};

export type Job = {
  /** Proves that a word comes from the grader's own code. */
  readonly nonce: string;
  readonly exercise: string;
  /** The module with the table of exercises, the project and the submission, as file URLs. */
  readonly table: string;
  readonly project: string;
  readonly submission: string;
  readonly patches: readonly Patch[];
  readonly examples: boolean;
  readonly tasks: readonly Task[];
  /** How many times the usual number of trials. */
  readonly times: number;
  /** After this many milliseconds of a processor a property stops by itself, with what it has. */
  readonly patienceMs: number;
};

/** What the child found out about one property; number 0 is the examples. */
export type Found = {
  readonly number: number;
  readonly verdict: Finding;
  readonly runs: number;
  readonly message?: string;
  readonly counterexample?: string;
  readonly failing?: Case;
  readonly evidence?: Evidence;
};

/** A line of the child: the nonce, a space, and one of these as JSON. */
export type Word =
  | { readonly kind: "begin"; readonly number: number; readonly of: number }
  | { readonly kind: "progress"; readonly number: number; readonly runs: number }
  | { readonly kind: "found"; readonly found: Found }
  /** The child cannot go on. */
  | { readonly kind: "broken"; readonly message: string }
  | { readonly kind: "done" };

/** What follows the address of every instance of a submission but the first. */
export const TWIN = /\?twin\d+/g;

/** The addresses of instances of a submission: to Node each is another module, with variables of its own. */
export function instancesOf(submission: string, count: number): string[] {
  return Array.from({ length: count }, (_, nth) => submission + (nth === 0 ? "" : `?twin${nth}`));
}
