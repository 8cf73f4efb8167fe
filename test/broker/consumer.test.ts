import { expect, test } from "vitest";
import type { KafkaHost } from "../../lib/broker/client.ts";
import { type ConsumerOptions, createConsumer } from "../../lib/broker/consumer.ts";
import type { Consumer } from "../../lib/broker/kafka.ts";
import { createProducer } from "../../lib/broker/producer.ts";
import { brokers as cluster, withCluster } from "./clustered.ts";
import { consume, values } from "./reading.ts";
import { outcomeOf, play, REFUSED, type Script } from "./scripted.ts";

const brokers = ["b"];
const t0 = { topic: "t", partition: 0 };
const t1 = { topic: "t", partition: 1 };
const earliest = { autoOffsetReset: "earliest" } as const;

test("positions are committed, those of all partitions unless told", async () => {
  const seen: unknown[] = [];
  const { kept } = await consume(
    async (consumer, broker) => {
      seen.push(await consumer.committed(t0));
      await consumer.poll(100);
      await consumer.commit();
      seen.push(await consumer.committed(t0), broker.committed.get(0));
      await consumer.commit([{ ...t0, offset: 2 }]);
      seen.push(await consumer.committed(t0));
    },
    { group: "g", ...earliest },
  );
  expect(seen).toEqual([null, 5, 5, 2]);
  const [commit] = kept.asked.filter((request) => request.kind === "offsetCommit");
  expect(commit).toMatchObject({ group: "g", memberId: "", generation: -1 });
});

test("a commit that is sent again does not undo a later one", async () => {
  let commits = 0;
  const script: Script = (request, healthy) => {
    if (request.kind !== "offsetCommit" || ++commits > 1) return healthy();
    return REFUSED("COORDINATOR_LOAD_IN_PROGRESS");
  };
  const { kept } = await consume(
    async (consumer) => {
      const older = consumer.commit([{ ...t0, offset: 1 }]);
      await consumer.commit([{ ...t0, offset: 2 }]);
      await older;
    },
    { group: "g" },
    { script },
  );
  expect(kept.committed.get(0)).toBe(2);
  expect(commits).toBe(3);
});

test("a poll commits by itself what the polls before it have returned, not what it returns", async () => {
  const seen: unknown[] = [];
  await consume(
    async (consumer, kept, host) => {
      for (let i = 0; i < 3; i++) {
        seen.push(values(await consumer.poll(100)));
        await host.sleep(20);
        seen.push(kept.committed.get(0));
      }
    },
    { group: "g", ...earliest, maxPollRecords: 2, autoCommitIntervalMs: 5 },
  );
  expect(seen).toEqual(["ab", undefined, "cd", 2, "e", 4]);
});

test("so often a poll commits, and no more often", async () => {
  const { kept } = await consume(
    async (consumer) => {
      for (let i = 0; i < 11; i++) await consumer.poll(20);
    },
    { group: "g", autoCommitIntervalMs: 50 },
  );
  const commits = kept.asked.filter((request) => request.kind === "offsetCommit");
  expect(commits.length).toBe(3);
});

/** Lets a member of the group "g", alone in it, poll for 200 ms and then do something else. */
async function join(
  program: (consumer: Consumer, host: KafkaHost) => Promise<void>,
  { script, ...options }: Partial<ConsumerOptions> & { readonly script?: Script } = {},
) {
  const lost: number[] = [];
  const scene = { ...(script && { script }) };
  const { kept } = await play(async (host) => {
    const consumer = createConsumer(host, { brokers, group: "g", ...options });
    consumer.subscribe(["t"], { revoked: ({ length }) => void lost.push(length) });
    await consumer.poll(200);
    await program(consumer, host);
  }, scene);
  return { kept, lost };
}

test("whoever has left because it did not poll cannot commit, though nobody else is in the group", async () => {
  let outcome: unknown;
  const { kept, lost } = await join(
    async (consumer, host) => {
      await host.sleep(600);
      outcome = await outcomeOf(consumer.commit([{ ...t0, offset: 1 }]));
      await consumer.poll(200);
    },
    { rebalanceTimeoutMs: 300 },
  );
  expect(outcome).toBe("UNKNOWN_MEMBER_ID");
  expect(kept.asked.some(({ kind }) => kind === "leaveGroup")).toBe(true);
  expect([kept.committed.size, lost, kept.generation]).toEqual([0, [1], 2]);
});

