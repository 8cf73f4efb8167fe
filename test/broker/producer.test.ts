import fc from "fast-check";
import { expect, test } from "vitest";
import type { KafkaHost } from "../../lib/broker/client.ts";
import type { Message } from "../../lib/broker/kafka.ts";
import { createProducer } from "../../lib/broker/producer.ts";
import { brokers, firstLeader, type Host, readAll, withCluster } from "./clustered.ts";
import { outcomeOf, play } from "./scripted.ts";
import { send } from "./sending.ts";

const scripted = { brokers: ["b"] };

test("with acks 0 nothing is waited for, and nobody says where a message is", async () => {
  const { outcomes, written } = await send(["a", "b", "c"], { acks: 0 });
  expect(outcomes).toEqual([-1, -1, -1]);
  expect(written).toEqual(["a", "b", "c"]);
});

test("one key's messages go to one partition, by the producer's own partitioner if it has one", async () => {
  const places: unknown[] = [];
  await play(
    async (host) => {
      const usual = createProducer(host, scripted);
      const sent = await Promise.all(
        ["21", "foobar", "abc", "21"].map((key) => usual.send({ topic: "t", key, value: "x" })),
      );
      places.push(sent.map(({ partition }) => partition));
      const own = createProducer(host, { ...scripted, partitioner: (key) => key.length });
      places.push((await own.send({ topic: "t", key: "abc", value: "x" })).partition);
      const wrong = createProducer(host, { ...scripted, partitioner: () => -1 });
      places.push(await outcomeOf(wrong.send({ topic: "t", key: "abc", value: "x" })));
    },
    { partitions: 10 },
  );
  const wrong = 'The partitioner sends the key "abc" to -1; expected a whole number from 0 to 9.';
  expect(places).toEqual([[0, 6, 7, 0], 3, wrong]);
});

test("a message that makes no sense is refused in one sentence", async () => {
  const seen: unknown[] = [];
  await play(async (host) => {
    const { send } = createProducer(host, scripted);
    const wrong = [
      { topic: 5 },
      { partition: 0.5 },
      { key: 7 },
      { value: undefined },
      { timestampMs: Number.NaN },
    ];
    for (const each of wrong) {
      seen.push(await outcomeOf(send({ topic: "t", value: "x", ...each } as Message)));
    }
  });
  expect(seen).toEqual([
    "send: topic is 5; expected a name.",
    "send: partition is 0.5; expected a whole number of at least 0.",
    "send: key is 7; expected a string, a Uint8Array or null.",
    "send: value is undefined; expected a string, a Uint8Array or null.",
    "send: timestampMs is NaN; expected a number of at least 0.",
  ]);
});

test("without a key messages stay with a partition until it has had a batch", async () => {
  const places: number[] = [];
  await play(
    async (host) => {
      const producer = createProducer(host, { ...scripted, batchBytes: 300 });
      for (let i = 0; i < 60; i++) {
        places.push((await producer.send({ topic: "t", value: "x" })).partition);
      }
    },
    { partitions: 4 },
  );
  const moves = places.filter((partition, i) => i > 0 && partition !== places[i - 1]);
  expect(moves.length).toBe(Math.floor(60 / 5) - 1);
  expect(new Set(places).size).toBe(4);
});

test("a message waits for its topic, and fails when there is none", async () => {
  const outcomes: unknown[] = [];
  await play(async (host, broker) => {
    const producer = createProducer(host, { ...scripted, deliveryTimeoutMs: 400 });
    outcomes.push(await outcomeOf(producer.send({ topic: "none", value: "x" })));
    void host.sleep(100).then(() => broker.batches.push([]));
    outcomes.push((await producer.send({ topic: "t", value: "x", partition: 1 })).partition);
  });
  expect(outcomes).toEqual(["UNKNOWN_TOPIC_OR_PARTITION", 1]);
});

test("a closed producer has finished, sends no more, and leaves nothing behind", async () => {
  const seen: unknown[] = [];
  const { run } = await play(async (host) => {
    const producer = createProducer(host, { ...scripted, lingerMs: 20 });
    void producer.send({ topic: "t", value: "x" }).then(({ offset }) => seen.push(offset));
    await producer.close();
    seen.push(host.now());
    seen.push(await outcomeOf(producer.send({ topic: "t", value: "y" })));
  });
  expect(seen[0]).toBe(0);
  expect(seen[2]).toBe("send: this producer is closed.");
  expect(run.trace.events.at(-1)?.atMs).toBeLessThanOrEqual(Number(seen[1]) + 20);
});

