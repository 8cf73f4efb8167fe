/**
 * A history as a search sees it: a row for each operation in the order of invocation, and numbers
 * for when it was under way. Failed operations are left out: they never happened.
 */

import {
  byReturn,
  type Completed,
  type History,
  isInvokedBefore,
  type Operation,
} from "./history.ts";
import type { Deed, Model } from "./model.ts";
import type { Reduction } from "./reductions.ts";
import { TakeOrder } from "./take-order.ts";
import { keyOf } from "./value.ts";

/** No row. */
export const NONE = -1;

export class Timeline<Input, Output> {
  readonly operations: History<Input, Output>;
  readonly deeds: readonly Deed<Input, Output>[];
  /** The rows of completed operations in the order of their return. */
  readonly returns: readonly number[];
  /** The rows of crashed operations, and how many of them were invoked before each return. */
  readonly crashed: number[] = [];
  readonly crashedBefore: number[] = [];
  /** For each row, if it crashed, the row before it that crashed and does the same, or NONE. */
  readonly twin: Int32Array;
  readonly #pairs: boolean;
  /**
   * The bit that stands for each row while it is under way. A return makes room for a later
   * operation: there are as many bits as operations overlap, and after those one for each that
   * crashed.
   */
  readonly bit: Int32Array;
  firstCrashedBit = 0;
  /** For each row that returned, how many rows were invoked before that. */
  readonly invokedBefore: Int32Array;
  /** What must come first for another reason than real time, if anything. */
  readonly takeOrder: TakeOrder | undefined;
  /**
   * The completed rows that are under way just before each return, the next to return first: those
   * that are placed where they are possible, and the others.
   */
  readonly reads: Lists = new Lists();
  readonly updates: Lists = new Lists();

