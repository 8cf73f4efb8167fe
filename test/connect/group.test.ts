/** A group's member over a real Kafka, with a broker that a test answers for. */

import {
  decodeConsumerProtocolAssignment,
  encodeConsumerProtocolAssignment,
  encodeConsumerProtocolSubscription,
  type Writer,
} from "@platformatic/kafka";
import type { Consumer } from "quorumlab/broker";
import { connectConsumer } from "quorumlab/connect";
import { beforeEach, expect, test } from "vitest";
import { failure, withBroker } from "./fake-kafka.ts";
import { coded, committed, fetched, joined, stored, synced } from "./kafka-answers.ts";

const broker = withBroker();

const partition = { topic: "t", partition: 0 };
const told: string[] = [];
let consumer: Consumer;
let generation: number;

/** As whom a member joins. */
const namesOf = () =>
  broker.of("joinGroup").map((body) => {
    body.readString();
    return body.skip(8).readString();
  });

beforeEach(async () => {
  told.length = 0;
  generation = 1;
  const share = encodeConsumerProtocolAssignment({
    version: 0,
    assignedPartitions: [{ topic: "t", partitions: [0] }],
  });
  broker.answer = (name, body) => {
    if (name === "joinGroup") {
      body.readString();
      const isNew = body.skip(8).readString() === "";
      return joined(isNew ? 79 : 0, generation, "m");
    }
    if (name === "syncGroup") return synced(share);
    if (name === "offsetFetch") return stored(4);
    return name === "fetch" ? fetched(0, 0, 4, []) : coded(0);
  };
  const options = { group: "g", heartbeatIntervalMs: 20 };
  consumer = broker.closes(await connectConsumer(broker.address, options));
  consumer.subscribe(["t"], {
    revoked: (taken) => void told.push(`- ${taken.map((each) => each.partition)}`),
    assigned: (given) => void told.push(`+ ${given.map((each) => each.partition)}`),
  });
});

const answering = (wanted: string, answer: () => Writer) => {
  const others = broker.answer;
  broker.answer = (name, body) => (name === wanted ? answer() : others(name, body));
  return () => {
    broker.answer = others;
  };
};

/** Polls until the listener has heard so much. */
async function untilTold(...all: readonly string[]): Promise<void> {
  const poll = async () => {
    await consumer.poll(10);
    return told;
  };
  await expect.poll(poll, { timeout: 10_000, interval: 1 }).toEqual(all);
}

test("gets its id first, then its share, and begins where the group has stored", async () => {
  await untilTold("+ 0");
  expect(namesOf()).toEqual(["", "m"]);
  expect(await consumer.position(partition)).toBe(4);
});

test("gives its share back before it joins again", async () => {
  await untilTold("+ 0");
  let beats = 0;
  const stop = answering("heartbeat", () => {
    beats += 1;
    return coded(27);
  });
  // It has heard the first when it sends the second.
  await expect.poll(() => beats, { timeout: 10_000 }).toBeGreaterThan(1);
  stop();
  expect(told).toEqual(["+ 0"]);
  await untilTold("+ 0", "- 0", "+ 0");
  expect(namesOf()).toEqual(["", "m", "m"]);
});

test.each([
  [22, "ILLEGAL_GENERATION", "m"],
  [25, "UNKNOWN_MEMBER_ID", ""],
  [27, "REBALANCE_IN_PROGRESS", "m"],
])("learns from code %i that the group has moved on", async (code, name, id) => {
  await untilTold("+ 0");
  const stop = answering("offsetCommit", () => committed(code));
  expect((await failure(consumer.commit())).code).toBe(name);
  stop();
  generation = 2;
  await untilTold("+ 0", "- 0", "+ 0");
  expect(namesOf()[2]).toBe(id);
  const stopAgain = answering("offsetCommit", () => committed(0));
  await consumer.commit();
  stopAgain();
  const [, again] = broker.of("offsetCommit");
  again?.readString();
  expect([again?.readInt32(), again?.readString()]).toEqual([2, "m"]);
});

test("stores nothing before it is a member, and nothing while it joins", async () => {
  const offsets = [{ ...partition, offset: 1 }];
  expect((await failure(consumer.commit(offsets))).code).toBe("UNKNOWN_MEMBER_ID");
  broker.answer = () => undefined;
  expect(await consumer.poll(50)).toEqual([]);
  expect((await failure(consumer.commit(offsets))).code).toBe("REBALANCE_IN_PROGRESS");
  expect(broker.of("offsetCommit")).toEqual([]);
});

test("shares out, when it leads, what the members want of what there is", async () => {
  broker.topics = { t: 3, u: 1 };
  const said = (...topics: string[]) => encodeConsumerProtocolSubscription({ version: 2, topics });
  const members = { m: said("t"), n: said("t", "u", "gone") };
  const stop = answering("joinGroup", () => joined(0, 1, "m", members));
  await untilTold("+ 0");
  stop();
  const [sync] = broker.of("syncGroup");
  sync?.readString();
  sync?.skip(4);
  for (let field = 0; field < 4; field++) sync?.readNullableString();
  const shares = sync?.readArray((each) => {
    const id = each.readString();
    return [id, decodeConsumerProtocolAssignment(each.readBytes()).assignedPartitions];
  });
  expect(Object.fromEntries(shares as [string, unknown][])).toEqual({
    m: [{ topic: "t", partitions: [0, 1] }],
    n: [
      { topic: "t", partitions: [2] },
      { topic: "u", partitions: [0] },
    ],
  });
});

test("says that it goes", async () => {
  await untilTold("+ 0");
  await consumer.close();
  expect(told).toEqual(["+ 0", "- 0"]);
  expect(broker.of("leaveGroup")).toHaveLength(1);
});
