/** What the programs of a trial share: their names for things, and whom they tell of what happened. */

import { KafkaError, type TopicPartition } from "quorumlab/broker";
import type { LogEvent } from "quorumlab/check";
import type { ClientHost, Replies } from "quorumlab/ensemble";
import type { NodeId } from "quorumlab/sim";
import type { Plan } from "./plan.ts";

export const TOPIC = "t";
export const GROUP = "g";
/** The largest batch that brokers take. */
export const MAX_BYTES = 10_000;

/** What clients write down for the judge, and whom they tell of what happened. */
export type Notes = {
  /** In the order of time. */
  take(event: LogEvent): void;
  /** A number that no other operation has. */
  next(): number;
  saw(situation: string): void;
  /** Which records members of the group have worked on. */
  done(partition: string, offset: number): void;
  /** A client was told what it must not be told. */
  accuse(says: string): void;
};

type Host = ClientHost<Replies>;

/** Where a program runs. */
export type Stage = {
  readonly host: Host;
  readonly plan: Plan;
  readonly brokers: readonly NodeId[];
  readonly notes: Notes;
};

export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** An operation may fail, by one of Kafka's codes. */
export function expected(error: unknown): void {
  if (!(error instanceof KafkaError)) throw error;
}

export async function until(host: Host, atMs: number): Promise<void> {
  await host.sleep(Math.max(0, atMs - host.trueMs()));
}
