/**
 * Which operations must come before which, because of those that took what they put in: it comes out of
 * a queue in the order in which it went in. See "first-in-first-out" in reductions.ts.
 */

/** When nobody knows who took it: nothing returned before that. */
const UNKNOWN = -1;
/** When nobody took it: as if the taker were invoked after all others, and never returned. */
const NEVER_INVOKED = 2 ** 30;
const NEVER_RETURNED = NEVER_INVOKED + 1;

/**
 * Rows that no order explains: one was taken twice, or before it went in, or it went in first and did
 * not come out first.
 */
export type Contradiction = {
  readonly row: number;
  /** Those who took it: none, one, or the two that returned first. */
  readonly takers: readonly number[];
  /** The row that went in after it and came out before it. */
  readonly other: { readonly row: number; readonly taker: number } | undefined;
  /** The place of the return with which that is known. */
  readonly returned: number;
};

export class TakeOrder {
  readonly #takers: readonly (readonly number[] | undefined)[];
  /** For each row that returned, how many were invoked before that. */
  readonly #invokedBefore: Int32Array;
  /** For each row, when its taker was invoked and when it returned: as the number of rows invoked before. */
  readonly #invoked: Int32Array;
  readonly #returned: Int32Array;
  /** From each row on, the one whose taker returned first. */
  readonly #earliest: Int32Array;

  /**
   * @param takers for each row all that took what it put in, or undefined when that is not known
   * @param invokedBefore for each row that returned, how many were invoked before that; 0 for others
   */
  constructor(takers: readonly (readonly number[] | undefined)[], invokedBefore: Int32Array) {
    validate(takers, invokedBefore);
    this.#takers = takers;
    this.#invokedBefore = invokedBefore;
    this.#invoked = Int32Array.from(takers, (rows) =>
      rows === undefined ? UNKNOWN : (rows[0] ?? NEVER_INVOKED),
    );
    this.#returned = Int32Array.from(takers, (rows) => {
      const taker = rows?.[0];
      return taker === undefined ? NEVER_RETURNED : (invokedBefore[taker] as number);
    });
    this.#earliest = Int32Array.from(takers.keys());
    for (let row = takers.length - 2; row >= 0; row--) {
      const later = this.#earliest[row + 1] as number;
      if (this.#returnOf(later) < this.#returnOf(row)) this.#earliest[row] = later;
    }
  }

  /** Whether it says anything. */
  get isEmpty(): boolean {
    return this.#takers.every((rows) => rows === undefined);
  }

  /** Whether one row comes before another in every order that explains the history. */
  isBefore(row: number, other: number): boolean {
    return this.#returnOf(row) <= (this.#invoked[other] as number);
  }

  /** Whether any row from `from` on comes before `other`. */
  isAnyBefore(from: number, other: number): boolean {
    const first = this.#earliest[from];
    return first !== undefined && this.isBefore(first, other);
  }

  /** The contradiction that is known first, if there is one: then there is no order. */
  contradiction(returns: readonly number[]): Contradiction | undefined {
    const places = new Map(returns.map((row, place) => [row, place]));
    const placeOf = (row: number) => places.get(row) as number;
    const found = this.#takers.flatMap((all, row): Contradiction[] => {
      const takers = all?.toSorted((a, b) => placeOf(a) - placeOf(b)).slice(0, 2);
      if (takers === undefined) return [];
      const [first, second] = takers;
      if (second !== undefined) {
        return [{ row, takers, other: undefined, returned: placeOf(second) }];
      }
      if (first !== undefined && this.#returnOf(row) <= row) {
        return [{ row, takers, other: undefined, returned: placeOf(first) }];
      }
      const other = places.has(row)
        ? this.#earliest[this.#invokedBefore[row] as number]
        : undefined;
      if (other === undefined || !this.isBefore(other, row)) return [];
      const taker = this.#takers[other]?.[0] as number;
      // Whoever took it must have been invoked before the other was out: when all these have returned, it is known.
      const invoked = this.#invokedBefore[taker] as number;
      const known = first === undefined ? lastPlace(places, invoked) : placeOf(first);
      return [{ row, takers, other: { row: other, taker }, returned: known }];
    });
    return found.sort((a, b) => a.returned - b.returned)[0];
  }

  #returnOf(row: number): number {
    return this.#returned[row] as number;
  }
}

/** The last place of those among the first rows that returned. */
function lastPlace(places: ReadonlyMap<number, number>, rows: number): number {
  let last = 0;
  for (let row = 0; row < rows; row++) last = Math.max(last, places.get(row) ?? 0);
  return last;
}

function validate(takers: readonly (readonly number[] | undefined)[], returned: Int32Array): void {
  if (takers.length !== returned.length) {
    throw new Error(`There are takers for ${takers.length} deeds; ${returned.length} were given.`);
  }
  for (const [place, rows] of takers.entries()) {
    const wrong = rows?.find((row) => !returned[row]);
    if (wrong === undefined) continue;
    throw new Error(
      `Deed ${place} is said to be taken by deed ${wrong}; a place of one that returned was expected.`,
    );
  }
}
