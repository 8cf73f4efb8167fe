/**
 * What was seen of one partition. Its heart are the *places*: which value stands at which offset.
 * A place counts once somebody relied on it: a producer was told so, a consumer read it, or a
 * broker took it for committed.
 */

import type { EventOf } from "./events.ts";
import type { Findings } from "./findings.ts";

/** A send and what became of it. */
export type Write = {
  readonly send: EventOf<"send">;
  outcome: "ok" | "fail" | "info";
  /** Where acks=all acknowledged it, and as which event of the run. */
  acked: { readonly place: Place; readonly at: number } | undefined;
  /** Who read it first. */
  read: { readonly id: number; readonly client: string; readonly offset: number } | undefined;
};

/** A value at an offset. */
export type Place = {
  readonly offset: number;
  readonly value: string;
  readonly write: Write | undefined;
  /** Who relied on it first, such as "read by c1", and in which operation. */
  evidence: { readonly who: string; readonly id?: number } | undefined;
  /** The leader epoch that it carries, once a broker took it for committed. */
  epoch: number;
  /** The newest leader epoch in which it was appended: it can be given its offset again after it was lost. */
  appendedIn: number;
  /** The brokers that ever appended it. */
  readonly holders: string[];
};

/** Places that count, in the order of their offsets. */
export type Places = readonly Place[];

/** A broker's log. */
export type Replica = {
  readonly entries: EventOf<"append">[];
  /** How many entries were cut at the head, and how many were committed. */
  cut: number;
  committed: number;
  /** The highest it had. */
  highWatermark: number;
};

/** A poll that went over offsets without returning them. */
export type Gap = {
  readonly poll: EventOf<"poll">;
  /** The poll before it. */
  readonly previous: number | undefined;
  readonly from: number;
  readonly to: number;
  readonly isWithin: boolean;
};

export type Partition = {
  readonly name: string;
  /** What is known to be wrong before the run ends. */
  readonly findings: Findings;
  /** By value, in the order of invocation. */
  readonly writes: Map<string, Write>;
  /** By offset and value. */
  readonly places: Map<string, Place>;
  /** Who was first to append at an offset in an epoch, by both. */
  readonly firsts: Map<string, EventOf<"append">>;
  readonly replicas: Map<string, Replica>;
  /** By client, the next offset that it is to get, and the poll that said so. */
  readonly positions: Map<string, { readonly next: number; readonly id?: number }>;
  readonly gaps: Gap[];
  /** The furthest record that was read. */
  furthest: { readonly offset: number; readonly id?: number };
  /** The highest that a broker had; -1 when none told. */
  highWatermark: number;
  logStart: number;
  /** When the final polls were over. */
  finalAt: number;
  /** What excused unclean elections may have lost: all from an offset on, of earlier epochs. */
  lost: { readonly from: number; readonly epoch: number };
};

export function newPartition(name: string, findings: Findings): Partition {
  return {
    name,
    findings,
    writes: new Map(),
    places: new Map(),
    firsts: new Map(),
    replicas: new Map(),
    positions: new Map(),
    gaps: [],
    furthest: { offset: -1 },
    highWatermark: -1,
    logStart: 0,
    finalAt: -1,
    lost: { from: Infinity, epoch: -1 },
  };
}

/** Refuses what is no offset. @throws RangeError */
export function checkOffset(partition: string, offset: number): void {
  if (Number.isSafeInteger(offset) && offset >= 0) return;
  const expected = "expected a whole number of at least 0";
  throw new RangeError(`An offset in ${partition} is ${offset}; ${expected}.`);
}

/** The place of a value at an offset, which need not have been seen before. */
export function placeOf(partition: Partition, offset: number, value: string): Place {
  const key = `${offset} ${value}`;
  const known = partition.places.get(key);
  if (known !== undefined) return known;
  checkOffset(partition.name, offset);
  const write = partition.writes.get(value);
  const nothing = { evidence: undefined, epoch: -1, appendedIn: -1, holders: [] };
  const place = { offset, value, write, ...nothing };
  partition.places.set(key, place);
  return place;
}

/** Whether an unclean election that is excused may have lost what stands there. */
export function isExcused({ lost }: Partition, place: Place): boolean {
  return place.offset >= lost.from && place.epoch < lost.epoch;
}

export function standing(partition: Partition): Places {
  return [...partition.places.values()]
    .filter((place) => place.evidence !== undefined && !isExcused(partition, place))
    .sort((a, b) => a.offset - b.offset);
}

/** How many places stand before an offset. */
export function countBefore(places: Places, offset: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] as Place).offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A place as a sentence names it, such as "v17 (read by c1)". */
export function shown({ value, evidence }: Place): string {
  return `${value} (${evidence?.who})`;
}
