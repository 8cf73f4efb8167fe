/**
 * A model as a table of numbers: equal states share a number, and each step is taken once. A deed's
 * number is its place in the list of deeds.
 */

import type { Deed, Model } from "./model.ts";
import { keyOf } from "./value.ts";

/** What `next` answers when the deed is impossible in the state. */
export const IMPOSSIBLE = -1;

/** The columns of the table: the state before, the deed, the state after. */
const COLUMNS = 3;

export class Transitions<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #deeds: readonly Deed<Input, Output>[];
  readonly #states: State[] = [];
  /** By the state itself when it is one word or number, otherwise by its key. */
  readonly #simple = new Map<unknown, number>();
  readonly #keyed = new Map<string, number>();
  #keyLetters = 0;
  #steps = 0;
  /** By hash, with linear probing; a state before that is 0 is an empty row, so states count from 1. */
  #table = new Int32Array(64 * COLUMNS);

  constructor(model: Model<State, Input, Output>, deeds: readonly Deed<Input, Output>[]) {
    this.#model = model;
    this.#deeds = deeds;
    this.#number(model.init);
  }

  /** The number of the state in which the object starts. */
  get initial(): number {
    return 1;
  }

  /** How many bytes the table and the states occupy, about; of a state only its key is known. */
  get bytes(): number {
    return 4 * this.#table.length + 64 * this.#states.length + 16 * this.#keyLetters;
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

  /** The state after a deed whose outcome nobody knows, or IMPOSSIBLE. Not remembered. */
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
    if (!step.ok) return IMPOSSIBLE;
    return step.state === before ? state : this.#number(step.state);
  }

  #number(state: State): number {
    const isSimple = typeof state === "string" || typeof state === "number" || state === null;
    const names: Map<unknown, number> = isSimple ? this.#simple : this.#keyed;
    const name = isSimple ? state : (this.#model.key?.(state) ?? keyOf(state));
    const known = names.get(name);
    if (known !== undefined) return known;
    if (typeof name === "string") this.#keyLetters += name.length;
    const number = this.#states.push(state);
    names.set(name, number);
    return number;
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
