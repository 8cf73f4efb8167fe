/**
 * What is used of the npm client @platformatic/kafka 2.12.1: its connections, and its records of Kafka's requests. Its
 * producer and consumer are not used: they rejoin a group behind the application's back, and retry until the first
 * failure is hidden. Here a request goes to whom it is for, and Kafka's own code comes back.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type * as npm from "@platformatic/kafka";
import { CODES, type ErrorCode, KafkaError, type TopicPartition } from "quorumlab/broker";
import { electLeaders } from "./elect.ts";
import type { Address } from "./servers.ts";

/** How long to wait before asking again. Source: retry.backoff.ms. */
const BACKOFF_MS = 100;
/** How long what brokers said of a topic is believed. Source: metadata.max.age.ms. */
const METADATA_AGE_MS = 300_000;

/** The requests, in versions that every Kafka from 3.0 on knows: in them topics go by their names. */
function apisOf(kafka: typeof npm) {
  return {
    metadata: kafka.metadataV9.api,
    createTopics: kafka.createTopicsV7.api,
    deleteTopics: kafka.deleteTopicsV5.api,
    createPartitions: kafka.createPartitionsV3.api,
    electLeaders: electLeaders(kafka),
    listOffsets: kafka.listOffsetsV6.api,
    initProducerId: kafka.initProducerIdV4.api,
    produce: kafka.produceV9.api,
    fetch: kafka.fetchV12.api,
    findCoordinator: kafka.findCoordinatorV4.api,
    joinGroup: kafka.joinGroupV7.api,
    syncGroup: kafka.syncGroupV5.api,
    heartbeat: kafka.heartbeatV4.api,
    leaveGroup: kafka.leaveGroupV4.api,
    offsetCommit: kafka.offsetCommitV8.api,
    offsetFetch: kafka.offsetFetchV8.api,
  };
}
type Apis = ReturnType<typeof apisOf>;
export type Name = keyof Apis;
/** What is told with a request, and what is said to it. */
export type Told<K extends Name> = Apis[K] extends npm.API<infer A, unknown> ? A : never;
export type Said<K extends Name> = Awaited<ReturnType<Apis[K]["async"]>>;
type Topic = Said<"metadata">["topics"][number];

export class Cluster {
  readonly kafka: typeof npm;
  private readonly apis: Apis;
  private readonly pool: npm.ConnectionPool;
  private readonly servers: readonly Address[];
  /** What is known of each topic, or asked for, and when it was. */
  private readonly topics = new Map<
    string,
    { readonly atMs: number; readonly topic: Promise<Topic> }
  >();
  private brokers = new Map<number, Address>();

  /** @param requestTimeoutMs after which a broker that does not answer is given up */
  constructor(
    kafka: typeof npm,
    servers: readonly Address[],
    clientId: string,
    requestTimeoutMs: number,
  ) {
    this.kafka = kafka;
    this.servers = servers;
    this.apis = apisOf(kafka);
    this.pool = new kafka.ConnectionPool(clientId, { requestTimeout: requestTimeoutMs });
  }

  /**
   * Asks one broker. Codes stand in its answer.
   *
   * @throws KafkaError NETWORK_EXCEPTION or REQUEST_TIMED_OUT
   */
  async ask<K extends Name>(to: Address, name: K, ...args: Told<K>): Promise<Said<K>> {
    const connection = await this.pool.get(to).catch((error: Error) => {
      throw new KafkaError("NETWORK_EXCEPTION", error.message, false);
    });
    const api = this.apis[name].async as (...all: unknown[]) => Promise<Said<K>>;
    return api(connection, ...args).catch((error: npm.GenericError) => {
      // The npm client throws an answer with codes in it.
      if (error.code === "PLT_KFK_RESPONSE") return error.response as Said<K>;
      const isLate = error.code === "PLT_KFK_TIMEOUT";
      if (!isLate && error.code !== "PLT_KFK_NETWORK") throw error;
      throw new KafkaError(
        isLate ? "REQUEST_TIMED_OUT" : "NETWORK_EXCEPTION",
        `${name}: ${error.message}`,
      );
    });
  }

