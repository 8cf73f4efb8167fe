/**
 * A quick proof that no order exists, for histories in which an operation returned what nobody can
 * have made: a value that nobody wrote, or wrote only later.
 */

import type { Timeline } from "./timeline.ts";
import { IMPOSSIBLE, type Transitions } from "./transitions.ts";
import { keyOf } from "./value.ts";

/** A state that takes more operations than this belongs to an object that grows: it is left alone. */
const DEEPEST = 100;

/**
 * The first return, counted from 0, with something that no order can explain; undefined if there is
 * none, or if it takes more than `most` steps to know.
 *
 * Real time and all other outcomes are left out of account: all states are made that the inputs
 * invoked before a return can make, each as often as one likes. Whatever became of them, an order
 * that explains the return comes through one of these states just before its operation. If that is
 * possible in none, there is no such order, and there was none when it returned.
 */
export function refutation<State, Input, Output>(
  line: Timeline<Input, Output>,
  table: Transitions<State, Input, Output>,
  most: number,
): number | undefined {
  /** The states, with a number of operations that makes each. */
  const depths = new Map([[table.initial, 0]]);
  const states = [table.initial];
  /** A row for each input. */
  const rows = new Map<string, number>();
  let steps = 0;
  const take = (state: number, row: number) => {
    steps += 1;
    const after = table.nextIfUnknown(state, row);
    if (after === IMPOSSIBLE || depths.has(after)) return;
    const depth = (depths.get(state) as number) + 1;
    if (depth > DEEPEST) steps = Number.POSITIVE_INFINITY;
    depths.set(after, depth);
    states.push(after);
  };
  // The states before this one were taken through all rows.
  let done = 0;
  let invoked = 0;
  for (const [returned, row] of line.returns.entries()) {
    for (; invoked < (line.invokedBefore[row] as number); invoked++) {
      const input = keyOf(line.deeds[invoked]?.input);
      if (rows.has(input)) continue;
      for (let at = 0; at < done && steps <= most; at++) take(states[at] as number, invoked);
      rows.set(input, invoked);
    }
    for (; done < states.length && steps <= most; done++) {
      for (const one of rows.values()) take(states[done] as number, one);
    }
    steps += states.length;
    if (steps > most) return undefined;
    if (states.every((state) => table.next(state, row) === IMPOSSIBLE)) return returned;
  }
  return undefined;
}
