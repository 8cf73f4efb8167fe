/** One thing that the lecture says, and how a chapter's outputs show it. */

import type { Mistake, Said } from "./plain.ts";

export type Claim = {
  /** What the lecture says. */
  readonly says: string;
  readonly chapter: string;
  /** The cells that lead to it, the import cell left out. */
  readonly cells: readonly string[];
  /** Throws unless the outputs say so. */
  holds(said: Said): void;
  /** A mistake with which they do not. */
  readonly mistake: Mistake;
};

/** The numbers in a text, in order. */
export function numbers(text: string): number[] {
  return (text.match(/\d+(\.\d+)?/g) ?? []).map(Number);
}
