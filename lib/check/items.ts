/** The operations of a history as a search sees them: numbers for what they do and for when. */

import { type History, returnedBefore } from "./history.ts";
import type { Model } from "./model.ts";
import type { Transitions } from "./transitions.ts";

/** One operation. */
export type Item = {
  readonly id: number;
  /** How many operations were invoked before it; also the number of its bit. */
  readonly invoked: number;
  /** How many operations were invoked before it returned; never returned is Infinity. */
  readonly returned: number;
  /** Its number in the table of transitions. */
  readonly does: number;
  readonly isReadOnly: boolean;
  /** The operation before it that does the same, if neither was seen to return. */
  readonly twin: Item | undefined;
};

/** Numbers the operations of a history, in the order of their invocation. */
export function itemsOf<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  table: Transitions<State, Input, Output>,
): Item[] {
  const twins = new Map<number, Item>();
  return history.map((operation, invoked) => {
    const result = operation.outcome === "ok" ? { output: operation.output } : undefined;
    const does = table.operation(operation.input, result);
    const item = {
      id: operation.id,
      invoked,
      returned: returnedBefore(history, operation),
      does,
      isReadOnly: model.isReadOnly?.(operation.input, result) ?? false,
      twin: twins.get(does),
    };
    if (result === undefined) twins.set(does, item);
    return item;
  });
}
