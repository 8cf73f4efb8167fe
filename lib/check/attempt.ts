/** The search for an order of one part of a history, as the model sees it. */

import type { History, Operation } from "./history.ts";
import type { Deed, Model, Step } from "./model.ts";
import type { Reduction } from "./reductions.ts";
import { refutation } from "./refutation.ts";
import { type Ending, Search } from "./search.ts";
import type { Contradiction } from "./take-order.ts";
import { deedOf, Timeline } from "./timeline.ts";
import { Transitions, type Watch } from "./transitions.ts";
import { operationText } from "./words.ts";

/** It is known which return has no explanation, but no order of those before it. */
export type Refuted = {
  readonly kind: "refuted";
  readonly returned: number;
  /** How that is known, when it is known from the operations alone. */
  readonly contradiction?: Contradiction;
};

/** After so many tries a refutation is looked for, in as many steps; if in vain, once again after more. */
const REFUTING = 4096;
const AGAIN = 32_768;

/** A quotient holds little behind a letter of its keys. */
const SMALL = 4;

export class Attempt<State, Input, Output> {
  readonly part: History<Input, Output>;
  readonly #model: Model<State, Input, Output>;
  readonly #without: ReadonlySet<Reduction>;
  readonly #line: Timeline<Input, Output>;
  #table: Transitions<unknown, Input, Output>;
  #search: Search<unknown, Input, Output>;
  /** What was spent before it was begun again. */
  readonly #before = { tries: 0, configurations: 0 };
  #isSecondRun = false;
  #refuteAfter = REFUTING;

  /** @param bytes if it occupies more from the beginning, it may not advance */
  constructor(
    part: History<Input, Output>,
    model: Model<State, Input, Output>,
    without: ReadonlySet<Reduction>,
    bytes: number,
    watch: Watch,
  ) {
    this.part = part;
    this.#model = model;
    this.#without = without;
    this.#line = new Timeline(part, model, without, bytes);
    const whole = model as Model<unknown, Input, Output>;
    this.#table = new Transitions(whole, this.#line.deeds, undefined, watch);
    this.#search = this.#begin();
  }

  get configurations(): number {
    return this.#before.configurations + this.#search.configurations;
  }

  get tries(): number {
    return this.#before.tries + this.#search.tries;
  }

  /** How many bytes it occupies, about. */
  get bytes(): number {
    return this.#line.bytes + this.#search.bytes + this.#table.bytes;
  }

