/** The producer over a real Kafka, with a broker that a test answers for. */

import type { Reader } from "@platformatic/kafka";
import { connectProducer } from "quorumlab/connect";
import { expect, test } from "vitest";
import { failure, withBroker } from "./fake-kafka.ts";
import { produced, producerId } from "./kafka-answers.ts";

const broker = withBroker();

type Options = Parameters<typeof connectProducer>[1];
const connect = async (options?: Options) =>
  broker.closes(await connectProducer(broker.address, options));

/** To which partition a batch goes, by whom, and the number of its first message. */
function batchOf(body: Reader) {
  body.readNullableString();
  body.skip(6);
  const [batch] = body.readArray((topic) => {
    topic.readString();
    return topic.readArray((each) => {
      const partition = each.readInt32();
      const bytes = each.readBytes();
      const [id, sequence] = [bytes.readBigInt64BE(43), bytes.readInt32BE(53)];
      return { partition, id, sequence, count: bytes.readInt32BE(57) };
    });
  });
  return batch?.[0] as { partition: number; id: bigint; sequence: number; count: number };
}

/** Acknowledges everything, and gives every asker another id. */
function acknowledge(): void {
  let ids = 0n;
  broker.answer = (name, body) => {
    if (name === "initProducerId") return producerId(++ids);
    const { partition, sequence } = batchOf(body);
    return produced(partition, 0, Math.max(0, sequence));
  };
}

test.each([
  ["21", 0],
  ["foobar", 6],
  ["abc", 7],
])("sends the key %j to partition %i of 10", async (key, partition) => {
  acknowledge();
  const producer = await connect();
  expect(await producer.send({ topic: "t", key, value: "v" })).toMatchObject({ partition });
});

test("sends together, in order, what comes while a batch is under way", async () => {
  acknowledge();
  const producer = await connect();
  const values = ["a", "b", "c", "d"];
  const sent = values.map((value) => producer.send({ topic: "t", partition: 3, value }));
  expect((await Promise.all(sent)).map(({ offset }) => offset)).toEqual([0, 1, 2, 3]);
  const batches = broker.of("produce").map(batchOf);
  expect(batches).toEqual([
    { partition: 3, id: 1n, sequence: 0, count: 1 },
    { partition: 3, id: 1n, sequence: 1, count: 3 },
  ]);
});

test("sends a batch again under the same number, so that it is known", async () => {
  acknowledge();
  const { answer } = broker;
  broker.answer = (name, body) => {
    return name === "produce" && broker.of("produce").length === 1 ? "end" : answer(name, body);
  };
  const producer = await connect();
  await producer.send({ topic: "t", partition: 0, value: "v" });
  const [first, second, ...others] = broker.of("produce").map(batchOf);
  expect(second).toEqual(first);
  expect(others).toEqual([]);
});

test("begins anew under another id when nobody knows what became of a batch", async () => {
  acknowledge();
  const { answer } = broker;
  const producer = await connect({ deliveryTimeoutMs: 500 });
  await producer.send({ topic: "t", partition: 0, value: "a" });
  broker.answer = (name, body) => (name === "produce" ? "end" : answer(name, body));
  const lost = await failure(producer.send({ topic: "t", partition: 0, value: "b" }));
  expect(lost).toMatchObject({ code: "NETWORK_EXCEPTION", unknownOutcome: true });
  broker.answer = answer;
  await producer.send({ topic: "t", partition: 0, value: "c" });
  const batches = broker.of("produce").map(batchOf);
  expect(batches.at(-1)).toMatchObject({ id: 2n, sequence: 0 });
  expect(batches.at(-2)).toMatchObject({ id: 1n, sequence: 1 });
});

test.each([1, 0] as const)("numbers nothing with acks %i", async (acks) => {
  acknowledge();
  const producer = await connect({ acks });
  const { offset } = await producer.send({ topic: "t", partition: 0, value: "v" });
  expect(offset).toBe(acks === 0 ? -1 : 0);
  await expect.poll(() => broker.of("produce").length).toBe(1);
  expect(broker.of("produce").map(batchOf)[0]).toMatchObject({ id: -1n });
});

test("tries again until its time is up, and then says why", async () => {
  broker.answer = () => produced(0, 19, -1);
  const producer = await connect({ acks: 1, deliveryTimeoutMs: 500 });
  const late = await failure(producer.send({ topic: "t", partition: 0, value: "v" }));
  expect(late).toMatchObject({ code: "NOT_ENOUGH_REPLICAS", unknownOutcome: false });
  expect(broker.of("produce").length).toBeGreaterThan(1);
});

test("waits for a topic that is not there yet", async () => {
  acknowledge();
  const producer = await connect();
  const sent = producer.send({ topic: "new", partition: 0, value: "v" });
  setTimeout(() => {
    broker.topics.new = 1;
  }, 50);
  expect(await sent).toMatchObject({ offset: 0 });
});
