/** A controller: it does one thing after the other, writes only while it is in office, and tells everybody. */

import { describe, expect, test } from "vitest";
import type { NewTopic } from "../../lib/broker/kafka.ts";
import type { BrokerOptions } from "../../lib/broker/state.ts";
import { Keeper } from "./keeper.ts";

/** b1 in office, with b2 registered as well. */
function inOffice(options: Partial<BrokerOptions> = {}): Keeper {
  const keeper = new Keeper({ offsetsReplicas: 3, ...options });
  keeper.opens();
  keeper.registers("b2");
  keeper.answers();
  return keeper;
}

const create = (topic: string, own: Partial<NewTopic> = {}) =>
  ({ kind: "createTopic", topic, partitions: 1, replicas: 2, ...own }) as const;
/** The state of a partition as b1 has told it last. */
const stateOf = ({ b1 }: Keeper, topic: string, partition = 0) =>
  b1.state.image.topics.get(topic)?.partitions[partition];

describe("whoever takes office", () => {
  test("raises the epoch, and tells every broker what it has read, and whoever is connected anew", () => {
    const keeper = new Keeper();
    keeper.opens();
    expect(["/controller", "/controller_epoch"].map((path) => keeper.data(path))).toEqual([
      "1",
      "1",
    ]);
    keeper.registers("b2");
    expect(keeper.answers()).toEqual(["b2: image of 1"]);
    const { role, image } = keeper.b1.state;
    expect([role, image.controller, [...image.brokers]]).toEqual([
      "controller",
      "b1",
      [
        ["b1", keeper.czxid("/brokers/ids/b1")],
        ["b2", keeper.czxid("/brokers/ids/b2")],
      ],
    ]);
    keeper.b1.disconnected("b2");
    expect([keeper.b1.connected("b2"), keeper.b1.connected("b3")]).toEqual([
      ["b2: image of 1"],
      [],
    ]);
  });

  test("reads all that an earlier controller has written", () => {
    const keeper = inOffice();
    const config = { retentionMs: Infinity, minInsyncReplicas: 2 };
    keeper.b1.asks("c", create("t", { partitions: 3, config }));
    keeper.answers();
    const before = keeper.b1.state.image.topics;
    keeper.expires();
    const { topics, controllerEpoch } = keeper.b1.state.image;
    expect([controllerEpoch, topics.get("t")?.config]).toEqual([2, config]);
    expect(topics.get("t")?.id).toBe(before.get("t")?.id);
    const replicas = (of: typeof topics) => of.get("t")?.partitions.map((each) => each.replicas);
    expect(replicas(topics)).toEqual(replicas(before));
    // Its own session has expired: where b1 leads it has to be elected anew.
    expect(stateOf(keeper, "t")).toMatchObject({ leader: "b1", leaderEpoch: 1, partitionEpoch: 1 });
    expect(stateOf(keeper, "t", 1)).toMatchObject({ leader: "b2", leaderEpoch: 0 });
  });

  test("passes over a broker that goes while it is looked for", () => {
    const keeper = inOffice();
    keeper.registers("b3");
    keeper.answers(1);
    keeper.goes("b2");
    keeper.answers();
    expect([...keeper.b1.state.image.brokers.keys()]).toEqual(["b1", "b3"]);
  });
});

