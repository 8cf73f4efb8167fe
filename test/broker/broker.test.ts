/** A broker: whom it believes, what it opens and forgets, which of its parts answers; and three of them when one dies. */

import { broker, cluster, createAdmin, createProducer } from "quorumlab/broker";
import { simulate } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import type { Broker } from "../../lib/broker/state.ts";
import { Alone, batches, imageOf } from "./alone.ts";
import { brokers, firstLeader, type Host, readAll, withCluster } from "./clustered.ts";

describe("a broker believes", () => {
  const older = imageOf({ leader: "b2", leaderEpoch: 1, partitionEpoch: 1 }, { epoch: 1 });

  test("no controller that has been replaced, not even after a restart", () => {
    const b1 = new Alone();
    b1.hears("b3", imageOf({ isr: ["b1"] }, { epoch: 2 }));
    expect([b1.hears("b2", older), b1.replica.part.kind]).toEqual([[], "leading"]);
    b1.restart();
    expect([b1.hears("b2", older), b1.state.image.controller]).toEqual([[], null]);
    b1.hears("b3", imageOf({ leader: "b2" }, { epoch: 2 }));
    expect(b1.replica.part.kind).toBe("following");
  });

  test("the newest state of a partition, in whatever order it hears", () => {
    const b1 = new Alone();
    b1.hears("b3", imageOf({ isr: ["b1"], leaderEpoch: 2, partitionEpoch: 5 }));
    b1.hears("b3", older);
    b1.hears("b3", imageOf({ leaderEpoch: 2, partitionEpoch: 4 }));
    expect(b1.replica.state).toMatchObject({ leader: "b1", isr: ["b1"], partitionEpoch: 5 });
  });

  test("not that it leads, when an earlier life of it was elected (KIP-380)", () => {
    const b1 = new Alone();
    b1.hears("b3", imageOf({ brokerEpoch: 10 }));
    expect([b1.replica.part.kind, b1.produces("c")]).toEqual([
      "idle",
      ["c: NOT_LEADER_OR_FOLLOWER"],
    ]);
    b1.hears("b3", imageOf({ leaderEpoch: 1, partitionEpoch: 1 }));
    expect(b1.replica.part.kind).toBe("leading");
  });
});

test("a broker whose clock is set back waits no longer for that", () => {
  const b1 = new Alone();
  b1.hears("b3", imageOf({ isr: ["b1"] }));
  b1.nowMs = 5000;
  expect(b1.fetches("b2", 0, -1)).toEqual(["b3: alterPartition to b1 b2"]);
  b1.nowMs = 1000;
  expect(b1.waits(220)).toEqual([]);
  expect(b1.waits(20)).toEqual(["b3: alterPartition to b1 b2"]);
});

test("the next life of a client hears no answer to what the one before it has asked", () => {
  const asking = (goes: boolean) => {
    const b1 = new Alone();
    b1.hears("b3", imageOf());
    b1.connected("c");
    b1.produces("c");
    if (goes) b1.disconnected("c");
    b1.nowMs = 10;
    if (goes) b1.connected("c");
    b1.fetches("b2", 1);
    return b1.fetches("b3", 1).filter((told) => told.startsWith("c:"));
  };
  expect([asking(false), asking(true)]).toEqual([["c: produced 0"], []]);
});

test("a broker stays connected to the ensemble while its disk has much to do", async () => {
  const app = async (host: Host) => {
    const producer = createProducer(host, { brokers: ["b1"], acks: 1 });
    for (let nth = 0; nth < 200; nth++) {
      void producer.send({ topic: "t", value: `v${nth}` });
      await host.sleep(10);
    }
  };
  const topics = [{ topic: "t", partitions: 1, replicas: 1 }];
  const servers = cluster({ app }, { topics, sessionTimeoutMs: 200 });
  const { trace } = await simulate({ seed: 1, servers, syncTime: 40, forMs: 2500 });
  const silences = trace.events.filter(
    (event) => event.kind === "timer" && event.name === "session silence",
  );
  expect(silences).toEqual([]);
});

