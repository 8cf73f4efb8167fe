/**
 * The trace while it is written. A run takes most of its time to keep it, and few runs are looked at: so it keeps
 * what cannot be told from the rest, and makes the events and the digest when somebody asks.
 */

import { hash, spread, stir } from "./plain.ts";
import type { Happening, TraceEvent } from "./trace.ts";

type Delivery = Extract<Happening, { kind: "deliver" }>;
type Sending = Extract<Happening, { kind: "send" }>;

/** What happened by itself: a delivery only repeats its sending. */
export type Recorded = Exclude<Happening, Delivery>;

export class Log {
  /** Of a delivery, the index of its sending. */
  private readonly entries: (Recorded | number)[] = [];
  private readonly us: number[] = [];
  private readonly causes: (number | undefined)[] = [];
  private readonly made: TraceEvent[] = [];
  private readonly keeps: boolean;
  /** How many events there were, and how many of them are in the digest. */
  length = 0;
  private digested = 0;
  private high = 0;
  private low = 1;

  /** @param keeps whether the events are kept; if not, only their digest is */
  constructor(keeps: boolean) {
    this.keeps = keeps;
  }

  /** @param entry what happened, or the index of the sending of what was delivered @returns the index of the event */
  add(entry: Recorded | number, us: number, cause: number | undefined): number {
    if (this.keeps) {
      this.entries.push(entry);
      this.us.push(us);
      this.causes.push(cause);
    } else {
      this.digestOne(entry, us);
    }
    return this.length++;
  }

  /** 16 hexadecimal digits made of everything so far. */
  get digest(): string {
    while (this.digested < this.length) {
      const index = this.digested;
      this.digestOne(this.entries[index] as Recorded | number, this.us[index] as number);
    }
    const hex = (word: number) => spread(word).toString(16).padStart(8, "0");
    return hex(this.high) + hex(this.low);
  }

  private digestOne(entry: Recorded | number, us: number): void {
    let word = stir(this.digested, us);
    if (typeof entry === "number") word = stir(word, entry);
    else for (const key in entry) word = hash(entry[key as keyof Recorded], word);
    this.high = stir(this.high, word);
    this.low = stir(this.low ^ 0x9e3779b9, word);
    this.digested += 1;
  }

  /** Everything so far: always the same array, which grows. */
  get events(): readonly TraceEvent[] {
    for (let index = this.made.length; index < this.entries.length; index++) {
      const entry = this.entries[index] as Recorded | number;
      const happening = typeof entry === "number" ? this.delivery(entry) : entry;
      this.made.push({ ...happening, index, atMs: this.atMs(index), cause: this.causes[index] });
    }
    return this.made;
  }

  private delivery(sent: number): Delivery {
    const { node: from, to: node, message, body } = this.entries[sent] as Sending;
    return { kind: "deliver", node, from, message, body, sentMs: this.atMs(sent) };
  }

  private atMs(index: number): number {
    return (this.us[index] as number) / 1000;
  }
}
