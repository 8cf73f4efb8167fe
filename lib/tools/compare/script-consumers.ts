/** The part of a script that is about consumers and their group, with what is known of them while it is drawn. */

import { assignors, type TopicPartition } from "quorumlab/broker";
import type { Dice } from "./dice.ts";
import type { Kind, Reset, Step } from "./script-kafka.ts";
import { NOWHERE, type Topic, type Topics } from "./script-topics.ts";

type Consumer = {
  readonly id: string;
  readonly reset: Reset;
  /** Whether the group gives it what it reads, or it chooses itself. */
  readonly isMember: boolean;
  /** What it shares with the group, once it has subscribed. */
  topics: readonly Topic[];
  reads: readonly TopicPartition[];
  /** Whether the group counts it among its members; and whether it has its share in the group as that is now. */
  isKnown: boolean;
  isIn: boolean;
};

const MOST = 4;

export class Consumers {
  private readonly dice: Dice;
  private readonly topics: Topics;
  /** How many of the consumers are members of the group, from 0 to 1. */
  private readonly shareOfMembers: number;
  private readonly open: Consumer[] = [];
  private opened = 0;
  /** Whether someone has gone, or has been given up, since everybody had its share. */
  private hasLost = false;
  /** Whether someone waits for the others to join again. */
  private isAwaited = false;
  private hasIdled = false;
  /** Where offsets may have been stored. */
  private readonly stored: TopicPartition[] = [];

  constructor(dice: Dice, topics: Topics, shareOfMembers: number) {
    this.dice = dice;
    this.topics = topics;
    this.shareOfMembers = shareOfMembers;
  }

  /** Somebody to share with. */
  begin(): Step[] {
    const steps = this.shareOfMembers > 0 ? [this.openOne(), this.openOne()] : [];
    return steps.filter((step) => step !== undefined);
  }

  draw(kind: Kind): Step | undefined {
    if (this.open.length === 0) return this.openOne();
    const { dice } = this;
    // Whoever waits for others tries what cannot be yet.
    if (this.isAwaited && dice.happens(0.4)) return this.explicit(dice.any(this.subscribed()).id);
    switch (kind) {
      case "open":
        return this.openOne();
      case "assign":
        return this.assign();
      case "subscribe":
        return this.subscribe();
      case "settle":
        return dice.happens(0.4) ? (this.knock() ?? this.settle()) : this.settle();
      case "knock":
        return this.knock();
      case "idle":
        return this.idle();
      case "close":
        return this.close();
      case "poll":
      case "assignment":
        return this.ofReader(({ id }) => ({ kind, consumer: id }));
      case "position":
      case "pause":
      case "resume":
        return this.ofReader(({ id, reads }) => ({ kind, consumer: id, ...dice.any(reads) }));
      case "seek":
        return this.ofReader(({ id, reads }) => {
          return { kind, consumer: id, ...dice.any(reads), offset: dice.upTo(0, 8) };
        });
      case "commit":
        return this.commit(dice.any(this.open));
      case "committed": {
        const isKnown = this.stored.length > 0 && dice.happens(0.7);
        const where = isKnown ? dice.any(this.stored) : this.topics.anywhere();
        return { kind, consumer: dice.any(this.open).id, ...where };
      }
      default:
        return undefined;
    }
  }

  /** Everybody reads what there is, and goes. */
  end(): Step[] {
    const settle = this.settle();
    const polls = this.open
      .filter(({ reads, isMember }) => reads.length > 0 && !isMember)
      .map(({ id }): Step => ({ kind: "poll", consumer: id }));
    const closes = this.open.map(({ id }): Step => ({ kind: "close", consumer: id }));
    return [...(settle ? [settle] : []), ...polls, ...closes];
  }

  private openOne(): Step | undefined {
    if (this.opened === MOST) return undefined;
    const { dice } = this;
    const isMember = dice.happens(this.shareOfMembers);
    const reset = dice.one({ earliest: 5, latest: 3, none: isMember ? 0 : 3 });
    const id = `m${this.opened++}`;
    const fresh = { topics: [], reads: [], isKnown: false, isIn: false };
    this.open.push({ id, reset, isMember, ...fresh });
    return { kind: "open", consumer: id, reset };
  }

  private subscribed(): Consumer[] {
    return this.open.filter(({ topics }) => topics.length > 0);
  }

  private isSettled(): boolean {
    return !this.hasLost && this.subscribed().every(({ isIn }) => isIn);
  }

