/**
 * A model as a table of numbers: equal states share a number, equal operations share one, each step
 * is taken once.
 */

import type { Model, Returned } from "./model.ts";
import { keyOf } from "./value.ts";

/** What `next` answers when the operation is impossible in the state. */
export const IMPOSSIBLE = -1;

/** One state that was met, and where the operations tried in it lead. */
type Row<State> = { readonly state: State; readonly next: Map<number, number> };
type Column<Input, Output> = {
  readonly input: Input;
  readonly returned: Returned<Output> | undefined;
};

export class Transitions<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #rows: Row<State>[] = [];
  readonly #rowOf = new Map<string, number>();
  readonly #columns: Column<Input, Output>[] = [];
  readonly #columnOf = new Map<string, number>();

  constructor(model: Model<State, Input, Output>) {
    this.#model = model;
  }

  /** How many different states were met. */
  get states(): number {
    return this.#rows.length;
  }

  /** The number of the state in which the object starts. */
  initial(): number {
    return this.#intern(this.#model.init);
  }

  /** The number of an operation: its input and what it returned. */
  operation(input: Input, returned: Returned<Output> | undefined): number {
    const key = keyOf([input, returned]);
    const known = this.#columnOf.get(key);
    if (known !== undefined) return known;
    this.#columnOf.set(key, this.#columns.length);
    return this.#columns.push({ input, returned }) - 1;
  }

  /** The state after an operation, or IMPOSSIBLE. */
  next(state: number, operation: number): number {
    const row = this.#rows[state] as Row<State>;
    const known = row.next.get(operation);
    if (known !== undefined) return known;
    const { input, returned } = this.#columns[operation] as Column<Input, Output>;
    const step = this.#model.step(row.state, input, returned);
    const next = step.ok ? this.#intern(step.state) : IMPOSSIBLE;
    row.next.set(operation, next);
    return next;
  }

  /** Why an operation is impossible in a state; undefined when it is possible. */
  why(state: number, operation: number): string | undefined {
    const { input, returned } = this.#columns[operation] as Column<Input, Output>;
    const step = this.#model.step((this.#rows[state] as Row<State>).state, input, returned);
    return step.ok ? undefined : step.why;
  }

  #intern(state: State): number {
    const key = this.#model.key?.(state) ?? keyOf(state);
    const known = this.#rowOf.get(key);
    if (known !== undefined) return known;
    this.#rowOf.set(key, this.#rows.length);
    return this.#rows.push({ state, next: new Map() }) - 1;
  }
}
