/** What controllers decide: one state after the other for each partition, and one leader in an epoch. */

import type { Broker, Image } from "quorumlab/broker";
import { diff, type NodeId } from "quorumlab/sim";
import { Violation } from "../exercise.ts";
import { SITUATIONS } from "./situations.ts";
import { type Notes, TOPIC } from "./stage.ts";

type Topic = NonNullable<ReturnType<Image["topics"]["get"]>>;
type State = Topic["partitions"][number];

export class States {
  private readonly notes: Notes;
  private readonly images = new Map<NodeId, Image>();
  private readonly controllers = new Map<number, NodeId>();
  private readonly topics = new Map<string, number>();
  /** The states of each partition that were seen, by partition epoch. */
  private readonly known = new Map<string, State[]>();
  private readonly leaders = new Map<string, string>();
  private readonly unclean = new Set<string>();

  constructor(notes: Notes) {
    this.notes = notes;
  }

  /** Whether a leader of this log was once elected that was not in sync. */
  isUnclean(log: string): boolean {
    return this.unclean.has(log);
  }

  /** A broker begins another life: it knows what its disk has kept. */
  starts(id: NodeId): void {
    this.images.delete(id);
  }

  /** What a broker believes of the cluster. */
  look({ id, image, office }: Broker): void {
    // What a controller has decided last it may have told nobody, but the next one reads it before it decides.
    if (office !== undefined) this.decided(office.topics);
    const before = this.images.get(id);
    if (before === image || image.controller === null) return;
    this.images.set(id, image);
    this.controls(id, image, before?.controllerEpoch ?? -1);
    this.decided(image.topics);
  }

  private decided(topics: Image["topics"]): void {
    for (const [topic, { id: topicId, config, partitions }] of topics) {
      const last = this.topics.get(topic) ?? topicId;
      if (last < topicId) this.notes.saw(SITUATIONS.madeAnew);
      this.topics.set(topic, Math.max(last, topicId));
      for (const [partition, state] of partitions.entries()) {
        // Which state it is in the controller has yet to read.
        if (state.partitionEpoch < 0) continue;
        const log = `${topic}-${partition} ${topicId}`;
        const before = this.state(log, state);
        if (before !== undefined) this.follows(log, before, state, config);
      }
    }
  }

  private controls(id: NodeId, { controller, controllerEpoch }: Image, heard: number): void {
    if (controller === null) return;
    if (controllerEpoch < heard) {
      throw new Violation(
        `${id} believes the controller of epoch ${controllerEpoch}, though it has heard the one of epoch ${heard}.`,
      );
    }
    const known = this.controllers.get(controllerEpoch);
    if (known !== undefined && known !== controller) {
      throw new Violation(
        `${known} and ${controller} are both the controller of epoch ${controllerEpoch}.`,
      );
    }
    if (known === undefined && this.controllers.size > 0) this.notes.saw(SITUATIONS.newController);
    this.controllers.set(controllerEpoch, controller);
  }

  /** @returns the state before it, when this one is new */
  private state(log: string, state: State): State | undefined {
    const all = this.known.get(log) ?? [];
    this.known.set(log, all);
    const same = all[state.partitionEpoch];
    if (same === state) return undefined;
    if (same !== undefined) {
      if (diff(same, state).length === 0) return undefined;
      throw new Violation(`${log} is ${said(same)} to one broker and ${said(state)} to another.`);
    }
    const { leader, isr, replicas, partitionEpoch } = state;
    const isSound =
      isr.length > 0 &&
      isr.every((id) => replicas.includes(id)) &&
      (leader === null || isr.includes(leader));
    if (!isSound) throw new Violation(`${log} is ${said(state)}, which makes no sense.`);
    const before = all.slice(0, partitionEpoch).findLast((each) => each !== undefined);
    all[partitionEpoch] = state;
    return before;
  }

  /** One state may follow another. */
  private follows(log: string, before: State, state: State, config: Topic["config"]): void {
    const { leader, leaderEpoch } = state;
    const isOlder = leaderEpoch < before.leaderEpoch;
    if (isOlder || (leaderEpoch === before.leaderEpoch && leader !== before.leader)) {
      throw new Violation(`${log} was ${said(before)}, and is ${said(state)} after it.`);
    }
    const isClean = leader === null || before.isr.includes(leader);
    if (!isClean && !config.uncleanLeaderElection) {
      throw new Violation(`${leader} comes to lead ${log}, but was not in sync: ${said(before)}.`);
    }
    this.report(log, before, state);
    if (isClean) return;
    this.unclean.add(log);
    this.notes.saw(SITUATIONS.unclean);
  }

  private report(log: string, before: State, { leader, isr }: State): void {
    if (leader !== null && leader !== before.leader) {
      this.notes.saw(SITUATIONS.newLeader);
      if (log.startsWith("__")) this.notes.saw(SITUATIONS.moved);
    }
    if (isr.length < before.isr.length) this.notes.saw(SITUATIONS.shrink);
    if (isr.some((id) => !before.isr.includes(id))) this.notes.saw(SITUATIONS.expand);
  }

  /** A broker has come to lead. */
  leads(broker: NodeId, life: number, log: string, epoch: number): void {
    const key = `${log} ${epoch}`;
    const whose = `${broker} in its life ${life}`;
    const known = this.leaders.get(key) ?? whose;
    this.leaders.set(key, whose);
    if (known !== whose) {
      throw new Violation(`${known} and ${whose} both lead ${log} in epoch ${epoch}.`);
    }
    const [partition = ""] = log.split(" ");
    if (!partition.startsWith(`${TOPIC}-`)) return;
    const isUnclean = this.unclean.has(log);
    this.notes.take({ kind: "elected", broker, partition, leaderEpoch: epoch, isUnclean });
  }
}

function said(state: State): string {
  return JSON.stringify(state);
}