  /** Of a consumer that has something to read. */
  private ofReader(step: (consumer: Consumer) => Step): Step | undefined {
    const isSure = this.isSettled();
    const readers = this.open.filter(({ reads, isMember }) => {
      return reads.length > 0 && (isSure || !isMember);
    });
    if (readers.length > 0) return step(this.dice.any(readers));
    return this.assign() ?? this.settle() ?? this.subscribe();
  }

  private assign(): Step | undefined {
    const { dice, topics } = this;
    const free = this.open.filter(({ isMember }) => !isMember);
    if (free.length === 0) return undefined;
    const consumer = dice.any(free);
    // Where one partition has no position, who reads others as well may or may not have got their records first.
    const count = consumer.reset === "none" ? 1 : dice.upTo(1, 3);
    const wanted = Array.from({ length: count }, () => {
      const topic = topics.any();
      if (topic.use === "none") topic.use = "read";
      return topics.partition(topic);
    });
    const names = wanted.map(({ topic, partition }) => `${topic} ${partition}`);
    consumer.reads = wanted.filter((_, at) => names.indexOf(names[at] as string) === at);
    return { kind: "assign", consumer: consumer.id, partitions: consumer.reads };
  }

  private subscribe(): Step | undefined {
    const { dice, topics } = this;
    const free = this.open.filter(({ isMember }) => isMember);
    if (free.length === 0) return this.openOne();
    const fresh = free.filter((each) => each.topics.length === 0);
    const consumer = dice.any(fresh.length > 0 && dice.happens(0.7) ? fresh : free);
    const wanted = [...new Set([topics.any(), topics.any()])];
    // Whoever wants what it has joins nothing.
    if (wanted.every((each) => consumer.topics.includes(each))) return undefined;
    consumer.topics = wanted;
    for (const topic of wanted) topic.use = "shared";
    consumer.isIn = false;
    const names = consumer.topics.map(({ name }) => name);
    return { kind: "subscribe", consumer: consumer.id, topics: names };
  }

  private settle(): Step | undefined {
    const members = this.subscribed();
    if (members.length === 0) return undefined;
    const isNew = !this.isSettled();
    if (isNew) this.share(members);
    this.hasLost = false;
    this.isAwaited = false;
    return { kind: "settle", consumers: members.map(({ id }) => id), isNew };
  }

  /** As the members themselves will share it out. */
  private share(members: readonly Consumer[]): void {
    const subscriptions = members.map(({ id, topics }) => {
      return { memberId: id, topics: topics.map(({ name }) => name) };
    });
    const all = members.flatMap(({ topics }) => topics);
    const counts = all.map(({ name, partitions }) => [name, partitions] as const);
    const shares = assignors.range(subscriptions, Object.fromEntries(counts));
    for (const member of members) {
      member.reads = shares[member.id] ?? [];
      member.isKnown = true;
      member.isIn = true;
    }
  }

  /** Somebody new comes while others have their shares, and hears nothing until they join again. */
  private knock(): Step | undefined {
    const members = this.subscribed();
    const fresh = members.filter(({ isIn }) => !isIn);
    if (fresh.length === 0 || fresh.length === members.length || this.isAwaited) return undefined;
    this.isAwaited = true;
    return { kind: "knock", consumer: this.dice.any(fresh).id };
  }

  private idle(): Step | undefined {
    // It takes long.
    if (this.hasIdled || this.subscribed().length === 0 || !this.isSettled()) return undefined;
    this.hasIdled = true;
    for (const member of this.subscribed()) Object.assign(member, { isKnown: false, isIn: false });
    this.hasLost = true;
    return { kind: "idle" };
  }

  private close(): Step | undefined {
    // The last of those who are waited for may be the one that goes: then nobody knows how soon the others hear it.
    if (this.isAwaited) return undefined;
    const consumer = this.dice.any(this.open);
    this.open.splice(this.open.indexOf(consumer), 1);
    this.hasLost ||= consumer.isKnown;
    return { kind: "close", consumer: consumer.id };
  }

  private commit({ id, reads, isMember }: Consumer): Step {
    const isSure = reads.length > 0 && (!isMember || this.isSettled());
    if (!isSure || this.dice.happens(0.4)) return this.explicit(id);
    this.stored.push(...reads);
    return { kind: "commit", consumer: id };
  }

  private explicit(consumer: string): Step {
    const { dice, topics } = this;
    const topic = topics.any();
    // What is stored of a deleted topic is forgotten, nobody knows when.
    if (topic.use === "none") topic.use = "read";
    const there = { ...topics.partition(topic), offset: dice.upTo(0, 9) };
    this.stored.push({ topic: there.topic, partition: there.partition });
    const nowhere = { ...there, partition: NOWHERE };
    const offsets = [dice.happens(0.1) ? nowhere : there];
    return { kind: "commit", consumer, offsets };
  }
}
