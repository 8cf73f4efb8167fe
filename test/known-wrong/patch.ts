/**
 * A known-wrong implementation is a patch: a file, the text as it is, and the text as the bug had
 * it. It is applied when the module is loaded, so that an order of effects can be wrong as well as
 * a decision.
 */

/** One mistake in one file. A file of patches exports `patches: readonly Patch[]`. */
export type Patch = {
  /** What the bug does, in a few words. */
  readonly name: string;
  /**
   * The file that has the bug, from the root of the project, such as
   * "solutions/00-linearizability.ts".
   */
  readonly file: string;
  /** The text as it is; it occurs exactly once in the file. */
  readonly from: string;
  /** The text as the bug had it. */
  readonly to: string;
  /**
   * Where this mistake is known from: a system, an incident, a paper, or the beginner's first idea.
   */
  readonly origin: string;
  /** The `says` of the property that catches it. */
  readonly caughtBy: string;
};
