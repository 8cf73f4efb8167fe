/** Who took what out of a queue. */

import type { Deed } from "./model.ts";
import type { QueueInput } from "./models.ts";
import { nameOf } from "./numbering.ts";

/**
 * Which dequeues took the value of each enqueue; undefined when that is not certain: it was enqueued
 * more than once, or nobody is known to have taken it and a dequeue of unknown outcome may have.
 */
export function dequeuesOf(
  deeds: readonly Deed<QueueInput<unknown>, unknown>[],
): readonly (readonly number[] | undefined)[] {
  const rowsOf = { enqueue: new Map<unknown, number[]>(), dequeue: new Map<unknown, number[]>() };
  let isSure = true;
  deeds.forEach(({ input, returned }, row) => {
    if (input.kind === "dequeue" && returned === undefined) isSure = false;
    const name = nameOf(input.kind === "enqueue" ? input.value : returned?.output);
    const rows = rowsOf[input.kind].get(name);
    if (rows === undefined) rowsOf[input.kind].set(name, [row]);
    else rows.push(row);
  });
  return deeds.map(({ input }) => {
    if (input.kind === "dequeue") return undefined;
    const name = nameOf(input.value);
    const takers = rowsOf.dequeue.get(name) ?? [];
    const isKnown = rowsOf.enqueue.get(name)?.length === 1 && (isSure || takers.length > 0);
    return isKnown ? takers : undefined;
  });
}
