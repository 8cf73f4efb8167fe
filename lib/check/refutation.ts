/**
 * A quick proof that no order exists, for histories in which an operation returned what nobody can
 * have made: a value that nobody wrote, or wrote only later.
 */

import type { Timeline } from "./timeline.ts";
import { IMPOSSIBLE, type Transitions } from "./transitions.ts";

/** A state that takes more operations than this belongs to an object that grows: it is left alone. */
const DEEPEST = 100;

/**
 * The first return, counted from 0, with something that no order can explain; undefined if there is
 * none, or if it takes more than `most` steps to know.
 *
 * Order and real time are left out of account, but for one thing: all states are made that can be
 * made of the operations invoked before a return, each as often as one likes. An order that explains
 * the return would come through some of these states; if its operation is possible in none of them,
 * there is no such order.
 */
export function refutation<State, Input, Output>(
  line: Timeline<Input, Output>,
  table: Transitions<State, Input, Output>,
  most: number,
): number | undefined {
  /** The states, with the number of operations that each takes. */
  const depths = new Map([[table.initial, 0]]);
  const states = [table.initial];
  const rows = new Set<number>();
  let steps = 0;
  const take = (state: number, row: number) => {
    steps += 1;
    const after = table.next(state, row);
    if (after === IMPOSSIBLE || depths.has(after)) return;
    const depth = (depths.get(state) as number) + 1;
    if (depth > DEEPEST) steps = Number.POSITIVE_INFINITY;
    depths.set(after, depth);
    // No order has more operations than there are.
    if (depth <= line.operations.length) states.push(after);
  };
  // The states before this one were taken through all rows.
  let done = 0;
  for (let returned = 0; returned < line.returns.length; returned++) {
    const crashed = line.crashed.slice(0, line.crashedBefore[returned]);
    for (const row of [...line.updates.at(returned), ...crashed]) {
      if (rows.has(row)) continue;
      for (let at = 0; at < done && steps <= most; at++) take(states[at] as number, row);
      rows.add(row);
    }
    for (; done < states.length && steps <= most; done++) {
      for (const row of rows) take(states[done] as number, row);
    }
    steps += states.length;
    if (steps > most) return undefined;
    const row = line.returns[returned] as number;
    if (states.every((state) => table.next(state, row) === IMPOSSIBLE)) return returned;
  }
  return undefined;
}
