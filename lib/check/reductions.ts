/**
 * What spares a search work and leaves its verdict as it is. Each keeps some order that explains the
 * history, if there is one; why, stands here.
 */

export const REDUCTIONS = [
  /**
   * A read that is possible now is placed now, without an alternative. It changes nothing, so in any
   * order that explains the history it can be moved here from where it stands: those that it skips
   * find the object as before, and real time allows it, because it was invoked. A model says which
   * operations are reads (`isReadOnly`).
   */
  "read-first",
  /**
   * Crashed operations that do the same are placed in the order of their invocation: if an order has
   * the later one and not the earlier, or has it first, the two can be exchanged, since nobody saw
   * either return. So the search counts how many of a kind were used, not which. And no crashed one
   * is placed where it changes nothing: it need not happen.
   */
  "crashed-alike",
  /**
   * Of two configurations that differ only in the crashed operations used, the one that has used
   * less, and nothing that the other has not, can do all that the other can: what is left to it may
   * happen, and need not.
   */
  "dominance",
  /**
   * States that no operation of the history can tell apart, now or later, are one state: every way on
   * from the one is a way on from the other. A model says which (`quotient`).
   */
  "quotient",
  /**
   * An object that is made of independent parts is right if each part is (Herlihy and Wing, 1990,
   * section 3.3: linearizability is local). A model says which part an operation touches
   * (`partition`). The parts are searched in turns, so that a hard one does not stand before one
   * that settles the verdict.
   */
  "partitions",
] as const;

export type Reduction = (typeof REDUCTIONS)[number];
