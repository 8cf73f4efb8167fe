/**
 * The search for an order that explains a history.
 *
 * A history is linearizable when its operations can be put in one order in which (1) an operation
 * that returned before another was invoked comes before it, and (2) the object, taken through that
 * order one operation at a time, gives every client what it got.
 *
 * Wing and Gong (1993) build the order from its front. An operation may be placed next if none that
 * still waits had returned before it was invoked. Place one of these; if the object cannot give its
 * client what it got, place another; when none is left, take the last choice back. That is a
 * depth-first search, and it may try n! orders.
 *
 * Lowe (2017) saw that it gets into the same situation over and over. Which operations are placed,
 * and in which state the object is then, is all that decides how the search can go on. This pair is
 * a *configuration*: the search remembers each one that it has entered, and enters none twice.
 *
 * Real time makes a configuration small. Stand before the next return. All that returned earlier is
 * placed. Nothing that is invoked after this return is, for it must wait for the operation that returns
 * here. So only the few operations under way can be either, and a configuration is three things:
 *
 *     how many returns are passed · the state · a bit for each operation under way: is it placed?
 *
 * and a check is hard when much happens at once, not when the history is long. An operation that
 * ended as `info` has *crashed*: nobody knows whether it happened. It has no return, may be placed
 * anywhere after its invocation, and need not be placed; so it stays under way to the end, and many of
 * them are hard even where little happens at once. One that ended as `fail` never happened.
 *
 * Some steps are no choice. A read that is possible is placed: it changes nothing, and is in nobody's
 * way. If the next operation to return is placed, its return is passed. This repeats until neither
 * applies; then there is a choice, which of the others under way comes next. The one that returns first
 * is tried first, the crashed ones last, and those not at all where they would change nothing.
 *
 * Why the verdict stays as it is by this, and by what else is left out, stands in reductions.ts. Most
 * searches end after a few tries. One that does not is begun again by attempt.ts: on a smaller model,
 * and, for a queue, in the order in which values must have gone in (take-order.ts). Then refutation.ts
 * looks for a return that nobody can have made. A *row* is an operation's number in timeline.ts.
 *
 * Elsewhere: Horn and Kroening (2015) keep a bit for every operation of the history. Lowe also walks
 * breadth first, from return to return (the just-in-time frontier). When no order explains the history
 * both walks see all configurations; when one does, depth first sees fewer, and so it is the only walk
 * here. The tests take the other one to compare it with.
 */

import { Configurations, KNOWN, mix } from "./configurations.ts";
import { type DeadEnd, DeadEnds } from "./dead-ends.ts";
import type { TakeOrder } from "./take-order.ts";
import { NONE, type Timeline } from "./timeline.ts";
import { IMPOSSIBLE, type Transitions } from "./transitions.ts";

/** How a search ended. Orders are lists of rows. */
export type Ending = { readonly kind: "found"; readonly order: readonly number[] } | DeadEnd;

/** The words of a configuration. */
const RETURNED = 0;
const STATE = 1;
const BITS = 2;

export class Search<State, Input, Output> {
  readonly #line: Timeline<Input, Output>;
  readonly #table: Transitions<State, Input, Output>;
  readonly #order: TakeOrder | undefined;
  readonly #seen: Configurations;
  /** The configuration at hand, and its hash. */
  readonly #words: Int32Array;
  #hash = 0;
  readonly #hashOf: Int32Array;
  /** The configurations that led to the one at hand, and how many choices were tried in each. */
  readonly #path: number[] = [];
  readonly #tried: number[] = [];
  readonly #deadEnds = new DeadEnds();
  /** The rows as they are placed, while an order is told. */
  #told: number[] | undefined;
  /** How many placements were tried. */
  tries = 0;

