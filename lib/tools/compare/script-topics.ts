/** The part of a script that is about topics and what is in them, with what is known of them while it is drawn. */

import type { Message, NewTopic, OffsetSpec, TopicPartition } from "quorumlab/broker";
import type { Data } from "quorumlab/ensemble";
import type { Dice } from "./dice.ts";
import type { Kind, Step } from "./script-kafka.ts";

export type Topic = {
  readonly name: string;
  partitions: number;
  /** A consumer reads it: it stays. A group shares it: it stays as it is. */
  use: "none" | "read" | "shared";
};

/** The last two cannot both be there: metrics would call them alike. */
const NAMES = ["a", "b", "c", "x.y", "x_y"];
const VALUES: readonly (Data | null)[] = [
  ...["", "x", "ä€😀", "1".repeat(40)],
  ...[new Uint8Array([255, 0, 128]), null],
];
const KEYS: readonly (Data | null)[] = ["", "k", "key 2", "ä€😀", new Uint8Array([200, 1]), null];
/** Larger than a broker takes. Source: max.message.bytes. */
const LARGE = "1".repeat(1_100_000);
/** A partition that no topic has. */
export const NOWHERE = 9;

export class Topics {
  private readonly dice: Dice;
  private readonly root: string;
  private readonly there: Topic[] = [];

  constructor(dice: Dice, root: string) {
    this.dice = dice;
    this.root = root;
  }

  /** Something to begin with. */
  begin(): Step[] {
    const topics = NAMES.slice(0, 2).map((name) => {
      const partitions = Number(this.dice.one({ 1: 2, 2: 3, 3: 3 }));
      return this.made({ topic: this.named(name), partitions, replicas: 1 });
    });
    return [...topics, this.send(), this.send(), this.send()];
  }

  draw(kind: Kind): Step | undefined {
    const { dice } = this;
    switch (kind) {
      case "createTopic":
        return this.create();
      case "deleteTopic":
        return this.delete();
      case "createPartitions":
        return this.grow();
      case "describeTopic":
        return { kind, topic: this.anyName() };
      case "electLeader":
        return { kind, ...this.anywhere(), election: dice.any(["preferred", "unclean"]) };
      case "listOffset":
        return { kind, ...this.anywhere(), spec: this.spec() };
      case "send":
        return this.send();
      case "sendInVain":
        return this.sendInVain();
      default:
        return undefined;
    }
  }

  private named(name: string): string {
    return `${this.root}-${name}`;
  }

  /** A topic that is there. */
  any(): Topic {
    return this.dice.any(this.there);
  }

  /** A partition that is there. */
  partition(topic: Topic = this.any()): TopicPartition {
    return { topic: topic.name, partition: this.dice.upTo(0, topic.partitions - 1) };
  }

  /** Mostly a partition that is there. */
  anywhere(): TopicPartition {
    const { topic, partition } = this.partition();
    const kind = this.dice.one({ there: 8, partition: 1, topic: 1 });
    if (kind === "topic") return { topic: this.named("nowhere"), partition };
    return { topic, partition: kind === "there" ? partition : NOWHERE };
  }

  private anyName(): string {
    const kind = this.dice.one({ there: 6, gone: 3, bad: 2 });
    if (kind === "bad") return this.badName();
    return kind === "there" ? this.any().name : this.named(this.dice.any([...NAMES, "nowhere"]));
  }

  private badName(): string {
    const { dice, root } = this;
    return dice.any(["", ".", "..", `${root} a`, `${root}/a`, `${root}ä`, root.padEnd(250, "l")]);
  }

  private create(): Step {
    const { dice } = this;
    const longest = this.root.padEnd(249, "l");
    const name = dice.one({ good: 12, bad: 2, longest: 1 });
    const good = this.named(dice.any(NAMES));
    const topic = name === "good" ? good : name === "bad" ? this.badName() : longest;
    const partitions = Number(dice.one({ 1: 4, 2: 4, 3: 4, 0: 2, "-2": 1 }));
    const replicas = Number(dice.one({ 1: 10, 2: 1, 0: 1 }));
    const config = dice.happens(0.2) ? { config: { minInsyncReplicas: 2 } } : {};
    return this.made({ topic, partitions, replicas, ...config });
  }

  private made(topic: NewTopic): Step {
    const { topic: name, partitions, replicas } = topic;
    const isFree = this.there.every((each) => alike(each.name) !== alike(name));
    const isName = /^[\w.-]{3,249}$/.test(name);
    if (isFree && isName && partitions > 0 && replicas === 1) {
      this.there.push({ name, partitions, use: "none" });
    }
    return { kind: "createTopic", ...topic };
  }

  private delete(): Step {
    const unused = this.there.filter(({ use }) => use === "none");
    const isVain = this.there.length === 1 || unused.length === 0 || this.dice.happens(0.25);
    if (isVain) {
      return { kind: "deleteTopic", topic: this.dice.any([this.named("nowhere"), this.badName()]) };
    }
    const topic = this.dice.any(unused);
    this.there.splice(this.there.indexOf(topic), 1);
    return { kind: "deleteTopic", topic: topic.name };
  }

  private grow(): Step | undefined {
    const { dice } = this;
    const free = this.there.filter(({ use }) => use !== "shared");
    if (free.length === 0) return undefined;
    if (dice.happens(0.15)) {
      return { kind: "createPartitions", topic: this.named("nowhere"), partitions: 3 };
    }
    const topic = dice.any(free);
    const partitions = dice.any([topic.partitions + dice.upTo(0, 2), dice.upTo(-1, 5)]);
    if (partitions > topic.partitions) topic.partitions = partitions;
    return { kind: "createPartitions", topic: topic.name, partitions };
  }

  private spec(): OffsetSpec {
    const { dice } = this;
    const spec = dice.one({ earliest: 3, latest: 4, time: 5 });
    return spec === "time" ? { timestampMs: dice.upTo(0, 60) } : spec;
  }

  send(): Step {
    const { dice } = this;
    const acks = dice.any([0, 1, "all"] as const);
    const isLarge = acks !== 0 && dice.happens(0.02);
    return { kind: "send", acks, message: this.message(isLarge ? LARGE : dice.any(VALUES)) };
  }

  private message(value: Data | null): Message {
    const { dice } = this;
    const topic = this.any();
    const key = dice.any(KEYS);
    const isChosen = key === null ? topic.partitions > 1 : dice.happens(0.3);
    const where = isChosen ? this.partition(topic) : { topic: topic.name };
    // Time does not go forward with offsets: producers tell it.
    return { ...where, key, value, timestampMs: dice.upTo(1, 50) };
  }

  private sendInVain(): Step {
    const { dice } = this;
    const acks = dice.any([0, 1, "all"] as const);
    const nowhere = { topic: dice.any([this.named("nowhere"), this.badName()]), key: "k" };
    const where = dice.happens(0.5) ? { topic: this.any().name, partition: NOWHERE } : nowhere;
    return { kind: "send", acks, message: { ...where, value: "x", timestampMs: 1 }, isVain: true };
  }
}

/** Topics whose names are alike but for a dot and an underscore cannot both be there. Source: Topic.hasCollision. */
function alike(name: string): string {
  return name.replaceAll(".", "_");
}
