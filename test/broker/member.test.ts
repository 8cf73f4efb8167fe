import { type Fault, sent } from "quorumlab/sim";
import { expect, test } from "vitest";
import { createAdmin } from "../../lib/broker/admin.ts";
import { type ConsumerOptions, createConsumer } from "../../lib/broker/consumer.ts";
import type { Consumer, TopicPartition } from "../../lib/broker/kafka.ts";
import type { MemberId, MemberMetadata } from "../../lib/broker/messages.ts";
import { createProducer } from "../../lib/broker/producer.ts";
import { brokers, type Host, withCluster } from "./clustered.ts";
import { outcomeOf } from "./scripted.ts";

/** What a member did, and when: partitions as "0,1". */
type Line = readonly [atMs: number, who: string, what: string, partitions: string];

function names(partitions: readonly TopicPartition[]): string {
  return partitions.map(({ partition }) => partition).join();
}

/** A member of the group "g" that notes what it is given and what is taken from it. */
function memberOf(host: Host, lines: Line[], options: Partial<ConsumerOptions> = {}): Consumer {
  const own = { brokers, group: "g", autoOffsetReset: "earliest", ...options } as const;
  const consumer = createConsumer(host, own);
  const note = (what: string) => (partitions: readonly TopicPartition[]) => {
    lines.push([Math.round(host.trueMs()), host.id, what, names(partitions)]);
  };
  consumer.subscribe(["t"], { assigned: note("gets"), revoked: note("loses") });
  return consumer;
}

/** Polls, and commits what a poll has returned. */
async function pollUntil(host: Host, consumer: Consumer, untilMs: number): Promise<unknown[]> {
  const got: unknown[] = [];
  while (host.now() < untilMs) {
    const records = await consumer.poll(50);
    got.push(...records.map(({ value }) => value));
    await outcomeOf(consumer.commit());
  }
  return got;
}

/** Sends 60 messages, in turn to both partitions. */
async function produce(host: Host): Promise<void> {
  const producer = createProducer(host, { brokers });
  for (let i = 0; i < 60; i++) {
    await producer.send({ topic: "t", partition: i % 2, value: `${i}` });
    await host.sleep(30);
  }
}

const ALL = Array.from({ length: 60 }, (_, i) => i);

/** Who has each partition in the end. */
function owners(lines: readonly Line[]): Record<string, string> {
  const last = new Map(
    lines.map(([, who, what, partitions]) => [who, what === "gets" ? partitions : ""]),
  );
  return Object.fromEntries(last);
}

/** Whether no partition was given to a member while another had it. */
function isExclusive(lines: readonly Line[]): boolean {
  const had = new Map<string, string>();
  return lines.every(([, who, what, partitions]) => {
    had.set(who, what === "gets" ? partitions : "");
    const all = [...had.values()].flatMap((each) => each.split(",").filter((name) => name !== ""));
    return new Set(all).size === all.length;
  });
}

test("members share the partitions, and each record goes to one of them", async () => {
  const lines: Line[] = [];
  const got: unknown[] = [];
  const program = async (host: Host) => {
    got.push(...(await pollUntil(host, memberOf(host, lines), 4000)));
  };
  await withCluster({ c1: program, c2: program, p: produce });
  expect(Object.values(owners(lines)).sort()).toEqual(["0", "1"]);
  expect(got.map(Number).sort((a, b) => a - b)).toEqual(ALL);
});

test("a partition goes to another member only after the first has finished with it", async () => {
  const lines: Line[] = [];
  await withCluster({
    async c1(host) {
      const consumer = createConsumer(host, { brokers, group: "g" });
      const line = (what: string, given: readonly TopicPartition[]) =>
        lines.push([host.trueMs(), host.id, what, names(given)]);
      consumer.subscribe(["t"], {
        assigned: (given) => void line("gets", given),
        async revoked(given) {
          await host.sleep(300);
          line("loses", given);
        },
      });
      await pollUntil(host, consumer, 4000);
    },
    async c2(host) {
      await host.sleep(500);
      await pollUntil(host, memberOf(host, lines), 4000);
    },
  });
  expect(lines.map(([, who, what, partitions]) => `${who} ${what} ${partitions}`)).toEqual([
    "c1 gets 0,1",
    "c1 loses 0,1",
    expect.stringMatching(/^c. gets [01]$/),
    expect.stringMatching(/^c. gets [01]$/),
  ]);
  expect(isExclusive(lines)).toBe(true);
});

