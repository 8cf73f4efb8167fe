import type { QuorumSizes, Timestamp, Version } from "quorumlab/recipes";

/** Two majorities share a replica, and a majority needs nobody of the minority. */
export function quorumSizes(replicas: number): QuorumSizes {
  const majority = Math.floor(replicas / 2) + 1;
  return { read: majority, write: majority };
}

/** Two writers may have chosen the same counter; their names make one of them the newer for everybody. */
export function newest(versions: readonly Version[]): Version {
  return versions.reduce((a, b) => (isAfter(b.timestamp, a.timestamp) ? b : a));
}

/** Of every write that is done somebody among those that answered knows, so this comes after all of them. */
export function nextTimestamp(found: readonly Version[], writer: string): Timestamp {
  return { counter: newest(found).timestamp.counter + 1, writer };
}

/** A version that fewer than a quorum have can be missed by the next read. */
export function mustWriteBack(found: readonly Version[], sizes: QuorumSizes): boolean {
  const { timestamp } = newest(found);
  const have = found.filter((each) => !isAfter(timestamp, each.timestamp));
  return have.length < sizes.write;
}

function isAfter(a: Timestamp, b: Timestamp): boolean {
  return a.counter > b.counter || (a.counter === b.counter && a.writer > b.writer);
}