describe("a controller", () => {
  test("does one thing at a time: the next builds on what has come of it", () => {
    const keeper = inOffice();
    const { b1 } = keeper;
    b1.asks("c", create("t"));
    b1.asks("d", create("t"));
    b1.asks("e", { kind: "createPartitions", topic: "t", partitions: 2 });
    expect(b1.asked).toHaveLength(1);
    expect(keeper.answers().filter((said) => !said.includes("fetch"))).toEqual([
      "b2: image of 1",
      "c: done",
      "d: TOPIC_ALREADY_EXISTS",
      "b2: image of 1",
      "e: done",
    ]);
    expect(stateOf(keeper, "t", 1)?.replicas).toEqual(["b2", "b1"]);
  });

  test("writes each change in one transaction, which checks the epoch of its office and the version of the state", () => {
    const keeper = inOffice();
    const { b1 } = keeper;
    b1.asks("c", create("t"));
    keeper.answers();
    const topicId = keeper.czxid("/brokers/topics/t");
    const proposed = { topicId, leaderEpoch: 0, partitionEpoch: 0, isr: new Map([["b1", 0]]) };
    b1.asks("b2", { kind: "alterPartition", topic: "t", partition: 0, ...proposed });
    const path = "/brokers/topics/t/partitions/0/state";
    const brokerEpoch = keeper.czxid("/brokers/ids/b1");
    const data = JSON.stringify({ leader: "b1", brokerEpoch, leaderEpoch: 0, isr: ["b1"] });
    const ops = [
      { kind: "check", path: "/controller_epoch", version: 1 },
      { kind: "setData", path, data, version: 0 },
    ];
    expect(b1.asked).toMatchObject([{ request: { kind: "multi", ops } }]);
  });

  test("makes a topic, and removes all of it", () => {
    const keeper = inOffice();
    keeper.b1.asks("c", create("t", { partitions: 2 }));
    keeper.answers();
    expect(keeper.children("/brokers/topics/t/partitions")).toEqual(["0", "1"]);
    const first = keeper.b1.state.image.topics.get("t")?.id;
    expect(first).toBe(keeper.czxid("/brokers/topics/t"));
    keeper.b1.asks("c", { kind: "deleteTopic", topic: "t" });
    keeper.b1.asks("c", create("t"));
    keeper.answers(1);
    expect(keeper.children("/brokers/topics")).toEqual([]);
    keeper.answers();
    expect(keeper.b1.state.image.topics.get("t")?.id).toBeGreaterThan(first ?? Infinity);
  });

  test("elects a leader in its next life anew, though it was never seen to be away", () => {
    const keeper = inOffice();
    keeper.b1.asks("c", create("t", { partitions: 2 }));
    keeper.answers();
    keeper.goes("b2");
    keeper.registers("b2");
    keeper.answers();
    const brokerEpoch = keeper.czxid("/brokers/ids/b2");
    expect(stateOf(keeper, "t", 1)).toMatchObject({ leader: "b2", leaderEpoch: 1, brokerEpoch });
    expect(stateOf(keeper, "t", 0)).toMatchObject({ leader: "b1", leaderEpoch: 0 });
  });

  test("makes the topic for offsets once, as soon as there are enough brokers", () => {
    const keeper = inOffice({ offsetsPartitions: 2 });
    const offsets = () => keeper.b1.state.image.topics.get("__consumer_offsets");
    expect(offsets()).toBeUndefined();
    keeper.registers("b3");
    keeper.answers();
    const made = offsets();
    expect([made?.config.retentionMs, made?.partitions.length]).toEqual([Infinity, 2]);
    keeper.goes("b3");
    keeper.registers("b3");
    keeper.answers();
    expect(offsets()?.id).toBe(made?.id);
  });

  test("refuses its own proposals like those of others", () => {
    const keeper = inOffice({ replicaLagTimeMaxMs: 40 });
    const { b1 } = keeper;
    b1.asks("c", create("t"));
    keeper.answers();
    b1.produces("c", { acks: 1 });
    b1.waits(60);
    keeper.answers();
    expect(stateOf(keeper, "t")?.isr).toEqual(["b1"]);
    // Fetches of an earlier life of b2, which may have lost what it had; then of this one.
    b1.fetches("b2", 1);
    expect(b1.asked).toEqual([]);
    const topicId = keeper.czxid("/brokers/topics/t");
    const brokerEpoch = keeper.czxid("/brokers/ids/b2");
    const replica = { topicId, brokerEpoch, lastEpoch: 0 };
    b1.polls("b2", 1, { replica });
    keeper.answers();
    expect(stateOf(keeper, "t")?.isr).toEqual(["b1", "b2"]);
  });
});

describe("a controller that was replaced", () => {
  test("writes nothing more, and whoever waits has to ask again", () => {
    const keeper = inOffice();
    const { b1 } = keeper;
    b1.asks("c", create("t"));
    b1.asks("d", create("u"));
    keeper.takesOver("b2", 2);
    expect(keeper.answers()).toEqual(["c: REQUEST_TIMED_OUT", "d: NOT_CONTROLLER"]);
    expect([keeper.children("/brokers/topics"), b1.state.role]).toEqual([[], "broker"]);
    expect(b1.asks("c", create("t"))).toEqual(["c: NOT_CONTROLLER"]);
  });

  test("because its session expired, takes nothing over into its next time in office", () => {
    const keeper = inOffice();
    keeper.b1.disconnected("s1");
    keeper.b1.asks("c", create("t"));
    keeper.b1.asks("d", create("u"));
    expect(keeper.expires()).toEqual([
      "c: REQUEST_TIMED_OUT",
      "d: NOT_CONTROLLER",
      "b2: image of 2",
    ]);
    expect([keeper.children("/brokers/topics"), keeper.data("/controller")]).toEqual([[], "2"]);
  });
});

describe("when the answer to a write is lost a controller reads everything again, and", () => {
  test.each([
    ["finds what was written", "done", "t"],
    ["finds what is written only then, though it asks another server", "late", "t"],
    ["finds nothing where nothing was written", "lost", ""],
  ] as const)("%s", (_, asked, found) => {
    const keeper = inOffice();
    const { b1 } = keeper;
    b1.asks("c", create("t"));
    b1.asks("d", create("u"));
    const told = keeper.breaks(asked);
    expect(told).toEqual(["c: REQUEST_TIMED_OUT", "d: NOT_CONTROLLER", "b2: image of 1"]);
    expect([[...b1.state.image.topics.keys()].join(), b1.state.role]).toEqual([
      found,
      "controller",
    ]);
    expect(keeper.children("/brokers/topics").join()).toBe(found);
  });
});
