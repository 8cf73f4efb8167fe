/**
 * What a producer, a consumer and an admin share: what some broker has said last of the cluster, and the way to whoever
 * leads a partition or coordinates a group. After each failure that may pass all of it is asked anew.
 */

import { CallError, type ClientHost, checkNumber, type Replies } from "quorumlab/ensemble";
import type { NodeId } from "quorumlab/sim";
import { type ErrorCode, KafkaError } from "./errors.ts";
import type { PartitionDescription, TopicPartition } from "./kafka.ts";
import type { Answer, GroupRequest, ProducerId, Request } from "./messages.ts";
import { keyOf } from "./state.ts";

/** What a client uses of the program that it is part of. */
export type KafkaHost = Pick<ClientHost<Replies>, "id" | "now" | "sleep" | "random" | "call">;

const DEFAULTS = {
  /** How long an answer is waited for. Kafka: 30 s. */
  requestTimeoutMs: 200,
  /** How long a client waits before it tries again. Kafka: 100 ms. */
  retryBackoffMs: 10,
  /** How long an operation may take in all, with all attempts. Kafka: 60 s. */
  timeoutMs: 2000,
  /** After how long it asks who leads what, though nothing failed. Kafka: 5 min. */
  metadataMaxAgeMs: 1000,
};

export type ClientOptions = Partial<typeof DEFAULTS> & {
  /** The brokers that may be asked for the others: at least one. */
  readonly brokers: readonly NodeId[];
};

/** Numbers as options give them, or as they are by default. @throws RangeError for another one that is not above 0 */
export function numbersOf<N extends Readonly<Record<string, number>>>(
  defaults: N,
  options: Partial<N>,
): N {
  for (const name of Object.keys(defaults)) {
    const given = name in options ? options[name] : defaults[name];
    if (given !== defaults[name]) checkNumber(name, given as number);
  }
  return { ...defaults, ...options };
}

type AnswerOf<K> = Extract<Answer, { kind: K }>;
/** A partition that is led. */
export type Led = PartitionDescription & { readonly leader: NodeId };

export class Client {
  private readonly host: KafkaHost;
  private readonly brokers: readonly NodeId[];
  readonly times: typeof DEFAULTS;
  private turn = 0;
  private known: Promise<AnswerOf<"metadata">> | undefined;
  private askedMs = 0;
  private coordinating: Promise<AnswerOf<"coordinator">> | undefined;
  private identity: Promise<AnswerOf<"producerId">> | undefined;

  /** @throws RangeError when an option makes no sense */
  constructor(host: KafkaHost, options: ClientOptions) {
    checkNumber("the number of brokers", options.brokers.length, 1);
    this.host = host;
    this.brokers = options.brokers;
    this.times = numbersOf(DEFAULTS, options);
  }

  /**
   * Asks a broker once.
   *
   * @param expects which kind of answer
   * @throws KafkaError
   */
  async send<K extends Answer["kind"]>(
    to: NodeId,
    request: Request,
    expects: K,
    timeoutMs: number = this.times.requestTimeoutMs,
  ): Promise<AnswerOf<K>> {
    try {
      const answer = (await this.host.call(to, request, timeoutMs)) as Answer;
      if (answer.kind === expects) return answer as AnswerOf<K>;
      const code = answer.kind === "error" ? answer.code : "UNKNOWN_SERVER_ERROR";
      const expected = EXPECTED[code] === undefined ? "" : `; expected ${EXPECTED[code]}`;
      throw new KafkaError(code, `${to} refuses ${asked(request)}${expected}`);
    } catch (error) {
      throw this.noted(error instanceof CallError ? failureOf(error) : error);
    }
  }

  /**
   * Tries again what fails with an error that may pass.
   *
   * @param options `withinMs`: for so long, unless told as long as an operation may take
   * `mayPass`: whether an error is one, its `retriable` unless told
   * @throws KafkaError the last one; its outcome is unknown when that of any attempt is
   */
  async retry<T>(
    attempt: () => Promise<T>,
    options: { withinMs?: number; mayPass?: (error: KafkaError) => boolean } = {},
  ): Promise<T> {
    const { withinMs = this.times.timeoutMs, mayPass = ({ retriable }) => retriable } = options;
    const untilMs = this.host.now() + withinMs - this.times.retryBackoffMs;
    for (let mayBeDone = false; ; await this.backOff()) {
      try {
        return await attempt();
      } catch (error) {
        const failure = operating(error);
        mayBeDone ||= failure.unknownOutcome;
        if (!mayPass(failure) || this.host.now() >= untilMs)
          throw Object.assign(failure, { unknownOutcome: mayBeDone });
      }
    }
  }

