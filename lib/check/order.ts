/**
 * Which operations must come before which, because of those that answer them: what is put into a queue
 * comes out in the order in which it was put in. See "answers" in reductions.ts.
 */

/** Earlier than every row, and later than every row but no later than the end. */
const ANY_TIME = -1;
const LAST = 2 ** 30;
const END = LAST + 1;

/** Rows that no order explains: one has two answers, or it comes first by time and last by its answer. */
export type Contradiction = {
  readonly row: number;
  readonly answers: readonly number[];
  /** The row that comes after it by time, and before it by its answer. */
  readonly other: { readonly row: number; readonly answer: number } | undefined;
  /** The place of the return with which it is known. */
  readonly returned: number;
};

export class AnswerOrder {
  readonly #answers: readonly (readonly number[] | undefined)[];
  /** For each row, when its answer is invoked and has returned: as the number of rows invoked before. */
  readonly #invoked: Int32Array;
  readonly #returned: Int32Array;
  /** From each row on, the one whose answer returns first. */
  readonly #earliest: Int32Array;

  /**
   * @param answers for each row all that answer it, or undefined when that is not known
   * @param invokedBefore for each row that returned, how many were invoked before that
   */
  constructor(answers: readonly (readonly number[] | undefined)[], invokedBefore: Int32Array) {
    this.#answers = answers;
    this.#invoked = Int32Array.from(answers, (rows) => {
      if (rows === undefined) return ANY_TIME;
      return rows[0] ?? LAST;
    });
    this.#returned = Int32Array.from(answers, (rows) => {
      return invokedBefore[rows?.[0] ?? ANY_TIME] ?? END;
    });
    this.#earliest = Int32Array.from(answers.keys());
    for (let row = answers.length - 2; row >= 0; row--) {
      const later = this.#earliest[row + 1] as number;
      if (this.#returnOf(later) < this.#returnOf(row)) this.#earliest[row] = later;
    }
  }

  /** Whether it says anything. */
  get isEmpty(): boolean {
    return this.#answers.every((rows) => rows === undefined);
  }

  /** Whether one row comes before another in every order that explains the history. */
  isBefore(row: number, other: number): boolean {
    return this.#returnOf(row) <= (this.#invoked[other] as number);
  }

  /** Whether any row from that one on does. */
  isAnyBefore(from: number, other: number): boolean {
    const first = this.#earliest[from];
    return first !== undefined && this.isBefore(first, other);
  }

  /** The contradiction that is known first, if there is one: then there is no order. */
  contradiction(returns: readonly number[], invokedBefore: Int32Array): Contradiction | undefined {
    const places = new Map(returns.map((row, place) => [row, place]));
    const found = this.#answers.flatMap((answers, row): Contradiction[] => {
      const end = returns.length - 1;
      const known = (answers ?? [])
        .map((answer) => places.get(answer) ?? end)
        .sort((a, b) => a - b);
      const [first = end, second] = known;
      if (answers === undefined) return [];
      if (second !== undefined) return [{ row, answers, other: undefined, returned: second }];
      const other = this.#earliest[places.has(row) ? (invokedBefore[row] as number) : END];
      if (other === undefined || !this.isBefore(other, row)) return [];
      const answer = this.#answers[other]?.[0] as number;
      return [{ row, answers, other: { row: other, answer }, returned: first }];
    });
    return found.sort((a, b) => a.returned - b.returned)[0];
  }

  #returnOf(row: number): number {
    return this.#returned[row] as number;
  }
}
