/**
 * The ways in which a log can be wrong, by name, and what was found.
 *
 * The first twelve are those of Jepsen's checker of Kafka-like logs (jepsen.tests.kafka). Two of
 * its kinds need transactions, which there are none of here: a precommitted read (a transaction
 * reads its own sends) and cycles of transactions. An int- kind, there within a transaction, is
 * here within one poll or one batch. The other seven are not looked for there.
 */

export type AnomalyName =
  /** Acknowledged, below an offset that was read, and never read. */
  | "lost-write"
  /** Acknowledged, at or above all that was read, and not there for the final polls. */
  | "unseen"
  /** Two values at one offset. */
  | "inconsistent-offsets"
  /** One value at two offsets. */
  | "duplicate"
  /** What was read had certainly not been written. */
  | "aborted-read"
  /** A client's next poll left out a record that is there, or went back; or so within one poll. */
  | "poll-skip"
  | "nonmonotonic-poll"
  | "int-poll-skip"
  | "int-nonmonotonic-poll"
  /** A client's later record is at the lower offset; or so within one batch. */
  | "nonmonotonic-send"
  | "int-nonmonotonic-send"
  /** Another record stands between those of one batch. */
  | "int-send-skip"
  /** A consumer got what was not committed. */
  | "read-beyond-high-watermark"
  /** Replicas differ in one leader epoch, or a log's offsets or epochs do not grow. */
  | "replica-divergence"
  /** acks=all without a member of the ISR, or with too small an ISR. */
  | "acks-broken"
  /** An acknowledged commit was taken back, or one of an older generation took effect. */
  | "committed-offset-regression"
  /** One partition for two members in one generation. */
  | "two-owners"
  /** A sequence number of an idempotent producer is missing, repeated or of an older epoch. */
  | "producer-sequence"
  /** Cut before its limits, or where it was not committed. */
  | "retention";

/** Something that was found. */
export type Finding = {
  readonly name: AnomalyName | "unclean-election";
  /** The operations that show it. */
  readonly ids: readonly number[];
  /** A sentence that names the record, the clients and the brokers. */
  readonly why: string;
};

/** A list of findings that grows. */
export class Findings {
  readonly list: Finding[];

  constructor(list: readonly Finding[] = []) {
    this.list = [...list];
  }

  /** Adds one. Operations that are unknown or named twice are left out of `ids`. */
  add(name: Finding["name"], ids: readonly (number | undefined)[], why: string): void {
    const known = new Set(ids.filter((id) => id !== undefined));
    this.list.push({ name, ids: [...known], why });
  }
}
