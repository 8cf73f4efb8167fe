/** What is certainly on a broker's disk: as its process can know it, from its writes and the news of its syncs. */

import type { Batch } from "quorumlab/broker";
import type { NodeId, TraceEvent } from "quorumlab/sim";

/** Writes are counted. A sync takes with it all that was written before it began, and the next begins at once. */
type Disk = {
  writes: number;
  covered: number;
  isSyncing: boolean;
  unsynced: Map<string, Written[]>;
};
/** A write of a batch, and where that begins. */
type Written = { readonly write: number; readonly from: number };

export class Syncs {
  private readonly disks = new Map<NodeId, Disk>();

  take(event: TraceEvent): void {
    if (event.kind === "start") this.disks.delete(event.node);
    if (event.kind !== "write" && event.kind !== "synced") return;
    const disk = this.diskOf(event.node);
    if (event.kind === "write") {
      disk.writes += 1;
      if (event.effect.kind === "append") {
        const { log, entry } = event.effect;
        const unsynced = disk.unsynced.get(log) ?? [];
        disk.unsynced.set(log, unsynced);
        unsynced.push({ write: disk.writes, from: (entry as Batch).baseOffset });
      }
      if (disk.isSyncing) return;
    } else {
      for (const unsynced of disk.unsynced.values()) {
        while (unsynced[0] !== undefined && unsynced[0].write <= disk.covered) unsynced.shift();
      }
    }
    disk.isSyncing = disk.writes > disk.covered;
    disk.covered = disk.writes;
  }

  /** Up to where a log is on disk; Infinity when all of it is. */
  syncedTo(id: NodeId, log: string): number {
    return this.disks.get(id)?.unsynced.get(log)?.[0]?.from ?? Infinity;
  }

  private diskOf(id: NodeId): Disk {
    const fresh: Disk = { writes: 0, covered: 0, isSyncing: false, unsynced: new Map() };
    const disk = this.disks.get(id) ?? fresh;
    this.disks.set(id, disk);
    return disk;
  }
}
