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
   * are all among those of the second. Crashed operations that are left may happen, and need not. So
   * every way on from the second is one from the first, in no more steps (where it places one whose
   * twin the first still has, the twin takes its place), and the second is not entered. Nothing is
   * lost, even while the search is still in the first: of all configurations entered from which there
   * is a way to an order, take one with the fewest steps left. Its next one was entered, or one with no
   * more steps left was: either contradicts the choice. It costs a look at each configuration that
   * differs in nothing else.
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
   * If the value of one operation had come out of a queue before anybody asked for the value of
   * another, or the other's never came out, the one went in first. That holds in every order that
   * explains the history, so an operation waits for all that must precede it; otherwise the mistake
   * would show only when the value comes out. A model says who took what (`takers`).
   */
  "first-in-first-out",
  /**
   * An operation that returned what nobody can have made settles the verdict, wherever the search is.
   * Why it does stands in refutation.ts. It is looked for when an attempt becomes long.
   */
  "refutation",
] as const;

export type Reduction = (typeof REDUCTIONS)[number];