  /** Waits as long as is usual before the next attempt. */
  backOff(): Promise<void> {
    return this.host.sleep(this.times.retryBackoffMs);
  }

  /** What is known may be wrong. */
  forget(): void {
    this.known = undefined;
    this.coordinating = undefined;
  }

  /** Whoever refuses, or is silent, may not be the one to ask any more. @returns the error */
  noted(error: unknown): unknown {
    if (error instanceof KafkaError && error.retriable) this.forget();
    return error;
  }

  /** What some broker has said last of the cluster. */
  metadata(): Promise<AnswerOf<"metadata">> {
    const nowMs = this.host.now();
    if (this.known === undefined || nowMs - this.askedMs > this.times.metadataMaxAgeMs) {
      this.known = this.send(this.anyBroker(), { kind: "metadata" }, "metadata");
      this.askedMs = nowMs;
    }
    return this.known;
  }

  /** @throws KafkaError UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE */
  async leading(at: TopicPartition): Promise<Led> {
    const found = (await this.metadata()).topics.get(at.topic)?.[at.partition];
    if (found?.leader) return { ...found, leader: found.leader };
    const code = found === undefined ? "UNKNOWN_TOPIC_OR_PARTITION" : "LEADER_NOT_AVAILABLE";
    throw this.noted(new KafkaError(code, keyOf(at)));
  }

  /** Asks whoever coordinates a client's one group. @throws as `send` does */
  async askCoordinator<K extends Answer["kind"]>(
    request: GroupRequest,
    expects: K,
    timeoutMs?: number,
  ): Promise<AnswerOf<K>> {
    const find = { kind: "findCoordinator", group: request.group } as const;
    this.coordinating ??= this.send(this.anyBroker(), find, "coordinator");
    return this.send((await this.coordinating).broker, request, expects, timeoutMs);
  }

  /** By which all leaders know a producer. Asked for once, and again only when that fails. */
  async producerId(): Promise<ProducerId> {
    this.identity ??= this.send(this.anyBroker(), { kind: "initProducerId" }, "producerId");
    this.identity.catch(() => {
      this.identity = undefined;
    });
    return (await this.identity).producerId;
  }

  /** The next one every time: one may be dead, or cut off from the others and out of date. */
  private anyBroker(): NodeId {
    return this.brokers[this.turn++ % this.brokers.length] as NodeId;
  }
}

/** A request in words: what it is and what it names, without what it carries. */
function asked({ kind, ...fields }: Request): string {
  const named = Object.entries(fields).filter(([, value]) => typeof value !== "object");
  const words = named.map(([name, value]) => `${name} ${value}`).join(", ");
  return words === "" ? `"${kind}"` : `"${kind}" of ${words}`;
}

/** What would be right, where only the controller knows it. */
const EXPECTED: Partial<Record<ErrorCode, string>> = {
  INVALID_TOPIC_EXCEPTION:
    'up to 249 letters, digits, ".", "_" and "-", and another name also where "." and "_" are alike',
  INVALID_PARTITIONS: "at least 1 partition, and more than there are",
  INVALID_REPLICATION_FACTOR: "at least 1 replica, and no more than there are brokers alive",
};

/** An operating failure; anything else is somebody's mistake, and goes on its way. */
export function operating(error: unknown): KafkaError {
  if (error instanceof KafkaError) return error;
  throw error;
}

/** A call without an answer, as Kafka's clients call it. */
function failureOf({ code, message, unknownOutcome }: CallError): KafkaError {
  const name = code === "OperationTimeout" ? "REQUEST_TIMED_OUT" : "NETWORK_EXCEPTION";
  return new KafkaError(name, message, unknownOutcome);
}
