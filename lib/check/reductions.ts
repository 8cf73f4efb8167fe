/**
 * What spares a search work and leaves its verdict as it is. Each keeps some order that explains the
 * history, if there is one; why, stands here.
 */

export const REDUCTIONS = [
  /**
   * A read that is possible now is placed now, without an alternative. It changes nothing, so in any
   * order that explains the history it can be moved here from where it stands: those that it skips
   * find the object as before. Real time allows it: all that returned before its invocation is placed
   * already. A read that crashed is left out. A model says which operations are reads (`isReadOnly`).
   */
  "read-first",
  /**
   * Two crashed operations that do the same are placed in the order of their invocation. In an order
   * that has only the later one, the earlier can take its place; if the later stands first, the two
   * can be exchanged. Nobody saw either return. So it counts how many of a kind are placed, not which.
   */
  "crashed-alike",
  /**
   * Two configurations differ only in the crashed operations that are placed, and those of the first
   * are all among those of the second. Then the first can do whatever the second can, in no more
   * steps, since crashed operations that are left may happen, and need not. So the second is not
   * entered, even while the search is still in the first: the shortest way to an order never needs it.
   * It costs a look at each configuration that differs in nothing else.
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
  /**
   * First in, first out. If what one operation put in had been taken out before taking out what
   * another put in was asked for, the one was put in first; and what nobody took out came after all
   * that somebody did. Every order that explains the history is so, whatever else it is. So an operation
   * is not placed while one that must come before it is not: otherwise the mistake would show only when
   * it is taken out. A model says what was taken out by which (`answers`).
   */
  "answers",
  /**
   * An operation that returned what nobody can have made settles the verdict, wherever the search is.
   * Why it does stands in refutation.ts. It is looked for when an attempt becomes long.
   */
  "refutation",
] as const;

export type Reduction = (typeof REDUCTIONS)[number];
