/** The search for an order of one part of a history, as the model sees it. */

import type { History, Operation } from "./history.ts";
import type { Deed, Model, Step } from "./model.ts";
import type { Reduction } from "./reductions.ts";
import { type Ending, Search } from "./search.ts";
import { type Timeline, timelineOf } from "./timeline.ts";
import { Transitions } from "./transitions.ts";

export class Attempt<State, Input, Output> {
  readonly part: History<Input, Output>;
  readonly #model: Model<State, Input, Output>;
  readonly #without: ReadonlySet<Reduction>;
  readonly #line: Timeline<Input, Output>;
  #table: Transitions<unknown, Input, Output>;
  #search: Search<unknown, Input, Output>;
  /** What was spent on the model itself before its quotient took over. */
  readonly #before = { tries: 0, configurations: 0 };
  #isCondensed = false;

  constructor(
    part: History<Input, Output>,
    model: Model<State, Input, Output>,
    without: ReadonlySet<Reduction>,
  ) {
    this.part = part;
    this.#model = model;
    this.#without = without;
    this.#line = timelineOf(part, model, without);
    this.#table = new Transitions(model as Model<unknown, Input, Output>, this.#line.deeds);
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
    return this.#search.bytes + this.#table.bytes;
  }

  /**
   * Searches on for so many tries, or until so many configurations were entered, or to the end. What
   * is not settled at once is begun again on the quotient: an easy search does without, and tells
   * apart more states in which it got lost.
   */
  advance(tries: number, configurations: number): Ending | undefined {
    const ending = this.#search.advance(tries, configurations - this.#before.configurations);
    const isStopped = ending === undefined && this.configurations > configurations;
    if (ending === undefined && !isStopped && !this.#isCondensed) this.#condense();
    return ending;
  }

  #condense(): void {
    this.#isCondensed = true;
    const { deeds } = this.#line;
    const quotient = this.#without.has("quotient") ? undefined : this.#model.quotient?.(deeds);
    if (quotient === undefined) return;
    const { tries, configurations } = this.#search;
    Object.assign(this.#before, { tries, configurations });
    this.#table = new Transitions(quotient, deeds);
    this.#search = this.#begin();
  }

  #begin(): Search<unknown, Input, Output> {
    return new Search(this.#line, this.#table, !this.#without.has("dominance"));
  }

  /**
   * The operation whose return has no explanation when so many had one: it is known that no order
   * places it.
   */
  next(returned: number): Operation<Input, Output> {
    return this.#operation(this.#line.returns[returned] as number);
  }

  /**
   * Whether there would still be no order if nobody knew what becomes of the operations under way at
   * that return. True only if it is certain: a search that knows less would go through the same
   * configurations.
   */
  isCertainAt(returned: number): boolean {
    const { deeds, reads, updates, returns } = this.#line;
    const isReadAnyway = (row: number) =>
      this.#model.isReadOnly?.((deeds[row] as Deed<Input, Output>).input, undefined) === true;
    const others = (rows: readonly number[]) => rows.filter((row) => row !== returns[returned]);
    return (
      others(reads.at(returned)).every(isReadAnyway) &&
      others(updates.at(returned)).every((row) => this.#table.isAsUnknown(row))
    );
  }

  /** The ids of an order's operations. Throws when the model itself does not accept it. */
  idsOf(order: readonly number[]): number[] {
    this.#stateAfter(order);
    return order.map((row) => this.#operation(row).id);
  }

  /** Why the model does not accept an operation after an order. */
  whyNot(order: readonly number[], returned: number): string {
    const row = this.#line.returns[returned] as number;
    const step = this.#step(this.#stateAfter(order), row);
    if (step.ok) throw this.#unfaithful(row, "possible");
    return step.why;
  }

  #stateAfter(order: readonly number[]): State {
    let state = this.#model.init;
    for (const row of order) {
      const step = this.#step(state, row);
      if (!step.ok) throw this.#unfaithful(row, "impossible");
      state = step.state;
    }
    return state;
  }

  #step(state: State, row: number): Step<State> {
    const { input, returned } = this.#line.deeds[row] as Deed<Input, Output>;
    return this.#model.step(state, input, returned);
  }

  #operation(row: number): Operation<Input, Output> {
    return this.#line.operations[row] as Operation<Input, Output>;
  }

  #unfaithful(row: number, found: string): Error {
    const { name } = this.#model;
    return new Error(
      `Operation ${this.#operation(row).id} is ${found} in the model ${name}, but not in what the ` +
        "search made of it: its quotient, its key or its isReadOnly says what is not so.",
    );
  }
}
