import type { Zxid } from "quorumlab/ensemble";

/** Sorted from the newest on, the one in the middle is what it and everybody before it have: just a majority. */
export function commitPoint(acked: readonly Zxid[]): Zxid {
  const newestFirst = [...acked].sort((a, b) => b - a);
  return newestFirst[Math.floor(acked.length / 2)] ?? 0;
}
