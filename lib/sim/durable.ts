/**
 * A server's disk: it takes writes at once, syncs them in turn, and lets a message leave only when every write
 * that was made before it is synced.
 */

import { Disk } from "./disk.ts";
import type { WriteEffect } from "./effects.ts";
import type { Host } from "./host.ts";
import { hashString } from "./plain.ts";
import type { Saved } from "./protocol.ts";
import { drawUs, type Latency } from "./random.ts";
import { Stable } from "./stable.ts";

const SYNC = hashString(0, "sync");
const KEPT = hashString(0, "kept");
const TORN = hashString(0, "torn");

export class Durable {
  private readonly host: Host;
  private readonly syncTime: Latency;
  private readonly disk = new Disk();
  private stable = new Stable(this.disk);
  private syncedWrites = 0;
  private syncing = false;
  private lives = 0;
  private readonly waiting: { readonly writes: number; readonly act: () => void }[] = [];

  constructor(host: Host, syncTime: Latency) {
    this.host = host;
    this.syncTime = syncTime;
  }

  /** What the disk kept, for a process that starts. */
  opened(): Saved {
    this.stable = new Stable(this.disk);
    this.syncedWrites = this.disk.writes;
    return this.stable;
  }

  write(effect: WriteEffect, cause: number): void {
    this.host.ground.record({ kind: "write", node: this.host.id, effect }, cause);
    this.stable.perform(effect);
    if (!this.syncing) this.sync();
  }

  /** Whether the process knows that everything written so far is synced. */
  get isSynced(): boolean {
    return this.disk.writes <= this.syncedWrites;
  }

  /** Acts once everything written so far is synced. */
  whenSynced(act: () => void): void {
    if (this.isSynced) act();
    else this.waiting.push({ writes: this.disk.writes, act });
  }

  crash(unsynced: "luck" | "lost" | "torn"): void {
    this.lives += 1;
    this.syncing = false;
    this.waiting.length = 0;
    const [kept, torn] = [this.host.luck.ask(KEPT), this.host.luck.ask(TORN)];
    this.disk.crash(unsynced === "lost" ? "lost" : { kept, torn, tears: unsynced === "torn" });
  }

  wipe(): void {
    this.disk.wipe();
  }

  /** One sync at a time: the next one takes with it all that was written meanwhile. */
  private sync(): void {
    this.syncing = true;
    const { writes } = this.disk;
    const { lives } = this;
    this.host.ground.at(
      this.host.ground.nowUs() + drawUs(this.syncTime, this.host.luck.ask(SYNC)),
      () => {
        if (this.lives !== lives) return;
        this.disk.sync(writes);
        // The process hears of it when it does not sleep.
        this.host.hold(() => this.synced(writes));
        if (this.disk.writes > writes) this.sync();
        else this.syncing = false;
      },
    );
  }

  private synced(writes: number): void {
    this.host.ground.record({ kind: "synced", node: this.host.id });
    this.syncedWrites = writes;
    while (this.waiting[0] !== undefined && this.waiting[0].writes <= writes) {
      this.waiting.shift()?.act();
    }
  }
}
