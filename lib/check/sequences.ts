/**
 * Sequences of small numbers that grow at their end: each is a number itself, and stands for a shorter
 * one and its last item. Equal sequences have one number, and share all but what they add.
 */

/** The number of the sequence without items. */
export const EMPTY = 0;
/** No item is as large. */
const ITEMS = 2 ** 24;

export class Sequences {
  readonly #before: number[] = [EMPTY];
  readonly #last: number[] = [EMPTY];
  readonly #length: number[] = [0];
  readonly #after = new Map<number, number>();

  length(sequence: number): number {
    return this.#length[sequence] as number;
  }

  /** @param item -1 or more */
  after(sequence: number, item: number): number {
    const name = sequence * ITEMS + item + 1;
    const known = this.#after.get(name);
    if (known !== undefined) return known;
    const number = this.#before.push(sequence) - 1;
    this.#last.push(item);
    this.#length.push(this.length(sequence) + 1);
    this.#after.set(name, number);
    return number;
  }

  /** Whether `count` items from the place `from` on, which must exist, are `expected(0)`, `expected(1)`, … */
  holds(sequence: number, from: number, count: number, expected: (at: number) => number): boolean {
    if (count === 0) return true;
    let at = sequence;
    for (let after = this.length(sequence) - from - count; after > 0; after--) {
      at = this.#before[at] as number;
    }
    for (let left = count - 1; left >= 0; left--) {
      if (this.#last[at] !== expected(left)) return false;
      at = this.#before[at] as number;
    }
    return true;
  }
}
