/** The decisions of a broker cluster, each a pure function: what is committed, who is in sync, who leads, what is new. */

import fc from "fast-check";
import {
  checkSequence,
  type EpochStart,
  electLeader,
  endOf,
  highWatermark,
  joinsInSync,
  staysInSync,
  truncationPoint,
} from "quorumlab/broker";
import { describe, expect, test } from "vitest";

test("what all in-sync replicas have is committed, whoever is the slowest", () => {
  expect([[7, 5, 6], [5, 7], [4], [9, 0]].map(highWatermark)).toEqual([5, 5, 4, 0]);
});

describe("a replica stays in sync (Partition.getOutOfSyncReplicas)", () => {
  test.each([
    ["that has everything, however long it was silent", 10, 0, true],
    ["that had everything just now, however much came since", 0, 1000, true],
    ["that had everything not longer ago than it may lag", 9, 700, true],
    ["not when it lags longer, even by one record", 9, 699, false],
  ])("%s", (_, end, caughtUpMs, stays) => {
    expect(staysInSync({ end, caughtUpMs }, 10, 1000, 300)).toBe(stays);
  });
});

describe("a follower joins the in-sync replicas (Partition.isFollowerInSync)", () => {
  test.each([
    ["when it has what is committed and what its leader began with", 5, 5, 5, true],
    ["though the leader has more", 6, 5, 5, true],
    ["not when it lacks something committed", 4, 5, 3, false],
    ["not when it lacks something that an older leader may have committed", 4, 3, 5, false],
  ])("%s", (_, end, committed, epochStart, joins) => {
    expect(joinsInSync(end, committed, epochStart)).toBe(joins);
  });
});

describe("the election (PartitionLeaderElectionAlgorithms):", () => {
  const elect = (isr: string, alive: string, mayBeUnclean = false) => {
    const isAlive = (id: string) => alive.includes(id);
    const elected = electLeader(["a", "b", "c"], [...isr], isAlive, mayBeUnclean);
    return `${elected.leader} of ${elected.isr.join("")}`;
  };

  test.each([
    ["the first in the order of the assignment leads", "cba", "abc", "a of cba"],
    ["who is dead leads no more, and is not in sync any more", "abc", "bc", "b of bc"],
    ["who is not in sync is passed over", "bc", "abc", "b of bc"],
    ["nobody leads when none is alive, and the last in sync stay", "ab", "", "null of ab"],
    ["nobody leads when only others are alive", "a", "bc", "null of a"],
  ])("%s", (_, isr, alive, elected) => {
    expect(elect(isr, alive)).toBe(elected);
  });

  test.each([
    ["who is in sync still comes first", "bc", "abc", "b of bc"],
    ["else the first that is alive leads, alone in sync", "a", "bc", "b of b"],
    ["nobody leads when nobody is alive", "a", "", "null of a"],
  ])("an unclean one: %s", (_, isr, alive, elected) => {
    expect(elect(isr, alive, true)).toBe(elected);
  });
});

describe("an epoch ends in a log (LeaderEpochFileCache.endOffsetFor)", () => {
  const epochs = [
    { epoch: 2, start: 3 },
    { epoch: 4, start: 5 },
    { epoch: 7, start: 9 },
  ];

  test.each([
    ["where the next one begins", 2, { epoch: 2, endOffset: 5 }],
    ["where the log ends, when it is the newest", 7, { epoch: 7, endOffset: 12 }],
    ["where the one before it ends, when the log lacks it", 3, { epoch: 2, endOffset: 5 }],
    ["so also between others", 6, { epoch: 4, endOffset: 9 }],
    ["so also when it is newer than all", 8, { epoch: 7, endOffset: 12 }],
    ["where the log begins, when it is older than all", 1, { epoch: 1, endOffset: 3 }],
  ])("%s", (_, epoch, end) => {
    expect(endOf(epoch, epochs, 12)).toEqual(end);
  });

  test("where the log ends, when that knows of none", () => {
    expect(endOf(5, [], 4)).toEqual({ epoch: 5, endOffset: 4 });
  });
});

