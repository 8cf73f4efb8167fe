/**
 * Several searches in turns, each turn longer than the one before, so that a hard part does not
 * stand before one that settles the verdict.
 */

import type { Attempt, Refuted } from "./attempt.ts";
import type { DeadEnd } from "./dead-ends.ts";
import type { History } from "./history.ts";
import type { Ending } from "./search.ts";

/** How far searches may go together. */
export type Budget = {
  readonly tries: number;
  readonly configurations: number;
  readonly bytes: number;
  /** Why they must stop now, if they must; asked now and then. */
  stop(): string | undefined;
};

export type Outcome<State, Input, Output> =
  | { readonly kind: "found"; readonly orders: readonly (readonly number[])[] }
  | {
      readonly kind: "stuck";
      readonly attempt: Attempt<State, Input, Output>;
      readonly end: DeadEnd | Refuted;
      /** The other parts for which no order was found. */
      readonly others: readonly History<Input, Output>[];
    }
  | { readonly kind: "stopped"; readonly reason: string };

/** Makes ready to search a part; what occupies more bytes than given may be left unfinished. */
type Begin<State, Input, Output> = (
  part: History<Input, Output>,
  bytes: number,
) => Attempt<State, Input, Output>;

/** The tries of a first turn; each turn has twice as many as the one before. */
const FIRST_TURN = 256;
/** The budget is asked once in this many tries. */
const SLICE = 256;
const MB = 2 ** 20;

export class Turns<State, Input, Output> {
  readonly #budget: Budget;
  readonly #begin: Begin<State, Input, Output>;
  tries = 0;
  configurations = 0;
  #bytes = 0;

  constructor(begin: Begin<State, Input, Output>, budget: Budget) {
    this.#begin = begin;
    this.#budget = budget;
  }

  /** Searches the parts until one has no order, or each has one. */
  run(parts: readonly History<Input, Output>[]): Outcome<State, Input, Output> {
    // What was begun before this is over.
    this.#bytes = 0;
    const orders: number[][] = [];
    const attempts = new Map<History<Input, Output>, Attempt<State, Input, Output>>();
    const waiting = new Set(parts);
    for (let turn = FIRST_TURN; waiting.size > 0; turn *= 2) {
      for (const part of waiting) {
        const attempt = attempts.get(part) ?? this.#start(part);
        attempts.set(part, attempt);
        const ending = this.#serve(attempt, turn);
        if (typeof ending === "string") return { kind: "stopped", reason: ending };
        if (ending === undefined) continue;
        waiting.delete(part);
        if (ending.kind !== "found") {
          return { kind: "stuck", attempt, end: ending, others: [...waiting] };
        }
        orders.push(attempt.replayed(ending.order).map(({ id }) => id));
        this.#bytes -= attempt.bytes;
        attempts.delete(part);
      }
    }
    return { kind: "found", orders };
  }

  #start(part: History<Input, Output>): Attempt<State, Input, Output> {
    const attempt = this.#begin(part, this.#budget.bytes);
    this.#bytes += attempt.bytes;
    this.configurations += attempt.configurations;
    return attempt;
  }

  /** One turn: an ending, a reason to stop, or neither. */
  #serve(
    attempt: Attempt<State, Input, Output>,
    turn: number,
  ): Ending | Refuted | string | undefined {
    for (let left = turn; left > 0; left -= SLICE) {
      const reason = this.#reasonToStop();
      if (reason !== undefined) return reason;
      const before = { tries: attempt.tries, configurations: attempt.configurations };
      const room = this.#budget.configurations - this.configurations;
      const bytes = attempt.bytes;
      const ending = attempt.advance(Math.min(left, SLICE), before.configurations + room);
      this.tries += attempt.tries - before.tries;
      this.configurations += attempt.configurations - before.configurations;
      this.#bytes += attempt.bytes - bytes;
      if (ending !== undefined) return ending;
    }
    return undefined;
  }

  #reasonToStop(): string | undefined {
    const { tries, configurations, bytes, stop } = this.#budget;
    if (this.tries >= tries) return `no verdict within ${tries} tries`;
    if (this.configurations > configurations) {
      return `no verdict within ${configurations} configurations`;
    }
    if (this.#bytes > bytes) return `no verdict within ${bytes / MB} MB`;
    return stop();
  }
}
