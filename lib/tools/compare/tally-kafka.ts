/** Which answers occurred on both Kafkas. */

import type { Row } from "../cell/table.ts";
import { add, missing, operations, type Tally } from "./counts.ts";
import type { Seen } from "./perform-kafka.ts";
import type { Script, Step } from "./script-kafka.ts";

const GONE = ["Ok", "UNKNOWN_TOPIC_OR_PARTITION"];
const SENT = [...GONE, "INVALID_TOPIC_EXCEPTION"];

/**
 * What one healthy broker answers to these operations, and its clients with it. A member of an old generation is not
 * among the answers: with one connection that never breaks, a consumer has heard of every new one.
 */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  createTopic: [
    ...["Ok", "TOPIC_ALREADY_EXISTS", "INVALID_TOPIC_EXCEPTION"],
    ...["INVALID_PARTITIONS", "INVALID_REPLICATION_FACTOR"],
  ],
  deleteTopic: GONE,
  createPartitions: [...GONE, "INVALID_PARTITIONS"],
  describeTopic: [...GONE, "INVALID_TOPIC_EXCEPTION"],
  electLeader: ["ELECTION_NOT_NEEDED", "UNKNOWN_TOPIC_OR_PARTITION"],
  listOffset: [...GONE, "Nothing"],
  "send, acks 0": SENT,
  "send, acks 1": [...SENT, "MESSAGE_TOO_LARGE"],
  "send, acks all": [...SENT, "MESSAGE_TOO_LARGE"],
  assign: ["Ok"],
  subscribe: ["Ok"],
  poll: ["Ok", "OFFSET_OUT_OF_RANGE"],
  "settle, 1 member": ["Ok"],
  "settle, 2 members": ["Ok"],
  "settle, 3 members": ["Ok"],
  knock: ["Nothing"],
  assignment: ["Ok"],
  position: ["Ok", "OFFSET_OUT_OF_RANGE"],
  seek: ["Ok"],
  pause: ["Ok"],
  resume: ["Ok"],
  commit: [...GONE, "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS"],
  committed: ["Ok", "Nothing"],
  close: ["Ok"],
};

/** Counts the answers to one script. */
export function count(tally: Tally, { steps }: Script, seen: readonly Seen[]): void {
  for (const { at, code } of seen) {
    const step = steps[at];
    // What is asked of no broker has no answer.
    if (step !== undefined && step.kind !== "open" && step.kind !== "idle")
      add(tally, operationOf(step), code);
  }
}

function operationOf(step: Step): string {
  if (step.kind === "send") return `send, acks ${step.acks}`;
  if (step.kind !== "settle") return step.kind;
  const { length } = step.consumers;
  return `settle, ${length} ${length === 1 ? "member" : "members"}`;
}

/** A row for each operation: how often it went well, how often there was nothing, and Kafka's codes. */
export function rowsOf(tally: Tally): Row[] {
  return operations(tally).map(([operation, codes]) => {
    const others = [...codes].filter(([code]) => code !== "Ok" && code !== "Nothing");
    const refused = others
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, times]) => `${code} ${times}`);
    return {
      operation,
      Ok: codes.get("Ok"),
      nothing: codes.get("Nothing"),
      refused: refused.join(", "),
    };
  });
}

/** The answers that should have come and did not. */
export function never(tally: Tally): string[] {
  return missing(tally, EXPECTED);
}
