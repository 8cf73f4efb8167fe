/** The consumers of a script: what each has read since it has its present share, and how their group settles. */

import type { Consumer, ConsumerRecord, Offset, TopicPartition } from "quorumlab/broker";
import type { Data } from "quorumlab/ensemble";
import { type Kit, outcomeOf, Unlucky } from "./perform-kafka.ts";
import type { Reset, Script, Step } from "./script-kafka.ts";

/** A consumer, and what has come to it since it has its present share. */
type Reader = {
  readonly consumer: Consumer;
  readonly paused: Set<string>;
  topics: readonly string[];
  records: ConsumerRecord[];
  /** How many shares its group has given to it. */
  shares: number;
};

type ReaderStep = Extract<Step, { consumer: string }>;
type GroupStep = Extract<Step, { kind: "settle" }>;

/** How often all members poll until they are taken for stuck. */
const ROUNDS = 400;

const nameOf = ({ topic, partition }: TopicPartition) => `${topic}-${partition}`;

export class Readers {
  private readonly script: Script;
  private readonly kit: Kit;
  private readonly readers = new Map<string, Reader>();

  constructor(script: Script, kit: Kit) {
    this.script = script;
    this.kit = kit;
  }

  /** @returns what the consumer saw; null for nothing @throws KafkaError */
  async step(step: ReaderStep | GroupStep): Promise<unknown> {
    if (step.kind === "open") return this.open(step.consumer, step.reset);
    if (step.kind === "settle") return this.settle(step);
    const reader = this.reader(step.consumer);
    const { consumer, paused } = reader;
    switch (step.kind) {
      case "assign": {
        const names = new Set(step.partitions.map(nameOf));
        for (const name of paused) if (!names.has(name)) paused.delete(name);
        return consumer.assign(step.partitions);
      }
      case "subscribe":
        return this.subscribe(reader, step.topics);
      case "poll":
        reader.records = [];
        return this.drain(reader);
      case "knock":
        return this.knock(reader);
      case "assignment":
        return this.named(consumer.assignment());
      case "position":
        return consumer.position(step);
      case "committed":
        return consumer.committed(step);
      case "seek":
        return consumer.seek(step, step.offset);
      case "pause":
        paused.add(nameOf(step));
        return consumer.pause([step]);
      case "resume":
        paused.delete(nameOf(step));
        return consumer.resume([step]);
      case "commit":
        return consumer.commit(step.offsets);
      case "close":
        this.readers.delete(step.consumer);
        return consumer.close();
    }
  }

  async end(): Promise<void> {
    const left = [...this.readers.values()].map(({ consumer }) => consumer.close());
    await Promise.allSettled(left);
  }

  private reader(id: string): Reader {
    const reader = this.readers.get(id);
    if (reader === undefined) throw new Error(`the script has not opened ${id}`);
    return reader;
  }

  private async open(id: string, reset: Reset): Promise<void> {
    const { root, isSlow } = this.script;
    const consumer = await this.kit.consumer(id, `${root}-g`, reset, isSlow);
    const fresh = { paused: new Set<string>(), topics: [], records: [], shares: 0 };
    this.readers.set(id, { consumer, ...fresh });
  }

  private subscribe(reader: Reader, topics: readonly string[]): void {
    reader.topics = topics;
    reader.consumer.subscribe(topics, {
      assigned: () => {
        reader.shares += 1;
        reader.records = [];
        reader.paused.clear();
      },
    });
  }

  /** The others have not joined again: there is nothing to have yet. */
  private async knock({ consumer, shares }: Reader): Promise<unknown> {
    const records = await consumer.poll(this.kit.knockMs);
    return records.length === 0 && consumer.assignment().length === 0 ? null : { shares };
  }

  private async settle({ consumers, isNew }: GroupStep): Promise<unknown> {
    const readers = consumers.map((id) => this.reader(id));
    for (const reader of readers) reader.records = [];
    if (isNew) await this.share(readers);
    const shares = readers.map((reader) => reader.shares);
    const seen = [];
    for (const [nth, reader] of readers.entries()) {
      const assignment = this.named(reader.consumer.assignment());
      const read = await outcomeOf(() => this.drain(reader));
      seen.push({ consumer: consumers[nth], assignment, ...read });
    }
    const isQuiet = readers.every((reader, nth) => reader.shares === shares[nth]);
    if (!isQuiet) throw new Unlucky("the group shared again, and nobody knows why");
    return seen;
  }

  /** All poll until everybody has a new share, and nothing is left. */
  private async share(readers: readonly Reader[]): Promise<void> {
    const { admin, pollMs } = this.kit;
    const topics = [...new Set(readers.flatMap((reader) => reader.topics))];
    const described = await Promise.all(topics.map((topic) => admin.describeTopic(topic)));
    const all = described.flat().length;
    const before = readers.map(({ shares }) => shares);
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all(readers.map((reader) => poll(reader, pollMs)));
      const owned = readers.flatMap(({ consumer }) => consumer.assignment().map(nameOf));
      const isNew = readers.every(({ shares }, nth) => shares > (before[nth] ?? 0));
      if (isNew && owned.length === all && new Set(owned).size === all) return;
    }
    throw new Unlucky("the members do not come to an agreement");
  }

  /** Reads all that there is. */
  private async drain(reader: Reader): Promise<unknown> {
    const { admin, pollMs } = this.kit;
    const { consumer, paused } = reader;
    const assigned = consumer.assignment();
    const wanted = assigned.filter((each) => !paused.has(nameOf(each)));
    const ends = await Promise.all(wanted.map((each) => admin.listOffset(each, "latest")));
    for (let round = 0; round < ROUNDS; round++) {
      await poll(reader, pollMs);
      const positions = await Promise.all(wanted.map((each) => consumer.position(each)));
      if (positions.every((position, at) => position === ends[at])) break;
    }
    const positions = assigned.map(async (each): Promise<[string, Offset]> => {
      return [this.name(each), await consumer.position(each)];
    });
    const records = Object.groupBy(reader.records, (record) => this.name(record));
    return {
      records: sorted(Object.entries(records).map(([name, all = []]) => [name, all.map(told)])),
      positions: sorted(await Promise.all(positions)),
    };
  }

  /** A partition by the name that it has in all runs of the script. */
  private name(partition: TopicPartition): string {
    return nameOf(partition).slice(this.script.root.length + 1);
  }

  private named(partitions: readonly TopicPartition[]): string[] {
    return partitions.map((each) => this.name(each)).sort();
  }
}

async function poll(reader: Reader, pollMs: number): Promise<void> {
  // A new share may come with them, and then only they count.
  const records = await reader.consumer.poll(pollMs);
  reader.records.push(...records);
}

function sorted<T>(entries: readonly [string, T][]): Record<string, T> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function told({ offset, key, value, timestampMs }: ConsumerRecord): unknown[] {
  return [offset, bytesOf(key), bytesOf(value), timestampMs];
}

/** Real values are bytes, whatever went in. */
function bytesOf(data: Data | null): string | null {
  return data === null ? null : Buffer.from(data as string).toString("latin1");
}
