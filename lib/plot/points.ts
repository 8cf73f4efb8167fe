/** Moments at which operations can have taken effect, one after the other, so that a picture can show their order. */

import type { History } from "../check/index.ts";

/**
 * A moment for each operation of an order that explains a history: between its invocation and its return, and never
 * before that of the one ahead of it. They are spread evenly where there is room.
 * @param order ids, as a checker's witness has them @param endMs where a picture ends the operations that never returned
 * @returns the moments by id. Throws when the order is not true to real time.
 */
export function linearizationPoints(
  history: History,
  order: readonly number[],
  endMs: number,
): Map<number, number> {
  const byId = new Map(history.map((operation) => [operation.id, operation]));
  const operations = order.flatMap((id) => byId.get(id) ?? []);
  // The latest moment of each: its return, or the latest of its successor if that is earlier; and how many have it
  // from there on. From the last one to the first.
  const latest: { readonly ms: number; readonly sharing: number }[] = [];
  const last = operations.reduce((ms, { invokedMs }) => Math.max(ms, invokedMs), endMs);
  let limit = last;
  for (const operation of operations.toReversed()) {
    if (operation.outcome === "ok") limit = Math.min(limit, operation.returnedMs);
    const next = latest.at(-1);
    latest.push({ ms: limit, sharing: next?.ms === limit ? next.sharing + 1 : 1 });
  }
  const points = new Map<number, number>();
  let previous = Number.NEGATIVE_INFINITY;
  for (const [at, { id, invokedMs }] of operations.entries()) {
    const { ms: until, sharing } = latest.at(-1 - at) as (typeof latest)[number];
    const from = Math.max(invokedMs, previous);
    if (from > until) {
      throw new Error(`Operation ${id} would take effect at ${from} ms, after ${until} ms.`);
    }
    previous = from + (until - from) / (sharing + 1);
    points.set(id, previous);
  }
  return points;
}
