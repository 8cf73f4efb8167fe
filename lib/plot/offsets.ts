/** Replicas of a log as data: which offsets each has, what is committed, lost and deleted of them, and the same in words. */

import { countText, numberText } from "./words.ts";

export type LogRecord = {
  readonly offset: number;
  /** The epoch of the leader that appended it. */
  readonly epoch: number;
  /** Written into its box, such as its value. */
  readonly text?: string;
  /** It was there, and is cut off or gone: drawn at its old place, behind the end of the log. */
  readonly isLost?: boolean;
};

export type LogReplica = {
  /** Such as "b1". */
  readonly name: string;
  /** Such as "leader" or "not in sync". */
  readonly note?: string;
  readonly records: readonly LogRecord[];
  /** Consumers may read what is below; left out, nothing is said to be committed or not. */
  readonly highWatermark?: number;
  /** The first offset that retention has left. */
  readonly startOffset?: number;
};

/** What a record is to a reader, and "deleted" where retention has left none. */
export type Fate = "committed" | "uncommitted" | "lost" | "plain" | "deleted";

/** A replica with what follows from it. */
export type Log = LogReplica & {
  readonly start: number;
  /** The offset that the next record will get. */
  readonly end: number;
};

/** Neighbours of one epoch: from the first offset to before the last. */
export type Run = { readonly epoch: number; readonly from: number; readonly to: number };

const MOST_REPLICAS = 12;

/** Throws one sentence when a number is no offset, or two records stand at one. */
export function logsOf(replicas: readonly LogReplica[]): Log[] {
  if (replicas.length < 1 || replicas.length > MOST_REPLICAS) {
    throw new Error(
      `logStrip: 1 to ${MOST_REPLICAS} replicas can be drawn, not ${replicas.length}.`,
    );
  }
  return replicas.map((replica) => {
    const { name, highWatermark = 0, startOffset = 0 } = replica;
    const check = (what: string, value: number) => {
      if (Number.isSafeInteger(value) && value >= 0) return;
      throw new Error(`logStrip: ${what} of "${name}" is ${value}; a whole number was expected.`);
    };
    check("the high watermark", highWatermark);
    check("the start offset", startOffset);
    const records = [...replica.records].sort((a, b) => a.offset - b.offset);
    for (const [at, { offset, epoch }] of records.entries()) {
      check("an offset", offset);
      check("an epoch", epoch);
      if (offset !== records[at - 1]?.offset) continue;
      throw new Error(`logStrip: "${name}" has two records at the offset ${offset}.`);
    }
    const kept = records.filter(({ isLost }) => !isLost);
    const end = Math.max(startOffset, (kept.at(-1)?.offset ?? -1) + 1);
    return { ...replica, records, start: startOffset, end };
  });
}

export function fateOf({ offset, isLost }: LogRecord, { start, highWatermark }: Log): Fate {
  if (offset < start) return "deleted";
  if (isLost) return "lost";
  if (highWatermark === undefined) return "plain";
  return offset < highWatermark ? "committed" : "uncommitted";
}

/** The epochs of a log, in order. */
export function runsOf({ records, start }: Log): Run[] {
  const runs: Run[] = [];
  for (const { offset, epoch } of records) {
    const last = runs.at(-1);
    if (offset < start) continue;
    if (last?.epoch === epoch) runs[runs.length - 1] = { ...last, to: offset + 1 };
    else runs.push({ epoch, from: offset, to: offset + 1 });
  }
  return runs;
}

/** A title that claims nothing: what was counted. */
export function tellTitle(logs: readonly Log[]): string {
  const marks = logs.flatMap(({ highWatermark }) => highWatermark ?? []);
  const mark = marks.length > 0 ? [`high watermark ${numberText(Math.max(...marks))}`] : [];
  const end = `log end ${numberText(Math.max(...logs.map((log) => log.end)))}`;
  return [countText(logs.length, "replica"), end, ...mark].join(", ");
}

/** The picture in sentences. */
export function tell(logs: readonly Log[]): string {
  const told = logs.map((log) => {
    const { name, note, records, start, end, highWatermark } = log;
    const lost = records.filter((each) => fateOf(each, log) === "lost");
    const parts = [
      `log end ${end}`,
      ...(highWatermark === undefined ? [] : [`high watermark ${highWatermark}`]),
      ...runsOf(log).map(({ epoch, from }) => `epoch ${epoch} from offset ${from}`),
      ...(lost.length > 0 ? [`lost: ${lost.map(({ offset }) => offset).join(", ")}`] : []),
      ...(start > 0 ? [`deleted before ${start}`] : []),
    ];
    return `${name}${note === undefined ? "" : ` (${note})`}: ${parts.join(", ")}.`;
  });
  return `Replicas of a log. ${told.join(" ")}`;
}
