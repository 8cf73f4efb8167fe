/** A leader: when it answers whom, what is committed, and whom it takes for in sync. */

import { describe, expect, test } from "vitest";
import type { TopicConfig } from "../../lib/broker/kafka.ts";
import type { PartitionState } from "../../lib/broker/messages.ts";
import type { BrokerOptions } from "../../lib/broker/state.ts";
import { Alone, BROKERS, imageOf, records } from "./alone.ts";

/** b1, which leads. Followers fetch only when the test lets them. */
function leading(
  state: Partial<PartitionState> = {},
  config: TopicConfig = {},
  options: Partial<BrokerOptions> = {},
): Alone {
  const b1 = new Alone(options);
  b1.hears("b3", imageOf(state, { config }));
  return b1;
}

const numbered = (baseSequence: number, producerEpoch = 0) => {
  return { sequenced: { producerId: "p", producerEpoch, baseSequence } };
};

describe("a write", () => {
  test("with acks 0 is not answered, with acks 1 when the leader has it, with all when all in-sync replicas have it", () => {
    const b1 = leading();
    expect(b1.produces("c", { acks: 0, records: records("a", "b") })).toEqual([]);
    expect(b1.produces("c", { acks: 1 })).toEqual(["c: produced 2"]);
    expect(b1.produces("c")).toEqual([]);
    b1.fetches("b2", 4);
    expect(b1.fetches("b3", 3)).toEqual(["b3: fetched 3, committed to 3"]);
    expect(b1.fetches("b3", 4)).toEqual(["c: produced 3"]);
  });

  test("waits for nobody who is not in sync", () => {
    const b1 = leading({ isr: ["b1", "b2"] });
    b1.produces("c");
    expect(b1.fetches("b2", 1)).toEqual(["c: produced 0"]);
    expect(leading({ isr: ["b1"] }).produces("c")).toEqual(["c: produced 0"]);
  });

  test("is refused when fewer are in sync than its topic asks for, if it asks for all of them", () => {
    const b1 = leading({ isr: ["b1"] }, { minInsyncReplicas: 2 });
    expect(b1.produces("c")).toEqual(["c: NOT_ENOUGH_REPLICAS"]);
    expect(b1.produces("c", { acks: 1 })).toEqual(["c: produced 0"]);
    const only = leading({ replicas: ["b1"], isr: ["b1"] }, { minInsyncReplicas: 2 });
    expect(only.produces("c"), "more than all cannot be").toEqual(["c: produced 0"]);
  });

  test("is refused when it is too large; with acks 0 only the end of the connection tells", () => {
    const b1 = leading({}, {}, { maxMessageBytes: 90 });
    const large = records("a value of twenty bytes");
    expect(b1.produces("c", { records: large })).toEqual(["c: MESSAGE_TOO_LARGE"]);
    expect(b1.produces("c", { records: large, acks: 0 })).toEqual(["close c"]);
    expect(b1.replica.log.end).toBe(0);
  });

  test("that is not committed in time may be committed later", () => {
    const b1 = leading();
    b1.produces("c", { timeoutMs: 100 });
    expect(b1.waits(80)).toEqual([]);
    expect(b1.waits(20)).toEqual(["c: REQUEST_TIMED_OUT"]);
    b1.fetches("b2", 1);
    expect([b1.fetches("b3", 1), b1.log]).toEqual([[], "0@0 to 1, committed to 1"]);
  });

  test("that comes twice is written once, and both are answered when it is committed", () => {
    const b1 = leading();
    b1.produces("c", numbered(0));
    expect([b1.produces("c", numbered(0)), b1.replica.log.end]).toEqual([[], 1]);
    b1.fetches("b2", 1);
    expect(b1.fetches("b3", 1)).toEqual(["c: produced 0", "c: produced 0"]);
  });

  test.each([
    ["leaves out a number", numbered(2), "OUT_OF_ORDER_SEQUENCE_NUMBER"],
    ["is of an older epoch", numbered(1, -1), "INVALID_PRODUCER_EPOCH"],
  ])("that %s is refused", (_, own, code) => {
    const b1 = leading({ isr: ["b1"] });
    b1.produces("c", numbered(0));
    expect(b1.produces("c", own)).toEqual([`c: ${code}`]);
    expect(b1.produces("c", { ...own, acks: 0 })).toEqual(["close c"]);
    expect(b1.replica.log.end).toBe(1);
  });
});

