/**
 * A machine whose power fails in the midst of things: what was synced is left, of the changes since then a beginning,
 * and of the write behind them perhaps a part.
 */

import fc from "fast-check";
import { Disk, type Files } from "quorumlab/sim";
import { Violation } from "./exercise.ts";

/** Which share is left of the changes that were not synced, and of the bytes of the write behind them; both in [0, 1). */
type Fate = {
  readonly kept: number;
  readonly torn: number;
  /** Whether zeros stand in the place of what is torn off. */
  readonly zeros: boolean;
};

/** The power fails when so many more changes and syncs are done; and what it leaves. */
export type Cut = { readonly after: number; readonly fate: Fate };

/** Drawn evenly: most doubles below 1 are next to nothing. */
const share = fc.nat(19).map((n) => n / 20);
/**
 * Often all changes are left: then the last step seems to be done. And often nothing is left of the torn write: with
 * zeros in its place it is hard to tell from a record.
 */
const fate: fc.Arbitrary<Fate> = fc.record({
  kept: fc.oneof({ weight: 3, arbitrary: share }, { weight: 1, arbitrary: fc.constant(0.99) }),
  torn: fc.oneof(fc.constant(0), share),
  zeros: fc.boolean(),
});

/** Power cuts after at most so many changes and syncs. */
export function cuts(most: number): fc.Arbitrary<Cut> {
  return fc.record({ after: fc.nat(most), fate });
}

type Write = { readonly file: string; readonly offset: number; readonly bytes: Uint8Array };

class Machine {
  private readonly disk = new Disk();
  /** The changes that were not synced; null is one that is no write. */
  private unsynced: (Write | null)[] = [];
  private left = Infinity;
  private fate: Fate = { kept: 0, torn: 0, zeros: false };
  isDown = false;
  /** Whether the last power cut left a part of a write. */
  hasTorn = false;
  /** The files that were read. */
  readonly opened = new Set<string>();

  /** As a program gets them: while the machine is down every call throws. */
  readonly files: Files = {
    read: (file, from, to) => {
      this.mustRun();
      this.opened.add(file);
      return this.disk.read(file, from, to);
    },
    list: () => {
      this.mustRun();
      return this.disk.list();
    },
    write: (file, offset, bytes) => {
      this.step();
      this.disk.write(file, offset, bytes);
      this.unsynced.push({ file, offset, bytes });
    },
    truncate: (file, length) => this.change(() => this.disk.truncate(file, length)),
    rename: (from, to) => this.change(() => this.disk.rename(from, to)),
    remove: (file) => this.change(() => this.disk.remove(file)),
    sync: () => {
      this.step();
      this.sync();
    },
  };

  /** Makes what is written safe, at no cost: for the judges. */
  sync(): void {
    this.disk.sync();
    this.unsynced = [];
  }

  /** From now on the power will fail. */
  expect({ after, fate }: Cut): void {
    this.left = after;
    this.fate = fate;
  }

  /** The power fails now, if it has not yet, and comes back. @returns what is left of the write that was torn, if any */
  restart(): string | undefined {
    const { kept, torn, zeros } = this.fate;
    const next = this.unsynced[Math.floor(kept * (this.unsynced.length + 1))];
    this.disk.crash({ kept, torn });
    if (next && zeros) this.fill(next);
    const whole = next?.bytes.length ?? 0;
    const left = Math.floor(torn * whole);
    this.hasTorn = next != null && (zeros || left > 0);
    this.sync();
    this.left = Infinity;
    this.isDown = false;
    if (!this.hasTorn) return undefined;
    return `of a write it leaves ${left} of ${whole} bytes${zeros ? ", and zeros for the others" : ""}`;
  }

  /** The length of a file grows before its blocks are written: what is not there yet reads as zeros. */
  private fill({ file, offset, bytes }: Write): void {
    const { length } = this.disk.read(file);
    const missing = offset + bytes.length - length;
    if (missing > 0) this.disk.write(file, length, new Uint8Array(missing));
  }

  private change(act: () => void): void {
    this.step();
    act();
    this.unsynced.push(null);
  }

  private step(): void {
    this.mustRun();
    if (this.left === 0) this.isDown = true;
    this.left -= 1;
    this.mustRun();
  }

  private mustRun(): void {
    if (this.isDown) throw new Error("The power has failed.");
  }
}

/** What a learner's code does on such a machine, told in words. */
export class Tale<Module = unknown> {
  readonly machine = new Machine();
  private readonly told: string[] = [];
  private readonly instances: readonly Module[];
  private starts = 0;

  /** @param instances of that code: they run by turns, one from each start to the next, so that only files remember */
  constructor(instances: readonly Module[] = []) {
    this.instances = instances;
  }

  protected get module(): Module {
    return this.instances[this.starts % this.instances.length] as Module;
  }

  get files(): Files {
    return this.machine.files;
  }

  /** Does something, unless the machine is down. @returns false when it is down, or the power failed meanwhile */
  attempt(what: string, act: () => void): boolean {
    if (this.machine.isDown) return false;
    this.told.push(what);
    try {
      act();
    } catch (error) {
      if (!this.machine.isDown) throw error;
    }
    if (this.machine.isDown) this.told.push("the power fails in the midst of it");
    return !this.machine.isDown;
  }

  /** From now on the power will fail. */
  expect(cut: Cut): void {
    this.machine.expect(cut);
  }

  /** The power fails now, unless it has, and comes back. */
  restart(): void {
    if (!this.machine.isDown) this.told.push("the power fails");
    const left = this.machine.restart();
    if (left !== undefined) this.told.push(left);
  }

  /** What is done at a start: when the power fails meanwhile, once more. */
  begin(what: string, act: () => void): void {
    const start = () => {
      this.starts += 1;
      act();
    };
    while (!this.attempt(what, start)) this.restart();
  }

  violation(why: string): Violation {
    return new Violation(`${this.told.join(" · ")}: ${why}.`);
  }
}