test("options that make no sense are refused in one sentence", async () => {
  const host = {} as KafkaHost;
  const refused = (options: object) => () => createProducer(host, { ...scripted, ...options });
  expect(refused({ brokers: [] })).toThrow("the number of brokers is 0; expected a number of");
  expect(refused({ acks: 2 })).toThrow('acks is "2"; expected 0 or 1 or all.');
  expect(refused({ maxInFlight: 0 })).toThrow("maxInFlight is 0; expected a number above 0.");
  expect(refused({ deliveryTimeoutMs: 100 })).toThrow("expected a number of at least 200.");
  expect(refused({ idempotence: true, acks: 1 })).toThrow('needs acks "all"');
  expect(refused({ idempotence: true, maxInFlight: 6 })).toThrow("a maxInFlight of at most 5");
});

const t0 = { topic: "t", partition: 0 };

test("when its leader dies a producer finds the next one, with every kind of acknowledgement", async () => {
  const node = await firstLeader();
  for (const acks of [0, 1, "all"] as const) {
    let [sent, written] = [0, 0];
    const app = async (host: Host) => {
      const producer = createProducer(host, { brokers, acks });
      for (; host.now() < 2500; sent++) {
        await producer.send({ ...t0, value: `${sent}` });
        await host.sleep(20);
      }
      written = (await readAll(host)).length;
    };
    await withCluster({ app }, { faults: [{ kind: "crash", node, atMs: 1000 }] });
    // While it notices, with acks 0, it goes on as if nothing had happened.
    if (acks === 0) expect(written).toBeLessThan(sent);
    expect(written).toBeGreaterThan(acks === 0 ? sent / 2 : sent - 2);
  }
});

test("on a cluster in trouble an idempotent producer writes once, in order, and all that is acknowledged", async () => {
  const seen = { failed: 0, later: 0 };
  const node = fc.constantFrom(...brokers);
  const span = {
    atMs: fc.integer({ min: 700, max: 2200 }),
    forMs: fc.integer({ min: 10, max: 600 }),
  };
  const app = fc.constant(["app"]);
  const fault = fc.oneof(
    fc.record({ kind: fc.constant("crash" as const), node, ...span }),
    fc.record({
      kind: fc.constant("stall" as const),
      from: app,
      to: node.map((id) => [id]),
      ...span,
    }),
    fc.record({
      kind: fc.constant("stall" as const),
      from: node.map((id) => [id]),
      to: app,
      ...span,
    }),
    fc.record({
      kind: fc.constant("cut" as const),
      from: fc.constant([...brokers, "app"]),
      to: node.map((id) => [id]),
      ...span,
    }),
    fc.record({
      kind: fc.constant("break" as const),
      between: node.map((id) => ["app", id] as const),
      atMs: span.atMs,
    }),
  );
  const plan = fc.record({
    seed: fc.nat({ max: 1000 }),
    faults: fc.array(fault, { maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ seed, faults }) => {
      const outcomes: unknown[] = [];
      let written: number[] = [];
      const program = async (host: Host) => {
        const producer = createProducer(host, { brokers, batchBytes: 1, deliveryTimeoutMs: 450 });
        const sent: Promise<unknown>[] = [];
        for (let i = 0; i < 60; i++) {
          sent.push(
            outcomeOf(producer.send({ ...t0, value: `${i}` }).then(({ offset }) => offset)),
          );
          await host.sleep(host.random() * 50);
        }
        outcomes.push(...(await Promise.all(sent)));
        await host.sleep(1500);
        written = (await readAll(host)).map(Number);
      };
      const topic = { partitions: 1, config: { minInsyncReplicas: 2 } };
      await withCluster({ app: program }, { seed, topic, faults, forMs: 9000 });
      expect(outcomes.length).toBe(60);
      expect(written).toEqual([...new Set(written)].sort((a, b) => a - b));
      for (const [i, outcome] of outcomes.entries()) {
        if (typeof outcome === "number") expect(written[outcome]).toBe(i);
        else if (!`${outcome}`.endsWith("?")) expect(written).not.toContain(i);
      }
      const failed = outcomes.filter((outcome) => typeof outcome !== "number").length;
      if (failed > 0) seen.failed += 1;
      if (failed > 0 && typeof outcomes.at(-1) === "number") seen.later += 1;
    }),
    { numRuns: 25 },
  );
  console.log("A producer on a cluster in trouble:", seen);
  expect(seen.later).toBeGreaterThan(0);
});
