import type { Offset, Progress } from "quorumlab/broker";

/** The slowest in-sync replica sets the pace: whichever of them leads next has all that was acknowledged. */
export function highWatermark(ends: readonly Offset[]): Offset {
  return Math.min(...ends);
}

/** Time, not messages: who had everything a moment ago is only slower than a burst, and will have it again. */
export function staysInSync(
  progress: Progress,
  leaderEnd: Offset,
  nowMs: number,
  maxLagMs: number,
): boolean {
  const { end, caughtUpMs } = progress;
  return end === leaderEnd || nowMs - caughtUpMs <= maxLagMs;
}

/** The high watermark that a new leader knows is late; what it began with is not. */
export function joinsInSync(end: Offset, highWatermark: Offset, epochStart: Offset): boolean {
  return end >= Math.max(highWatermark, epochStart);
}