describe("a fetch", () => {
  test("of a follower gets all that the leader has, or waits for more", () => {
    const b1 = leading();
    expect(b1.fetches("b2", 0, -1)).toEqual([]);
    expect(b1.produces("c")).toEqual(["b2: fetched 0, committed to 0"]);
    expect(b1.fetches("b3", 0, -1)).toEqual(["b3: fetched 0, committed to 0"]);
  });

  test("of a consumer gets what is committed, waits for more, and is answered empty when its time is over", () => {
    const b1 = leading();
    b1.produces("c", { acks: 1 });
    expect(b1.polls("d", 0)).toEqual([]);
    b1.fetches("b2", 1);
    expect(b1.fetches("b3", 1)).toEqual(["d: fetched 0, committed to 1"]);
    expect(b1.polls("d", 1, { maxWaitMs: 50 })).toEqual([]);
    expect([b1.waits(40), b1.waits(20)]).toEqual([[], ["d: fetched, committed to 1"]]);
  });

  test("gets as many bytes as it asks for, but at least one batch", () => {
    const b1 = leading({ isr: ["b1"] });
    for (let i = 0; i < 3; i++) b1.produces("c");
    expect(b1.polls("d", 0, { maxBytes: 150 })).toEqual(["d: fetched 0 1, committed to 3"]);
    expect(b1.polls("d", 0, { maxBytes: 1 })).toEqual(["d: fetched 0, committed to 3"]);
  });

  test("from outside the log hears what there is", () => {
    const b1 = leading({ isr: ["b1"] }, { segmentBytes: 1, retentionBytes: 72 });
    for (let i = 0; i < 3; i++) b1.produces("c");
    b1.waits(500);
    expect(b1.polls("d", 1)).toEqual(["d: OFFSET_OUT_OF_RANGE 2"]);
    expect(b1.polls("d", 4)).toEqual(["d: OFFSET_OUT_OF_RANGE 2"]);
    expect(b1.fetches("b2", 1, -1)).toEqual(["b2: OFFSET_OUT_OF_RANGE 2"]);
    expect(b1.fetches("b2", 2, 0)).toEqual(["b2: fetched 2, committed to 3"]);
  });

  test.each([
    ["an epoch that the leader lacks", 4, 1, "diverging 0 ends at 2"],
    ["more of an epoch than the leader", 3, 0, "diverging 0 ends at 2"],
    ["more than the leader has at all", 9, 2, "diverging 2 ends at 4"],
    ["a beginning of the leader's log", 2, 0, "fetched 2 3, committed to 4"],
  ])("of a follower that has %s hears so (KIP-595)", (_, offset, lastEpoch, answer) => {
    const b1 = leading({ isr: ["b1"] });
    for (let i = 0; i < 2; i++) b1.produces("c");
    b1.hears("b3", imageOf({ isr: ["b1"], leaderEpoch: 2, partitionEpoch: 1 }));
    for (let i = 0; i < 2; i++) b1.produces("c");
    expect(b1.log).toBe("0@0 2@2 to 4, committed to 4");
    expect(b1.fetches("b2", offset, lastEpoch)[0]).toBe(`b2: ${answer}`);
  });

  test("is forgotten when who asked is gone", () => {
    const b1 = leading();
    b1.fetches("b2", 0, -1);
    b1.disconnected("b2");
    expect(b1.produces("c")).toEqual([]);
  });
});

describe("the high watermark", () => {
  test("counts also who may come in sync by what is proposed: the next leader may count on it", () => {
    const b1 = leading({ isr: ["b1", "b2"] });
    expect(b1.fetches("b3", 0, -1)).toEqual(["b3: alterPartition to b1 b2 b3"]);
    b1.produces("c");
    expect(b1.fetches("b2", 1)).toEqual([]);
    expect(b1.fetches("b3", 1)).toEqual(["c: produced 0"]);
  });

  test("counts again only who is in sync, when the controller has refused", () => {
    const b1 = leading({ isr: ["b1"] });
    b1.fetches("b3", 0, -1);
    b1.produces("c");
    const refusal = { kind: "error", code: "INELIGIBLE_REPLICA", controllerEpoch: 1 } as const;
    expect(b1.answers("b3", refusal)).toEqual(["c: produced 0"]);
  });

  test("still counts who is to fall out, until the controller has said so", () => {
    const b1 = leading();
    b1.produces("c", { timeoutMs: 1000 });
    b1.fetches("b2", 1);
    expect(b1.waits(320)).toEqual(["b3: alterPartition to b1 b2"]);
    expect(b1.fetches("b2", 1)).toEqual([]);
    expect(b1.hears("b3", imageOf({ isr: ["b1", "b2"], partitionEpoch: 1 }))).toEqual([
      "c: produced 0",
    ]);
  });

  test("stands still while fewer are in sync than the topic asks for (KAFKA-15583)", () => {
    const b1 = leading({ isr: ["b1"] }, { minInsyncReplicas: 2 });
    b1.produces("c", { acks: 1 });
    expect(b1.log).toBe("0@0 to 1, committed to 0");
  });
});

