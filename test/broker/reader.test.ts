import { expect, test } from "vitest";
import type { KafkaHost } from "../../lib/broker/client.ts";
import type { Consumer } from "../../lib/broker/kafka.ts";
import { consume, values, write } from "./reading.ts";
import type { Kept } from "./scripted.ts";
import { outcomeOf, REFUSED, type Script } from "./scripted.ts";

const t0 = { topic: "t", partition: 0 };
const t1 = { topic: "t", partition: 1 };
const earliest = { autoOffsetReset: "earliest" } as const;

test("without a committed offset a consumer begins where its policy says, or says that it cannot", async () => {
  const seen: unknown[] = [];
  const first = async (consumer: Consumer, kept: Kept, host: KafkaHost) => {
    void host.sleep(50).then(() => write(kept, ["f"]));
    seen.push(await outcomeOf(consumer.poll(200).then(values)));
  };
  await consume(first, { autoOffsetReset: "earliest" });
  await consume(first);
  await consume(first, { autoOffsetReset: "none" });
  expect(seen).toEqual(["abcde", "f", "OFFSET_OUT_OF_RANGE"]);
});

test("with a committed offset it begins there, though the batch begins before", async () => {
  const seen: unknown[] = [];
  await consume(
    async (consumer, kept) => {
      kept.committed.set(0, 1);
      seen.push(values(await consumer.poll(100)), await consumer.position(t0));
    },
    { group: "g", ...earliest },
  );
  expect(seen).toEqual(["bcde", 5]);
});

test("where the log begins later than the position, or ends before it, the policy says where to go on", async () => {
  const after = async (autoOffsetReset: "earliest" | "latest" | "none") => {
    let seen: unknown;
    await consume(
      async (consumer, kept, host) => {
        kept.logStart = 3;
        consumer.seek(t0, 1);
        void host.sleep(50).then(() => write(kept, ["f"]));
        seen = await outcomeOf(consumer.poll(200).then(values));
        if (seen === "OFFSET_OUT_OF_RANGE") {
          consumer.seek(t0, 3);
          seen = `${seen} ${values(await consumer.poll(200))}`;
        }
      },
      { autoOffsetReset },
    );
    return seen;
  };
  expect(await after("earliest")).toBe("de");
  expect(await after("latest")).toBe("f");
  expect(await after("none")).toBe("OFFSET_OUT_OF_RANGE de");
});

test("the error for a lost position names the partition and the offset", async () => {
  let message = "";
  await consume(
    async (consumer) => {
      consumer.seek(t0, 9);
      message = await consumer.poll(100).then(String, (error: Error) => error.message);
    },
    { autoOffsetReset: "none" },
  );
  const why = 't-0 has no offset 9, and autoOffsetReset is "none"';
  expect(message).toBe(`OFFSET_OUT_OF_RANGE: ${why}`);
});

test("a poll gives at most so many records, of each partition in its turn", async () => {
  const seen: string[] = [];
  await consume(
    async (consumer, kept, host) => {
      write(kept, ["v", "w", "x", "y", "z"], 1);
      consumer.assign([t0, t1]);
      for (let i = 0; i < 5; i++) {
        seen.push(values(await consumer.poll(100)));
        await host.sleep(20);
      }
    },
    { ...earliest, maxPollRecords: 3 },
    { partitions: 2 },
  );
  expect(seen).toEqual(["abc", "vwx", "dey", "z", ""]);
});

test("a paused partition is not read, and goes on where it was", async () => {
  const seen: unknown[] = [];
  const { kept } = await consume(
    async (consumer, broker) => {
      consumer.assign([t0, t1]);
      consumer.pause([t0]);
      write(broker, ["v"], 1);
      seen.push(values(await consumer.poll(100)), values(await consumer.poll(100)));
      seen.push(broker.asked.some((each) => each.kind === "fetch" && each.partition === 0));
      consumer.resume([t0]);
      seen.push(values(await consumer.poll(100)));
      consumer.pause([t0]);
      write(broker, ["f"]);
      seen.push(values(await consumer.poll(100)), await consumer.position(t0));
    },
    earliest,
    { partitions: 2 },
  );
  expect(seen).toEqual(["v", "", false, "abcde", "", 5]);
  expect(kept.committed.size).toBe(0);
});

test("after a seek nothing comes that was fetched before", async () => {
  const seen: unknown[] = [];
  await consume(
    async (consumer, _kept, host) => {
      seen.push(values(await consumer.poll(100)));
      consumer.seek(t0, 4);
      seen.push(values(await consumer.poll(100)));
      // The fetch that is sent now is answered when the position is another one.
      consumer.seek(t0, 0);
      await consumer.poll(1);
      consumer.seek(t0, 3);
      await host.sleep(50);
      seen.push(values(await consumer.poll(100)));
    },
    { ...earliest, maxPollRecords: 2 },
  );
  expect(seen).toEqual(["ab", "e", "de"]);
});

test("a poll without records takes as long as it was told, and one with records no longer than they do", async () => {
  const seen: number[] = [];
  await consume(async (consumer, _kept, host) => {
    const startMs = host.now();
    await consumer.poll(70);
    seen.push(host.now() - startMs);
    consumer.seek(t0, 0);
    await consumer.poll(10_000);
    seen.push(host.now() - startMs);
  });
  expect(seen[0]).toBe(70);
  expect(seen[1]).toBeLessThan(90);
});

test("what a broker refuses for a while is asked again, and a fenced term is looked up", async () => {
  const seen: string[] = [];
  let refusals = 0;
  const script: Script = (request, healthy) => {
    if (request.kind !== "fetch" || ++refusals > 2) return healthy();
    return REFUSED("NOT_LEADER_OR_FOLLOWER");
  };
  await consume(
    async (consumer, kept) => {
      seen.push(values(await consumer.poll(200)));
      kept.leaderEpoch = 1;
      write(kept, ["f"]);
      seen.push(values(await consumer.poll(200)));
    },
    earliest,
    { script },
  );
  expect(seen).toEqual(["abcde", "f"]);
});

test("when the log was cut off below the position, reading goes on at the cut, or fails without a policy", async () => {
  const after = async (autoOffsetReset: "latest" | "none") => {
    const seen: unknown[] = [];
    await consume(
      async (consumer, kept) => {
        consumer.seek(t0, 0);
        seen.push(values(await consumer.poll(100)));
        kept.batches[0]?.pop();
        kept.leaderEpoch = 1;
        write(kept, ["D", "E", "F"]);
        seen.push(await outcomeOf(consumer.poll(200).then(values)));
      },
      { autoOffsetReset },
    );
    return seen;
  };
  expect(await after("latest")).toEqual(["abcde", "DEF"]);
  expect(await after("none")).toEqual(["abcde", "OFFSET_OUT_OF_RANGE"]);
});