  /** @param bytes beyond so many it is left unfinished: nobody may search in it then */
  constructor(
    history: History<Input, Output>,
    model: Model<unknown, Input, Output>,
    without: ReadonlySet<Reduction>,
    bytes = Number.POSITIVE_INFINITY,
  ) {
    const readsFirst = model.isReadOnly !== undefined && !without.has("read-first");
    const isRead = ({ input, returned }: Deed<Input, Output>) =>
      readsFirst && model.isReadOnly?.(input, returned) === true;
    // A read that crashed is left out: nobody saw it.
    this.operations = history.filter(
      (one) => one.outcome === "ok" || (one.outcome === "info" && !isRead(deedOf(one))),
    );
    this.deeds = this.operations.map(deedOf);
    const rows = new Map(this.operations.map((operation, row) => [operation, row]));
    const returning = byReturn(this.operations);
    this.returns = returning.map((operation) => rows.get(operation) as number);
    this.bit = new Int32Array(this.operations.length);
    this.invokedBefore = new Int32Array(this.operations.length);
    this.#walk(
      returning,
      this.deeds.map((deed) => isRead(deed)),
      bytes,
    );
    const isLeftOut = without.has("first-in-first-out") || this.bytes > bytes;
    const takers = isLeftOut ? undefined : model.takers?.(this.deeds);
    const order = takers && new TakeOrder(takers, this.invokedBefore);
    this.takeOrder = order?.isEmpty === false ? order : undefined;
    this.twin = new Int32Array(this.operations.length).fill(NONE);
    this.#pairs = !without.has("crashed-alike");
    this.pair(model);
  }

  get bits(): number {
    return this.firstCrashedBit + this.crashed.length;
  }

  /** How many bytes the longest of its lists occupy at most, about: they move when they grow. */
  get bytes(): number {
    return 2 * (this.reads.bytes + this.updates.bytes);
  }

  /** From return to return: who is under way, and with which bit. */
  #walk(
    returning: readonly Completed<Input, Output>[],
    isRead: readonly boolean[],
    bytes: number,
  ): void {
    const place = new Int32Array(this.operations.length);
    this.returns.forEach((row, at) => {
      place[row] = at;
    });
    const free: number[] = [];
    let called = 0;
    for (const [at, row] of this.returns.entries()) {
      if (this.bytes > bytes) return;
      const operation = returning[at] as Completed<Input, Output>;
      for (; called < this.operations.length; called++) {
        const other = this.operations[called] as Operation<Input, Output>;
        if (!isInvokedBefore(other, operation)) break;
        if (other.outcome === "info") {
          this.crashed.push(called);
          continue;
        }
        this.bit[called] = free.pop() ?? this.firstCrashedBit++;
        (isRead[called] ? this.reads : this.updates).open(called, place);
      }
      this.reads.note();
      this.updates.note();
      this.crashedBefore.push(this.crashed.length);
      this.invokedBefore[row] = called;
      free.push(this.bit[row] as number);
      (isRead[row] ? this.reads : this.updates).closeFirst();
    }
    this.crashed.forEach((row, at) => {
      this.bit[row] = this.firstCrashedBit + at;
    });
  }

  /**
   * Whether a row may come next, at a return up to which `isPlaced` says what is placed: nothing that
   * must come before it in the order of what was taken is missing.
   */
  isItsTurn(
    order: TakeOrder,
    row: number,
    returned: number,
    isPlaced: (row: number) => boolean,
  ): boolean {
    const invoked = this.invokedBefore[this.returns[returned] as number] as number;
    if (order.isAnyBefore(invoked, row)) return false;
    const others = this.underWayAt(returned);
    return others.every((other) => !order.isBefore(other, row) || isPlaced(other));
  }

  /** The rows that were invoked before a return and had not returned earlier. */
  underWayAt(returned: number): readonly number[] {
    const crashed = this.crashed.slice(0, this.crashedBefore[returned]);
    return [...this.reads.at(returned), ...this.updates.at(returned), ...crashed];
  }

  /** Finds the crashed operations that do the same in every state of a model. */
  pair(model: Model<unknown, Input, Output>): void {
    if (!this.#pairs) return;
    const last = new Map<string, number>();
    for (const row of this.crashed) {
      const { input } = this.deeds[row] as Deed<Input, Output>;
      const does = model.inputKey?.(input) ?? keyOf(input);
      this.twin[row] = last.get(does) ?? NONE;
      last.set(does, row);
    }
  }
}

export function deedOf<Input, Output>(operation: Operation<Input, Output>): Deed<Input, Output> {
  const { input, outcome } = operation;
  return { input, returned: outcome === "ok" ? { output: operation.output } : undefined };
}

/**
 * The rows that are open at each of many moments, the next to close first. The n-th list begins at
 * `starts[n]` and ends before `ends[n]`; one in which nothing is new is the end of the one before.
 */
class Lists {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  items = new Int32Array(64);
  #size = 0;
  #open: number[] = [];
  #isNew = false;

  get bytes(): number {
    return 4 * this.items.length;
  }

  at(which: number): readonly number[] {
    return [...this.items.subarray(this.starts[which], this.ends[which])];
  }

  /** @param place where each row stands among those that close */
  open(row: number, place: Int32Array): void {
    const closesAt = (at: number) => place[this.#open[at] as number] as number;
    let at = this.#open.length;
    while (at > 0 && closesAt(at - 1) > (place[row] as number)) at -= 1;
    this.#open.splice(at, 0, row);
    this.#isNew = true;
  }

  closeFirst(): void {
    this.#open.shift();
  }

  /** Writes down what is open. */
  note(): void {
    if (this.#isNew) {
      this.#size += this.#open.length;
      if (this.#size > this.items.length) this.#grow();
      this.items.set(this.#open, this.#size - this.#open.length);
      this.#isNew = false;
    }
    this.starts.push(this.#size - this.#open.length);
    this.ends.push(this.#size);
  }

  #grow(): void {
    const items = new Int32Array(Math.max(this.#size, 2 * this.items.length));
    items.set(this.items);
    this.items = items;
  }
}