test("a member that sleeps for longer than its session loses its partitions, and cannot commit", async () => {
  const lines: Line[] = [];
  const seen: unknown[] = [];
  const sleep: Fault = { kind: "pause", node: "c1", atMs: 1500, forMs: 1000 };
  await withCluster(
    {
      async c1(host) {
        const consumer = memberOf(host, lines);
        await pollUntil(host, consumer, 1490);
        await host.sleep(20);
        seen.push(await outcomeOf(consumer.commit([{ topic: "t", partition: 0, offset: 0 }])));
        await pollUntil(host, consumer, 4000);
      },
      async c2(host) {
        await host.sleep(1000);
        await pollUntil(host, memberOf(host, lines), 4000);
      },
      p: produce,
    },
    { faults: [sleep] },
  );
  expect(seen).toEqual(["UNKNOWN_MEMBER_ID"]);
  const whole = lines.find(([, who, , partitions]) => who === "c2" && partitions === "0,1");
  expect(whole?.[0]).toBeGreaterThan(1500);
  const back = lines.filter(([atMs, who]) => who === "c1" && atMs > 2500);
  expect(back.map(([, , what]) => what)).toEqual(["loses", "gets"]);
  expect(Object.values(owners(lines)).sort()).toEqual(["0", "1"]);
});

test("a member that does not poll for too long leaves, and joins again when it does", async () => {
  const lines: Line[] = [];
  const options = { rebalanceTimeoutMs: 500 };
  await withCluster({
    async c1(host) {
      const consumer = memberOf(host, lines, options);
      await pollUntil(host, consumer, 1500);
      await host.sleep(1500);
      await pollUntil(host, consumer, 4500);
    },
    async c2(host) {
      await pollUntil(host, memberOf(host, lines, options), 4500);
    },
  });
  const whole = lines.find(
    ([atMs, who, , given]) => who === "c2" && given === "0,1" && atMs > 1500,
  );
  expect(whole?.[0]).toBeGreaterThan(2000);
  expect(whole?.[0]).toBeLessThan(2600);
  expect(Object.values(owners(lines)).sort()).toEqual(["0", "1"]);
});

test("a member that closes gives its partitions up at once, and leaves nothing behind", async () => {
  const lines: Line[] = [];
  let closedMs = 0;
  const run = await withCluster({
    async c1(host) {
      const consumer = memberOf(host, lines, { sessionTimeoutMs: 5000 });
      await pollUntil(host, consumer, 1500);
      await consumer.close();
      closedMs = host.trueMs();
    },
    async c2(host) {
      await pollUntil(host, memberOf(host, lines, { sessionTimeoutMs: 5000 }), 4000);
    },
  });
  const [whole] = lines.filter(
    ([atMs, who, , given]) => who === "c2" && given === "0,1" && atMs >= 1500,
  );
  expect(whole?.[0]).toBeLessThan(closedMs + 200);
  const later = run.trace.events.filter((event) => "node" in event && event.node === "c1");
  expect(later.at(-1)?.atMs).toBeLessThan(closedMs + 200);
});

test("whoever assigns is told what members had, and in which generation", async () => {
  const { trace } = await withCluster({
    async c1(host) {
      await pollUntil(host, memberOf(host, []), 3000);
    },
    async c2(host) {
      await host.sleep(700);
      await pollUntil(host, memberOf(host, []), 3000);
    },
  });
  type Joined = { kind: "joined"; members: ReadonlyMap<MemberId, MemberMetadata> };
  const [alone, both] = sent<Joined>(trace, "joined").map(({ body }) =>
    [...body.members.values()].map(({ owned, generation }) => [names(owned), generation]),
  );
  expect(alone).toEqual([["", -1]]);
  expect(both).toEqual([
    ["0,1", 1],
    ["", -1],
  ]);
});

test("a topic that gets more partitions is shared out again", async () => {
  const lines: Line[] = [];
  await withCluster({
    async c1(host) {
      await pollUntil(host, memberOf(host, lines, { metadataMaxAgeMs: 200 }), 3000);
    },
    async operator(host) {
      await host.sleep(700);
      await createAdmin(host, { brokers }).createPartitions("t", 4);
    },
  });
  expect(owners(lines)).toEqual({ c1: "0,1,2,3" });
});

test("whatever broker dies, the group reads on and every record is read", async () => {
  for (const node of brokers) {
    const got: unknown[] = [];
    const program = async (host: Host) => {
      got.push(...(await pollUntil(host, memberOf(host, []), 6000)));
    };
    const faults: Fault[] = [{ kind: "crash", node, atMs: 1200 }];
    await withCluster({ c1: program, c2: program, p: produce }, { faults, forMs: 7000 });
    expect([...new Set(got.map(Number))].sort((a, b) => a - b)).toEqual(ALL);
  }
});