describe("the in-sync replicas", () => {
  test("lose who has not caught up for too long, however often it fetches", () => {
    const b1 = leading();
    b1.produces("c", { acks: 1, timeoutMs: 1000 });
    b1.fetches("b2", 1);
    b1.fetches("b3", 0, -1);
    b1.waits(160);
    b1.fetches("b3", 0, -1);
    expect(b1.waits(140)).toEqual([]);
    expect(b1.waits(20)).toEqual(["b3: alterPartition to b1 b2"]);
  });

  test("keep who had each time what there was at its last fetch", () => {
    const b1 = leading({ isr: ["b1", "b2"], replicas: ["b1", "b2"] });
    for (let end = 1; end <= 10; end++) {
      b1.produces("c", { acks: 1 });
      b1.fetches("b2", end - 1);
      expect(b1.waits(100)).toEqual([]);
    }
  });

  test("gain who has all that is committed, and all that the term began with", () => {
    const b1 = leading({ isr: ["b1"] });
    b1.produces("c");
    b1.hears("b3", imageOf({ isr: ["b1"], leaderEpoch: 1, partitionEpoch: 1 }));
    expect(b1.fetches("b2", 0, -1)).toEqual(["b2: fetched 0, committed to 1"]);
    expect(b1.fetches("b2", 1)).toEqual(["b3: alterPartition to b1 b2"]);
    const isr = new Map([...BROKERS].slice(0, 2));
    expect(b1.sent[0]?.message).toMatchObject({ leaderEpoch: 1, partitionEpoch: 1, isr });
  });

  test("change once at a time, and a proposal without an answer is made again", () => {
    const b1 = leading({ isr: ["b1"] });
    b1.fetches("b2", 0, -1);
    const { calls: first } = b1.state;
    expect([b1.fetches("b3", 0, -1), b1.waits(200)]).toEqual([[], []]);
    expect(b1.waits(20)).toEqual(["b3: alterPartition to b1 b2"]);
    const refuse = (call: number, controllerEpoch: number) =>
      b1.hears("b3", { kind: "error", code: "INELIGIBLE_REPLICA", call, controllerEpoch });
    // The first has been replaced, and of an older controller nobody knows what the newer one has done.
    refuse(first, 1);
    refuse(b1.state.calls, 0);
    expect(b1.fetches("b3", 0, -1)).toEqual([]);
    refuse(b1.state.calls, 1);
    expect(b1.fetches("b3", 0, -1)).toEqual(["b3: alterPartition to b1 b3"]);
  });

  test.each(["INVALID_UPDATE_VERSION", "FENCED_LEADER_EPOCH", "NOT_CONTROLLER"] as const)(
    "stay as proposed after %s: what is so comes with the next image",
    (code) => {
      const b1 = leading({ isr: ["b1"] });
      b1.fetches("b2", 0, -1);
      b1.answers("b3", { kind: "error", code, controllerEpoch: 1 });
      expect(b1.produces("c")).toEqual(["b2: fetched 0, committed to 0"]);
    },
  );
});

test("when its term is over whoever waits has to ask the next leader", () => {
  const b1 = leading();
  b1.produces("c");
  b1.polls("d", 0);
  b1.fetches("b2", 1);
  expect(b1.hears("b3", imageOf({ leader: "b2", leaderEpoch: 1, partitionEpoch: 1 }))).toEqual([
    "c: NOT_LEADER_OR_FOLLOWER",
    "d: NOT_LEADER_OR_FOLLOWER",
    "b2: NOT_LEADER_OR_FOLLOWER",
    "b2: fetch from 1 after epoch 0",
  ]);
});
