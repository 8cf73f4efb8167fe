/** The steps of a script, one after the other, and what its clients saw: the same on both systems. */

import { type Acks, type Admin, type Consumer, KafkaError, type Producer } from "quorumlab/broker";
import { Readers } from "./readers-kafka.ts";
import type { Reset, Script, Step } from "./script-kafka.ts";

/** What came of a step, called alike on both systems. */
export type Seen = { readonly at: number; readonly code: string; readonly value?: unknown };

/** The machine was too slow for the times of a group: the script proves nothing, and is to be run again. */
export class Unlucky extends Error {}

/** A system, as a script needs it. */
export type Kit = {
  readonly admin: Admin;
  /** @param isVain whether its messages go nowhere, so that it is to give up soon */
  producer(acks: Acks, isVain: boolean): Promise<Producer>;
  /** @param isSlow whether the group is to give it up when it does not poll for `idleMs` */
  consumer(id: string, group: string, reset: Reset, isSlow: boolean): Promise<Consumer>;
  sleep(ms: number): Promise<void>;
  /** How long a poll waits for records, and a newcomer for the others. */
  readonly pollMs: number;
  readonly knockMs: number;
  readonly idleMs: number;
};

/** @throws Unlucky */
export async function performScript(script: Script, kit: Kit): Promise<Seen[]> {
  const performing = new Performing(script, kit);
  const seen: Seen[] = [];
  try {
    for (const [at, step] of script.steps.entries()) {
      const outcome = await outcomeOf(() => performing.step(step));
      seen.push({ at, ...outcome });
    }
  } finally {
    await performing.end();
  }
  return seen;
}

/** Kafka's code, or what there is when there is none. */
export async function outcomeOf(act: () => Promise<unknown>): Promise<Omit<Seen, "at">> {
  try {
    const value = await act();
    return value === null ? { code: "Nothing" } : { code: "Ok", value };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return { code: error.code };
  }
}

/** How often, and after how long, it is looked whether something has come about. */
const LOOKS = 400;
const LOOK_MS = 10;

type TopicStep = Extract<Step, { kind: "createTopic" | "deleteTopic" | "createPartitions" }>;
type Sending = Extract<Step, { kind: "send" }>;

class Performing {
  private readonly kit: Kit;
  private readonly readers: Readers;
  private producers = new Map<string, Promise<Producer>>();

  constructor(script: Script, kit: Kit) {
    this.kit = kit;
    this.readers = new Readers(script, kit);
  }

  /** @returns what the client saw; null for nothing @throws KafkaError */
  async step(step: Step): Promise<unknown> {
    const { admin, idleMs, sleep } = this.kit;
    switch (step.kind) {
      case "createTopic":
      case "deleteTopic":
      case "createPartitions":
        return this.change(step);
      case "describeTopic":
        return (await admin.describeTopic(step.topic)).map(
          ({ partition, leader, leaderEpoch, replicas, isr }) => {
            const counts = { replicas: replicas.length, isr: isr.length };
            return { partition, isLed: leader !== null, leaderEpoch, ...counts };
          },
        );
      case "electLeader":
        return admin.electLeader(step, step.election);
      case "listOffset":
        return admin.listOffset(step, step.spec);
      case "send":
        return this.send(step);
      case "idle":
        return sleep(idleMs);
      default:
        return this.readers.step(step);
    }
  }

  async end(): Promise<void> {
    await this.dismiss();
    await this.readers.end();
  }

  /** Changes a topic, and waits until everybody knows. */
  private async change(step: TopicStep): Promise<void> {
    const { admin } = this.kit;
    if (step.kind === "createTopic") await admin.createTopic(step);
    else if (step.kind === "deleteTopic") await admin.deleteTopic(step.topic);
    else await admin.createPartitions(step.topic, step.partitions);
    const partitions = step.kind === "deleteTopic" ? 0 : step.partitions;
    await this.until(step.kind, async () => {
      const found = await admin.describeTopic(step.topic).catch(() => []);
      return found.length === partitions && found.every(({ leader }) => leader !== null);
    });
    // They may keep for long what they knew of it.
    await this.dismiss();
  }

  private async dismiss(): Promise<void> {
    const producers = await Promise.all(this.producers.values());
    this.producers = new Map();
    await Promise.all(producers.map((each) => each.close()));
  }

  private async send({ acks, message, isVain = false }: Sending): Promise<unknown> {
    const name = `${acks} ${isVain}`;
    const producer = this.producers.get(name) ?? this.kit.producer(acks, isVain);
    this.producers.set(name, producer);
    // Without an acknowledgement only the log tells when the message is there.
    const isUnheard = acks === 0 && !isVain;
    const end = isUnheard ? await this.endOf(message.topic) : 0;
    const { partition, offset } = await (await producer).send(message);
    if (isUnheard) await this.until("send", async () => (await this.endOf(message.topic)) > end);
    return { partition, offset };
  }

  /** How many messages a topic has. */
  private async endOf(topic: string): Promise<number> {
    const { admin } = this.kit;
    const partitions = await admin.describeTopic(topic);
    const ends = partitions.map(({ partition }) =>
      admin.listOffset({ topic, partition }, "latest"),
    );
    return (await Promise.all(ends)).reduce<number>((sum, end) => sum + (end ?? 0), 0);
  }

  private async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (let look = 0; look < LOOKS; look++) {
      if (await holds()) return;
      await this.kit.sleep(LOOK_MS);
    }
    throw new Unlucky(`${what}: nothing came of it`);
  }
}
