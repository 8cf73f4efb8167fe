/**
 * The search that everybody begins with, as an oracle for histories too large for brute force, and
 * as what the checker's speed is measured against: depth first over all operations that may come
 * next (Wing and Gong, 1993), with a cache of what was tried (Lowe, 2017). It spares itself nothing
 * else.
 */

import { byReturn, isInvokedBefore } from "../../lib/check/history.ts";
import type { Completed, History, Model, Operation } from "../../lib/check/index.ts";
import { keyOf } from "../../lib/check/value.ts";

/** Whether some order explains the history. */
export function plainSearch<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
): boolean {
  const operations = history.filter(({ outcome }) => outcome !== "fail");
  const firstReturnAfter = byReturn(operations);
  const seen = new Set<string>();
  const placed = new Uint8Array(operations.length);
  const place = new Map(operations.map((operation, at) => [operation, at]));
  const isPlaced = (operation: Operation<Input, Output>) =>
    placed[place.get(operation) as number] === 1;

  const explore = (state: State): boolean => {
    const next = firstReturnAfter.find((operation) => !isPlaced(operation));
    if (next === undefined) return true;
    const before = `${placed.join("")} ${model.key?.(state) ?? keyOf(state)}`;
    if (seen.has(before)) return false;
    seen.add(before);
    return operations.some((operation, at) => {
      if (placed[at] === 1 || !isInvokedBefore(operation, next as Completed)) return false;
      const returned = operation.outcome === "ok" ? { output: operation.output } : undefined;
      const step = model.step(state, operation.input, returned);
      if (!step.ok) return false;
      placed[at] = 1;
      const isRight = explore(step.state);
      placed[at] = 0;
      return isRight;
    });
  };
  return explore(model.init);
}
