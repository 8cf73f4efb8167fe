/**
 * What a cluster that breaks a promise would show: runs that kept all of them, changed in one
 * place. Each lie looks for places where it can be told, and tells itself at one of them.
 */

import type { AnomalyName, LogEvent } from "../../lib/check/index.ts";
import { changing, type Lie, losing, type Polled, polling, swapping } from "./log-telling.ts";

/** What each kind of lie is to be found as. */
export const lies: readonly (readonly [name: AnomalyName, what: string, lie: Lie])[] = [
  ["lost-write", "nobody reads a record", losing((offset, end) => offset < end)],
  ["unseen", "nobody reads the last record", losing((offset, end) => offset === end)],
  [
    "inconsistent-offsets",
    "a poll returns another value",
    polling(([first, ...rest], { client }) =>
      client === "last" ? undefined : [{ offset: first?.offset ?? 0, value: "x" }, ...rest],
    ),
  ],
  [
    "duplicate",
    "a poll returns a value twice",
    polling(
      ([first, second, ...rest]) =>
        second && [first as Polled, { ...second, value: first?.value ?? "" }, ...rest],
    ),
  ],
  [
    "aborted-read",
    "a send that was read has failed",
    changing("returned", ({ id }, facts) => {
      const send = facts.sends.get(id);
      const isKept =
        send !== undefined && (facts.ackedAt(id) ?? -1) >= facts.logStart(send.partition);
      return isKept ? [{ kind: "returned", id, outcome: "fail" }] : undefined;
    }),
  ],
  [
    "int-poll-skip",
    "a poll leaves one out",
    polling(([first, second, ...rest]) =>
      rest.length > 0 && second ? [first as Polled, ...rest] : undefined,
    ),
  ],
  [
    "int-nonmonotonic-poll",
    "a poll returns two the wrong way round",
    polling(([first, second, ...rest]) => second && [second, first as Polled, ...rest]),
  ],
  [
    "poll-skip",
    "the first of a poll is missing",
    polling(([, ...rest], { client }) => (client === "last" && rest.length > 0 ? rest : undefined)),
  ],
  [
    "nonmonotonic-poll",
    "a poll returns the same again",
    changing("poll", (poll) =>
      poll.reads[0]?.records.length ? [poll, { ...poll, id: 1e6 }] : undefined,
    ),
  ],
  ["nonmonotonic-send", "two sends change places", swapping((isBatch) => !isBatch)],
  ["int-nonmonotonic-send", "two of a batch change places", swapping((isBatch) => isBatch)],
  [
    "int-send-skip",
    "others stand within a batch",
    changing("send", (send, facts) => {
      const next = facts.next(send);
      const [from, to] = [send, next].map((each) => each && facts.ackedAt(each.id));
      if (next?.batch === undefined || next.batch === send.batch) return undefined;
      const isApart = from !== undefined && to !== undefined && to > from + 1;
      return isApart ? [{ ...send, batch: next.batch }] : undefined;
    }),
  ],
  [
    "read-beyond-high-watermark",
    "a consumer reads at once",
    changing("append", (append, { events }, index) => {
      const { offset, value, partition } = append;
      const marks = events
        .slice(0, index)
        .flatMap((event) =>
          event.kind === "highWatermark" && event.partition === partition ? [event.offset] : [],
        );
      if (marks.length === 0 || Math.max(...marks) > offset) return undefined;
      const reads = [{ partition, records: [{ offset, value }] }];
      return [append, { kind: "poll", id: 1e6, client: "early", reads }];
    }),
  ],
  [
    "replica-divergence",
    "a follower appends something else",
    changing("append", (append, { events }, index) => {
      const isCopy = events
        .slice(0, index)
        .some(
          (other) =>
            other.kind === "append" &&
            other.partition === append.partition &&
            other.value === append.value &&
            other.offset === append.offset &&
            other.leaderEpoch === append.leaderEpoch,
        );
      return isCopy ? [{ ...append, value: "x" }] : undefined;
    }),
  ],
  [
    "replica-divergence",
    "an epoch is older than the one before it",
    changing("append", (append) =>
      append.offset > 0 ? [{ ...append, leaderEpoch: 0 }] : undefined,
    ),
  ],
  [
    "acks-broken",
    "a member of the ISR has nothing",
    changing("ack", (ack) => [{ ...ack, isr: [...ack.isr, "b9"] }]),
  ],
  [
    "acks-broken",
    "the ISR is too small",
    changing("ack", (ack) => [{ ...ack, isr: ack.isr.slice(0, 1) }]),
  ],
  [
    "committed-offset-regression",
    "a committed offset is forgotten",
    changing("fetchOffset", ({ id, partition }, { events, returns }, index) => {
      const isKnown = events
        .slice(0, index)
        .some(
          (event, at) =>
            event.kind === "commit" &&
            event.partition === partition &&
            events
              .slice(at, index)
              .some(
                (end) => end.kind === "returned" && end.id === event.id && end.outcome === "ok",
              ),
        );
      const isAnswered = returns.has(id);
      return isKnown && isAnswered
        ? [
            { kind: "fetchOffset", id: 1e6, client: "c9", group: "billing", partition },
            { kind: "returned", id: 1e6, outcome: "ok", offset: null },
            events[index] as LogEvent,
          ]
        : undefined;
    }),
  ],
  [
    "committed-offset-regression",
    "a zombie's commit is taken",
    changing("returned", ({ id, outcome }, { events }) => {
      const invoked = events.findIndex((event) => event.kind === "commit" && event.id === id);
      const commit = events[invoked];
      if (outcome !== "fail" || commit?.kind !== "commit") return undefined;
      const isStale = events
        .slice(0, invoked)
        .some(
          (event) =>
            event.kind === "assigned" && (event.by?.generation ?? 0) > (commit.generation ?? 0),
        );
      return isStale ? [{ kind: "returned", id, outcome: "ok" }] : undefined;
    }),
  ],
  [
    "two-owners",
    "another member is assigned the same",
    changing("assigned", (event) =>
      event.partitions.length > 0 ? [event, { ...event, client: "c9" }] : undefined,
    ),
  ],
  [
    "producer-sequence",
    "a sequence is counted one too far",
    changing("send", (send, facts) => {
      const { producer } = send;
      if (producer === undefined || facts.ackedAt(send.id) === undefined) return undefined;
      return [{ ...send, producer: { ...producer, sequence: producer.sequence + 1 } }];
    }),
  ],
  [
    "retention",
    "what is cut was to be kept",
    changing(
      "logStart",
      (event) =>
        event.retention && [
          { ...event, retention: { ...event.retention, retentionMs: 1e6, retentionBytes: 1e6 } },
        ],
    ),
  ],
  [
    "retention",
    "what is cut was not committed",
    changing("logStart", (event) => [{ ...event, offset: event.offset + 1e6 }]),
  ],
];
