import type { Kept, SyncDecision, Zxid } from "quorumlab/ensemble";

const epochOf = (zxid: Zxid) => Math.floor(zxid / 2 ** 32);

/** Whoever stands on the leader's history goes on from there; whoever has left it goes back to where both agree. */
export function syncDecision(last: Zxid, kept: Kept): SyncDecision {
  const { before, zxids } = kept;
  if (last === before || zxids.includes(last)) return { kind: "diff", after: last };
  const to = zxids.findLast((zxid) => zxid < last);
  if (to !== undefined && epochOf(to) === epochOf(last)) return { kind: "trunc", to };
  return { kind: "snap" };
}
