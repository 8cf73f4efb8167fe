/**
 * A model as a table of numbers: equal states share a number, and each step is taken once. A deed's
 * number is its place in the list of deeds.
 */

import { type Deed, type Model, validateStep } from "./model.ts";
import { keyOf } from "./value.ts";

/** What `next` answers when the deed is impossible in the state. */
export const IMPOSSIBLE = -1;

/** The columns of the table: the state before, the deed, the state after. */
const COLUMNS = 3;

/** The first steps of a model that changes states in place give it away; so many are left to look at. */
export type Watch = { left: number };

export class Transitions<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #deeds: readonly Deed<Input, Output>[];
  readonly #states: State[] = [];
  /** By the state itself when it is a text, a number or null, otherwise by its key. */
  readonly #simple = new Map<unknown, number>();
  readonly #keyed = new Map<string, number>();
  readonly #weight: number;
  #letters = 0;
  /** The letters of the state measured last, where the model has keys of its own. */
  #sample = 0;
  readonly #watch: Watch | undefined;
  #steps = 0;
  /** By hash, with linear probing; a state before that is 0 is an empty row, so states count from 1. */
  #table = new Int32Array(64 * COLUMNS);

  /**
   * @param weight how many bytes a state occupies for each letter of what it holds, about
   * @param watch of how many steps it is looked at whether they change a state in place
   */
  constructor(
    model: Model<State, Input, Output>,
    deeds: readonly Deed<Input, Output>[],
    weight = 16,
    watch?: Watch,
  ) {
    this.#watch = watch;
    this.#model = model;
    this.#deeds = deeds;
    this.#weight = weight;
    this.#number(model.init);
  }

  /** The number of the state in which the object starts. */
  get initial(): number {
    return 1;
  }

  /** How many bytes the table and the states occupy, about. */
  get bytes(): number {
    return 4 * this.#table.length + 64 * this.#states.length + this.#weight * this.#letters;
  }

  /** The state after a deed, or IMPOSSIBLE. */
  next(state: number, deed: number): number {
    const table = this.#table;
    const mask = table.length / COLUMNS - 1;
    let row = (Math.imul(state, 0x9e3779b1) ^ Math.imul(deed, 0x85ebca6b)) >>> 7;
    for (row &= mask; ; row = (row + 1) & mask) {
      const before = table[row * COLUMNS];
      if (before === 0) break;
      if (before === state && table[row * COLUMNS + 1] === deed) {
        return table[row * COLUMNS + 2] as number;
      }
    }
    const after = this.#take(state, this.#deeds[deed] as Deed<Input, Output>);
    table[row * COLUMNS] = state;
    table[row * COLUMNS + 1] = deed;
    table[row * COLUMNS + 2] = after;
    this.#steps += 1;
    if (this.#steps * 2 > mask) this.#grow();
    return after;
  }

  /** The state after a deed whose outcome nobody knows, or IMPOSSIBLE. The step is not remembered. */
  nextIfUnknown(state: number, deed: number): number {
    const { input } = this.#deeds[deed] as Deed<Input, Output>;
    return this.#take(state, { input, returned: undefined });
  }

  /**
   * Whether nothing that was tried would have gone another way if the deed's outcome were unknown: it
   * would have led to the same states, or changed nothing.
   */
  isAsUnknown(deed: number): boolean {
    const table = this.#table;
    for (let row = 0; row < table.length; row += COLUMNS) {
      const [before, tried, after] = [table[row] as number, table[row + 1], table[row + 2]];
      if (before === 0 || tried !== deed) continue;
      const unknown = this.nextIfUnknown(before, deed);
      if (unknown !== after && unknown !== before) return false;
    }
    return true;
  }

  #take(state: number, { input, returned }: Deed<Input, Output>): number {
    const before = this.#states[state - 1] as State;
    const step = this.#model.step(before, input, returned);
    validateStep(step, this.#model);
    if (this.#watch !== undefined && this.#watch.left > 0) this.#look(state, this.#watch);
    if (!step.ok) return IMPOSSIBLE;
    return step.state === before ? state : this.#number(step.state);
  }

  #look(number: number, watch: Watch): void {
    const state = this.#states[number - 1] as State;
    if (isSimple(state)) return;
    watch.left -= 1;
    if (this.#keyed.get(this.#nameOf(state)) === number) return;
    throw new Error(
      `The step of the model ${this.#model.name} changed a state in place; a new state was expected.`,
    );
  }

  #number(state: State): number {
    const names: Map<unknown, number> = isSimple(state) ? this.#simple : this.#keyed;
    const name = isSimple(state) ? state : this.#nameOf(state);
    const known = names.get(name);
    if (known !== undefined) return known;
    const number = this.#states.push(state);
    names.set(name, number);
    if (typeof name === "string") this.#letters += Math.max(name.length, this.#sampled(number));
    return number;
  }

  #nameOf(state: State): string {
    return this.#model.key?.(state) ?? keyOf(state);
  }

  /** A key may be shorter than what it stands for: the 1st, 2nd, 4th, 8th … state is measured. */
  #sampled(number: number): number {
    if (this.#model.key === undefined || (number & (number - 1)) !== 0) return this.#sample;
    try {
      this.#sample = keyOf(this.#states[number - 1]).length;
    } catch {
      // No plain data: then its key has to do.
    }
    return this.#sample;
  }

  #grow(): void {
    const old = this.#table;
    const table = new Int32Array(old.length * 2);
    const mask = table.length / COLUMNS - 1;
    for (let at = 0; at < old.length; at += COLUMNS) {
      const [before, deed] = [old[at] as number, old[at + 1] as number];
      if (before === 0) continue;
      let row = (Math.imul(before, 0x9e3779b1) ^ Math.imul(deed, 0x85ebca6b)) >>> 7;
      for (row &= mask; table[row * COLUMNS] !== 0; row = (row + 1) & mask) {}
      table.set(old.subarray(at, at + COLUMNS), row * COLUMNS);
    }
    this.#table = table;
  }
}

function isSimple(state: unknown): boolean {
  return typeof state === "string" || typeof state === "number" || state === null;
}