  /**
   * Searches on for so many tries, or until so many configurations were entered, or to the end. What
   * the first call does not settle is begun again, on the quotient and in the order of what was taken.
   * Most searches end in the first, without that cost, and its dead ends show more states.
   */
  advance(tries: number, configurations: number): Ending | Refuted | undefined {
    const ending = this.#search.advance(tries, configurations - this.#before.configurations);
    if (ending !== undefined || this.configurations > configurations) return ending;
    if (!this.#isSecondRun) {
      this.#beginAgain();
      const { takeOrder, returns } = this.#line;
      const contradiction = takeOrder?.contradiction(returns);
      if (contradiction !== undefined) {
        return { kind: "refuted", returned: contradiction.returned, contradiction };
      }
    }
    const most = this.#refuteAfter;
    if (this.tries < most || this.#without.has("refutation")) return undefined;
    this.#refuteAfter = most < AGAIN ? AGAIN : Number.POSITIVE_INFINITY;
    const returned = refutation(this.#line, this.#table, most);
    return returned === undefined ? undefined : { kind: "refuted", returned };
  }

  #beginAgain(): void {
    this.#isSecondRun = true;
    const { deeds, takeOrder } = this.#line;
    const quotient = this.#without.has("quotient") ? undefined : this.#model.quotient?.(deeds);
    if (quotient === undefined && takeOrder === undefined) return;
    const { tries, configurations } = this.#search;
    Object.assign(this.#before, { tries, configurations });
    if (quotient !== undefined) {
      this.#line.pair(quotient);
      this.#table = new Transitions(quotient, deeds, SMALL);
    }
    this.#search = this.#begin();
  }

  #begin(): Search<unknown, Input, Output> {
    const order = this.#isSecondRun ? this.#line.takeOrder : undefined;
    return new Search(this.#line, this.#table, !this.#without.has("dominance"), order);
  }

  /**
   * The operation whose return has no explanation when so many had one: it is known that no order
   * places it.
   */
  returning(returned: number): Operation<Input, Output> {
    return this.#operation(this.#line.returns[returned] as number);
  }

  /** Whether the search knew what was taken later: then it may be stuck before the history fails. */
  get looksAhead(): boolean {
    return this.#isSecondRun && this.#line.takeOrder !== undefined;
  }

  /**
   * Whether there would still be no order if nobody knew what becomes of the operations under way at
   * that return. True only if it is certain. The search went through every configuration that one
   * which knows less would: a read of unknown outcome is left out, and an update leads from each
   * state that was met to where it led, or nowhere new.
   */
  isCertainAt(returned: number): boolean {
    if (this.looksAhead) return false;
    const { deeds, reads, updates, returns } = this.#line;
    const isReadAnyway = (row: number) =>
      this.#model.isReadOnly?.((deeds[row] as Deed<Input, Output>).input, undefined) === true;
    const others = (rows: readonly number[]) => rows.filter((row) => row !== returns[returned]);
    return (
      others(reads.at(returned)).every(isReadAnyway) &&
      others(updates.at(returned)).every((row) => this.#table.isAsUnknown(row))
    );
  }

  /** What a contradiction is about, and the operation that makes it one. */
  explain({ row, takers, other, returned }: Contradiction): {
    readonly operation: Operation<Input, Output>;
    readonly why: string;
  } {
    const text = (one: number) => {
      const operation = this.#operation(one);
      return `operation ${operation.id}, ${operationText(operation)},`;
    };
    const all = takers.map(text).join(" and by ");
    const operation = this.returning(returned);
    if (other !== undefined) {
      const sooner = `${text(row)} had returned before ${text(other.row)} was invoked`;
      const theirs = text(other.taker);
      return takers.length === 0
        ? {
            operation: this.#operation(other.taker),
            why: `${sooner}, and nobody took what it put in`,
          }
        : { operation, why: `${sooner}, but ${theirs} had returned before ${all} was invoked` };
    }
    const why = `what ${text(row)} put in was taken by ${all.slice(0, -1)}`;
    return { operation, why: takers.length > 1 ? why : "nobody had put in by then what it took" };
  }

  /** The operations of an order. Throws when the model itself does not accept it. */
  replayed(order: readonly number[]): Operation<Input, Output>[] {
    const operations = order.map((row) => this.#operation(row));
    stateAfter(operations, this.#model);
    return operations;
  }

  /** Why the model does not accept an operation after others. */
  whyNot(order: readonly Operation<Input, Output>[], operation: Operation<Input, Output>): string {
    const step = take(stateAfter(order, this.#model), operation, this.#model);
    if (step.ok) throw unfaithful(this.#model, operation, "possible");
    return step.why;
  }

  #operation(row: number): Operation<Input, Output> {
    return this.#line.operations[row] as Operation<Input, Output>;
  }
}

function stateAfter<State, Input, Output>(
  order: readonly Operation<Input, Output>[],
  model: Model<State, Input, Output>,
): State {
  let state = model.init;
  for (const operation of order) {
    const step = take(state, operation, model);
    if (!step.ok) throw unfaithful(model, operation, "impossible");
    state = step.state;
  }
  return state;
}

function take<State, Input, Output>(
  state: State,
  operation: Operation<Input, Output>,
  model: Model<State, Input, Output>,
): Step<State> {
  const { input, returned } = deedOf(operation);
  return model.step(state, input, returned);
}

function unfaithful(model: { readonly name: string }, { id }: Operation, found: string): Error {
  return new Error(
    `Operation ${id} is ${found} in the model ${model.name}, but not in what the search made of ` +
      "it: its quotient, its key, its inputKey or its isReadOnly says what is not so, or its step " +
      "changes a state in place.",
  );
}
