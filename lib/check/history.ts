/**
 * What clients saw: the only thing a verdict is about. An operation is invoked and then returns `ok`, returns
 * `fail` (it certainly did not happen), or ends as `info` (nobody knows: it may happen at any later time, or never).
 */

/** One operation of one client. Times are in milliseconds of one clock that all clients share. */
export type Operation<Input = unknown, Output = unknown> = {
  /** Its place in the history, counted by invocation. */
  readonly id: number;
  readonly client: string;
  readonly input: Input;
  readonly invokedMs: number;
} & (
  | { readonly outcome: "ok"; readonly output: Output; readonly returnedMs: number }
  | { readonly outcome: "fail"; readonly returnedMs: number }
  | { readonly outcome: "info" }
);

/** Operations in the order of their invocation. */
export type History<Input = unknown, Output = unknown> = readonly Operation<Input, Output>[];

/** What a check found out. A limit of time or memory is `unknown`, never `ok`. */
export type Verdict = "ok" | "violated" | "unknown";
