/** What the clients over a real Kafka refuse, and what they say where there is none. */

import { connectAdmin, connectConsumer, connectProducer } from "quorumlab/connect";
import { expect, test } from "vitest";
import { FakeKafka, failure } from "./fake-kafka.ts";

test.each([
  [() => connectAdmin("a:b"), 'connectAdmin: servers is "a:b"; expected "host:port,host:port".'],
  [
    () => connectProducer("a:1", { deliveryTimeoutMs: 0 }),
    "connectProducer: deliveryTimeoutMs is 0; expected a number above 0.",
  ],
  [
    () => connectProducer("a:1", { acks: 2 as 1 }),
    'connectProducer: acks is "2"; expected 0 or 1 or all.',
  ],
  [
    () => connectConsumer("a:1", { assignors: ["best" as "range"] }),
    'connectConsumer: an assignor is "best"; expected range or roundrobin or sticky.',
  ],
])("no connection is tried when an option makes no sense", async (connect, sentence) => {
  await expect(connect()).rejects.toThrow(new RangeError(sentence));
});

test("where no broker answers nothing was done", async () => {
  const nobody = new FakeKafka();
  await nobody.begin();
  await nobody.end();
  const admin = await connectAdmin(nobody.address, { timeoutMs: 150 });
  const lost = await failure(admin.deleteTopic("t"));
  expect(lost).toMatchObject({ code: "NETWORK_EXCEPTION", unknownOutcome: false });
  await admin.close();
});
