/**
 * The memory of a search: a set of configurations, each a few words of 32 bits. A hash only says
 * where to look; two configurations are the same when all their words are.
 */

/** Configurations are kept in blocks of this many, so that growing never copies them. */
const BLOCK = 256;

export class Configurations {
  readonly #width: number;
  readonly #blocks: Uint32Array[] = [];
  #size = 0;
  /**
   * By hash, with linear probing: the number of a configuration plus one, or 0 for an empty slot.
   */
  #slots = new Int32Array(64);

  /** @param width how many words one configuration has */
  constructor(width: number) {
    this.#width = width;
  }

  get size(): number {
    return this.#size;
  }

  /** Remembers a copy of `words`. False when they are there already. */
  add(words: Uint32Array): boolean {
    const mask = this.#slots.length - 1;
    let slot = hash(words, 0, this.#width) & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#holds((this.#slots[slot] as number) - 1, words)) return false;
    }
    const place = this.#size % BLOCK;
    if (place === 0) this.#blocks.push(new Uint32Array(BLOCK * this.#width));
    (this.#blocks.at(-1) as Uint32Array).set(words, place * this.#width);
    this.#size += 1;
    this.#slots[slot] = this.#size;
    if (this.#size * 2 > this.#slots.length) this.#grow();
    return true;
  }

  #holds(index: number, words: Uint32Array): boolean {
    const block = this.#blocks[Math.floor(index / BLOCK)] as Uint32Array;
    const start = (index % BLOCK) * this.#width;
    for (let word = 0; word < this.#width; word++) {
      if (block[start + word] !== words[word]) return false;
    }
    return true;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#size; index++) {
      const block = this.#blocks[Math.floor(index / BLOCK)] as Uint32Array;
      let slot = hash(block, (index % BLOCK) * this.#width, this.#width) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}

/** MurmurHash3's mixing, word by word (Appleby, 2011). */
function hash(words: Uint32Array, start: number, width: number): number {
  let mixed = width;
  for (let word = start; word < start + width; word++) {
    mixed ^= Math.imul(words[word] as number, 0xcc9e2d51);
    mixed = Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64;
  }
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
