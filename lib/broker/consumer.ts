/**
 * A consumer: it polls its partitions in turn, takes part in its group's rebalances on the way, and stores with the group
 * how far it has come.
 *
 * Source: ClassicKafkaConsumer, ConsumerCoordinator.
 */

import { checkNumber, checkWord } from "quorumlab/ensemble";
import { checkWhole } from "quorumlab/sim";
import { type AssignorName, assignors as known } from "./assignors.ts";
import { Client, type ClientOptions, type KafkaHost, numbersOf } from "./client.ts";
import { KafkaError } from "./errors.ts";
import { checkList } from "./input.ts";
import type {
  Consumer,
  ConsumerRecord,
  Offset,
  RebalanceListener,
  TopicPartition,
} from "./kafka.ts";
import { createMember } from "./member.ts";
import { createReader, type Reader, type ReaderSettings } from "./reader.ts";
import { keyOf } from "./state.ts";

const DEFAULTS = {
  /** After how long without a heartbeat it is thrown out. Kafka: 45 s. */
  sessionTimeoutMs: 400,
  /** Kafka: 3 s. */
  heartbeatIntervalMs: 100,
  /** How long it may take to poll again, and so to join again. Kafka: 5 min (max.poll.interval.ms). */
  rebalanceTimeoutMs: 2000,
  /** How many records a poll returns at most. */
  maxPollRecords: 500,
  /**
   * How often a poll commits what the polls before it have returned; the same is committed before the partitions are
   * given up. By default nothing is; Kafka does it every 5 s.
   */
  autoCommitIntervalMs: Infinity,
};

export type ConsumerOptions = ClientOptions &
  Partial<typeof DEFAULTS> & {
    /** Without a group it reads what it assigns itself, and commits nothing. */
    readonly group?: string;
    /** Where to go on when no offset is committed, or the one to read is gone: "latest" unless told. */
    readonly autoOffsetReset?: ReaderSettings["autoOffsetReset"];
    /** The assignors that it would have, the best one first: "range" unless told. */
    readonly assignors?: readonly AssignorName[];
  };

type Subscription = { readonly topics: readonly string[]; readonly listener: RebalanceListener };

/**
 * A consumer on a program's host.
 *
 * @throws RangeError when an option makes no sense
 */
