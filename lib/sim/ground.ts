/** What the parts of the world (network, hosts, programs) need of it: time, luck, the trace. */

import type { Recorded } from "./log.ts";

export type Ground = {
  nowUs(): number;
  /** Lets something happen at a time, after what was already asked for that time. */
  at(us: number, act: () => void): void;
  /** Luck in [0, 1): whose, about what, and how often that was asked before. */
  luck(name: number, about: number, times: number): number;
  /** Adds to the trace. @returns the index of the new event */
  record(happening: Recorded, cause?: number): number;
  /** Adds the delivery of what an earlier event sent. @returns the index of the new event */
  delivered(sent: number): number;
  /** A program may go on: the world waits for it before the next event. */
  woke(): void;
  /** Ends the run with an error. */
  fail(error: unknown): void;
};

/** Luck of one host or wire, by what it is asked for: the same thing asked again is the next one of its name. */
export class Luck {
  private readonly ground: Ground;
  private readonly name: number;
  private readonly asked = new Map<number, number>();

  constructor(ground: Ground, name: number) {
    this.ground = ground;
    this.name = name;
  }

  ask(about: number): number {
    const times = this.asked.get(about) ?? 0;
    this.asked.set(about, times + 1);
    return this.ground.luck(this.name, about, times);
  }
}
