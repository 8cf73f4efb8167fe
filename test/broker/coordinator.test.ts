/** The coordinator of groups: the leader of their partition, as soon as it has all that was committed there. */

import { createAdmin, createConsumer, createProducer } from "quorumlab/broker";
import { sent } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { OFFSETS, partitionOfGroup } from "../../lib/broker/coordinator.ts";
import type { TopicConfig } from "../../lib/broker/kafka.ts";
import type { Image, PartitionState, Request } from "../../lib/broker/messages.ts";
import { Alone, imageOf } from "./alone.ts";
import { brokers, type Host, withCluster } from "./clustered.ts";

/** Of the only partition of __consumer_offsets, and of a topic that b1 has nothing of. */
function imageWith(state: Partial<PartitionState>, config: TopicConfig = {}): Image {
  const image = imageOf(state, { topic: OFFSETS, config });
  const other = imageOf({ leader: "b2", replicas: ["b2"], isr: ["b2"] });
  return { ...image, topics: new Map([...image.topics, ...other.topics]) };
}

/** b1, which leads that partition unless told. */
function coordinating(state: Partial<PartitionState> = {}, config: TopicConfig = {}): Alone {
  const b1 = new Alone();
  b1.hears("b3", imageWith(state, config));
  return b1;
}

const at = { topic: "t", partition: 0 };
const commits = (b1: Alone, offset: number, own = at) => {
  const nobody = { group: "g", memberId: "", generation: -1 };
  return b1.asks("c", { kind: "offsetCommit", ...nobody, offsets: [{ ...own, offset }] });
};
const committed = (b1: Alone) => b1.asks("c", { kind: "offsetFetch", group: "g", ...at });
const replicates = (b1: Alone, offset: number) =>
  ["b2", "b3"].flatMap((id) => b1.fetches(id, offset, 0, OFFSETS));

test("the hash of a group's name says which partition keeps it, as in Kafka", () => {
  expect(["g1", "my-group", "g"].map((group) => partitionOfGroup(group, 50))).toEqual([42, 12, 3]);
  expect(partitionOfGroup("my-group", 1)).toBe(0);
});

describe("a group is coordinated", () => {
  test("only by the leader of its partition", () => {
    const follower = coordinating({ leader: "b2" });
    expect([committed(follower), commits(follower, 5)].flat()).toEqual([
      "c: NOT_COORDINATOR",
      "c: NOT_COORDINATOR",
    ]);
    expect(committed(new Alone()), "there is no such topic yet").toEqual(["c: NOT_COORDINATOR"]);
    const find = { kind: "findCoordinator", group: "g" } as const;
    expect(follower.asks("c", find)).toEqual(["c: coordinator b2"]);
    expect(new Alone().asks("c", find)).toEqual(["c: COORDINATOR_NOT_AVAILABLE"]);
  });

  test("not before all is committed that its leader began with: some of it may have been shown", () => {
    const b1 = coordinating();
    commits(b1, 5);
    const next = imageWith({ leaderEpoch: 1, partitionEpoch: 1 });
    expect(b1.hears("b3", next)).toEqual(["c: NOT_COORDINATOR"]);
    expect([committed(b1), commits(b1, 6)].flat()).toEqual([
      "c: COORDINATOR_LOAD_IN_PROGRESS",
      "c: COORDINATOR_LOAD_IN_PROGRESS",
    ]);
    replicates(b1, 1);
    expect(committed(b1)).toEqual(["c: offset 5"]);
  });
});

