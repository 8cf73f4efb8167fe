import type { EpochEnd, EpochStart, Offset } from "quorumlab/broker";

/** An epoch goes on until the next one starts. It is named, for the logs may agree on nothing of the one asked for. */
export function endOf(epoch: number, epochs: readonly EpochStart[], logEnd: Offset): EpochEnd {
  const at = epochs.findLastIndex((each) => each.epoch <= epoch);
  return { epoch: epochs[at]?.epoch ?? epoch, endOffset: epochs[at + 1]?.start ?? logEnd };
}

/** One leader wrote an epoch, so both logs have the same of it: as much as the shorter one has. */
export function truncationPoint(own: EpochEnd, leaders: EpochEnd): Offset {
  return Math.min(own.endOffset, leaders.endOffset);
}
