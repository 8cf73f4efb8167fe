/**
 * Watches a cluster from outside: judges after every event who leads in which epoch, how far partitions are committed,
 * and what followers cut off; and writes down what brokers do for the checker of logs.
 */

import type { Broker, Replica } from "quorumlab/broker";
import { hash, type NodeId, type TraceEvent, type View } from "quorumlab/sim";
import { Violation } from "../exercise.ts";
import { Disks } from "./disks.ts";
import { type Notes, TOPIC } from "./stage.ts";
import { States } from "./states.ts";
import { Syncs } from "./syncs.ts";
import { Wire } from "./wire.ts";

/** What a replica was when it was looked at last; -1 when it did not lead. */
type Seen = {
  /** Not what it does while it is paused: that is written and said when it wakes up, or never when it dies. */
  readonly highWatermark: number;
  /** What of it others may have heard of: not what is not on the leader's own disk yet. */
  readonly told: number;
  readonly leads: number;
  readonly isr: Isr;
};
type Isr = Replica["state"]["isr"];
type Leads = Extract<Replica["part"], { kind: "leading" }>;

export class Witness {
  private readonly brokers: readonly NodeId[];
  private readonly notes: Notes;
  private readonly states: States;
  private readonly disks: Disks;
  private readonly syncs = new Syncs();
  private readonly wire: Wire;
  private readonly seen = new Map<string, Seen>();
  /** What is committed in each log, by offset: the hash of the leader epoch and the record. */
  private readonly committed = new Map<string, number[]>();
  private readonly lives = new Map<NodeId, number>();
  private readonly paused = new Set<NodeId>();
  private heard = 0;

  constructor(brokers: readonly NodeId[], notes: Notes) {
    this.brokers = brokers;
    this.notes = notes;
    this.states = new States(notes);
    this.disks = new Disks(notes);
    this.wire = new Wire(brokers, notes, this.syncs);
  }

  look(view: View): void {
    const touched = new Set<NodeId>();
    for (; this.heard < view.trace.length; this.heard++) {
      const event = view.trace[this.heard] as TraceEvent;
      if (event.kind === "send" || event.kind === "deliver") this.wire.take(event, view);
      if (!("node" in event) || !this.brokers.includes(event.node)) continue;
      touched.add(event.node);
      this.syncs.take(event);
      if (event.kind === "start") this.starts(event.node, view);
      if (event.kind === "pause") this.paused.add(event.node);
      if (event.kind === "resume") this.paused.delete(event.node);
      if (event.kind !== "write") continue;
      const committed = (log: string) => this.committedOn(event.node, log);
      this.disks.take(event, view, committed);
      if (event.effect.kind === "cutTail") checkRemembered(view.state(event.node) as Broker);
    }
    for (const id of touched) {
      const broker = view.state(id) as Broker | undefined;
      if (broker !== undefined) this.lookAt(broker, view);
    }
  }

  /** How far a broker has known a log as committed. Where a leader was not in sync, that says nothing any more. */
  private committedOn(id: NodeId, log: string): number {
    return this.states.isUnclean(log) ? 0 : (this.seen.get(`${id} ${log}`)?.told ?? 0);
  }

  private starts(id: NodeId, view: View): void {
    this.lives.set(id, (this.lives.get(id) ?? 0) + 1);
    this.paused.delete(id);
    this.states.starts(id);
    for (const key of this.seen.keys()) if (key.startsWith(`${id} `)) this.seen.delete(key);
    const broker = view.state(id) as Broker | undefined;
    if (broker !== undefined) this.disks.comesBack(id, broker);
  }

  private lookAt(broker: Broker, view: View): void {
    const { id } = broker;
    this.states.look(broker);
    this.disks.look(broker);
    for (const replica of broker.replicas.values()) {
      const { log, highWatermark, state, part } = replica;
      if (part.kind === "leading") checkProposed(replica, part);
      const key = `${id} ${log.name}`;
      const fresh = { highWatermark: log.start, told: log.start, leads: -1, isr: [] };
      const seen = this.seen.get(key) ?? fresh;
      const leads = part.kind === "leading" ? state.leaderEpoch : -1;
      const synced = leads === -1 ? Infinity : this.syncs.syncedTo(id, log.name);
      const shown = this.paused.has(id) ? seen.highWatermark : highWatermark;
      const told = Math.min(shown, synced);
      const { isr } = state;
      const isOld = shown === seen.highWatermark && told === seen.told;
      if (isOld && isr === seen.isr && leads === seen.leads) continue;
      this.seen.set(key, { highWatermark: shown, told: Math.max(told, seen.told), leads, isr });
      if (leads !== -1 && !this.states.isUnclean(log.name)) checkInSync(replica, view);
      const isSameTerm = leads !== -1 && leads === seen.leads;
      if (isSameTerm && shown > seen.highWatermark) checkMinimum(replica, seen.isr);
      if (leads !== -1 && !isSameTerm)
        this.states.leads(id, this.lives.get(id) ?? 1, log.name, leads);
      if (isSameTerm && highWatermark < seen.highWatermark) {
        throw new Violation(
          `${id} leads ${log.name} and has shown it as committed up to ${seen.highWatermark}; now it says ${highWatermark}.`,
        );
      }
      if (log.start > highWatermark || highWatermark > log.end) {
        throw new Violation(
          `${id} has ${log.name} from ${log.start} to ${log.end}, and takes it for committed up to ${highWatermark}.`,
        );
      }
      // Who wakes up does much at one moment: only where nothing else has changed is it clear who was in sync.
      if (isSameTerm && isr === seen.isr) this.acknowledges(id, replica, seen.highWatermark, shown);
      this.commits(id, replica, seen.told, told);
    }
  }

