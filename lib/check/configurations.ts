/**
 * The memory of a search: the configurations that it has entered, and from where. Each is a row of
 * words of 32 bits. A hash only says where to look; whether a configuration was there is decided by
 * all its words.
 */

/** Rows are kept in blocks of this many, so that growing never copies them. */
const BLOCK = 128;
/** After the words of a configuration stand its hash, the one that it was entered from, and how. */
const EXTRA = 3;

/** What `enter` answers when there is nothing new in a configuration. */
export const KNOWN = -1;

export class Configurations {
  readonly #width: number;
  readonly #exact: Int32Array;
  readonly #blocks: Int32Array[] = [];
  #size = 0;
  /** By hash, with linear probing: the number of a configuration plus one, or 0 for none. */
  #slots = new Int32Array(64);

  /**
   * @param exact for each word the bits that must be equal for two configurations to be the same.
   *   In the others, a configuration with fewer ones has all that one with more has to offer.
   */
  constructor(exact: Int32Array) {
    this.#width = exact.length;
    this.#exact = exact;
  }

  get size(): number {
    return this.#size;
  }

  /** How many bytes it occupies. */
  get bytes(): number {
    return 4 * (this.#blocks.length * BLOCK * (this.#width + EXTRA) + this.#slots.length);
  }

  /**
   * Remembers a copy of `words` and gives it a number, or answers KNOWN.
   *
   * @param hash of what follows the first two words; equal when all exact bits of it are
   * @param from the number of the configuration that it was entered from
   * @param by what was done there
   */
  enter(words: Int32Array, hash: number, from: number, by: number): number {
    const mask = this.#slots.length - 1;
    let slot = slotOf(words[0] as number, words[1] as number, hash) & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#offers((this.#slots[slot] as number) - 1, words)) return KNOWN;
    }
    const index = this.#size++;
    const start = (index % BLOCK) * (this.#width + EXTRA);
    if (start === 0) this.#blocks.push(new Int32Array(BLOCK * (this.#width + EXTRA)));
    const block = this.#blocks.at(-1) as Int32Array;
    block.set(words, start);
    block[start + this.#width] = hash;
    block[start + this.#width + 1] = from;
    block[start + this.#width + 2] = by;
    this.#slots[slot] = this.#size;
    if (this.#size * 2 > this.#slots.length) this.#grow();
    return index;
  }

  /** Copies a configuration into `words`, and returns its hash. */
  read(index: number, words: Int32Array): number {
    const block = this.#blocks[Math.floor(index / BLOCK)] as Int32Array;
    const start = (index % BLOCK) * (this.#width + EXTRA);
    for (let word = 0; word < this.#width; word++) words[word] = block[start + word] as number;
    return block[start + this.#width] as number;
  }

  /** What was done from the first configuration to this one. */
  pathTo(index: number): number[] {
    const path: number[] = [];
    for (let at = index; at > 0; at = this.#extra(at, 1)) path.push(this.#extra(at, 2));
    return path.reverse();
  }

  #extra(index: number, which: number): number {
    const block = this.#blocks[Math.floor(index / BLOCK)] as Int32Array;
    return block[(index % BLOCK) * (this.#width + EXTRA) + this.#width + which] as number;
  }

  /** Whether a remembered configuration has all that this one has to offer. */
  #offers(index: number, words: Int32Array): boolean {
    const block = this.#blocks[Math.floor(index / BLOCK)] as Int32Array;
    const start = (index % BLOCK) * (this.#width + EXTRA);
    for (let word = 0; word < this.#width; word++) {
      const held = block[start + word] as number;
      if (((held ^ (words[word] as number)) & (held | (this.#exact[word] as number))) !== 0) {
        return false;
      }
    }
    return true;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#size; index++) {
      const block = this.#blocks[Math.floor(index / BLOCK)] as Int32Array;
      const start = (index % BLOCK) * (this.#width + EXTRA);
      const hash = block[start + this.#width] as number;
      let slot = slotOf(block[start] as number, block[start + 1] as number, hash) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}

function slotOf(first: number, second: number, hash: number): number {
  return mix(Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b) ^ hash);
}

/** MurmurHash3's last steps (Appleby, 2011). */
export function mix(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