describe("a commit", () => {
  test("counts when all in-sync replicas have it", () => {
    const b1 = coordinating();
    expect([commits(b1, 5), committed(b1)]).toEqual([[], ["c: offset null"]]);
    expect(replicates(b1, 1)).toEqual(["c: done"]);
    expect(committed(b1)).toEqual(["c: offset 5"]);
  });

  test("of a partition that is not there is refused", () => {
    const unknown = ["c: UNKNOWN_TOPIC_OR_PARTITION"];
    expect(commits(coordinating(), 5, { topic: "u", partition: 0 })).toEqual(unknown);
    expect(commits(coordinating(), 5, { topic: "t", partition: 1 })).toEqual(unknown);
  });

  test("is refused where too few are in sync", () => {
    const b1 = coordinating({ isr: ["b1"] }, { minInsyncReplicas: 2 });
    expect(commits(b1, 5)).toEqual(["c: COORDINATOR_NOT_AVAILABLE"]);
    expect(b1.state.replicas.get(`${OFFSETS}-0`)?.log.end).toBe(0);
  });

  test("that is not replicated in time does not count here, but a later coordinator may find it", () => {
    const b1 = coordinating();
    commits(b1, 5);
    expect(b1.waits(200)).toEqual(["c: REQUEST_TIMED_OUT"]);
    replicates(b1, 1);
    expect(committed(b1)).toEqual(["c: offset null"]);
    b1.hears("b3", imageWith({ leaderEpoch: 1, partitionEpoch: 1 }));
    expect(committed(b1)).toEqual(["c: offset 5"]);
  });
});

describe("a member", () => {
  const join = (memberId: string): Request => {
    const metadata = { topics: ["t"], owned: [], generation: -1 };
    const times = { sessionTimeoutMs: 100, rebalanceTimeoutMs: 1000 };
    return { kind: "joinGroup", group: "g", memberId, ...times, protocols: ["range"], metadata };
  };
  test("that is silent is out when its session is over", () => {
    const b1 = coordinating({ isr: ["b1"] });
    expect(b1.asks("c", join("m"))).toEqual(["c: joined"]);
    const as = { group: "g", memberId: "m", generation: 1 };
    const assignments = new Map([["m", []]]);
    expect(b1.asks("c", { kind: "syncGroup", ...as, assignments })).toEqual(["c: synced"]);
    b1.waits(80);
    expect(b1.asks("c", { kind: "heartbeat", ...as })).toEqual(["c: done"]);
    b1.waits(120);
    expect(b1.asks("c", { kind: "heartbeat", ...as })).toEqual(["c: UNKNOWN_MEMBER_ID"]);
  });

  test("that waits for others asks the next coordinator, when this one leads no more", () => {
    const b1 = coordinating({ isr: ["b1"] });
    b1.asks("c", join("m"));
    expect(b1.asks("d", join("n"))).toEqual([]);
    const image = imageOf({ leader: "b2", leaderEpoch: 1, partitionEpoch: 1 }, { topic: OFFSETS });
    expect(b1.hears("b3", image)[0]).toBe("d: NOT_COORDINATOR");
    expect(committed(b1)).toEqual(["c: NOT_COORDINATOR"]);
  });
});

test("a group outlives its coordinator: its members go on in their generation, with their offsets", async () => {
  const found = { coordinator: "", polled: 0, committed: -1 };
  const app = async (host: Host) => {
    const [state] = await createAdmin(host, { brokers }).describeTopic(OFFSETS);
    found.coordinator = state?.leader ?? "";
    const producer = createProducer(host, { brokers });
    for (let n = 0; n < 5; n++) await producer.send({ topic: "t", partition: 0, value: `${n}` });
    const own = { group: "g", autoOffsetReset: "earliest", sessionTimeoutMs: 2000 } as const;
    const consumer = createConsumer(host, { brokers, ...own });
    consumer.subscribe(["t"]);
    while (host.now() < 3000) {
      found.polled += (await consumer.poll(100)).length;
      if (host.now() < 1400) await consumer.commit().catch(() => {});
    }
    found.committed = (await consumer.committed(at)) ?? -1;
  };
  await withCluster({ app }, { forMs: 700 });
  const { coordinator } = found;
  found.polled = 0;
  const faults = [{ kind: "crash", node: coordinator, atMs: 1500, forMs: 5000 } as const];
  const { trace } = await withCluster({ app }, { faults, forMs: 4000 });
  expect(found).toEqual({ coordinator, polled: 5, committed: 5 });
  const late = sent(trace, "joinGroup", "heartbeat").filter(({ atMs }) => atMs > 1500);
  const answered = sent(trace, "done").filter(({ atMs, to }) => atMs > 2000 && to === "app");
  expect(late.map(({ body }) => body.kind)).not.toContain("joinGroup");
  expect(answered.length).toBeGreaterThan(3);
});
