import fc from "fast-check";
import type { Fault } from "quorumlab/sim";
import { expect, test } from "vitest";
import { createProducer, type ProducerOptions } from "../../lib/broker/producer.ts";
import { outcomeOf, play, REFUSED, type Script, valuesIn } from "./scripted.ts";
import { loseAnswer, loseRequest, produced, refuse, send, to } from "./sending.ts";

const brokers = ["b"];

test("messages are written in the order in which they were sent, and each hears its offset", async () => {
  const { outcomes, written } = await send(["a", "b", "c", "d", "e", "f", "g"]);
  expect(outcomes).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(written).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
});

test("a message whose answer is lost is written once", async () => {
  const { outcomes, written, asked } = await send(["a", "b"], {}, { script: to([1], loseAnswer) });
  expect([outcomes, written]).toEqual([
    [0, 1],
    ["a", "b"],
  ]);
  const again = produced(asked).slice(1);
  expect(again.map(({ sequenced }) => sequenced?.baseSequence)).toEqual([1, 1]);
});

test("without idempotence a message whose answer is lost is written twice", async () => {
  const script = to([0], loseAnswer);
  const { outcomes, written } = await send(["a"], { idempotence: false }, { script });
  expect([outcomes, written]).toEqual([[1], ["a", "a"]]);
});

test("with five batches under way, those behind a refused one are sent again behind it", async () => {
  for (const nth of [0, 1]) {
    const script = to([nth], refuse);
    const { outcomes, written } = await send(["a", "b", "c", "d"], {}, { script });
    expect(written).toEqual(["a", "b", "c", "d"]);
    expect(outcomes).toEqual([0, 1, 2, 3]);
  }
});

test("without idempotence those under way behind a refused batch overtake it, unless only one is", async () => {
  const script = () => to([0], refuse);
  const values = ["a", "b", "c"];
  const five = await send(values, { idempotence: false }, { script: script() });
  expect(five.written).toEqual(["b", "c", "a"]);
  const one = await send(values, { idempotence: false, maxInFlight: 1 }, { script: script() });
  expect(one.written).toEqual(values);
  const later = { script: script(), everyMs: 15 };
  const waits = await send(values, { idempotence: false, retryBackoffMs: 100 }, later);
  expect(waits.written).toEqual(values);
});

const WHAT: readonly Script[] = [
  (_, healthy) => healthy(),
  refuse,
  loseRequest,
  loseAnswer,
  (_, healthy) => {
    healthy();
    return REFUSED("NOT_ENOUGH_REPLICAS_AFTER_APPEND");
  },
];

