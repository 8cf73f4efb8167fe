// Chapter 0 · Can one register have done this?

/** What one client did with a register, and when. */
export type Operation = {
  readonly kind: "read" | "write";
  readonly value: number;
  readonly invokedMs: number;
  readonly returnedMs: number;
};

/**
 * Wing and Gong's search: build the order from its front, and try everything that may come next.
 */
export function isLinearizable(operations: readonly Operation[]): boolean {
  return canFinish(operations, 0);
}

/**
 * What waits may come next if nothing else that waits had returned by then. A lost write need not
 * come.
 */
function canFinish(waiting: readonly Operation[], holds: number): boolean {
  if (waiting.every((operation) => operation.returnedMs === Infinity)) return true;
  return waiting.some((next) => {
    const others = waiting.filter((operation) => operation !== next);
    const inTime = others.every((other) => other.returnedMs >= next.invokedMs);
    const fits = next.kind === "write" || next.value === holds;
    return inTime && fits && canFinish(others, next.value);
  });
}
