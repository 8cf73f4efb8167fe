/** What consumers are owed: only what is committed, and every record once, in order. */

import type { EventOf, PartitionRead } from "./events.ts";
import type { Findings } from "./findings.ts";
import {
  checkOffset,
  countBefore,
  type Partition,
  type Places,
  placeOf,
  shown,
} from "./partition.ts";

/** A client polled, and this is what it got from one partition. */
export function takeRead(partition: Partition, poll: EventOf<"poll">, read: PartitionRead): void {
  const { id, client } = poll;
  for (const [index, { offset, value }] of read.records.entries()) {
    const place = placeOf(partition, offset, value);
    place.evidence ??= { who: `read by ${client}`, id };
    if (place.write !== undefined) place.write.read ??= { id, client, offset };
    if (offset > partition.furthest.offset) partition.furthest = { offset, id };
    move(partition, poll, offset, index > 0);
    partition.positions.set(client, { next: offset + 1, id });
    const [limit, whose] = visibleTo(partition, read.broker);
    if (limit < 0 || offset < limit) continue;
    const what = `${client} read ${value} at offset ${offset} of ${partition.name}`;
    const ids = [place.write?.send.id, id];
    partition.findings.add(
      "read-beyond-high-watermark",
      ids,
      `${what}, but ${whose} was ${limit}.`,
    );
  }
  if (read.position === undefined) return;
  move(partition, poll, read.position, read.records.length > 0);
  takeSeek(partition, client, read.position, id);
}

/** Up to where consumers may read; -1 when nobody told. */
function visibleTo({ highWatermark, replicas }: Partition, broker?: string): [number, string] {
  if (broker === undefined) return [highWatermark, "the highest high watermark"];
  return [replicas.get(broker)?.highWatermark ?? -1, `the high watermark of ${broker}`];
}

/** A client's next offset is this one, and it may be; by a poll, if there is an id. */
export function takeSeek(partition: Partition, client: string, next: number, id?: number): void {
  checkOffset(partition.name, next);
  partition.positions.set(client, id === undefined ? { next } : { next, id });
}

/** The client goes on at an offset. If it leaves some out, the end shows whether they are there. */
function move(partition: Partition, poll: EventOf<"poll">, to: number, isWithin: boolean): void {
  const { name, positions, logStart, gaps, findings } = partition;
  const { next, id: previous } = positions.get(poll.client) ?? { next: to };
  // Retention may pass a slow consumer.
  const from = Math.max(next, logStart);
  if (from < to) gaps.push({ poll, previous, from, to, isWithin });
  if (to >= next) return;
  const who = `${isWithin ? "Within one poll, " : ""}${poll.client}`;
  const what = `${who} went back in ${name} from offset ${next} to offset ${to}`;
  const why = `${what}, with no seek or assignment between.`;
  findings.add(isWithin ? "int-nonmonotonic-poll" : "nonmonotonic-poll", [previous, poll.id], why);
}

/** Finds the gaps between polls, and within them, in which there are records. */
export function judgeGaps({ name, gaps }: Partition, places: Places, found: Findings): void {
  for (const { poll, previous, from, to, isWithin } of gaps) {
    const first = countBefore(places, from);
    const count = countBefore(places, to) - first;
    const place = places[first];
    if (place === undefined || count === 0) continue;
    const who = `${isWithin ? "Within one poll, " : ""}${poll.client}`;
    const missed = `${shown(place)} at offset ${place.offset}`;
    const more = count > 1 ? `, nor ${count - 1} more` : "";
    const went = `${who} went on in ${name} from offset ${from} to offset ${to}`;
    const why = `${went}, and did not get ${missed}${more}.`;
    const ids = [previous, poll.id, place.write?.send.id];
    found.add(isWithin ? "int-poll-skip" : "poll-skip", ids, why);
  }
}
