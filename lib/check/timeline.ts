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

/** Of a crashed operation that does what none before it does. */
export const NONE = -1;

export type Timeline<Input, Output> = {
  readonly operations: History<Input, Output>;
  readonly deeds: readonly Deed<Input, Output>[];
  /** The rows of completed operations in the order of their return. */
  readonly returns: readonly number[];
  /** The rows of crashed operations, and how many of them were invoked before each return. */
  readonly crashed: readonly number[];
  readonly crashedBefore: readonly number[];
  /** For each row, if it crashed, the row before it that crashed and does the same, or NONE. */
  readonly twin: Int32Array;
  /**
   * The bit that stands for each row while it is under way. A return makes room for a later
   * operation: there are as many bits as operations overlap, and those of the crashed ones, which
   * are the last.
   */
  readonly bit: Int32Array;
  readonly bits: number;
  readonly firstCrashedBit: number;
  /**
   * The completed rows that are under way just before each return, the next to return first: those
   * that are placed where they are possible, and the others.
   */
  readonly reads: Lists;
  readonly updates: Lists;
};

export function timelineOf<Input, Output>(
  history: History<Input, Output>,
  model: Model<unknown, Input, Output>,
  without: ReadonlySet<Reduction>,
): Timeline<Input, Output> {
  const readsFirst = model.isReadOnly !== undefined && !without.has("read-first");
  const isRead = ({ input, returned }: Deed<Input, Output>) =>
    readsFirst && model.isReadOnly?.(input, returned) === true;
  const operations: Operation<Input, Output>[] = [];
  const deeds: Deed<Input, Output>[] = [];
  for (const operation of history) {
    if (operation.outcome === "fail") continue;
    const deed = deedOf(operation);
    // Nobody would notice a read that crashed.
    if (operation.outcome === "info" && isRead(deed)) continue;
    operations.push(operation);
    deeds.push(deed);
  }
  const rowOf = new Map(operations.map((operation, row) => [operation.id, row]));
  const completed = byReturn(operations);
  const returns = completed.map(({ id }) => rowOf.get(id) as number);
  const place = new Int32Array(operations.length);
  returns.forEach((row, at) => {
    place[row] = at;
  });

  const returnsAfter = (a: number, b: number) => (place[a] as number) > (place[b] as number);
  const [reads, updates] = [new Lists(), new Lists()];
  const open = { reads: [] as number[], updates: [] as number[] };
  const crashed: number[] = [];
  const crashedBefore: number[] = [];
  const free: number[] = [];
  const bit = new Int32Array(operations.length);
  let firstCrashedBit = 0;
  let called = 0;
  const call = (row: number) => {
    if (operations[row]?.outcome === "info") {
      crashed.push(row);
      return;
    }
    bit[row] = free.pop() ?? firstCrashedBit++;
    const list = isRead(deeds[row] as Deed<Input, Output>) ? open.reads : open.updates;
    let at = list.length;
    while (at > 0 && returnsAfter(list[at - 1] as number, row)) at -= 1;
    list.splice(at, 0, row);
  };
  returns.forEach((row, at) => {
    const returning = completed[at] as Completed<Input, Output>;
    while (called < operations.length) {
      if (!isInvokedBefore(operations[called] as Operation, returning)) break;
      call(called++);
    }
    reads.add(open.reads);
    updates.add(open.updates);
    crashedBefore.push(crashed.length);
    free.push(bit[row] as number);
    (open.reads[0] === row ? open.reads : open.updates).shift();
  });
  crashed.forEach((row, at) => {
    bit[row] = firstCrashedBit + at;
  });
  const bits = firstCrashedBit + crashed.length;
  const twin = new Int32Array(operations.length).fill(NONE);
  if (!without.has("crashed-alike")) findTwins(crashed, deeds, twin);
  return {
    ...{ operations, deeds, returns, crashed, crashedBefore, twin },
    ...{ bit, bits, firstCrashedBit, reads, updates },
  };
}

export function deedOf<Input, Output>(operation: Operation<Input, Output>): Deed<Input, Output> {
  const { input, outcome } = operation;
  return { input, returned: outcome === "ok" ? { output: operation.output } : undefined };
}

function findTwins(
  crashed: readonly number[],
  deeds: readonly Deed<unknown, unknown>[],
  twin: Int32Array,
): void {
  const last = new Map<string, number>();
  for (const row of crashed) {
    const does = keyOf(deeds[row]?.input);
    twin[row] = last.get(does) ?? NONE;
    last.set(does, row);
  }
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
