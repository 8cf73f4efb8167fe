/** What producers were promised: the record is there for good, and where they put it. */

import type { EventOf } from "./events.ts";
import type { Findings } from "./findings.ts";
import {
  countBefore,
  isExcused,
  type Partition,
  type Place,
  type Places,
  placeOf,
  shown,
  type Write,
} from "./partition.ts";

/** What is to be done when an operation returns, as which event of the run. */
export type Ending = (returned: EventOf<"returned">, at: number) => void;

/** A send is invoked. Throws when another one had its value. */
export function invokeSend(partition: Partition, send: EventOf<"send">): Ending {
  const { id, client, value, acks = "all" } = send;
  const twin = partition.writes.get(value)?.send;
  if (twin !== undefined) {
    const both = `Operations ${twin.id} and ${id} both send ${value} to ${partition.name}`;
    throw new RangeError(`${both}; every send needs a value of its own.`);
  }
  const write: Write = { send, outcome: "info", acked: undefined, read: undefined };
  partition.writes.set(value, write);
  return ({ outcome, offset }, at) => {
    write.outcome = outcome;
    if (outcome !== "ok" || acks !== "all") return;
    if (offset == null) throw new RangeError(`Operation ${id} is acknowledged without an offset.`);
    const place = placeOf(partition, offset, value);
    place.evidence ??= { who: `acknowledged to ${client}`, id };
    write.acked = { place, at };
  };
}

function named({ send }: Write): string {
  return `The write of ${send.value} to ${send.partition} by ${send.client}`;
}

/**
 * Finds acknowledged writes that are gone, and failed ones that were read. Returns those of which
 * nobody can tell.
 */
export function judgeWrites(partition: Partition, found: Findings): Write[] {
  const undecided: Write[] = [];
  const { furthest, logStart, finalAt } = partition;
  for (const write of partition.writes.values()) {
    const { send, acked, read, outcome } = write;
    if (outcome === "fail" && read !== undefined) {
      const why = `${named(write)} failed, but ${read.client} read it at offset ${read.offset}.`;
      found.add("aborted-read", [send.id, read.id], why);
    }
    if (acked === undefined || read !== undefined) continue;
    const { offset } = acked.place;
    if (offset < logStart || isExcused(partition, acked.place)) continue;
    const saying = `${named(write)} was acknowledged at offset ${offset}, and`;
    if (acked.at > finalAt) undecided.push(write);
    else if (offset < furthest.offset) {
      const reads = `consumers have read up to offset ${furthest.offset}`;
      const why = `${saying} ${reads}, but nobody ever read it.`;
      found.add("lost-write", [send.id, furthest.id], why);
    } else found.add("unseen", [send.id], `${saying} the final polls ended without it.`);
  }
  return undecided;
}

/**
 * Finds acknowledged sends of one client that stand in the log in another order. What returned as
 * info may come at any later time; where sequences forbid it, judgeSequences finds it.
 */
export function judgeOrder(partition: Partition, places: Places, found: Findings): void {
  const before = new Map<string, { readonly send: EventOf<"send">; readonly place: Place }>();
  for (const { send, acked } of partition.writes.values()) {
    if (acked === undefined || isExcused(partition, acked.place)) continue;
    const { place } = acked;
    const last = before.get(send.client);
    before.set(send.client, { send, place });
    if (last === undefined) continue;
    const isBatch = send.batch !== undefined && send.batch === last.send.batch;
    const ids = [last.send.id, send.id];
    const [one, two] = [last.send.value, send.value];
    const [from, to] = [last.place.offset, place.offset];
    const sent = `${send.client} sent ${one} and then ${two} to ${partition.name}`;
    const order = `${isBatch ? "In one batch, " : ""}${sent}, but`;
    if (to <= from) {
      const why = `${order} ${one} is at offset ${from} and ${two} at offset ${to}.`;
      found.add(isBatch ? "int-nonmonotonic-send" : "nonmonotonic-send", ids, why);
      continue;
    }
    const between = places[countBefore(places, from + 1)];
    if (!isBatch || between === undefined || between.offset >= to) continue;
    const why = `${order} between their offsets ${from} and ${to} stands ${shown(between)}.`;
    found.add("int-send-skip", [...ids, between.write?.send.id], why);
  }
}