test("what is said of an older generation does not count in the next one", async () => {
  let isTold = false;
  const script: Script = (request, healthy) => {
    if (request.kind === "offsetCommit") {
      return REFUSED(isTold ? "ILLEGAL_GENERATION" : "COORDINATOR_LOAD_IN_PROGRESS");
    }
    if (request.kind !== "heartbeat" || isTold) return healthy();
    isTold = true;
    return REFUSED("REBALANCE_IN_PROGRESS");
  };
  let outcome: unknown;
  const { kept, lost } = await join(
    async (consumer) => {
      const committed = outcomeOf(consumer.commit([{ ...t0, offset: 1 }]));
      for (let i = 0; i < 10; i++) await consumer.poll(50);
      outcome = await committed;
    },
    { script, heartbeatIntervalMs: 250, retryBackoffMs: 400 },
  );
  expect([outcome, lost, kept.generation]).toEqual(["ILLEGAL_GENERATION", [1], 2]);
});

test("a closed consumer waits for nothing any more", async () => {
  let sleeps = 0;
  await play(async (host) => {
    const sleep = (ms: number) => {
      sleeps += 1;
      return host.sleep(ms);
    };
    const consumer = createConsumer({ ...host, sleep }, { brokers, group: "g" });
    consumer.subscribe(["t"]);
    await consumer.poll(500);
    await consumer.close();
    await host.sleep(200);
    const before = sleeps;
    await host.sleep(1000);
    expect(before).toBeGreaterThan(4);
    expect(sleeps).toBe(before);
  });
});

test("a consumer does only what its options allow, and says in one sentence what they do not", async () => {
  const seen: unknown[] = [];
  await consume(async (consumer) => {
    for (const act of [
      () => consumer.subscribe(["t"]),
      () => consumer.commit(),
      () => consumer.seek(t1, 0),
      () => consumer.seek(t0, -1),
      () => consumer.poll(-1),
      () => consumer.assign(t0 as unknown as []),
    ]) {
      seen.push(await outcomeOf((async () => act())()));
    }
    consumer.assign([]);
    seen.push(await outcomeOf(consumer.poll(10)));
    await consumer.close();
    seen.push(await outcomeOf(consumer.poll(10)));
  });
  expect(seen).toEqual([
    "subscribe: this consumer has no group to share with.",
    "commit: this consumer has no group to commit for.",
    "t-1 is not assigned; t-0 is.",
    "seek: offset is -1; expected a whole number of at least 0.",
    "poll: timeoutMs is -1; expected a number of at least 0.",
    'assign: partitions is {"topic":"t","partition":0}; expected a list.',
    "poll: there is nothing to read; subscribe or assign first.",
    "poll: this consumer is closed.",
  ]);
  const host = { now: () => 0, random: () => 0 } as KafkaHost;
  const member = createConsumer(host, { brokers, group: "g" });
  const nan = { ...t0, offset: Number.NaN };
  await expect(member.commit([nan])).rejects.toThrow("commit: offset is NaN; expected a whole");
  expect(() => member.subscribe("t" as unknown as [])).toThrow('topics is "t"; expected a list.');
  const refused = (options: object) => () => createConsumer(host, { brokers, ...options });
  expect(refused({ autoOffsetReset: "first" })).toThrow("expected latest or earliest or none.");
  expect(refused({ assignors: ["fair"] })).toThrow('an assignor is "fair"; expected range or');
  expect(refused({ maxPollRecords: 0 })).toThrow("maxPollRecords is 0; expected a number above 0.");
  expect(refused({ maxPollRecords: 0.5 })).toThrow("maxPollRecords is 0.5; expected a whole");
  expect(refused({ sessionTimeoutMs: 50 })).toThrow("sessionTimeoutMs is 50; expected");
  expect(refused({ autoCommitIntervalMs: Infinity })).not.toThrow();
});

test("a group goes on from what was committed, not from what was read", async () => {
  const seen: unknown[] = [];
  const group = { brokers: cluster, group: "g", autoOffsetReset: "earliest" } as const;
  await withCluster({
    async first(host) {
      const producer = createProducer(host, { brokers: cluster });
      for (const value of ["a", "b", "c"]) await producer.send({ ...t0, value });
      const consumer = createConsumer(host, group);
      consumer.subscribe(["t"]);
      seen.push(values(await consumer.poll(1000)));
      await consumer.commit([{ ...t0, offset: 1 }]);
      await consumer.close();
    },
    async second(host) {
      await host.sleep(1500);
      const consumer = createConsumer(host, group);
      consumer.subscribe(["t"]);
      seen.push(await consumer.committed(t0), values(await consumer.poll(1000)));
    },
  });
  expect(seen).toEqual(["abc", 1, "bc"]);
});