export function createConsumer(host: KafkaHost, options: ConsumerOptions): Consumer {
  const client = new Client(host, options);
  const settings = settingsOf(options);
  const { group, autoCommitIntervalMs, heartbeatIntervalMs, maxPollRecords } = settings;
  const member = createMember(host, client, settings);
  const own = { ...settings, committed: member.committed };
  let subscription: Subscription | undefined;
  /** What it has joined for. */
  let joined: Subscription | undefined;
  let joining: Promise<readonly TopicPartition[]> | undefined;
  let readers = new Map<string, Reader>();
  let turn = 0;
  let committedMs = host.now();
  let isClosed = false;

  function read(partitions: readonly TopicPartition[]): void {
    readers = new Map(
      partitions.map((each) => {
        const key = keyOf(each);
        return [key, readers.get(key) ?? createReader(client, each, own)];
      }),
    );
  }

  function readerOf(partition: TopicPartition): Reader {
    const reader = readers.get(keyOf(partition));
    if (reader !== undefined) return reader;
    const assigned = [...readers.keys()].join(", ") || "nothing";
    throw new RangeError(`${keyOf(partition)} is not assigned; ${assigned} is.`);
  }

  function assignment(): TopicPartition[] {
    return [...readers.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  /** Sees to it that it has a share, as far as there is time. */
  async function takePart(wanted: Subscription, timeout: Promise<undefined>): Promise<void> {
    member.polled();
    if (joining === undefined) {
      if (member.isIn() && joined === wanted) return;
      await giveUp();
      joined = wanted;
      joining = member.join(wanted.topics);
    }
    const share = await Promise.race([joining, timeout]).catch((error) => {
      joining = undefined;
      throw error;
    });
    if (share === undefined || isClosed) return;
    joining = undefined;
    read(share);
    await joined?.listener.assigned?.(share);
  }

  /** Finishes with all partitions, before another may have them. */
  async function giveUp(): Promise<void> {
    const given = assignment();
    if (given.length === 0) return;
    try {
      if (autoCommitIntervalMs < Infinity) await commit().catch(() => {});
      await joined?.listener.revoked?.(given);
    } finally {
      read([]);
    }
  }

  /** Records of one partition after the other; the next call begins with the next partition. */
  function take(active: readonly Reader[]): ConsumerRecord[] {
    const taken: ConsumerRecord[] = [];
    for (const i of active.keys()) {
      const reader = active[(turn + i) % active.length] as Reader;
      taken.push(...reader.take(maxPollRecords - taken.length));
    }
    if (taken.length > 0) turn += 1;
    return taken;
  }

  function positions(): (TopicPartition & { readonly offset: Offset })[] {
    return [...readers.values()].flatMap(({ topic, partition, position }) => {
      const offset = position();
      return offset === null ? [] : [{ topic, partition, offset }];
    });
  }

  function commit(offsets = positions()): Promise<void> {
    const done = member.commit(offsets, subscription !== undefined);
    // Whoever does not wait for it does not want to hear of a failure.
    done.catch(() => {});
    return done;
  }

  return {
    subscribe(topics, listener = {}) {
      if (group === "")
        throw new RangeError("subscribe: this consumer has no group to share with.");
      checkList("subscribe: topics", topics);
      checkNumber("subscribe: the number of topics", topics.length, 1);
      if (subscription === undefined) read([]);
      subscription = { topics: [...topics], listener };
    },
    assign(partitions) {
      if (subscription !== undefined)
        throw new RangeError("assign: this consumer has subscribed, so that its group assigns.");
      checkList("assign: partitions", partitions);
      read(partitions);
    },
    assignment,
    async poll(waitMs) {
      checkNumber("poll: timeoutMs", waitMs, 0);
      if (isClosed) throw new Error("poll: this consumer is closed.");
      if (subscription === undefined && readers.size === 0)
        throw new Error("poll: there is nothing to read; subscribe or assign first.");
      let isOver = waitMs === 0;
      const timeout = host.sleep(waitMs).then(() => {
        isOver = true;
        return undefined;
      });
      // What the poll before this one has returned counts as done.
      if (host.now() - committedMs >= autoCommitIntervalMs) {
        committedMs = host.now();
        void commit();
      }
      while (!isClosed) {
        if (subscription !== undefined) await takePart(subscription, timeout);
        const active = [...readers.values()].filter(({ isPaused }) => !isPaused);
        const steps = active.map((reader) => reader.advance());
        for (const reader of active) reader.complain();
        const records = take(active);
        if (records.length > 0 || isOver) return records;
        // Not longer than to the next heartbeat, which may hear of a rebalance.
        await Promise.race([...steps, timeout, host.sleep(heartbeatIntervalMs)]);
      }
      return [];
    },
    async position(partition) {
      const reader = readerOf(partition);
      return client.retry(async () => {
        if (reader.position() === null) await reader.advance();
        reader.complain();
        const offset = reader.position();
        if (offset !== null) return offset;
        throw new KafkaError("OFFSET_NOT_AVAILABLE", `${keyOf(partition)} has no position yet`);
      });
    },
    seek(partition, offset) {
      checkWhole("seek: offset", offset, 0);
      readerOf(partition).seek(offset);
    },
    pause(partitions) {
      for (const each of partitions) readerOf(each).isPaused = true;
    },
    resume(partitions) {
      for (const each of partitions) readerOf(each).isPaused = false;
    },
    commit,
    committed: (partition) => client.retry(() => member.committed(partition)),
    async close() {
      if (isClosed) return;
      isClosed = true;
      await giveUp();
      await member.close();
    },
  };
}

function settingsOf(options: ConsumerOptions) {
  const { group = "", autoOffsetReset = "latest", assignors = ["range"] } = options;
  const numbers = numbersOf(DEFAULTS, options);
  checkWhole("maxPollRecords", numbers.maxPollRecords, 1);
  checkNumber("sessionTimeoutMs", numbers.sessionTimeoutMs, numbers.heartbeatIntervalMs);
  checkWord("autoOffsetReset", autoOffsetReset, "latest", "earliest", "none");
  for (const name of assignors) checkWord("an assignor", name, ...Object.keys(known));
  return { ...numbers, group, autoOffsetReset, assignors };
}