describe("a log", () => {
  /** b1, which has a record of the topic with the id 7, when it lives or after a restart. */
  function keeping(isDown: boolean): Alone {
    const b1 = new Alone();
    b1.hears("b3", imageOf({ isr: ["b1"] }));
    b1.produces("c");
    b1.polls("d", 1);
    if (isDown) b1.restart();
    return b1;
  }

  test.each([false, true])(
    "is forgotten with its topic, whether the broker was down when that was deleted: %j",
    (isDown) => {
      const b1 = keeping(isDown);
      b1.hears("b3", { ...imageOf(), topics: new Map() });
      for (let life = 0; life < 2; life++) {
        b1.hears("b3", imageOf({ leader: "b2" }));
        expect(b1.log).toBe(" to 0, committed to 0");
        b1.restart();
      }
    },
  );

  test.each([false, true])(
    "is not that of another topic of the same name, whether the broker was down: %j",
    (isDown) => {
      const b1 = keeping(isDown);
      const told = b1.hears("b3", imageOf({ leader: null }, { id: 8 }));
      expect(told).toEqual(isDown ? [] : ["d: NOT_LEADER_OR_FOLLOWER"]);
      expect(b1.log).toBe(" to 0, committed to 0");
    },
  );

  test("is opened only where the broker has a replica", () => {
    const b1 = new Alone();
    b1.hears("b3", imageOf({ leader: "b2", replicas: ["b2", "b3"] }));
    expect(b1.state.replicas.size).toBe(0);
  });
});

describe("what only a leader can say", () => {
  const t0 = { topic: "t", partition: 0 };
  const ended = { kind: "offsetForLeaderEpoch", ...t0, epoch: 0 } as const;
  const list = (spec: "earliest" | "latest" | { timestampMs: number }) =>
    ({ kind: "listOffset", ...t0, spec }) as const;

  test("no other broker says, and of what is not there nobody knows", () => {
    const b1 = new Alone();
    b1.hears("b3", imageOf({ leader: "b2", replicas: ["b2", "b3"] }));
    for (const request of [list("latest"), ended]) {
      expect(b1.asks("c", request)).toEqual(["c: NOT_LEADER_OR_FOLLOWER"]);
      expect(b1.asks("c", { ...request, partition: 1 })).toEqual(["c: UNKNOWN_TOPIC_OR_PARTITION"]);
      expect(b1.asks("c", { ...request, topic: "u" })).toEqual(["c: UNKNOWN_TOPIC_OR_PARTITION"]);
    }
    expect(b1.produces("c")).toEqual(["c: NOT_LEADER_OR_FOLLOWER"]);
    expect(b1.produces("c", { acks: 0 })).toEqual(["close c"]);
  });

  test("it says only to who lives in its term, or does not know any", () => {
    const b1 = new Alone();
    b1.hears("b3", imageOf({ isr: ["b1"], leaderEpoch: 4 }));
    const asked = [3, 4, 5, -1].map((leaderEpoch) => b1.polls("d", 0, { leaderEpoch }));
    expect(asked.flat()).toEqual(["d: FENCED_LEADER_EPOCH", "d: UNKNOWN_LEADER_EPOCH"]);
  });

  test("it says nothing to a follower of another topic of the same name (KAFKA-12257)", () => {
    const b1 = new Alone();
    b1.hears("b3", imageOf({}, { id: 7 }));
    const replica = { topicId: 6, brokerEpoch: 12, lastEpoch: -1 };
    expect(b1.polls("b2", 0, { replica })).toEqual(["b2: UNKNOWN_TOPIC_OR_PARTITION"]);
  });

  test("it says of offsets when it knows what was shown before it (KIP-207)", () => {
    const b1 = new Alone();
    b1.hears("b3", imageOf());
    b1.produces("c", { acks: 1 });
    b1.hears("b3", imageOf({ leaderEpoch: 1, partitionEpoch: 1 }));
    const asked = () =>
      [list("earliest"), list("latest"), ended].flatMap((each) => b1.asks("c", each));
    expect(asked()).toEqual(["c: offset 0", "c: OFFSET_NOT_AVAILABLE", "c: epochEnd 0 ends at 1"]);
    for (const id of ["b2", "b3"]) b1.fetches(id, 1);
    expect(asked()).toEqual(["c: offset 0", "c: offset 1", "c: epochEnd 0 ends at 1"]);
    expect(b1.asks("c", list({ timestampMs: 0 }))).toEqual(["c: offset 0"]);
    expect(b1.asks("c", list({ timestampMs: 1 }))).toEqual(["c: offset null"]);
  });
});

