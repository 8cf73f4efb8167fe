/** The consumer over a real Kafka, with a broker that a test answers for. */

import type { Reader } from "@platformatic/kafka";
import type { Consumer } from "quorumlab/broker";
import { connectConsumer } from "quorumlab/connect";
import { expect, test } from "vitest";
import { failure, withBroker } from "./fake-kafka.ts";
import { fetched, listed } from "./kafka-answers.ts";

const broker = withBroker();

type Options = Parameters<typeof connectConsumer>[1];
const connect = async (options?: Options) =>
  broker.closes(await connectConsumer(broker.address, options));
const partition = { topic: "t", partition: 0 };
const values = async (consumer: Consumer, ms = 1000) =>
  (await consumer.poll(ms)).map(({ offset, value }) => [offset, value]);

/** From which offset a fetch asks. */
function askedFrom(body: Reader): number {
  body.skip(4 + 4 + 4 + 4 + 1 + 4 + 4);
  const [offset] = body.readArray((topic) => {
    topic.readString();
    return topic.readArray((each) => {
      each.skip(8);
      const from = Number(each.readInt64());
      each.skip(16);
      return from;
    });
  });
  return offset?.[0] ?? -1;
}

test("drops what lies before its position, and goes on behind what it has", async () => {
  broker.answer = () => fetched(0, 0, 0, ["a", "b", "c"]);
  const consumer = await connect();
  consumer.assign([partition]);
  consumer.seek(partition, 1);
  expect(await values(consumer)).toEqual([
    [1, "b"],
    [2, "c"],
  ]);
  expect(await consumer.position(partition)).toBe(3);
});

test("begins by its policy where the log has no such offset", async () => {
  broker.answer = (name, body) => {
    if (name === "listOffsets") return listed(0, 0, 7);
    return askedFrom(body) === 7 ? fetched(0, 0, 7, ["h"]) : fetched(0, 1, 0, []);
  };
  for (const autoOffsetReset of ["earliest", "latest", "none"] as const) {
    const consumer = await connect({ autoOffsetReset });
    consumer.assign([partition]);
    consumer.seek(partition, 99);
    if (autoOffsetReset === "none") {
      expect((await failure(consumer.poll(1000))).code).toBe("OFFSET_OUT_OF_RANGE");
      expect(await consumer.position(partition)).toBe(99);
    } else {
      expect(await values(consumer)).toEqual([[7, "h"]]);
    }
  }
  const specs = broker.of("listOffsets").map((body) => {
    body.skip(5);
    return body.readArray((topic) => {
      topic.readString();
      return topic.readArray((each) => each.skip(8).readInt64());
    })[0]?.[0];
  });
  expect(specs).toEqual([-2n, -1n]);
});

test("does not ask for what is paused", async () => {
  const consumer = await connect();
  consumer.assign([partition]);
  consumer.seek(partition, 0);
  consumer.pause([partition]);
  expect(await values(consumer, 50)).toEqual([]);
  expect(broker.asked).toEqual([]);
  broker.answer = () => fetched(0, 0, 0, ["a"]);
  consumer.resume([partition]);
  expect(await values(consumer)).toEqual([[0, "a"]]);
});

test("forgets what was under way when it is sent elsewhere", async () => {
  const consumer = await connect();
  consumer.assign([partition]);
  consumer.seek(partition, 0);
  broker.answer = (_, body) => {
    const from = askedFrom(body);
    if (from === 0) consumer.seek(partition, 5);
    return fetched(0, 0, from, [`at ${from}`]);
  };
  expect(await values(consumer)).toEqual([[5, "at 5"]]);
});

test("asks again when a leader has changed", async () => {
  broker.answer = () => {
    return broker.of("fetch").length < 3 ? fetched(0, 74, 0, []) : fetched(0, 0, 0, ["a"]);
  };
  const consumer = await connect();
  consumer.assign([partition]);
  consumer.seek(partition, 0);
  expect(await values(consumer)).toEqual([[0, "a"]]);
});

test("has no group's offsets without a group", async () => {
  const consumer = await connect();
  expect(() => consumer.subscribe(["t"])).toThrow("subscribe: this consumer has no group.");
  expect(() => consumer.seek(partition, 0)).toThrow("seek: t-0 is not assigned");
});
