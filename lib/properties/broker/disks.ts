/** What brokers write to their disks, as events for the checker of logs; and whether a follower cuts off what is committed. */

import type { Batch, Broker } from "quorumlab/broker";
import type { LogEvent } from "quorumlab/check";
import type { NodeId, TraceEvent, View } from "quorumlab/sim";
import { Violation } from "../exercise.ts";
import { SITUATIONS } from "./situations.ts";
import { type Notes, TOPIC } from "./stage.ts";

/** A log on a broker's disk: its batches with their places there, and the place of the next one. */
type Mirror = { next: number; batches: { readonly place: number; readonly batch: Batch }[] };

type Write = Extract<TraceEvent, { kind: "write" }>;

export class Disks {
  private readonly notes: Notes;
  private readonly mirrors = new Map<NodeId, Map<string, Mirror>>();
  /** Where each log begins by the newest that some broker has said. */
  private readonly starts = new Map<string, number>();
  /** What the clock of each broker showed when it was looked at last. */
  private readonly dates = new Map<NodeId, number>();

  constructor(notes: Notes) {
    this.notes = notes;
  }

  /** @param committed up to where this broker has known a log as committed, as far as that is judged */
  take(write: Write, view: View, committed: (log: string) => number): void {
    const { node: id, effect } = write;
    if (effect.kind === "put") {
      const log = effect.cell.endsWith(" start") ? effect.cell.slice(0, -6) : undefined;
      if (log !== undefined)
        this.begins(write, log, (effect.value as { offset: number }).offset, view);
      return;
    }
    const mirror = this.mirrorsOf(id).get(effect.log) ?? { next: 0, batches: [] };
    this.mirrorsOf(id).set(effect.log, mirror);
    switch (effect.kind) {
      case "append": {
        const batch = effect.entry as Batch;
        checkSequence(id, effect.log, mirror, batch, this.starts.get(effect.log) ?? 0);
        mirror.batches.push({ place: mirror.next++, batch });
        this.appends(id, effect.log, batch);
        return;
      }
      case "cutTail":
        mirror.next = Math.min(mirror.next, effect.from);
        this.cuts(id, effect.log, mirror, committed(effect.log));
        return;
      case "dropHead":
        mirror.batches = mirror.batches.filter(({ place }) => place >= effect.before);
    }
  }

  look({ id, dateMs }: Broker): void {
    this.dates.set(id, dateMs);
  }

  /** A broker comes back: what its disk had not synced may be gone. */
  comesBack(broker: NodeId, { unclaimed }: Broker): void {
    for (const [log, mirror] of this.mirrorsOf(broker)) {
      const kept = unclaimed.get(log);
      mirror.next = kept === undefined ? 0 : kept.place + kept.batches.length;
      mirror.batches = mirror.batches.filter(({ place }) => place < mirror.next);
      const offset = kept?.end ?? 0;
      this.note(log, (partition) => ({ kind: "truncate", broker, partition, offset }));
    }
  }

  private mirrorsOf(id: NodeId): Map<string, Mirror> {
    const known = this.mirrors.get(id) ?? new Map<string, Mirror>();
    this.mirrors.set(id, known);
    return known;
  }

  private appends(broker: NodeId, log: string, batch: Batch): void {
    const { leaderEpoch, baseOffset, records } = batch;
    for (const [nth, { value, timestampMs }] of records.entries()) {
      const record = { leaderEpoch, offset: baseOffset + nth, value: String(value), timestampMs };
      this.note(log, (partition) => ({ kind: "append", broker, partition, ...record }));
    }
  }

  private cuts(broker: NodeId, log: string, mirror: Mirror, committed: number): void {
    const offset = mirror.batches.find(({ place }) => place >= mirror.next)?.batch.baseOffset;
    mirror.batches = mirror.batches.filter(({ place }) => place < mirror.next);
    if (offset === undefined) return;
    if (offset < committed) {
      throw new Violation(
        `${broker} cuts ${log} off at offset ${offset}, though it has known it as committed up to ${committed}.`,
      );
    }
    this.notes.saw(SITUATIONS.truncated);
    this.note(log, (partition) => ({ kind: "truncate", broker, partition, offset }));
  }

  /** The log begins later than before: by its leader's own retention, or as the leader has told. */
  private begins(write: Write, log: string, offset: number, view: View): void {
    const { node: broker, atMs, cause = -1 } = write;
    this.starts.set(log, Math.max(offset, this.starts.get(log) ?? 0));
    const state = view.state(broker) as Broker | undefined;
    const replica = [...(state?.replicas.values() ?? [])].find((each) => each.log.name === log);
    if (replica === undefined || state === undefined) return;
    const { retentionMs, retentionBytes } = replica.config;
    const kept = this.mirrorsOf(broker).get(log)?.batches ?? [];
    const bytesLeft = kept
      .filter(({ batch }) => batch.baseOffset >= offset)
      .reduce((sum, { batch }) => sum + batch.bytes, 0);
    // What it decided before it was paused, by the date of then, it writes when it wakes up.
    const isLate = (view.trace[cause]?.atMs ?? atMs) < atMs;
    const nowMs = (isLate ? this.dates.get(broker) : undefined) ?? state.dateMs;
    const limits = { nowMs, bytesLeft, retentionMs, retentionBytes };
    const isOwn = replica.part.kind === "leading";
    this.note(log, (partition) => {
      const cut = { kind: "logStart", broker, partition, offset } as const;
      return isOwn ? { ...cut, retention: limits } : cut;
    });
  }

  /** Of the topic that clients use: its name is given to no other. */
  private note(log: string, event: (partition: string) => LogEvent): void {
    const [partition = ""] = log.split(" ");
    if (partition.startsWith(`${TOPIC}-`)) this.notes.take(event(partition));
  }
}

/**
 * The batches of a producer stand in a log one after the other: none is missing, repeated, or of an older epoch. What
 * lies before the newest start is not looked at: where a leader has deleted a follower cuts nothing off.
 */
function checkSequence(
  broker: NodeId,
  log: string,
  { batches }: Mirror,
  { sequenced, baseOffset }: Batch,
  start: number,
): void {
  if (sequenced === null) return;
  const { producerId, producerEpoch, baseSequence } = sequenced;
  const last = batches.findLast(({ batch }) => batch.sequenced?.producerId === producerId)?.batch;
  if (last === undefined || last.sequenced === null || last.baseOffset < start) return;
  const { producerEpoch: epoch, baseSequence: first } = last.sequenced;
  const next = producerEpoch === epoch ? first + last.records.length : 0;
  if (producerEpoch >= epoch && baseSequence === next) return;
  throw new Violation(
    `${broker} appends at offset ${baseOffset} of ${log} number ${baseSequence} in epoch ${producerEpoch} of ${producerId}, after number ${first} in epoch ${epoch} with ${last.records.length} records.`,
  );
}