describe("truncation (KIP-101, KIP-279)", () => {
  /** A log as the epoch of each record. One leader writes in an epoch: so epoch and offset make the record. */
  type Epochs = readonly number[];
  const startsOf = (log: Epochs): EpochStart[] =>
    log.flatMap((epoch, start) => (epoch === log[start - 1] ? [] : [{ epoch, start }]));

  /** The follower fetches until nothing differs any more. @returns what is left of its log */
  function truncated(follower: Epochs, leader: Epochs): Epochs {
    const last = follower.at(-1);
    if (last === undefined) return follower;
    const end = endOf(last, startsOf(leader), leader.length);
    if (end.epoch === last && end.endOffset >= follower.length) return follower;
    const own = endOf(end.epoch, startsOf(follower), follower.length);
    const kept = truncationPoint(own, end);
    expect(kept, "every answer brings the follower on").toBeLessThan(follower.length);
    return truncated(follower.slice(0, kept), leader);
  }

  test("leaves what both logs have, and no more, whatever leaders there were", () => {
    const terms = fc.array(fc.record({ base: fc.nat(9), cut: fc.nat(3), wrote: fc.nat(3) }), {
      minLength: 2,
      maxLength: 7,
    });
    let differing = 0;
    fc.assert(
      fc.property(terms, fc.nat(9), (each, of) => {
        const logs: Epochs[] = [[]];
        for (const [epoch, { base, cut, wrote }] of each.entries()) {
          const older = logs[base % logs.length] as Epochs;
          const own = Array<number>(wrote).fill(epoch);
          logs.push([...older.slice(0, older.length - cut), ...own]);
        }
        const leader = logs.at(-1) as Epochs;
        const follower = logs[of % logs.length] as Epochs;
        const differs = follower.findIndex((epoch, offset) => epoch !== leader[offset]);
        if (differs >= 0) differing += 1;
        expect(truncated(follower, leader)).toEqual(
          differs < 0 ? follower : follower.slice(0, differs),
        );
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(differing).toBeGreaterThan(100);
  });
});

describe("a batch of an idempotent producer (ProducerAppendInfo)", () => {
  // Five batches of two records each, with the numbers 2 to 11, at the offsets 102 to 111.
  const batches = [2, 4, 6, 8, 10].map((first) => {
    return { first, last: first + 1, offset: 100 + first };
  });
  const known = { epoch: 3, batches };
  const check = (producerEpoch: number, baseSequence: number, records = 2) =>
    checkSequence(known, { producerId: "p", producerEpoch, baseSequence }, records);

  test.each([
    ["that follows the last one is new", 3, 12, "new"],
    ["of the next epoch begins at 0", 4, 0, "new"],
    ["may skip epochs", 9, 0, "new"],
    ["that was the last one was appended", 3, 10, { duplicateOf: 110 }],
    ["that was the fifth from the end was appended", 3, 2, { duplicateOf: 102 }],
    ["that is older than what is remembered comes too late", 3, 0, "OUT_OF_ORDER_SEQUENCE_NUMBER"],
    ["that leaves out a record must wait", 3, 13, "OUT_OF_ORDER_SEQUENCE_NUMBER"],
    ["that begins within another is none of them", 3, 9, "OUT_OF_ORDER_SEQUENCE_NUMBER"],
    ["of the next epoch does not begin elsewhere", 4, 12, "OUT_OF_ORDER_SEQUENCE_NUMBER"],
    ["of the next epoch is no repetition", 4, 10, "OUT_OF_ORDER_SEQUENCE_NUMBER"],
    ["of an older epoch is fenced", 2, 12, "INVALID_PRODUCER_EPOCH"],
    ["of an older epoch is fenced, also as a repetition", 2, 10, "INVALID_PRODUCER_EPOCH"],
  ])("%s", (_, epoch, first, verdict) => {
    expect(check(epoch, first)).toEqual(verdict);
  });

  test("is the same only when it ends where the other did", () => {
    expect([check(3, 10, 1), check(3, 10, 3)]).toEqual([
      "OUT_OF_ORDER_SEQUENCE_NUMBER",
      "OUT_OF_ORDER_SEQUENCE_NUMBER",
    ]);
  });

  test("may have any number when nothing is known of its producer: all that it wrote may be deleted", () => {
    const sequenced = { producerId: "p", producerEpoch: 3, baseSequence: 12 };
    expect(checkSequence(undefined, sequenced, 2)).toBe("new");
  });
});
