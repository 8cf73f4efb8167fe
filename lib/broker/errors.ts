/** What can go wrong in operation, by Kafka's own names and numbers (org.apache.kafka.common.protocol.Errors). */

import type { Answer } from "./messages.ts";

/** Asking again can help, perhaps another broker. */
const RETRIABLE = {
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  NETWORK_EXCEPTION: 13,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  NOT_CONTROLLER: 41,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  OFFSET_NOT_AVAILABLE: 78,
  PREFERRED_LEADER_NOT_AVAILABLE: 80,
  ELIGIBLE_LEADERS_NOT_AVAILABLE: 83,
} as const;

/** The codes that this cluster's clients may hear, from a real Kafka too; UNKNOWN_SERVER_ERROR for what else that answers. */
export const CODES = {
  ...RETRIABLE,
  UNKNOWN_SERVER_ERROR: -1,
  OFFSET_OUT_OF_RANGE: 1,
  MESSAGE_TOO_LARGE: 10,
  INVALID_TOPIC_EXCEPTION: 17,
  ILLEGAL_GENERATION: 22,
  INCONSISTENT_GROUP_PROTOCOL: 23,
  INVALID_GROUP_ID: 24,
  UNKNOWN_MEMBER_ID: 25,
  INVALID_SESSION_TIMEOUT: 26,
  REBALANCE_IN_PROGRESS: 27,
  TOPIC_ALREADY_EXISTS: 36,
  INVALID_PARTITIONS: 37,
  INVALID_REPLICATION_FACTOR: 38,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  INVALID_PRODUCER_EPOCH: 47,
  MEMBER_ID_REQUIRED: 79,
  ELECTION_NOT_NEEDED: 84,
  INVALID_UPDATE_VERSION: 95,
  INELIGIBLE_REPLICA: 107,
} as const;

export type ErrorCode = keyof typeof CODES;

/** A request is not carried out. */
export function refused(code: ErrorCode): Extract<Answer, { kind: "error" }> {
  return { kind: "error", code };
}

/** A request is done, unless something is wrong. */
export function doneUnless(code: ErrorCode | undefined): Answer {
  return code === undefined ? { kind: "done" } : refused(code);
}

/** The request may have been carried out: also by a leader that was replaced while somebody waited for its answer. */
const UNKNOWN: readonly ErrorCode[] = [
  "NOT_LEADER_OR_FOLLOWER",
  "NOT_COORDINATOR",
  "UNKNOWN_SERVER_ERROR",
  "REQUEST_TIMED_OUT",
  "NETWORK_EXCEPTION",
  "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
];

/** An operation that did not succeed, or whose outcome nobody knows. */
export class KafkaError extends Error {
  readonly code: ErrorCode;
  /** Whether the same request can succeed later. */
  readonly retriable: boolean;
  /** Whether the request may have taken effect all the same. */
  readonly unknownOutcome: boolean;

  /** @param unknownOutcome when an earlier attempt of the same request may have taken effect */
  constructor(code: ErrorCode, what: string, unknownOutcome = UNKNOWN.includes(code)) {
    super(`${code}: ${what}`);
    this.name = "KafkaError";
    this.code = code;
    this.retriable = code in RETRIABLE;
    this.unknownOutcome = unknownOutcome;
  }
}
