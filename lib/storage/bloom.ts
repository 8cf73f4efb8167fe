/**
 * A Bloom filter: a few bits per key that answer "certainly not" or "perhaps". B. H. Bloom, "Space/Time Trade-offs in
 * Hash Coding with Allowable Errors", CACM 1970.
 */

import { hash } from "quorumlab/sim";

export class BloomFilter {
  private readonly bits: Uint8Array;
  private readonly hashes: number;

  /** A filter for these keys: with 10 bits for each, about 1 of 100 other keys is answered "perhaps". */
  constructor(keys: readonly string[], bitsPerKey: number) {
    this.bits = new Uint8Array(Math.ceil((keys.length * bitsPerKey) / 8));
    this.hashes = Math.max(1, Math.round(bitsPerKey * Math.LN2));
    for (const key of keys) {
      for (const bit of this.bitsOf(key)) this.bits[bit >> 3] = this.byte(bit) | (1 << (bit & 7));
    }
  }

  /** False for no key of the filter; for others mostly. */
  mayHave(key: string): boolean {
    return this.bitsOf(key).every((bit) => (this.byte(bit) & (1 << (bit & 7))) !== 0);
  }

  private byte(bit: number): number {
    return this.bits[bit >> 3] ?? 0;
  }

  /** Two hashes make all the others. A. Kirsch, M. Mitzenmacher, "Less Hashing, Same Performance", ESA 2006. */
  private bitsOf(key: string): number[] {
    const bits = 8 * this.bits.length;
    const [first, second] = [hash(key, 1) >>> 0, hash(key, 2) >>> 0];
    return Array.from({ length: this.hashes }, (_, n) => (first + n * second) % bits);
  }
}