test("metadata are those of the newest image", () => {
  const b1 = new Alone();
  b1.hears("b3", imageOf({ leader: "b2", isr: ["b2"], leaderEpoch: 3, partitionEpoch: 9 }));
  b1.asks("c", { kind: "metadata" });
  const replicas = ["b1", "b2", "b3"];
  const described = [{ partition: 0, leader: "b2", leaderEpoch: 3, replicas, isr: ["b2"] }];
  expect(b1.sent[0]?.message).toMatchObject({
    controller: "b3",
    brokers: ["b1", "b2", "b3"],
    topics: new Map([["t", described]]),
  });
});

test("no id of a producer is given twice, also not in another life", () => {
  const b1 = new Alone();
  const ask = () => b1.asks("c", { kind: "initProducerId" });
  const given = [ask(), ask()].flat();
  b1.restart();
  expect(ask(), "its new number is not known yet").toEqual(["c: COORDINATOR_NOT_AVAILABLE"]);
  b1.state.brokerEpoch = 21;
  given.push(...ask(), ...ask());
  expect(new Set(given).size).toBe(4);
});

test("retention is looked after every so often, by leaders", () => {
  const config = { segmentBytes: 1, retentionBytes: 72 };
  const b1 = new Alone({ retentionCheckMs: 100 });
  b1.hears("b3", imageOf({ isr: ["b1"] }, { config }));
  for (let i = 0; i < 3; i++) b1.produces("c");
  b1.waits(80);
  expect(b1.replica.log.start).toBe(0);
  b1.waits(20);
  expect(b1.replica.log.start).toBe(2);
  const follower = new Alone({ retentionCheckMs: 100 });
  follower.hears("b3", imageOf({ leader: "b2" }, { config }));
  const own = { batches: batches(0, 0, 0, 0), highWatermark: 3, logStart: 0 };
  follower.answers("b2", { kind: "fetched", ...own });
  follower.waits(100);
  expect(follower.replica.log.start).toBe(0);
});

test("a number that makes no sense is refused at once", () => {
  const wrong = { ensemble: ["s1"], retentionCheckMs: 0 };
  expect(() => broker(wrong)).toThrow("broker: retentionCheckMs is 0");
});

test("when a leader dies another goes on with all that was acknowledged, and it comes back with the same log", async () => {
  const leader = await firstLeader();
  const sent: string[] = [];
  let read: unknown[] = [];
  let isr: readonly string[] = [];
  const app = async (host: Host) => {
    const producer = createProducer(host, { brokers });
    for (let n = 0; host.now() < 2500; n++) {
      await producer.send({ topic: "t", partition: 0, value: `${n}` });
      sent.push(`${n}`);
    }
    await host.sleep(4000 - host.now());
    const [first] = await createAdmin(host, { brokers }).describeTopic("t");
    isr = first?.isr ?? [];
    read = await readAll(host);
  };
  const faults = [{ kind: "crash", node: leader, atMs: 900, forMs: 1200 } as const];
  const { states } = await withCluster({ app }, { faults, forMs: 6000 });
  expect(sent.length).toBeGreaterThan(100);
  expect(read).toEqual(sent);
  expect([...isr].sort()).toEqual(brokers);
  const logs = brokers.map((id) => (states[id] as Broker).replicas.get("t-0")?.log);
  expect(logs.map((log) => log?.epochs)).toEqual(Array(3).fill(logs[0]?.epochs));
  expect(logs[0]?.epochs.length).toBeGreaterThan(1);
  expect(logs.map((log) => log?.batches)).toEqual(Array(3).fill(logs[0]?.batches));
});
