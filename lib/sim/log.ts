/**
 * The trace while it is written. A run takes most of its time to keep it, and few runs are looked at: so it keeps
 * what cannot be told from the rest, and makes the events when somebody asks.
 */

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
  /** How many events there were. */
  length = 0;

  /** @param keeps whether the events are kept, or only counted */
  constructor(keeps: boolean) {
    this.keeps = keeps;
  }

  /** @param entry what happened, or the index of the sending of what was delivered */
  add(entry: Recorded | number, us: number, cause: number | undefined): void {
    this.length += 1;
    if (!this.keeps) return;
    this.entries.push(entry);
    this.us.push(us);
    this.causes.push(cause);
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
