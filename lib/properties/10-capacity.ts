/**
 * Judges exercise 10-capacity in whole numbers: enough and not one too many, asked of the same
 * answer, and card dealing for the sharing.
 */

import fc from "fast-check";
import type { Load } from "../../exercises/10-capacity.ts";
import { type Exercise, type Property, Violation } from "./exercise.ts";

type Module = typeof import("../../exercises/10-capacity.ts");

function say(load: Load): string {
  return `{ eventsPerSecond: ${load.eventsPerSecond}, serviceMs: ${load.serviceMs} }`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * A load of exactly `workMs` milliseconds of work per second, or `beside` events a second beside
 * it.
 */
function load(workMs: number, service: number, beside: number): Load {
  const serviceMs = greatestCommonDivisor(workMs, service);
  return { eventsPerSecond: Math.max(1, workMs / serviceMs + beside), serviceMs };
}

/** A whole number from 1, often a small one: what is found among those needs little shrinking. */
function upTo(max: number): fc.Arbitrary<number> {
  const small = { arbitrary: fc.integer({ min: 1, max: 8 }), weight: 2 };
  return fc.oneof({ withCrossShrink: true }, small, {
    arbitrary: fc.integer({ min: 1, max }),
    weight: 1,
  });
}

const service = upTo(5000);
/** Rounding shows where the work just fits, and one event beside that. */
const beside = fc.oneof(fc.constantFrom(0, 0, 1, -1), fc.integer({ min: -1000, max: 1000 }));

const consumerCases: fc.Arbitrary<ConsumerCase> = fc
  .record({
    consumers: upTo(1000),
    busyPercent: upTo(100),
    // Shared by consumers and service time, so that a consumer's events/s are often a fraction.
    factor: upTo(50),
    service,
    beside,
  })
  .map(({ consumers, busyPercent, factor, ...drawn }) => ({
    load: load(consumers * factor * 10 * busyPercent, drawn.service * factor, drawn.beside),
    busyPercent,
  }));

type ConsumerCase = { readonly load: Load; readonly busyPercent: number };

function fits({ load, busyPercent }: ConsumerCase): boolean {
  return (load.eventsPerSecond * load.serviceMs) % (10 * busyPercent) === 0;
}

/** A violation unless the answer is enough, and one consumer fewer would not be. */
function judgeConsumers(module: Module, { load, busyPercent }: ConsumerCase): void {
  const answer = module.consumersNeeded({ ...load }, busyPercent);
  const workMs = load.eventsPerSecond * load.serviceMs;
  const eachMs = 10 * busyPercent;
  const words = `consumersNeeded(${say(load)}, ${busyPercent}) returned ${answer}. ${load.eventsPerSecond} events/s × ${load.serviceMs} ms = ${workMs} ms of work per second; a consumer that is busy ${busyPercent} % of the time does ${eachMs} ms of it;`;
  if (!Number.isInteger(answer)) {
    throw new Violation(`${words} and ${answer} is not a whole number of consumers.`);
  }
  if (answer * eachMs < workMs) {
    throw new Violation(`${words} ${answer} × ${eachMs} ms = ${answer * eachMs} ms: too few.`);
  }
  const fewer = answer - 1;
  if (fewer * eachMs < workMs) return;
  throw new Violation(
    `${words} ${fewer} × ${eachMs} ms = ${fewer * eachMs} ms, so ${fewer} would be enough.`,
  );
}

const enoughAndNotMore: Property<Module> = {
  says: "the consumers asked for are enough and not one too many, when they have time to spare",
  points: 2,
  runs: 300,
  situations: ["no room for another event", "room for another event"],
  of: (module, saw) =>
    fc.property(
      consumerCases.filter((given) => !fits(given)),
      (given) => {
        const { load, busyPercent } = given;
        const spare =
          10 * busyPercent - ((load.eventsPerSecond * load.serviceMs) % (10 * busyPercent));
        saw(spare < load.serviceMs ? "no room for another event" : "room for another event");
        judgeConsumers(module, given);
      },
    ),
};

/** Loads of both kinds, so that no rule for exact fits alone is enough. */
const exactToo: Property<Module> = {
  says: "the consumers asked for are enough and not one too many, also when the work just fits",
  points: 1,
  runs: 2000,
  situations: ["the work fits exactly", "the work does not fit exactly"],
  of: (module, saw) =>
    fc.property(consumerCases, (given) => {
      saw(fits(given) ? "the work fits exactly" : "the work does not fit exactly");
      judgeConsumers(module, given);
    }),
};

const partitionsJustRight: Property<Module> = {
  says: "no consumer of any group is idle, every broker leads equally many partitions, and no smaller number does that",
  points: 1,
  runs: 300,
  situations: ["several groups", "already a multiple of the brokers"],
  of: (module, saw) =>
    fc.property(
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      (groups, brokers) => {
        const answer = module.partitionsNeeded([...groups], brokers);
        const largest = Math.max(...groups);
        if (groups.length > 1) saw("several groups");
        if (largest % brokers === 0) saw("already a multiple of the brokers");
        const call = `partitionsNeeded([${groups.join(", ")}], ${brokers}) returned ${answer}`;
        if (!(answer >= largest)) {
          throw new Violation(
            `${call}: in the group of ${largest} consumers not everyone gets a partition of its own.`,
          );
        }
        if (answer % brokers !== 0) {
          throw new Violation(
            `${call}: ${brokers} brokers cannot lead equally many of ${answer} partitions.`,
          );
        }
        if (answer - brokers >= largest) {
          throw new Violation(
            `${call}: ${answer - brokers} would do. Every group reads all partitions, so the largest group decides, with ${largest}.`,
          );
        }
      },
    ),
};

/**
 * Partitions and consumers, and a load that the busiest consumer can just do, or one close to that.
 */
const sharingCases = fc
  .record({
    consumers: upTo(40),
    partitions: upTo(120),
    service,
    beside,
  })
  .map(({ consumers, partitions, ...drawn }) => {
    const workMs = Math.floor((1000 * partitions) / dealt(partitions, consumers));
    return { load: load(workMs, drawn.service, drawn.beside), partitions, consumers };
  });

/** The largest hand when so many cards are dealt one by one to so many players. */
function dealt(cards: number, players: number): number {
  const hands = Array<number>(players).fill(0);
  for (let card = 0; card < cards; card++) {
    hands[card % players] = (hands[card % players] ?? 0) + 1;
  }
  return Math.max(...hands);
}

const busiestDecides: Property<Module> = {
  says: "a group keeps up exactly when its busiest consumer does",
  points: 1,
  runs: 1500,
  situations: [
    "more consumers than partitions",
    "partitions that cannot be shared evenly",
    "just fits",
  ],
  of: (module, saw) =>
    fc.property(sharingCases, ({ load, partitions, consumers }) => {
      const answer = module.keepsUp({ ...load }, partitions, consumers);
      const most = dealt(partitions, consumers);
      const work = load.eventsPerSecond * load.serviceMs * most;
      const able = work <= 1000 * partitions;
      if (consumers > partitions) saw("more consumers than partitions");
      else if (partitions % consumers !== 0) saw("partitions that cannot be shared evenly");
      if (work === 1000 * partitions) saw("just fits");
      if (answer === able) return;
      throw new Violation(
        `keepsUp(${say(load)}, ${partitions}, ${consumers}) returned ${answer}. Partitions: ${partitions}, consumers: ${consumers}, so one consumer has ${most}: ${load.eventsPerSecond} events/s × ${most} / ${partitions} × ${load.serviceMs} ms = ${work / partitions} ms of work per second, which is ${able ? "not " : ""}more than 1000 ms.`,
      );
    }),
};

function expectExample(call: string, returned: unknown, expected: unknown): void {
  if (returned === expected) return;
  throw new Violation(`${call} must return ${expected}; you returned ${returned}.`);
}

/** The exercise, for the grader. */
export const exercise: Exercise<Module> = {
  name: "10-capacity",
  title: "How many consumers, how many partitions",
  exports: ["consumersNeeded", "partitionsNeeded", "keepsUp"],
  hints: [
    "Count in milliseconds: how many milliseconds of work arrive in a second, and how many of them may one consumer do?",
    "Multiply first and divide once, at the end. A quotient of two whole numbers that comes out even is exact, so Math.ceil is safe on it; a product of fractions such as 0.07 × 100 is 7.000000000000001.",
    "Groups do not share a topic, they all read it. Inside a group, someone gets Math.ceil(partitions / consumers) partitions, also when there are more consumers than partitions, and the group is as fast as that one.",
  ],
  examples(module) {
    const load = { eventsPerSecond: 1000, serviceMs: 100 };
    const call = (name: string, rest: string) => `${name}(${say(load)}, ${rest})`;
    expectExample(call("consumersNeeded", "100"), module.consumersNeeded(load, 100), 100);
    expectExample(call("consumersNeeded", "80"), module.consumersNeeded(load, 80), 125);
    expectExample("partitionsNeeded([125], 3)", module.partitionsNeeded([125], 3), 126);
    expectExample(call("keepsUp", "125, 125"), module.keepsUp(load, 125, 125), true);
    expectExample(call("keepsUp", "80, 80"), module.keepsUp(load, 80, 80), false);
  },
  properties: [enoughAndNotMore, exactToo, partitionsJustRight, busiestDecides],
};
