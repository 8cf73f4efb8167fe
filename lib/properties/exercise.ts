/**
 * What judges an exercise: the examples of its stub, and properties over random operations and faults. They are
 * given a module (the solution by `npm test`, the learner's by `check`) and are all public.
 */

import type fc from "fast-check";
import type { History, Linearizability } from "../check/index.ts";
import type { Trace } from "../sim/index.ts";

/** One sentence about the learner's code, and the random trials that test it. */
export type Property<Module> = {
  /** The sentence, such as "an answer is never older than its lease". */
  readonly says: string;
  readonly points: number;
  /** How many random trials decide it; a replayed failure needs one. */
  readonly runs: number;
  /** What must have happened in some trial; otherwise the property proved nothing and its verdict is unknown. */
  readonly situations?: readonly string[];
  /**
   * The fast-check property. Its predicate throws a `Violation` (or any error) when the sentence is false,
   * and calls `saw` when one of the situations occurs.
   *
   * @param others more instances of the same module, of which no two share a variable: for the other machines
   */
  of(
    module: Module,
    saw: (situation: string) => void,
    ...others: Module[]
  ): fc.IAsyncProperty<unknown> | fc.IProperty<unknown>;
};

export type Exercise<Module> = {
  /** "NN-name", as its files are called. */
  readonly name: string;
  readonly title: string;
  /** The names that a submission must export, each a function. */
  readonly exports: readonly (keyof Module & string)[];
  /** Those that change their first argument in place, such as a tree. All else that they are given is theirs alone. */
  readonly inPlace?: readonly (keyof Module & string)[];
  /** Those that answer with a promise; all others answer at once. */
  readonly async?: readonly (keyof Module & string)[];
  /**
   * The rooms whose code a submission may import, such as "sim"; types may come from any. Left out: none, so that
   * an exercise is not solved by an import.
   */
  readonly rooms?: readonly string[];
  /**
   * True when a submission is given, or hands out, things with methods or promises, such as a client or a protocol.
   * Left out, both are plain data. Either way neither side holds an object of the other's.
   */
  readonly live?: boolean;
  /** How many instances of a submission there are, each with variables of its own; 2 unless told. */
  readonly instances?: number;
  /** Shown one at a time, on request: each says a little more. */
  readonly hints: readonly string[];
  /** The examples in the stub's docstring; throws when one does not hold; all points need them. */
  examples(module: Module): void | Promise<void>;
  readonly properties: readonly Property<Module>[];
};

/** What a learner should see of a failure besides its sentence. Plain data: it travels between processes. */
export type Evidence = {
  readonly trace?: Trace;
  readonly history?: History;
  /** What the checker found in the history: its order is drawn, or the operation that cannot be placed. */
  readonly result?: Linearizability;
  /** What the picture says, in one sentence; left out, that the property's sentence is not so. */
  readonly title?: string;
};

/** A property found its sentence false. The message says what was seen and what was expected. */
export class Violation extends Error {
  readonly evidence: Evidence;
  constructor(message: string, evidence: Evidence = {}) {
    super(message);
    this.name = "Violation";
    this.evidence = evidence;
  }
}
