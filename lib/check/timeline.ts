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
  /**
   * The bit that stands for each row while it is under way. A return makes room for a later
   * operation: there are as many bits as operations overlap, and after those one for each that
   * crashed.
   */
  readonly bit: Int32Array;
  firstCrashedBit = 0;
  /**
   * The completed rows that are under way just before each return, the next to return first: those
   * that are placed where they are possible, and the others.
   */
  readonly reads: Lists = new Lists();
  readonly updates: Lists = new Lists();

  constructor(
    history: History<Input, Output>,
    model: Model<unknown, Input, Output>,
    without: ReadonlySet<Reduction>,
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
    this.#walk(
      returning,
      this.deeds.map((deed) => isRead(deed)),
    );
    this.twin = new Int32Array(this.operations.length).fill(NONE);
    if (!without.has("crashed-alike")) this.#pair();
  }

  get bits(): number {
    return this.firstCrashedBit + this.crashed.length;
  }

  /** How many bytes the longest of its lists occupy, about. */
  get bytes(): number {
    return 8 * (this.reads.items.length + this.updates.items.length);
  }

  /** From return to return: who is under way, and with which bit. */
  #walk(returning: readonly Completed<Input, Output>[], isRead: readonly boolean[]): void {
    const place = new Int32Array(this.operations.length);
    this.returns.forEach((row, at) => {
      place[row] = at;
    });
    const open = { reads: [] as number[], updates: [] as number[] };
    const free: number[] = [];
    let called = 0;
    this.returns.forEach((row, at) => {
      const operation = returning[at] as Completed<Input, Output>;
      for (; called < this.operations.length; called++) {
        const other = this.operations[called] as Operation<Input, Output>;
        if (!isInvokedBefore(other, operation)) break;
        if (other.outcome === "info") {
          this.crashed.push(called);
          continue;
        }
        this.bit[called] = free.pop() ?? this.firstCrashedBit++;
        insert(isRead[called] ? open.reads : open.updates, called, place);
      }
      this.reads.add(open.reads);
      this.updates.add(open.updates);
      this.crashedBefore.push(this.crashed.length);
      free.push(this.bit[row] as number);
      (isRead[row] ? open.reads : open.updates).shift();
    });
    this.crashed.forEach((row, at) => {
      this.bit[row] = this.firstCrashedBit + at;
    });
  }

  /** The rows that were invoked before a return and had not returned earlier. */
  underWayAt(returned: number): readonly number[] {
    const crashed = this.crashed.slice(0, this.crashedBefore[returned]);
    return [...this.reads.at(returned), ...this.updates.at(returned), ...crashed];
  }

  #pair(): void {
    const last = new Map<string, number>();
    for (const row of this.crashed) {
      const does = keyOf(this.deeds[row]?.input);
      this.twin[row] = last.get(does) ?? NONE;
      last.set(does, row);
    }
  }
}

export function deedOf<Input, Output>(operation: Operation<Input, Output>): Deed<Input, Output> {
  const { input, outcome } = operation;
  return { input, returned: outcome === "ok" ? { output: operation.output } : undefined };
}

/** Puts a row into a list of those that return later and later. */
function insert(list: number[], row: number, place: Int32Array): void {
  let at = list.length;
  while (at > 0 && (place[list[at - 1] as number] as number) > (place[row] as number)) at -= 1;
  list.splice(at, 0, row);
}

/** Lists of numbers, one after the other: the n-th begins at `starts[n]` and ends before the next. */
class Lists {
  readonly starts: number[] = [0];
  readonly items: number[] = [];

  at(which: number): readonly number[] {
    return this.items.slice(this.starts[which], this.starts[which + 1]);
  }

  add(list: readonly number[]): void {
    for (const item of list) this.items.push(item);
    this.starts.push(this.items.length);
  }
}
