/** Where a search had to turn back, as far as that can tell why there is no order. */

/** No order explains the history. */
export type DeadEnd = {
  readonly kind: "stuck";
  /** How many operations, in the order of their return, could be placed together. */
  readonly returned: number;
  /** Beginnings of orders that place them all and end in different states, the longest first. */
  readonly orders: readonly (readonly number[])[];
};

/** They are kept for at most this many states: more reasons would not be read. */
const MOST = 4;

/** Those dead ends in which as many operations had returned as in any. */
export class DeadEnds {
  #returned = -1;
  /** The most choices that led to one of them. */
  #depth = 0;
  #ends: { readonly configuration: number; readonly state: number }[] = [];

  get returned(): number {
    return this.#returned;
  }

  /** Configurations in different states; the one that took the most choices first. */
  get configurations(): readonly number[] {
    return this.#ends.map(({ configuration }) => configuration);
  }

  add(returned: number, depth: number, configuration: number, state: number): void {
    if (returned < this.#returned) return;
    if (returned > this.#returned) {
      this.#returned = returned;
      this.#depth = 0;
      this.#ends = [];
    }
    const others = this.#ends.filter((end) => end.state !== state);
    const isNew = others.length === this.#ends.length;
    if (depth > this.#depth) {
      this.#depth = depth;
      this.#ends = [{ configuration, state }, ...others].slice(0, MOST);
    } else if (isNew && others.length < MOST) {
      this.#ends.push({ configuration, state });
    }
  }
}
