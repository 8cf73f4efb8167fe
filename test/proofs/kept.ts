/** What a disk keeps, as a plain value: its files. The library's own disk comes and goes with each use. */

import type { Saved, WriteEffect } from "quorumlab/sim";
import { Disk, Stable } from "quorumlab/sim";

export type Kept = Readonly<Record<string, Uint8Array>>;

/** What a server that starts finds. */
export function opened(kept: Kept): Saved {
  return new Stable(diskOf(kept));
}

/** What is kept after some more writes. */
export function written(kept: Kept, effects: readonly WriteEffect[]): Kept {
  const disk = diskOf(kept);
  const stable = new Stable(disk);
  for (const effect of effects) stable.perform(effect);
  return Object.fromEntries(disk.list().map((file) => [file, disk.read(file)]));
}

function diskOf(kept: Kept): Disk {
  const disk = new Disk();
  for (const [file, bytes] of Object.entries(kept)) disk.write(file, 0, bytes);
  return disk;
}
