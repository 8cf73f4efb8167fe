/**
 * The beginnings of some texts, numbered: a trie, kept as the sorted list of the texts. Those that
 * begin alike stand next to each other, so that a beginning is a stretch of the list and a length.
 */

import { firstWhere } from "./halves.ts";

/** The numbers of the empty beginning, and of what no text begins with. */
export const EMPTY = 0;
export const NO_PREFIX = -1;

type Prefix = { readonly first: number; readonly end: number; readonly length: number };

export class Prefixes {
  readonly #texts: readonly string[];
  readonly #prefixes: Prefix[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #whole = new Map<string, number>();

  constructor(texts: Iterable<string>) {
    this.#texts = [...new Set(["", ...texts])].sort();
    this.#number({ first: 0, end: this.#texts.length, length: 0 });
  }

  /** The number of a whole text. */
  of(text: string): number {
    const known = this.#whole.get(text);
    if (known !== undefined) return known;
    const number = this.after(EMPTY, text);
    this.#whole.set(text, number);
    return number;
  }

  /** Whether one of the texts has this in it. */
  contain(text: string): boolean {
    return this.#texts.some((one) => one.includes(text));
  }

  /** The number of a beginning that is followed by `text`. What nothing begins with stays so. */
  after(number: number, text: string): number {
    const prefix = this.#prefixes[number];
    if (prefix === undefined) return NO_PREFIX;
    const { length } = prefix;
    const next = (at: number) => (this.#texts[at] as string).slice(length, length + text.length);
    const first = firstWhere(prefix.first, prefix.end, (at) => next(at) >= text);
    const end = firstWhere(first, prefix.end, (at) => next(at) > text);
    if (first === end) return NO_PREFIX;
    return this.#number({ first, end, length: length + text.length });
  }

  #number(prefix: Prefix): number {
    const name = `${prefix.first} ${prefix.length}`;
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#prefixes.push(prefix) - 1;
    this.#numbers.set(name, number);
    return number;
  }
}
