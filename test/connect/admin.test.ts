/** The admin over a real Kafka, with a broker that a test answers for. */

import { Writer } from "@platformatic/kafka";
import { connectAdmin } from "quorumlab/connect";
import { expect, test } from "vitest";
import { failure, withBroker } from "./fake-kafka.ts";
import { created } from "./kafka-answers.ts";

const broker = withBroker();

const connect = async () => broker.closes(await connectAdmin(broker.address, { timeoutMs: 500 }));
const topic = { topic: "t", partitions: 1, replicas: 1 };

test.each([
  [36, "TOPIC_ALREADY_EXISTS", "createTopic t"],
  [40, "UNKNOWN_SERVER_ERROR", "createTopic t: Kafka says INVALID_CONFIG"],
])("is told of code %i", async (code, name, what) => {
  broker.answer = () => created(code);
  const refused = await failure((await connect()).createTopic(topic));
  expect(refused).toMatchObject({ name: "KafkaError", code: name });
  expect(refused.message).toBe(`${name}: ${what}`);
  expect(broker.asked).toHaveLength(1);
});

test("does not ask again for a change whose answer is lost", async () => {
  broker.answer = () => "end";
  const lost = await failure((await connect()).createTopic(topic));
  expect(lost).toMatchObject({ code: "NETWORK_EXCEPTION", unknownOutcome: true });
  expect(broker.asked).toHaveLength(1);
});

test("speaks of a topic in Kafka's words", async () => {
  broker.answer = () => created(0);
  const config = { retentionMs: Infinity, minInsyncReplicas: 2, uncleanLeaderElection: true };
  await (await connect()).createTopic({ ...topic, config });
  const sent = broker.asked[0]?.body.toString("latin1") ?? "";
  for (const words of ["retention.ms\u0003-1", "min.insync.replicas\u00022"]) {
    expect(sent).toContain(words);
  }
  expect(sent).toContain("unclean.leader.election.enable\u0005true");
});

test("hears what became of an election", async () => {
  broker.answer = () =>
    Writer.create()
      .appendInt32(0)
      .appendInt16(0)
      .appendArray(["t"], (writer, name) => {
        writer.appendString(name).appendArray([3], (inner, id) => {
          inner.appendInt32(id).appendInt16(84).appendString("no need");
        });
      })
      .appendTaggedFields();
  const admin = await connect();
  const refused = await failure(admin.electLeader({ topic: "t", partition: 3 }, "unclean"));
  expect(refused.code).toBe("ELECTION_NOT_NEEDED");
  const [sent] = broker.of("electLeaders");
  expect(sent?.readInt8()).toBe(1);
  const read = sent?.readArray((each) => {
    return [each.readString(), each.readArray((id) => id.readInt32(), true, false)];
  });
  expect(read).toEqual([["t", [3]]]);
});

test("sees partitions in order, and brokers by their names", async () => {
  const admin = await connect();
  const found = await admin.describeTopic("t");
  const one = { leader: "1", leaderEpoch: 5, replicas: ["1"], isr: ["1"] };
  expect(found).toEqual(Array.from({ length: 10 }, (_, partition) => ({ partition, ...one })));
  expect((await failure(admin.describeTopic("other"))).code).toBe("UNKNOWN_TOPIC_OR_PARTITION");
});
