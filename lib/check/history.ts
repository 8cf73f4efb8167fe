/**
 * What clients saw: the only thing a verdict is about. An operation is invoked and then returns
 * `ok`, returns `fail` (it certainly did not happen), or ends as `info` (nobody knows: it may
 * happen at any later time, or never).
 */

import { firstWhere } from "./halves.ts";

/** One operation of one client. Times are in milliseconds of one clock that all clients share. */
export type Operation<Input = unknown, Output = unknown> = {
  /** Its place in the history, counted by invocation. */
  readonly id: number;
  readonly client: string;
  readonly input: Input;
  readonly invokedMs: number;
} & (
  | {
      readonly outcome: "ok";
      readonly output: Output;
      readonly returnedMs: number;
      /**
       * The id from which on operations were invoked after this one returned. A recorder knows it
       * even of events at one instant; without it the times decide, and operations that only touch
       * are concurrent, even two of one client.
       */
      readonly returnedBefore?: number;
    }
  | { readonly outcome: "fail"; readonly returnedMs: number }
  | { readonly outcome: "info" }
);

/** Operations in the order of their invocation. */
export type History<Input = unknown, Output = unknown> = readonly Operation<Input, Output>[];

/** An operation that returned ok. */
export type Completed<Input = unknown, Output = unknown> = Extract<
  Operation<Input, Output>,
  { outcome: "ok" }
>;

/** What a check found out. A limit of time or memory is `unknown`, never `ok`. */
export type Verdict = "ok" | "violated" | "unknown";

/** An operation under way. It ends once; one that never ends counts as `info`. */
export type Call<Output> = {
  /** It returned `output`. */
  ok(output: Output, atMs: number): void;
  /** It certainly did not happen. */
  fail(atMs: number): void;
  /**
   * The client gives up without knowing whether it happened, and may go on with its next operation.
   */
  info(): void;
};

/** Writes down what the clients of one run see, as they see it. */
export class Recorder<Input, Output> {
  readonly #operations: Operation<Input, Output>[] = [];
  readonly #open = new Map<string, number>();
  #nowMs = Number.NEGATIVE_INFINITY;

  /**
   * A client begins an operation. Throws when its previous one has not ended, or when time runs
   * backwards.
   */
  invoke(client: string, input: Input, atMs: number): Call<Output> {
    const id = this.#operations.length;
    const open = this.#open.get(client);
    if (open !== undefined) {
      throw new Error(
        `Client ${client} invokes operation ${id} before its operation ${open} ended; ` +
          "use a client of its own for each thread of work, or info() to give up.",
      );
    }
    this.#tick(atMs);
    // A copy: what the client does to the value later is not what it asked for.
    const invoked = { id, client, input: structuredClone(input), invokedMs: atMs };
    this.#operations.push({ ...invoked, outcome: "info" });
    this.#open.set(client, id);
    return {
      ok: (output, returnedMs) => {
        const seen = { output: structuredClone(output), returnedMs };
        this.#end(client, id, returnedMs);
        const returnedBefore = this.#operations.length;
        this.#operations[id] = { ...invoked, outcome: "ok", ...seen, returnedBefore };
      },
      fail: (returnedMs) => {
        this.#end(client, id, returnedMs);
        this.#operations[id] = { ...invoked, outcome: "fail", returnedMs };
      },
      info: () => this.#end(client, id, this.#nowMs),
    };
  }

  /** What was recorded so far. Operations under way are `info`. */
  history(): History<Input, Output> {
    return [...this.#operations];
  }

  #end(client: string, id: number, atMs: number): void {
    if (this.#open.get(client) !== id) {
      throw new Error(`Operation ${id} of client ${client} ends twice; an operation ends once.`);
    }
    this.#tick(atMs);
    this.#open.delete(client);
  }

  #tick(atMs: number): void {
    if (!(atMs >= this.#nowMs)) {
      throw new Error(
        `Recorded at ${atMs} ms after ${this.#nowMs} ms; time must not run backwards.`,
      );
    }
    this.#nowMs = atMs;
  }
}

/**
 * Throws one sentence that names the operation when this is no history that clients can have seen.
 */