  /** A replica takes more for committed than before: nobody may ever have had something else there. */
  private commits(id: NodeId, replica: Replica, from: number, to: number): void {
    const { log } = replica;
    const known = this.committed.get(log.name) ?? [];
    this.committed.set(log.name, known);
    const isJudged = !this.states.isUnclean(log.name);
    for (const [offset, epoch, { key, value }] of recordsOf(log.batches, from, to)) {
      const made = hash([epoch, key, value]);
      if (isJudged && known[offset] !== undefined && known[offset] !== made) {
        throw new Violation(
          `${id} has ${String(value)} of epoch ${epoch} as committed at offset ${offset} of ${log.name}, where something else was committed before.`,
        );
      }
      known[offset] = made;
    }
  }

  /** What a leader takes for committed, it acknowledges to whoever waits. */
  private acknowledges(broker: NodeId, replica: Replica, from: number, to: number): void {
    const { topic, partition, part, state, config, log } = replica;
    if (topic !== TOPIC || part.kind !== "leading") return;
    const minInsyncReplicas = Math.min(config.minInsyncReplicas ?? 1, state.replicas.length);
    const by = { broker, partition: `${topic}-${partition}`, isr: state.isr, minInsyncReplicas };
    for (const [offset, , { value }] of recordsOf(log.batches, from, to)) {
      this.notes.take({ kind: "ack", ...by, offset, value: String(value) });
    }
  }
}

/**
 * Who is in sync has everything that its leader takes for committed. A leader may not have heard yet that its topic was
 * made anew: who has heard it keeps nothing of the old one. Who has only an older one has nothing of this one.
 */
function checkInSync(
  { topic, topicId, partition, log, highWatermark, state }: Replica,
  view: View,
): void {
  for (const id of state.isr) {
    const broker = view.state(id) as Broker | undefined;
    const other = broker?.replicas.get(`${topic}-${partition}`);
    if (other === undefined || other.topicId > topicId) continue;
    const end = other.topicId === topicId ? other.log.end : 0;
    if (end >= highWatermark) continue;
    throw new Violation(
      `${state.leader} has ${log.name} committed up to ${highWatermark}, but ${id}, which is in sync, ends at ${end}.`,
    );
  }
}

/** Nothing becomes committed while fewer are in sync than it takes; who has just left had it. */
function checkMinimum({ log, highWatermark, state, part, config }: Replica, before: Isr): void {
  const { leader, isr, replicas } = state;
  const least = Math.min(config.minInsyncReplicas ?? 1, replicas.length);
  if (isr.length >= least || part.kind !== "leading") return;
  const had = before.filter((id) => (part.followers.get(id)?.end ?? Infinity) >= highWatermark);
  if (had.length >= least) return;
  throw new Violation(
    `${leader} takes ${log.name} for committed up to ${highWatermark}, but of ${least} replicas that must be in sync only ${had.join(" and ")} had it.`,
  );
}

/** Whom a leader wants in sync has all that is committed, as far as it knows, and all that it began with. */
function checkProposed({ log, highWatermark, state }: Replica, part: Leads): void {
  for (const id of part.proposed?.isr.keys() ?? []) {
    const end = state.isr.includes(id) ? undefined : part.followers.get(id)?.end;
    if (end === undefined || (end >= highWatermark && end >= part.epochStart)) continue;
    throw new Violation(
      `${state.leader} leads ${log.name} from ${part.epochStart} on and has it committed up to ${highWatermark}, but wants ${id} in sync, which ends at ${end}.`,
    );
  }
}

/** What a partition remembers of a producer stands in its log, or was deleted. */
function checkRemembered({ id, replicas }: Broker): void {
  for (const { log } of replicas.values()) {
    for (const [producer, { batches }] of log.producers) {
      const lost = batches.find(({ offset }) => offset >= log.end);
      if (lost === undefined) continue;
      throw new Violation(
        `${id} remembers a batch of ${producer} at offset ${lost.offset} of ${log.name}, which ends at ${log.end}.`,
      );
    }
  }
}

type Batches = Replica["log"]["batches"];
type Record = Batches[number]["records"][number];

/** The records of a part of a log, from its end on backwards by batches, with their offsets and epochs. */
function recordsOf(batches: Batches, from: number, to: number): [number, number, Record][] {
  const found: [number, number, Record][] = [];
  for (let at = batches.length - 1; at >= 0; at--) {
    const { baseOffset, leaderEpoch, records } = batches[at] as Batches[number];
    if (baseOffset + records.length <= from) break;
    for (const [nth, record] of records.entries()) {
      const offset = baseOffset + nth;
      if (offset >= from && offset < to) found.push([offset, leaderEpoch, record]);
    }
  }
  return found;
}
