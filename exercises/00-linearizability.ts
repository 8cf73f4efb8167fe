// Chapter 0 · Can one register have done this?                          solution: 12 lines

/**
 * What one client did with a register, and when. A write writes `value`; a read returned `value`.
 * The operation took effect at one instant between `invokedMs` and `returnedMs`, both included.
 */
export type Operation = {
  readonly kind: "read" | "write";
  readonly value: number;
  readonly invokedMs: number;
  /** Infinity for a write that never returned: it took effect at some time since, or never. */
  readonly returnedMs: number;
};

/**
 * Whether operations on one register, which holds 0 at first, are linearizable: whether they can be
 * put in an order such that every read returns what the latest write before it wrote.
 *
 * Given  at most six operations, in the order of their invocation; at most one never returned
 * Return true if there is such an order, false if there is none
 * Keep   an operation that returned before another was invoked comes before it in the order;
 *        two that overlap, or touch at one instant, may come in either
 *
 *   write 1 at 0–10, read 1 at 20–30                        →  true
 *   write 1 at 0–10, read 2 at 20–30                        →  false   (nobody wrote 2)
 *   read 0 at 0–10, write 1 at 5–15                         →  true
 *   read 0 at 0–10, write 1 since 5, which never returned   →  true
 */
export function isLinearizable(operations: readonly Operation[]): boolean {
  throw new Error("isLinearizable: your turn");
}