export function validateHistory(history: History): void {
  if (!Array.isArray(history)) {
    throw new Error(`The history is ${typeof history}; a list of operations was expected.`);
  }
  const ids = new Set<number>();
  const clients = new Map<string, Operation>();
  let previous: Operation | undefined;
  for (const [at, operation] of history.entries()) {
    if (typeof operation !== "object" || operation === null) {
      throw new Error(
        `Operation ${at} of the history is ${typeof operation}; an object was expected.`,
      );
    }
    const { id, client, invokedMs } = operation;
    if (ids.has(id)) throw new Error(`Two operations have the id ${id}; ids must differ.`);
    ids.add(id);
    validateTimes(operation);
    if (previous !== undefined && (previous.id > id || previous.invokedMs > invokedMs)) {
      throw new Error(
        `Operation ${previous.id}, invoked at ${previous.invokedMs} ms, stands before ` +
          `operation ${id}, invoked at ${invokedMs} ms; ` +
          "a history lists operations, and counts ids, by invocation.",
      );
    }
    previous = operation;
    const earlier = clients.get(client);
    if (earlier !== undefined && earlier.outcome !== "info" && earlier.returnedMs > invokedMs) {
      throw new Error(
        `Client ${client} has two open operations: ${id} is invoked at ${invokedMs} ms, ` +
          `before ${earlier.id} returns at ${earlier.returnedMs} ms.`,
      );
    }
    clients.set(client, operation);
  }
  validateReturnOrder(history);
}

function validateTimes(operation: Operation): void {
  const { id, invokedMs, outcome } = operation;
  if (outcome !== "ok" && outcome !== "fail" && outcome !== "info") {
    throw new Error(
      `Operation ${id} has the outcome ${outcome}; one of ok, fail, info was expected.`,
    );
  }
  if (!Number.isFinite(invokedMs)) {
    throw new Error(`Operation ${id} is invoked at ${invokedMs} ms; a time is a finite number.`);
  }
  if (operation.outcome === "info") return;
  const { returnedMs } = operation;
  if (!Number.isFinite(returnedMs)) {
    throw new Error(`Operation ${id} returns at ${returnedMs} ms; a time is a finite number.`);
  }
  if (returnedMs < invokedMs) {
    throw new Error(
      `Operation ${id} returns at ${returnedMs} ms, before it is invoked at ${invokedMs} ms.`,
    );
  }
}

/** Where `returnedBefore` is given, it must agree with the times. */
function validateReturnOrder(history: History): void {
  for (const operation of history) {
    if (operation.outcome !== "ok" || operation.returnedBefore === undefined) continue;
    const { id, returnedMs, returnedBefore } = operation;
    const later = firstWhere(
      0,
      history.length,
      (at) => (history[at] as Operation).id >= returnedBefore,
    );
    const before = history[later - 1];
    const after = history[later];
    if (
      !Number.isInteger(returnedBefore) ||
      returnedBefore <= id ||
      (before !== undefined && before.invokedMs > returnedMs) ||
      (after !== undefined && after.invokedMs < returnedMs)
    ) {
      throw new Error(
        `Operation ${id} returns at ${returnedMs} ms, which is not between the invocations ` +
          `before and after returnedBefore, ${returnedBefore}.`,
      );
    }
  }
}

/** Whether `other` was invoked before `operation` returned. At one instant it was, unless told otherwise. */
export function isInvokedBefore(other: Operation, operation: Completed): boolean {
  const { returnedBefore, returnedMs } = operation;
  return returnedBefore === undefined ? other.invokedMs <= returnedMs : other.id < returnedBefore;
}

/** Which of two operations returned first: negative when `a` did. */
export function compareReturns(a: Completed, b: Completed): number {
  const untold = Number.MAX_SAFE_INTEGER;
  return (
    a.returnedMs - b.returnedMs ||
    (a.returnedBefore ?? untold) - (b.returnedBefore ?? untold) ||
    a.id - b.id
  );
}

/** The operations that returned ok, in the order in which they did. */
export function byReturn<Input, Output>(
  history: History<Input, Output>,
): Completed<Input, Output>[] {
  return history.filter((operation) => operation.outcome === "ok").sort(compareReturns);
}
