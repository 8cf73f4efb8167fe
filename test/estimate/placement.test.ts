/** Placements, judged by counting what each broker keeps and leads. */

import fc from "fast-check";
import {
  type Cluster,
  kafkaBusiestChances,
  leadersPerBroker,
  type Placement,
  placeAsKafka,
  placeBalanced,
  replicasInAll,
  replicasOnBusiestBalanced,
  replicasPerBroker,
} from "quorumlab/estimate";
import { describe, expect, test } from "vitest";

const lecture = { topics: 4, partitions: 2, replicas: 2, brokers: 3 };

const clusters = fc
  .record({
    topics: fc.integer({ min: 1, max: 6 }),
    partitions: fc.integer({ min: 1, max: 20 }),
    brokers: fc.integer({ min: 1, max: 12 }),
    spread: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ spread, ...rest }): Cluster => {
    return { ...rest, replicas: 1 + Math.floor(spread * (rest.brokers - 1)) };
  });

function gap(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts);
}

function expectDistinct(placement: Placement, replicas: number): void {
  for (const brokers of placement) {
    expect(brokers).toHaveLength(replicas);
    expect(new Set(brokers).size).toBe(replicas);
  }
}

describe("a balanced placement", () => {
  test("of 4 topics × 2 partitions × 2 replicas on 3 brokers has 16 replicas, at most 6 each", () => {
    expect(replicasInAll(lecture)).toBe(16);
    expect(replicasOnBusiestBalanced(lecture)).toBe(6);
    expect(replicasPerBroker(placeBalanced(lecture), 3)).toEqual([6, 5, 5]);
  });

  test("differs by at most one, in replicas and in leaders, and keeps no two replicas together", () => {
    fc.assert(
      fc.property(clusters, (cluster) => {
        const placement = placeBalanced(cluster);
        expect(placement).toHaveLength(cluster.topics * cluster.partitions);
        expectDistinct(placement, cluster.replicas);
        const kept = replicasPerBroker(placement, cluster.brokers);
        expect(gap(kept)).toBeLessThanOrEqual(1);
        expect(Math.max(...kept)).toBe(replicasOnBusiestBalanced(cluster));
        expect(gap(leadersPerBroker(placement, cluster.brokers))).toBeLessThanOrEqual(1);
      }),
      { seed: 10, numRuns: 500 },
    );
  });

  test("would lead from every second broker only, if the first of each group always led", () => {
    const cluster = { topics: 1, partitions: 4, replicas: 2, brokers: 4 };
    const firstLeads = placeBalanced(cluster).map((group) => [...group].sort((a, b) => a - b));
    expect(leadersPerBroker(firstLeads, 4)).toEqual([2, 0, 2, 0]);
    expect(leadersPerBroker(placeBalanced(cluster), 4)).toEqual([1, 1, 1, 1]);
  });
});

describe("Kafka's placement", () => {
  test("is the one its source gives as an example: ten partitions, three replicas, five brokers, start and shift 0", () => {
    const topic = { partitions: 10, replicas: 3, brokers: 5 };
    const placed = placeAsKafka(topic, { start: 0, shift: 0 });
    expect(placed.map((brokers) => brokers.join("")).join(" ")).toBe(
      "012 123 234 340 401 023 134 240 301 412",
    );
  });

  test("keeps no two replicas of a partition together, and spreads the leaders of a topic", () => {
    fc.assert(
      fc.property(clusters, fc.nat(), fc.nat(), (cluster, start, shift) => {
        const { brokers, replicas } = cluster;
        const draw = { start: start % brokers, shift: shift % brokers };
        const placement = placeAsKafka(cluster, draw);
        expectDistinct(placement, replicas);
        expect(gap(leadersPerBroker(placement, brokers))).toBeLessThanOrEqual(1);
      }),
      { seed: 10, numRuns: 500 },
    );
  });

  test("puts 7 or 8 of the 16 replicas on one broker in exactly a third of the draws", () => {
    const chances = kafkaBusiestChances(lecture);
    expect(chances.map(({ replicas }) => replicas)).toEqual([6, 7, 8]);
    const [six, seven, eight] = chances.map(({ probability }) => probability);
    expect(six).toBeCloseTo(2 / 3, 12);
    expect(seven).toBeCloseTo(24 / 81, 12);
    expect(eight).toBeCloseTo(3 / 81, 12);
  });

  test("has the chances that drawing every start and shift by hand gives", () => {
    const cluster = { topics: 2, partitions: 3, replicas: 2, brokers: 4 };
    const draws = Array.from({ length: 16 }, (_, n) => ({
      start: n % 4,
      shift: Math.floor(n / 4),
    }));
    const seen = new Map<number, number>();
    for (const first of draws) {
      for (const second of draws) {
        const both = [...placeAsKafka(cluster, first), ...placeAsKafka(cluster, second)];
        const busiest = Math.max(...replicasPerBroker(both, 4));
        seen.set(busiest, (seen.get(busiest) ?? 0) + 1 / 256);
      }
    }
    const chances = kafkaBusiestChances(cluster);
    expect(chances.map(({ replicas }) => replicas)).toEqual([...seen.keys()].sort((a, b) => a - b));
    for (const { replicas, probability } of chances) {
      expect(probability).toBeCloseTo(seen.get(replicas) ?? 0, 12);
    }
  });
});

describe("bad input", () => {
  test("is refused in a sentence that names the value", () => {
    expect(() => placeBalanced({ ...lecture, replicas: 4 })).toThrow(
      "replicas must be a whole number from 1 to 3, not 4.",
    );
    expect(() => replicasInAll({ ...lecture, topics: 0 })).toThrow(
      "topics must be a whole number of at least 1, not 0.",
    );
    expect(() => placeAsKafka(lecture, { start: 3, shift: 0 })).toThrow(
      "start must be a whole number from 0 to 2, not 3.",
    );
    expect(() => replicasPerBroker([[0, 7]], 3)).toThrow(
      "a broker must be a whole number from 0 to 2, not 7.",
    );
    expect(() => leadersPerBroker([[]], 3)).toThrow(
      "replicas of a partition must have at least one entry.",
    );
    expect(() =>
      kafkaBusiestChances({ topics: 30, partitions: 7, replicas: 3, brokers: 9 }),
    ).toThrow("9 brokers and 30 topics have too many outcomes to count.");
  });
});
