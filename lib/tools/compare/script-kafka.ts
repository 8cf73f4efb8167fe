/**
 * Random scripts for the clients of a Kafka, as plain data: one step after the other, so that all that is compared has
 * one right answer. What has none is not asked for: where a message without a key goes among several partitions; what a
 * consumer finds in a topic that was deleted; and who is told first of what.
 */

import type { Acks, Message, NewTopic, Offset, OffsetSpec, TopicPartition } from "quorumlab/broker";
import { diceOf } from "./dice.ts";
import { Consumers } from "./script-consumers.ts";
import { Topics } from "./script-topics.ts";

export type Reset = "earliest" | "latest" | "none";

/** What one client does, or has to wait for. */
export type Step =
  | ({ readonly kind: "createTopic" } & NewTopic)
  | { readonly kind: "deleteTopic"; readonly topic: string }
  | { readonly kind: "createPartitions"; readonly topic: string; readonly partitions: number }
  | { readonly kind: "describeTopic"; readonly topic: string }
  | ({ readonly kind: "electLeader"; readonly election: "preferred" | "unclean" } & TopicPartition)
  | ({ readonly kind: "listOffset"; readonly spec: OffsetSpec } & TopicPartition)
  | {
      readonly kind: "send";
      readonly acks: Acks;
      readonly message: Message;
      /** There is no such partition: the producer is not to wait for it. */
      readonly isVain?: boolean;
    }
  | (OfConsumer &
      (
        | { readonly kind: "open"; readonly reset: Reset }
        | { readonly kind: "assign"; readonly partitions: readonly TopicPartition[] }
        | { readonly kind: "subscribe"; readonly topics: readonly string[] }
        /** Reads to the end of all its partitions. */
        | { readonly kind: "poll" }
        /** Asks the group in, and does not wait for its other members. */
        | { readonly kind: "knock" }
        | { readonly kind: "assignment" | "close" }
        | ({ readonly kind: "position" | "committed" } & TopicPartition)
        | ({ readonly kind: "seek"; readonly offset: Offset } & TopicPartition)
        | ({ readonly kind: "pause" | "resume" } & TopicPartition)
        | { readonly kind: "commit"; readonly offsets?: readonly Committed[] }
      ))
  /** All members of the group poll until each has its share, a new one or that which it had, and has read it to its end. */
  | { readonly kind: "settle"; readonly consumers: readonly string[]; readonly isNew: boolean }
  /** Nobody polls, for so long that the group gives its members up. */
  | { readonly kind: "idle" };
/** What can be drawn: a step's kind, or a message to a partition that is not there. */
export type Kind = Step["kind"] | "sendInVain";
type OfConsumer = { readonly consumer: string };
type Committed = TopicPartition & { readonly offset: Offset };

export type Script = {
  /** What the names of its topics and of its group begin with. */
  readonly root: string;
  /** It waits until the group has given members up: they must not be allowed to be silent for long. */
  readonly isSlow: boolean;
  readonly steps: readonly Step[];
};

const LEAST = 20;
const MOST = 32;

const ADMIN = { createTopic: 18, deleteTopic: 8, createPartitions: 12, describeTopic: 8 };
const READ = { poll: 20, position: 8, seek: 10, pause: 5, resume: 4, commit: 10, committed: 6 };
const GROUP = { open: 12, subscribe: 16, settle: 24, knock: 10, assignment: 3, close: 5 };
/** What a script is about, and how often it does what. */
const THEMES = {
  topics: { ...ADMIN, electLeader: 6, listOffset: 12, send: 25, sendInVain: 6 },
  log: { ...READ, createPartitions: 3, listOffset: 12, send: 30, open: 5, assign: 12, close: 2 },
  group: { ...READ, ...GROUP, send: 24 },
  lost: { ...READ, ...GROUP, send: 20, idle: 16 },
};

/**
 * Draws a script.
 *
 * @param root the beginning of the names of its topics and of its group
 * @param nth with the seed, decides everything else
 */
export function drawScript(seed: number, nth: number, root: string): Script {
  const dice = diceOf(seed, nth);
  const topics = new Topics(dice, root);
  const theme = dice.one({ topics: 3, log: 4, group: 6, lost: 1 });
  const consumers = new Consumers(dice, topics, ["group", "lost"].includes(theme) ? 0.8 : 0);
  const steps: Step[] = [...topics.begin(), ...consumers.begin()];
  for (let left = dice.upTo(LEAST, MOST); left > 0; left--) {
    const kind = dice.one<Kind>(THEMES[theme] as Record<Kind, number>);
    steps.push(topics.draw(kind) ?? consumers.draw(kind) ?? topics.send());
  }
  return { root, isSlow: theme === "lost", steps: [...steps, ...consumers.end()] };
}

/** A step as it is shown. */
export function told(step: Step): string {
  return JSON.stringify(step, (_, value) => {
    if (value instanceof Uint8Array) return `bytes ${[...value].join(" ")}`;
    return typeof value === "string" && value.length > 300 ? `${value.length} characters` : value;
  });
}
