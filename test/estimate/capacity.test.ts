/** Capacity: the lecture's numbers, and what a queue does that is fed one second at a time. */

import fc from "fast-check";
import {
  catchUpSeconds,
  consumersNeeded,
  eventsPerSecondPerConsumer,
  partitionsNeeded,
  retentionBytes,
  sharing,
  utilisation,
} from "quorumlab/estimate";
import { describe, expect, test } from "vitest";

const lecture = { eventsPerSecond: 1000, serviceMs: 100 };

describe("consumers", () => {
  test("do 10 events a second at 100 ms each, so 1000 events a second need 100 of them", () => {
    expect(eventsPerSecondPerConsumer(100)).toBe(10);
    expect(consumersNeeded(lecture)).toBe(100);
  });

  test("are 125 with a quarter of headroom, each busy four fifths of its time", () => {
    expect(consumersNeeded({ ...lecture, headroom: 0.25 })).toBe(125);
    expect(utilisation({ ...lecture, consumers: 125 })).toBe(0.8);
  });

  test("are not one too many because 1.1 has no exact binary form", () => {
    expect(1000 * 0.1 * 1.1).toBeGreaterThan(110);
    expect(consumersNeeded({ ...lecture, headroom: 0.1 })).toBe(110);
  });

  test("are just enough: they keep up, and one fewer does not", () => {
    const percents = fc.integer({ min: 0, max: 300 });
    const rate = fc.integer({ min: 1, max: 100_000 });
    const service = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(rate, service, percents, (eventsPerSecond, serviceMs, headroomPercent) => {
        const headroom = headroomPercent / 100;
        const consumers = consumersNeeded({ eventsPerSecond, serviceMs, headroom });
        // In whole numbers, where nothing is rounded.
        const work = eventsPerSecond * serviceMs * (100 + headroomPercent);
        expect(consumers * 100_000).toBeGreaterThanOrEqual(work);
        expect((consumers - 1) * 100_000).toBeLessThan(work);
      }),
      { seed: 10, numRuns: 1000 },
    );
  });
});

describe("partitions", () => {
  test("are one for each consumer of the largest group, the same number on every broker", () => {
    expect(partitionsNeeded({ consumersPerGroup: [125] })).toBe(125);
    expect(partitionsNeeded({ consumersPerGroup: [40, 125], brokers: 3 })).toBe(126);
  });

  test("fewer than consumers leave consumers idle and the rest overloaded", () => {
    expect(sharing({ ...lecture, partitions: 80, consumers: 125 })).toEqual({
      idleConsumers: 45,
      busiestPartitions: 1,
      busiestEventsPerSecond: 12.5,
      busiestUtilisation: 1.25,
    });
  });

  test("one more than consumers gives one consumer twice the work", () => {
    const shared = sharing({ ...lecture, partitions: 126, consumers: 125 });
    expect(shared.busiestPartitions).toBe(2);
    expect(shared.busiestUtilisation).toBeCloseTo(200 / 126, 12);
  });

  test("are shared like cards: the busiest consumer has what dealing them one by one gives it", () => {
    const few = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(few, few, (partitions, consumers) => {
        const cards = Array.from({ length: partitions }, (_, card) => card % consumers);
        const hands = Array.from(
          { length: consumers },
          (_, hand) => cards.filter((card) => card === hand).length,
        );
        const shared = sharing({ ...lecture, partitions, consumers });
        expect(shared.busiestPartitions).toBe(Math.max(...hands));
        expect(shared.idleConsumers).toBe(hands.filter((held) => held === 0).length);
      }),
      { seed: 10 },
    );
  });
});

describe("a backlog", () => {
  test("of one minute is gone in four with 125 consumers and never with 100", () => {
    const backlogEvents = 60 * 1000;
    expect(catchUpSeconds({ ...lecture, consumers: 125, backlogEvents })).toBe(240);
    expect(catchUpSeconds({ ...lecture, consumers: 100, backlogEvents })).toBe(Infinity);
    expect(catchUpSeconds({ ...lecture, consumers: 100, backlogEvents: 0 })).toBe(0);
  });

  test("shrinks second by second as predicted", () => {
    let backlog = 60_000;
    let seconds = 0;
    for (; backlog > 0; seconds++) backlog += 1000 - 125 * 10;
    expect(seconds).toBe(catchUpSeconds({ ...lecture, consumers: 125, backlogEvents: 60_000 }));
  });
});

test("a week of 1000 events/s of 1 kB on three replicas is 1.8 TB", () => {
  const week = { eventsPerSecond: 1000, recordBytes: 1000, days: 7, replicas: 3 };
  expect(retentionBytes(week)).toBe(1_814_400_000_000);
});

describe("bad input", () => {
  test("is refused in a sentence that names the value", () => {
    expect(() => consumersNeeded({ eventsPerSecond: -1, serviceMs: 100 })).toThrow(
      "eventsPerSecond must be a number of at least 0, not -1.",
    );
    expect(() => consumersNeeded({ eventsPerSecond: 1, serviceMs: 0 })).toThrow(
      "serviceMs must be a number above 0, not 0.",
    );
    expect(() => consumersNeeded({ ...lecture, headroom: Number.NaN })).toThrow(
      "headroom must be a number of at least 0, not NaN.",
    );
    expect(() => utilisation({ ...lecture, consumers: 0 })).toThrow(
      "consumers must be a whole number of at least 1, not 0.",
    );
    expect(() => partitionsNeeded({ consumersPerGroup: [] })).toThrow(
      "consumersPerGroup must have at least one entry.",
    );
    expect(() => sharing({ ...lecture, partitions: 1.5, consumers: 1 })).toThrow("not 1.5.");
    expect(() => catchUpSeconds({ ...lecture, consumers: 1, backlogEvents: Infinity })).toThrow(
      "backlogEvents must be a number of at least 0, not Infinity.",
    );
    expect(() =>
      retentionBytes({ eventsPerSecond: 1, recordBytes: 1, days: 7, replicas: 0 }),
    ).toThrow("replicas must be a whole number of at least 1, not 0.");
  });
});
