import { expect, test } from "vitest";
import { createAdmin } from "../../lib/broker/admin.ts";
import { createProducer } from "../../lib/broker/producer.ts";
import { brokers, type Host, withCluster } from "./clustered.ts";
import { outcomeOf, play, REFUSED, type Script } from "./scripted.ts";

const t0 = { topic: "t", partition: 0 };

test("a topic is made, described, given more partitions, and deleted", async () => {
  const seen: unknown[] = [];
  await withCluster({
    async app(host) {
      const admin = createAdmin(host, { brokers });
      await admin.createTopic({ topic: "u", partitions: 2, replicas: 2 });
      const described = await admin.describeTopic("u");
      seen.push(described.map(({ partition, leader, isr }) => [partition, isr[0] === leader]));
      await admin.createPartitions("u", 3);
      seen.push((await admin.describeTopic("u")).length);
      await admin.deleteTopic("u");
      seen.push(await outcomeOf(admin.describeTopic("u")));
    },
  });
  expect(seen).toEqual([
    [
      [0, true],
      [1, true],
    ],
    3,
    "UNKNOWN_TOPIC_OR_PARTITION",
  ]);
});

test("what the controller refuses is not asked again", async () => {
  const seen: unknown[] = [];
  await withCluster({
    async app(host) {
      const admin = createAdmin(host, { brokers });
      const startMs = host.now();
      seen.push(await outcomeOf(admin.createTopic({ topic: "t", partitions: 1, replicas: 1 })));
      seen.push(await outcomeOf(admin.createTopic({ topic: "u", partitions: 1, replicas: 4 })));
      seen.push(await outcomeOf(admin.createPartitions("t", 1)));
      seen.push(await outcomeOf(admin.deleteTopic("none")));
      seen.push(await outcomeOf(admin.electLeader(t0, "preferred")));
      seen.push(host.now() - startMs < 200);
    },
  });
  expect(seen).toEqual([
    "TOPIC_ALREADY_EXISTS",
    "INVALID_REPLICATION_FACTOR",
    "INVALID_PARTITIONS",
    "UNKNOWN_TOPIC_OR_PARTITION",
    "ELECTION_NOT_NEEDED",
    true,
  ]);
});

test("a refusal says what was asked, and what would be right where only the controller knows", async () => {
  const seen: unknown[] = [];
  await withCluster({
    async app(host) {
      const admin = createAdmin(host, { brokers });
      for (const replicas of [0, 4]) {
        const refused = admin.createTopic({ topic: "u", partitions: 1, replicas });
        seen.push(await refused.catch(({ message }) => message));
      }
      seen.push(await admin.deleteTopic("none").catch(({ message }) => message));
    },
  });
  const [few, many, none] = seen;
  expect(few).toMatch(
    /refuses "createTopic" of topic u, partitions 1, replicas 0; expected at least/,
  );
  expect(many).toMatch(
    /replicas 4; expected at least 1 replica, and no more than there are brokers/,
  );
  expect(none).toMatch(/^UNKNOWN_TOPIC_OR_PARTITION: b. refuses "deleteTopic" of topic none$/);
});

test("offsets are those of the partition's leader", async () => {
  const seen: unknown[] = [];
  await withCluster({
    async app(host) {
      const admin = createAdmin(host, { brokers });
      const producer = createProducer(host, { brokers });
      for (const timestampMs of [10, 20, 30]) {
        await producer.send({ ...t0, value: "x", timestampMs });
      }
      for (const spec of ["earliest", "latest"] as const) {
        seen.push(await admin.listOffset(t0, spec));
      }
      seen.push(await admin.listOffset(t0, { timestampMs: 15 }));
      seen.push(await admin.listOffset(t0, { timestampMs: 31 }));
    },
  });
  expect(seen).toEqual([0, 3, 1, null]);
});

test("an admin finds the next controller when the old one has died", async () => {
  const seen: unknown[] = [];
  const program = async (host: Host) => {
    const admin = createAdmin(host, { brokers });
    await host.sleep(400);
    await admin.createTopic({ topic: "u", partitions: 1, replicas: 2 });
    seen.push((await admin.describeTopic("u")).length);
  };
  for (const node of brokers) {
    await withCluster({ app: program }, { faults: [{ kind: "crash", node, atMs: 800 }] });
  }
  expect(seen).toEqual([1, 1, 1]);
});

test("whoever hears that a topic exists, after an answer was lost, is told that it may be his own", async () => {
  let isLost = false;
  const exists: Script = (request, healthy) => {
    if (request.kind !== "createTopic") return healthy();
    if (isLost) return REFUSED("TOPIC_ALREADY_EXISTS");
    isLost = true;
    return null;
  };
  const seen: unknown[] = [];
  await play(
    async (host) => {
      const admin = createAdmin(host, { brokers: ["b"] });
      const topic = { topic: "u", partitions: 1, replicas: 1 };
      seen.push(await outcomeOf(admin.createTopic(topic)));
      seen.push(await outcomeOf(admin.createTopic(topic)));
    },
    { script: exists },
  );
  expect(seen).toEqual(["TOPIC_ALREADY_EXISTS?", "TOPIC_ALREADY_EXISTS"]);
});

test("an admin gives up when its time is over", async () => {
  const seen: unknown[] = [];
  const silent: Script = (request, healthy) => (request.kind === "deleteTopic" ? null : healthy());
  await play(
    async (host) => {
      const admin = createAdmin(host, { brokers: ["b"], timeoutMs: 500 });
      const startMs = host.now();
      seen.push(await outcomeOf(admin.deleteTopic("t")), host.now() - startMs < 700);
    },
    { script: silent },
  );
  expect(seen).toEqual(["REQUEST_TIMED_OUT?", true]);
});

test("arguments that make no sense are refused in one sentence", async () => {
  const seen: unknown[] = [];
  await play(async (host) => {
    const admin = createAdmin(host, { brokers: ["b"] });
    seen.push(await outcomeOf(admin.electLeader(t0, "fair" as "unclean")));
    seen.push(await outcomeOf(admin.listOffset(t0, "first" as "latest")));
    seen.push(await outcomeOf(admin.listOffset(t0, { timestampMs: Number.NaN })));
    const topic = { topic: "t", partitions: 1, replicas: 1 };
    for (const wrong of [
      { partitions: Number.NaN },
      { replicas: 1.5 },
      { topic: 5 as unknown as string },
      { config: { retentionMs: -1 } },
      { config: { minInsyncReplicas: 0 } },
    ]) {
      seen.push(await outcomeOf(admin.createTopic({ ...topic, ...wrong })));
    }
    seen.push(await outcomeOf(admin.createPartitions("t", Number.NaN)));
  });
  expect(seen).toEqual([
    'electLeader: election is "fair"; expected preferred or unclean.',
    'listOffset: spec is "first"; expected earliest or latest.',
    "listOffset: timestampMs is NaN; expected a number of at least 0.",
    "createTopic: partitions is NaN; expected a whole number.",
    "createTopic: replicas is 1.5; expected a whole number.",
    "createTopic: topic is 5; expected a name.",
    "createTopic: retentionMs is -1; expected a number of at least 0.",
    "createTopic: minInsyncReplicas is 0; expected a whole number of at least 1.",
    "createPartitions: partitions is NaN; expected a whole number.",
  ]);
});
