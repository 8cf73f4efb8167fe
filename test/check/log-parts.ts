/** What the cluster of the tests is made of: partitions, their replicas, requests, and a scribe. */

import type { LogEvent } from "../../lib/check/index.ts";

/** What happened, in order, and how often what matters did. */
export class Scribe {
  readonly events: LogEvent[] = [];
  readonly situations = new Map<string, number>();
  #ids = 0;

  id(): number {
    return this.#ids++;
  }

  tell(event: LogEvent): void {
    this.events.push(event);
  }

  count(situation: string): void {
    this.situations.set(situation, (this.situations.get(situation) ?? 0) + 1);
  }
}

/** One of them; undefined when there are none. */
export function at<T>(items: readonly T[], index: number): T | undefined {
  return items[index % items.length];
}

export type Request = {
  readonly partition: Partition;
  readonly client: string;
  readonly records: readonly { readonly id: number; readonly value: string }[];
  /** The epoch and first sequence of the idempotent producer. */
  readonly sequenced: { readonly epoch: number; readonly first: number } | undefined;
  /** Whether its client still waits, and where the leader has put it. */
  isOpen: boolean;
  offset: number | undefined;
};

export type Entry = {
  readonly value: string;
  readonly epoch: number;
  readonly atMs: number;
  readonly request: Request;
};

export type Replica = {
  readonly name: string;
  readonly log: Entry[];
  start: number;
  highWatermark: number;
};

export type Partition = {
  readonly name: string;
  readonly replicas: readonly Replica[];
  leader: Replica;
  epoch: number;
  isr: readonly Replica[];
};

export function newPartition(name: string): Partition {
  const [leader, ...followers] = ["b1", "b2", "b3"].map(
    (broker): Replica => ({ name: broker, log: [], start: 0, highWatermark: 0 }),
  ) as [Replica, ...Replica[]];
  const replicas = [leader, ...followers];
  return { name, replicas, leader, epoch: 1, isr: replicas };
}

/** How much of a replica's log is as its leader has it. */
export function shared({ leader }: Partition, { log }: Replica): number {
  const differs = log.findIndex((entry, offset) => entry !== leader.log[offset]);
  return differs === -1 ? log.length : differs;
}

/** The sequence that comes next of the idempotent producer; none of an epoch that is over. */
export function due({ log }: Replica, epoch: number): number | undefined {
  const last = log.findLast((entry) => entry.request.sequenced !== undefined)?.request;
  if (last?.sequenced === undefined || last.sequenced.epoch < epoch) return 0;
  return last.sequenced.epoch > epoch ? undefined : last.sequenced.first + last.records.length;
}