  constructor(
    line: Timeline<Input, Output>,
    table: Transitions<State, Input, Output>,
    dominance: boolean,
    order?: TakeOrder,
  ) {
    this.#order = order;
    this.#line = line;
    this.#table = table;
    const exact = new Int32Array(BITS + Math.ceil(line.bits / 32)).fill(-1);
    this.#hashOf = new Int32Array(line.bits);
    for (let bit = 0; bit < line.bits; bit++) {
      const isExact = !dominance || bit < line.firstCrashedBit;
      if (isExact) this.#hashOf[bit] = mix(bit + 1);
      else exact[wordOf(bit)] = (exact[wordOf(bit)] as number) & ~flagOf(bit);
    }
    this.#seen = new Configurations(exact);
    this.#words = new Int32Array(exact.length);
    this.#begin();
    if (!this.#isDone()) this.#push(NONE);
  }

  /** How many configurations were entered. */
  get configurations(): number {
    return this.#seen.size;
  }

  /** How many bytes it occupies. */
  get bytes(): number {
    return this.#seen.bytes;
  }

  /** Searches on for so many tries, or until so many configurations were entered, or to the end. */
  advance(tries: number, configurations: number): Ending | undefined {
    if (this.#isDone()) return { kind: "found", order: this.#orderTo(0) };
    let left = tries;
    while (this.#path.length > 0) {
      if (left === 0 || this.#seen.size > configurations) return undefined;
      const row = this.#choose();
      if (row === NONE) {
        this.#turnBack();
        continue;
      }
      left -= 1;
      this.tries += 1;
      this.#place(row);
      if (this.#isDone()) {
        return { kind: "found", order: this.#orderTo(this.#path.at(-1) as number, row) };
      }
      if (!this.#push(row)) this.#restore();
    }
    const { returned, configurations: ends } = this.#deadEnds;
    return { kind: "stuck", returned, orders: ends.map((end) => this.#orderTo(end)) };
  }

  #isDone(): boolean {
    return this.#words[RETURNED] === this.#line.returns.length;
  }

  #begin(): void {
    this.#words.fill(0);
    this.#words[STATE] = this.#table.initial;
    this.#hash = 0;
    this.#settle();
  }

  /** The next row to try from the configuration at hand, or NONE. */
  #choose(): number {
    const { updates, crashed, crashedBefore, twin } = this.#line;
    const order = this.#order;
    const returned = this.#words[RETURNED] as number;
    const state = this.#words[STATE] as number;
    const first = updates.starts[returned] as number;
    const completed = (updates.ends[returned] as number) - first;
    const all = completed + (crashedBefore[returned] as number);
    const top = this.#tried.length - 1;
    for (let at = this.#tried[top] as number; at < all; at++) {
      const isCrashed = at >= completed;
      const row = (isCrashed ? crashed[at - completed] : updates.items[first + at]) as number;
      if (this.#has(row)) continue;
      const after = this.#table.next(state, row);
      if (after === IMPOSSIBLE) continue;
      // A crashed operation need not happen, and those of a kind happen in one order.
      const before = isCrashed ? (twin[row] as number) : NONE;
      if (isCrashed && (after === state || (before !== NONE && !this.#has(before)))) continue;
      if (order && !this.#line.isItsTurn(order, row, returned, (one) => this.#has(one))) {
        continue;
      }
      this.#tried[top] = at + 1;
      return row;
    }
    return NONE;
  }

  /** Places a row, and all that follows from it without a choice. */
  #place(row: number): void {
    this.#words[STATE] = this.#table.next(this.#words[STATE] as number, row);
    this.#flip(row);
    this.#told?.push(row);
    this.#settle();
  }

  #settle(): void {
    const { reads, returns } = this.#line;
    const state = this.#words[STATE] as number;
    for (let returned = this.#words[RETURNED] as number; returned < returns.length; returned++) {
      const end = reads.ends[returned] as number;
      for (let at = reads.starts[returned] as number; at < end; at++) {
        const row = reads.items[at] as number;
        if (this.#has(row) || this.#table.next(state, row) === IMPOSSIBLE) continue;
        this.#flip(row);
        this.#told?.push(row);
      }
      const next = returns[returned] as number;
      if (!this.#has(next)) return;
      this.#flip(next);
      this.#words[RETURNED] = returned + 1;
    }
  }

  /** Goes on from the configuration at hand; false if the search was there. */
  #push(row: number): boolean {
    const from = this.#path.at(-1) ?? 0;
    const index = this.#seen.enter(this.#words, this.#hash, from, row);
    if (index === KNOWN) return false;
    this.#path.push(index);
    this.#tried.push(0);
    return true;
  }

  /** Leaves the configuration at hand, in which all was tried. */
  #turnBack(): void {
    const returned = this.#words[RETURNED] as number;
    const state = this.#words[STATE] as number;
    const depth = this.#path.length;
    this.#deadEnds.add(returned, depth, this.#path.pop() as number, state);
    this.#tried.pop();
    if (this.#path.length > 0) this.#restore();
  }

  #restore(): void {
    this.#hash = this.#seen.read(this.#path.at(-1) as number, this.#words);
  }

  /** The rows that were placed on the way to a configuration, and then another. */
  #orderTo(configuration: number, row?: number): readonly number[] {
    this.#told = [];
    this.#begin();
    for (const placed of this.#seen.pathTo(configuration)) this.#place(placed);
    if (row !== undefined) this.#place(row);
    const order = this.#told;
    this.#told = undefined;
    return order;
  }

  #has(row: number): boolean {
    const bit = this.#line.bit[row] as number;
    return ((this.#words[wordOf(bit)] as number) & flagOf(bit)) !== 0;
  }

  #flip(row: number): void {
    const bit = this.#line.bit[row] as number;
    this.#words[wordOf(bit)] = (this.#words[wordOf(bit)] as number) ^ flagOf(bit);
    this.#hash ^= this.#hashOf[bit] as number;
  }
}

function wordOf(bit: number): number {
  return BITS + (bit >> 5);
}

function flagOf(bit: number): number {
  return 1 << (bit & 31);
}
