/** What brokers owe: equal logs, acknowledgement only of what the ISR has, no early cuts. */

import type { EventOf } from "./events.ts";
import { checkOffset, type Partition, placeOf, type Replica } from "./partition.ts";

function replicaOf(partition: Partition, broker: string): Replica {
  const known = partition.replicas.get(broker);
  if (known !== undefined) return known;
  const replica = { entries: [], cut: 0, committed: 0, highWatermark: -1 };
  partition.replicas.set(broker, replica);
  return replica;
}

/** A broker appended a record. */
export function append(partition: Partition, record: EventOf<"append">): void {
  const { broker, offset, leaderEpoch: epoch, value } = record;
  const place = placeOf(partition, offset, value);
  const { entries } = replicaOf(partition, broker);
  const where = `offset ${offset} of ${partition.name}`;
  const differs = (other: EventOf<"append">, why: string) => {
    const ids = [partition.writes.get(other.value)?.send.id, place.write?.send.id];
    partition.findings.add("replica-divergence", ids, why);
  };
  const last = entries.at(-1);
  if (last !== undefined && (last.offset >= offset || last.leaderEpoch > epoch)) {
    const one = `${broker} appended ${value} at ${where} in leader epoch ${epoch}`;
    const other = `${last.value} at offset ${last.offset} in epoch ${last.leaderEpoch}`;
    differs(last, `${one} after ${other}; along a log neither goes back.`);
  }
  entries.push(record);
  // Never forgotten: a leader may count on what it was told, even if a crash has taken it since.
  if (!place.holders.includes(broker)) place.holders.push(broker);
  place.appendedIn = Math.max(place.appendedIn, epoch);
  const key = `${offset} ${epoch}`;
  const first = partition.firsts.get(key) ?? record;
  partition.firsts.set(key, first);
  if (first.value === value) return;
  const one = `${first.broker} appended ${first.value} at ${where}`;
  differs(first, `In leader epoch ${epoch}, ${one}, and ${broker} ${value}.`);
}

/** A broker cut the end of its log off. */
export function truncate(partition: Partition, { broker, offset }: EventOf<"truncate">): void {
  checkOffset(partition.name, offset);
  const replica = replicaOf(partition, broker);
  const { entries } = replica;
  while ((entries.at(-1)?.offset ?? -1) >= offset) entries.pop();
  replica.committed = Math.min(replica.committed, entries.length);
  replica.cut = Math.min(replica.cut, entries.length);
}

/** What a broker holds below its high watermark counts as committed. */
export function commitUpTo(partition: Partition, event: EventOf<"highWatermark">): void {
  const { broker, offset } = event;
  checkOffset(partition.name, offset);
  const replica = replicaOf(partition, broker);
  replica.highWatermark = Math.max(replica.highWatermark, offset);
  partition.highWatermark = Math.max(partition.highWatermark, offset);
  for (; replica.committed < replica.entries.length; replica.committed++) {
    const entry = replica.entries[replica.committed] as EventOf<"append">;
    if (entry.offset >= offset) return;
    const place = placeOf(partition, entry.offset, entry.value);
    place.evidence ??= { who: `committed on ${broker}` };
    place.epoch = Math.max(place.epoch, entry.leaderEpoch);
  }
}

/** A broker cut the beginning of its log off. */
export function cutUpTo(partition: Partition, event: EventOf<"logStart">): void {
  const { broker, offset, retention } = event;
  checkOffset(partition.name, offset);
  const { name, findings, writes } = partition;
  const replica = replicaOf(partition, broker);
  const { entries, highWatermark } = replica;
  partition.logStart = Math.max(partition.logStart, offset);
  const cut = `${broker} cut ${name} up to offset ${offset}`;
  if (highWatermark >= 0 && offset > highWatermark) {
    const why = `${cut}, but its high watermark had only reached ${highWatermark}.`;
    findings.add("retention", [], why);
  }
  let newest: EventOf<"append"> | undefined;
  for (; replica.cut < entries.length; replica.cut++) {
    const entry = entries[replica.cut] as EventOf<"append">;
    if (entry.offset >= offset) break;
    if ((entry.timestampMs ?? -Infinity) > (newest?.timestampMs ?? -Infinity)) newest = entry;
  }
  if (retention === undefined || newest?.timestampMs === undefined) return;
  const { nowMs, bytesLeft, retentionMs = Infinity, retentionBytes = Infinity } = retention;
  const ageMs = nowMs - newest.timestampMs;
  // By time goes what is too old; by size what the log can spare. What both cut leaves enough, too.
  if (ageMs >= retentionMs || bytesLeft >= retentionBytes) return;
  const young = `${newest.value} at offset ${newest.offset} was ${ageMs} ms old`;
  const limits = `its limits are ${retentionMs} ms and ${retentionBytes} bytes`;
  const why = `${cut} when ${young} and ${bytesLeft} bytes were left; ${limits}.`;
  findings.add("retention", [writes.get(newest.value)?.send.id], why);
}

/** A leader acknowledged a record that was sent with acks=all. */
export function judgeAck(partition: Partition, ack: EventOf<"ack">): void {
  const { broker, offset, value, isr, minInsyncReplicas = 1 } = ack;
  const { holders, write } = placeOf(partition, offset, value);
  const wrong = (saying: string) => {
    const what = `${value} at offset ${offset} of ${partition.name} with acks=all`;
    const why = `${broker} acknowledged ${what}, but ${saying}.`;
    partition.findings.add("acks-broken", [write?.send.id], why);
  };
  const lacking = isr.filter((member) => !holders.includes(member));
  if (lacking.length > 0) wrong(`${lacking.join(" and ")} of the ISR did not have it`);
  if (isr.length >= minInsyncReplicas) return;
  wrong(`the ISR was ${isr.join(" and ")} and min.insync.replicas is ${minInsyncReplicas}`);
}

/** An unclean election is excused: what its leader does not have may be lost. Adds the note. */
export function excuse(partition: Partition, event: EventOf<"elected">): void {
  const { broker, leaderEpoch: epoch } = event;
  // What was lost and sent again can come to the same offset, in a log that is another one before it.
  const isRelied = (entry: EventOf<"append">) => {
    const { evidence, appendedIn } = placeOf(partition, entry.offset, entry.value);
    return evidence !== undefined && appendedIn === entry.leaderEpoch;
  };
  const end = (replicaOf(partition, broker).entries.findLast(isRelied)?.offset ?? -1) + 1;
  const { lost, name } = partition;
  partition.lost = { from: Math.min(lost.from, end), epoch: Math.max(lost.epoch, epoch) };
  const became = `${broker} became leader of ${name} in epoch ${epoch} without being in the ISR`;
  const why = `${became}: what stood at offset ${end} and after may be lost.`;
  partition.findings.add("unclean-election", [], why);
}