test("whatever happens to its requests, an idempotent producer writes once and in order", async () => {
  const seen = { again: 0, epochs: 0, unknown: 0, certain: 0 };
  const values = Array.from({ length: 12 }, (_, i) => `${i}`);
  const fate = fc.tuple(fc.nat({ max: WHAT.length - 1 }), fc.integer({ min: 1, max: 6 }));
  const [span, side] = [fc.integer({ min: 1, max: 120 }), fc.constantFrom("from", "to")];
  const stall = fc.record({ side, atMs: span, forMs: span }).map(({ side, ...when }): Fault => {
    return { kind: "stall", [side]: ["b"], ...when };
  });
  const plans = fc.record({
    fates: fc.array(fate, { maxLength: 12 }),
    faults: fc.array(stall, { maxLength: 3 }),
    everyMs: fc.constantFrom(0, 3, 10),
    deliveryTimeoutMs: fc.constantFrom(60, 130, 2000),
    maxInFlight: fc.integer({ min: 1, max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(plans, async ({ fates, faults, everyMs, ...options }) => {
      const lot = fates.flatMap(([which, times]) => Array.from({ length: times }, () => which));
      let nth = 0;
      const script: Script = (request, healthy) => {
        const what = request.kind === "produce" ? WHAT[lot[nth++] ?? 0] : undefined;
        return what === undefined ? healthy() : what(request, healthy);
      };
      const own = { ...options, requestTimeoutMs: 40 };
      const { outcomes, written, asked } = await send(values, own, { script, faults, everyMs });
      expect(written).toEqual(values.filter((value) => written.includes(value)));
      for (const [i, outcome] of outcomes.entries()) {
        if (typeof outcome === "number") expect(written[outcome]).toBe(values[i]);
        else if (!`${outcome}`.endsWith("?")) expect(written).not.toContain(values[i]);
      }
      const numbers = produced(asked).map(({ sequenced }) => sequenced);
      const sequences = numbers.map((number) => number?.baseSequence);
      if (new Set(sequences).size < sequences.length) seen.again += 1;
      if (numbers.some((number) => number?.producerEpoch === 1)) seen.epochs += 1;
      if (outcomes.some((outcome) => `${outcome}`.endsWith("?"))) seen.unknown += 1;
      if (outcomes.some((outcome) => /[A-Z]$/.test(`${outcome}`))) seen.certain += 1;
    }),
    { numRuns: 300 },
  );
  console.log("An idempotent producer's trouble:", seen);
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(5);
});

test("what is given up for lack of time says whether it may be written; what was sent later goes on in a new epoch", async () => {
  const options = { requestTimeoutMs: 30, deliveryTimeoutMs: 100, maxInFlight: 1 };
  const outcomes: unknown[] = [];
  const script: Script = (request, healthy) =>
    request.kind === "produce" && request.records[0]?.value === "a" ? null : healthy();
  const { kept } = await play(
    async (host) => {
      const producer = createProducer(host, { brokers, ...options });
      const message = (value: string) => ({ topic: "t", value, partition: 0 });
      outcomes.push(await outcomeOf(producer.send(message("a"))));
      outcomes.push((await producer.send(message("b"))).offset);
    },
    { script },
  );
  expect(outcomes).toEqual(["REQUEST_TIMED_OUT?", 0]);
  expect(produced(kept.asked).at(-1)?.sequenced).toMatchObject({
    producerEpoch: 1,
    baseSequence: 0,
  });
});

test("a message that is only ever refused fails with what it was refused for, and is certainly not written", async () => {
  const script: Script = (request, healthy) =>
    request.kind === "produce" ? REFUSED("NOT_ENOUGH_REPLICAS") : healthy();
  const { outcomes } = await send(["a"], { deliveryTimeoutMs: 300 }, { script });
  expect(outcomes).toEqual(["NOT_ENOUGH_REPLICAS"]);
});

test("when a leader has lost what it had, the first batch that does not fit fails, and the next ones go on", async () => {
  const outcomes: unknown[] = [];
  const { kept } = await play(async (host, broker) => {
    const producer = createProducer(host, { brokers });
    const message = (value: string) => ({ topic: "t", value, partition: 0 });
    for (const value of ["a", "b"]) await producer.send(message(value));
    for (const [producerId, { epoch, batches }] of broker.producers) {
      broker.producers.set(producerId, { epoch, batches: batches.slice(0, 1) });
    }
    outcomes.push(await outcomeOf(producer.send(message("c"))));
    outcomes.push((await producer.send(message("d"))).offset);
  });
  expect(outcomes).toEqual(["OUT_OF_ORDER_SEQUENCE_NUMBER", 2]);
  expect(valuesIn(kept)).toEqual(["a", "b", "d"]);
});

test("messages that come while a batch lingers go with it, until it is full or flushed", async () => {
  const sizes = async (options: Partial<ProducerOptions>, flushes = false) => {
    let tookMs = 0;
    const { kept } = await play(async (host) => {
      const producer = createProducer(host, { brokers, idempotence: false, ...options });
      for (const value of ["a", "b", "c"]) {
        void producer.send({ topic: "t", value, partition: 0 });
        await host.sleep(5);
      }
      if (flushes) await producer.flush();
      tookMs = host.now();
    });
    return [produced(kept.asked).map(({ records }) => records.length), tookMs < 100];
  };
  expect(await sizes({})).toEqual([[1, 1, 1], true]);
  expect(await sizes({ lingerMs: 50 })).toEqual([[3], true]);
  expect(await sizes({ lingerMs: 50, batchBytes: 85 })).toEqual([[2, 1], true]);
  expect(await sizes({ lingerMs: 400 }, true)).toEqual([[3], true]);
});

test("each message of a batch hears its own offset", async () => {
  const { outcomes, asked } = await send(["a", "b", "c"], { batchBytes: 1000 });
  expect([outcomes, produced(asked).length]).toEqual([[0, 1, 2], 1]);
});