  /** Asks the first broker that there is a connection to. */
  async askAny<K extends Name>(name: K, ...args: Told<K>): Promise<Said<K>> {
    let last: unknown;
    for (const address of new Set([...this.brokers.values(), ...this.servers])) {
      try {
        return await this.ask(address, name, ...args);
      } catch (error) {
        if (!(error instanceof KafkaError) || error.unknownOutcome) throw error;
        last = error;
      }
    }
    throw last;
  }

  /** What the brokers say now. */
  async metadata(topics: readonly string[]): Promise<Said<"metadata">> {
    const answer = await this.askAny("metadata", [...topics], false);
    this.brokers = new Map(answer.brokers.map((each) => [each.nodeId, each]));
    return answer;
  }

  /** @throws KafkaError when there is no such topic */
  topic(name: string): Promise<Topic> {
    const atMs = performance.now();
    const known = this.topics.get(name);
    if (known !== undefined && atMs - known.atMs < METADATA_AGE_MS) return known.topic;
    const topic = this.metadata([name]).then(({ topics: [topic] }) => {
      this.check(topic?.errorCode ?? CODES.UNKNOWN_TOPIC_OR_PARTITION, `topic ${name}`);
      return topic as Topic;
    });
    this.topics.set(name, { atMs, topic });
    topic.catch(() => this.topics.delete(name));
    return topic;
  }

  /** Where the leader of a partition is, and in which term. @throws KafkaError when there is none */
  async leader({
    topic,
    partition,
  }: TopicPartition): Promise<Address & { readonly epoch: number }> {
    const { partitions } = await this.topic(topic);
    const found = partitions.find(({ partitionIndex }) => partitionIndex === partition);
    const what = `${topic}-${partition}`;
    if (found === undefined) throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION", what);
    const leader = this.brokers.get(found.leaderId);
    if (leader === undefined) throw new KafkaError("LEADER_NOT_AVAILABLE", what);
    return { ...leader, epoch: found.leaderEpoch };
  }

  /** Where a group's coordinator is. */
  async coordinator(group: string): Promise<Address> {
    const answer = await this.askAny("findCoordinator", 0, [group]);
    const [found] = answer.coordinators;
    this.check(found?.errorCode ?? CODES.COORDINATOR_NOT_AVAILABLE, `the coordinator of ${group}`);
    return found as Address;
  }

  /** @throws KafkaError unless the code is 0 */
  check(code: number, what: string): void {
    if (code === 0) return;
    const known = Object.entries(CODES).find(([, number]) => number === code);
    if (known !== undefined) throw new KafkaError(known[0] as ErrorCode, what);
    const name = this.kafka.protocolErrorsCodesById[code] ?? code;
    throw new KafkaError("UNKNOWN_SERVER_ERROR", `${what}: Kafka says ${name}`);
  }

  /**
   * Tries again, and looks for leaders again, as long as that can help.
   *
   * @param untilMs when to give up, on the clock of `performance.now`
   * @param mayRepeat whether an attempt may be repeated that failed so
   * @throws KafkaError the last failure
   */
  async persist<T>(
    untilMs: number,
    attempt: () => Promise<T>,
    mayRepeat: (error: KafkaError) => boolean = ({ retriable }) => retriable,
  ): Promise<T> {
    for (let isUnknown = false; ; ) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        isUnknown ||= error.unknownOutcome;
        const { code, message } = error;
        if (!mayRepeat(error) || performance.now() + BACKOFF_MS > untilMs) {
          throw new KafkaError(code, message.slice(code.length + 2), isUnknown);
        }
        this.forget();
        await sleep(BACKOFF_MS);
      }
    }
  }

  /** What was known of topics is asked for again. */
  forget(): void {
    this.topics.clear();
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

/** What can be retried, and is an answer all the same to whoever asks for the state of things. */
const ANSWERS: readonly ErrorCode[] = [
  "UNKNOWN_TOPIC_OR_PARTITION",
  "PREFERRED_LEADER_NOT_AVAILABLE",
  "ELIGIBLE_LEADERS_NOT_AVAILABLE",
];

export function isPassing({ code, retriable }: KafkaError): boolean {
  return retriable && !ANSWERS.includes(code);
}
