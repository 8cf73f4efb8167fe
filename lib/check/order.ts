/**
 * Which operations must come before which, because of those that answer them: what is put into a queue
 * comes out in the order in which it was put in. See "answers" in reductions.ts.
 */

/** Earlier than every row, and later than every row but no later than the end. */
const ANY_TIME = -1;
const LAST = 2 ** 30;
const END = LAST + 1;

/** For each row, when its answer is invoked and when it has returned: as numbers of rows invoked before. */
export class AnswerOrder {
  readonly #invoked: Int32Array;
  readonly #returned: Int32Array;
  /** The first return of an answer to any row from this one on. */
  readonly #earliest: Int32Array;
  /** Whether it says anything. */
  readonly isEmpty: boolean;

  /**
   * @param answers for each row all that answer it, or undefined when that is not known
   * @param invokedBefore for each row that returned, how many were invoked before that
   */
  constructor(answers: readonly (readonly number[] | undefined)[], invokedBefore: Int32Array) {
    this.isEmpty = answers.every((rows) => rows === undefined);
    this.#invoked = Int32Array.from(answers, (rows) =>
      rows?.length === 1 ? (rows[0] as number) : rows === undefined ? ANY_TIME : LAST,
    );
    // What has two answers has none that explains both: it comes before itself, which nothing does.
    this.#returned = Int32Array.from(answers, (rows = []) =>
      rows.length > 1 ? 0 : (invokedBefore[rows[0] ?? -1] ?? END),
    );
    this.#earliest = new Int32Array(answers.length + 1).fill(END);
    for (let row = answers.length - 1; row >= 0; row--) {
      const [own, later] = [this.#returned[row], this.#earliest[row + 1]] as [number, number];
      this.#earliest[row] = Math.min(own, later);
    }
  }

  /** Whether one row comes before another in every order that explains the history. */
  isBefore(row: number, other: number): boolean {
    return (this.#returned[row] as number) <= (this.#invoked[other] as number);
  }

  /** Whether any row from that one on does. */
  isAnyBefore(from: number, other: number): boolean {
    return (this.#earliest[from] as number) <= (this.#invoked[other] as number);
  }
}
