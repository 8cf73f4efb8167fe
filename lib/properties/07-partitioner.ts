/** Judges exercise 07-partitioner: keys by their hashes, a topic that grows, and a producer whose requests fail. */

import fc from "fast-check";
import { expectExample } from "./example.ts";
import { type Exercise, type Property, Violation } from "./exercise.ts";
import { PARTITIONS, play, SITUATIONS, type Step } from "./produced.ts";

type Module = typeof import("../../exercises/07-partitioner.ts");

/** All of 32 bits, and those at which signs change. */
const hash = fc.oneof(
  fc.integer({ min: -12, max: 12 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, -1),
);
const partitions = fc.integer({ min: 1, max: 12 });

/** Kafka's partition: arithmetic in place of bits. */
function partitionOf(hash: number, partitions: number): number {
  return (hash < 0 ? hash + 2 ** 31 : hash) % partitions;
}

const sameAsKafka: Property<Module> = {
  says: "every key has a partition, and it is the one that Kafka's clients choose",
  points: 1,
  runs: 500,
  situations: ["a negative hash", "the hash -2³¹, whose absolute value has no place in 32 bits"],
  of: (module, saw) =>
    fc.property(hash, partitions, (hash, partitions) => {
      if (hash < 0) saw("a negative hash");
      if (hash === -(2 ** 31)) {
        saw("the hash -2³¹, whose absolute value has no place in 32 bits");
      }
      const got: unknown = module.partitionOf(hash, partitions);
      const expected = partitionOf(hash, partitions);
      if (got === expected) return;
      throw new Violation(
        `partitionOf(${hash}, ${partitions}) returned ${String(got)}; without its sign the hash is ${hash < 0 ? hash + 2 ** 31 : hash}, so ${expected} was expected.`,
      );
    }),
};

const growing: Property<Module> = {
  says: "when a topic grows, exactly the keys that go to another partition are told",
  points: 1,
  runs: 300,
  situations: [
    "a key that stayed",
    "a key that went to a new partition",
    "a key that went to a partition that was there before",
  ],
  of: (module, saw) =>
    fc.property(fc.array(hash), partitions, partitions, (hashes, before, more) => {
      const after = before + more;
      const expected = hashes.filter((hash) => {
        const [from, to] = [partitionOf(hash, before), partitionOf(hash, after)];
        const isNew = to >= before;
        if (from === to) saw("a key that stayed");
        else if (isNew) saw("a key that went to a new partition");
        else saw("a key that went to a partition that was there before");
        return from !== to;
      });
      const got: unknown = module.moved([...hashes], before, after);
      if (JSON.stringify(got) === JSON.stringify(expected)) return;
      const list = Array.isArray(got) ? got : [];
      const wrong = hashes.find((hash) => list.includes(hash) !== expected.includes(hash));
      const why =
        wrong === undefined
          ? `expected [${expected.join(", ")}]`
          : `${wrong} goes from partition ${partitionOf(wrong, before)} to ${partitionOf(wrong, after)}`;
      throw new Violation(
        `moved([${hashes.join(", ")}], ${before}, ${after}) returned ${JSON.stringify(got)}; ${why}.`,
      );
    }),
};

const ends = fc.record({
  at: fc.nat(PARTITIONS - 1),
  outcome: fc.constantFrom("acknowledged" as const, "refused" as const, "unanswered" as const),
});
const sends = fc.array(fc.nat(PARTITIONS - 1), { maxLength: 2 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ sends, ends: fc.option(ends, { freq: 3 }) }),
  { maxLength: 20 },
);

function producing(
  says: string,
  isEager: boolean,
  situations: readonly string[],
): Property<Module> {
  return {
    says,
    points: 1,
    runs: 300,
    situations,
    of: (module, saw) => fc.property(steps, (plan) => play(module.sendable, plan, isEager, saw)),
  };
}

/** The exercise, for the grader. */
export const exercise: Exercise<Module> = {
  name: "07-partitioner",
  title: "Which partition, in which order",
  exports: ["partitionOf", "moved", "sendable"],
  hints: [
    "JavaScript's % keeps the sign of what is divided: -1 % 3 is -1. `hash & 0x7fffffff` is the hash without its highest bit.",
    "In `moved`, ask `partitionOf` twice about each hash. Neither is it only the new partitions that keys go to, nor do keys stay because the number is doubled.",
    "In `sendable`, think of two requests under way to one partition: the first is refused, the second is appended. What stands in the log when the first is sent again? And would it matter if they went to two partitions?",
  ],

  examples({ partitionOf, moved, sendable }) {
    expectExample("partitionOf(7, 4)", partitionOf(7, 4), 3);
    expectExample("moved([0, 1, 2], 2, 3)", moved([0, 1, 2], 2, 3), [2]);
    const pending = [
      { partition: 0, state: "failed" },
      { partition: 1, state: "new" },
    ] as const;
    expectExample("sendable with two records for two partitions", sendable(pending), [0, 1]);
  },

  properties: [
    sameAsKafka,
    growing,
    producing(
      "every partition gets its records in the order of sending, whatever request fails",
      false,
      [SITUATIONS.failed, SITUATIONS.doubled],
    ),
    producing("no record waits without need, and every partition keeps its order", true, [
      SITUATIONS.passed,
    ]),
  ],
};
