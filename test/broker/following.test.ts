/** A follower: what it asks, what it appends, where it cuts, and when it takes its leader for silent. */

import { describe, expect, test } from "vitest";
import type { Batch } from "../../lib/broker/messages.ts";
import { Alone, batches, imageOf } from "./alone.ts";

/** b1 when it follows b2 and has got these batches. Its next fetch is under way. */
function following(...own: readonly Batch[]): Alone {
  const b1 = new Alone();
  const told = b1.hears("b3", imageOf({ leader: "b2" }));
  expect(told).toEqual(["b2: fetch from 0 after epoch -1"]);
  if (own.length > 0) gets(b1, own);
  return b1;
}

/** The leader answers with some batches; everything up to its high watermark is committed. */
function gets(b1: Alone, own: readonly Batch[], highWatermark = 0, logStart = 0): string[] {
  return b1.answers("b2", { kind: "fetched", batches: own, highWatermark, logStart });
}

const lost = (b1: Alone, logStart: number) =>
  b1.answers("b2", { kind: "error", code: "OFFSET_OUT_OF_RANGE", logStart });

describe("a follower", () => {
  test("appends what it gets, and asks for what comes next: so it says what it has", () => {
    const b1 = following();
    expect(gets(b1, batches(0, 0, 0), 1)).toEqual(["b2: fetch from 2 after epoch 0"]);
    expect(gets(b1, batches(2, 3), 3)).toEqual(["b2: fetch from 3 after epoch 3"]);
    expect(b1.sent[0]?.message).toMatchObject({ leaderEpoch: 0, replica: { brokerEpoch: 11 } });
    expect(b1.log).toBe("0@0 3@2 to 3, committed to 3");
  });

  test("takes for committed no more than it has, and never less than before", () => {
    const b1 = following();
    gets(b1, batches(0, 0, 0), 5);
    expect(b1.log).toBe("0@0 to 2, committed to 2");
    gets(b1, [], 1);
    expect(b1.log).toBe("0@0 to 2, committed to 2");
  });

  test("drops what its leader has deleted", () => {
    const b1 = following(...batches(0, 0, 0, 0));
    expect(gets(b1, [], 3, 2)).toEqual(["b2: fetch from 3 after epoch 0"]);
    expect([b1.replica.log.start, b1.log]).toEqual([2, "0@1 to 3, committed to 3"]);
  });

  test("asks one thing at a time, and again at the next tick when that was refused", () => {
    const b1 = following();
    expect(b1.waits(100)).toEqual([]);
    expect(b1.answers("b2", { kind: "error", code: "UNKNOWN_LEADER_EPOCH" })).toEqual([]);
    expect(b1.waits(20)).toEqual(["b2: fetch from 0 after epoch -1"]);
  });
});

describe("where the logs differ a follower cuts (KIP-101, KIP-279)", () => {
  const differ = (b1: Alone, epoch: number, endOffset: number) =>
    b1.answers("b2", { kind: "diverging", end: { epoch, endOffset } });

  test.each([
    ["where the leader's epoch ends", 1, 3, "0@0 1@2 to 3"],
    ["where its own ends, which is earlier", 0, 9, "0@0 to 2"],
    ["where the one before the leader's ends, when it lacks that", 2, 9, "0@0 1@2 to 4"],
  ])("%s", (_, epoch, endOffset, left) => {
    const b1 = following(...batches(0, 0, 0, 1, 1, 3));
    const [end] = /\d+$/.exec(left) ?? [];
    expect(differ(b1, epoch, endOffset)[0]).toContain(`b2: fetch from ${end} `);
    expect(b1.log).toContain(left);
  });

  test("also what it took for committed: an unclean leader may lack it", () => {
    const b1 = following();
    gets(b1, batches(0, 0, 0, 0), 3);
    differ(b1, 0, 1);
    expect(b1.log).toBe("0@0 to 1, committed to 1");
  });
});

describe("a follower whose log does not meet its leader's", () => {
  test("begins anew where the leader's begins", () => {
    const b1 = following(...batches(0, 0, 0));
    expect(lost(b1, 5)).toEqual(["b2: fetch from 5 after epoch -1"]);
    expect([b1.replica.log.start, b1.log]).toEqual([5, " to 5, committed to 5"]);
  });

  test("begins anew as well when it has deleted all that the leader has", () => {
    const b1 = following(...batches(0, 0, 0, 0));
    gets(b1, [], 3, 2);
    expect(lost(b1, 0)).toEqual(["b2: fetch from 0 after epoch -1"]);
    expect([b1.replica.log.start, b1.log]).toEqual([0, " to 0, committed to 0"]);
  });

  test("goes on where the logs part, also when it has deleted what lies before", () => {
    const b1 = following(...batches(0, 0, 0, 0));
    gets(b1, [], 3, 2);
    const end = { epoch: 0, endOffset: 1 };
    const asks = b1.answers("b2", { kind: "diverging", end });
    expect(asks).toEqual(["b2: fetch from 1 after epoch -1"]);
    gets(b1, batches(1, 1, 1, 1), 1);
    expect(b1.log).toBe("1@1 to 4, committed to 1");
  });
});

describe("when its leader is silent a follower", () => {
  test("calls anew, and takes no answer that comes late", () => {
    const b1 = following();
    const { calls: late } = b1.state;
    expect(b1.waits(200)).toEqual([]);
    expect(b1.waits(20)).toEqual(["close b2", "connect b2"]);
    expect(b1.connected("b2")).toEqual(["b2: fetch from 0 after epoch -1"]);
    const answer = {
      kind: "fetched",
      batches: batches(0, 0),
      highWatermark: 0,
      logStart: 0,
    } as const;
    expect(b1.hears("b2", { ...answer, call: late })).toEqual([]);
    expect(b1.replica.log.end).toBe(0);
  });

  test("calls again as long as there is no connection", () => {
    const b1 = following();
    b1.disconnected("b2");
    expect(b1.waits(40)).toEqual(["connect b2", "connect b2"]);
  });
});

test("in a new term it asks the new leader, and what the old one still says counts no more", () => {
  const b1 = following();
  const { calls: late } = b1.state;
  const image = imageOf({ leader: "b3", leaderEpoch: 1, partitionEpoch: 1 });
  expect(b1.hears("b3", image)).toEqual(["b3: fetch from 0 after epoch -1"]);
  const answer = {
    kind: "fetched",
    batches: batches(0, 0),
    highWatermark: 0,
    logStart: 0,
  } as const;
  expect(b1.hears("b2", { ...answer, call: late })).toEqual([]);
  expect(b1.hears("b2", { ...answer, call: b1.state.calls })).toEqual([]);
  expect(b1.replica.log.end).toBe(0);
});

test("where nobody leads it asks nobody", () => {
  const b1 = following();
  const image = imageOf({ leader: null, leaderEpoch: 1, partitionEpoch: 1 });
  expect([b1.hears("b3", image), b1.waits(500)]).toEqual([[], []]);
});

test("what it has got it has after a restart, and takes for committed only what is told anew", () => {
  const b1 = following();
  gets(b1, batches(0, 0, 1), 2);
  b1.restart();
  b1.state.brokerEpoch = 21;
  b1.hears("b3", imageOf({ leader: "b2" }));
  expect(b1.log).toBe("0@0 1@1 to 2, committed to 0");
  expect(b1.connected("b2")).toEqual(["b2: fetch from 2 after epoch 1"]);
});
