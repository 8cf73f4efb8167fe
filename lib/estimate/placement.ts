/**
 * Which broker keeps which replica. N topics × P partitions × X replicas on R brokers make N·P·X /
 * R each on average; a placement decides how far the busiest broker is from that.
 */

import { checkSome, checkWhole } from "./input.ts";

/**
 * For each partition the brokers of its replicas, numbered from 0; the first is its preferred
 * leader.
 */
export type Placement = readonly (readonly number[])[];

/** One topic on brokers 0 … brokers − 1. */
export type Topic = {
  readonly partitions: number;
  readonly replicas: number;
  readonly brokers: number;
};

/** Equal topics on the same brokers. */
export type Cluster = Topic & { readonly topics: number };

function checkTopic(topic: Topic): void {
  checkWhole("partitions", topic.partitions, 1);
  checkWhole("brokers", topic.brokers, 1);
  checkWhole("replicas", topic.replicas, 1, topic.brokers);
}

function checkCluster(cluster: Cluster): void {
  checkWhole("topics", cluster.topics, 1);
  checkTopic(cluster);
}

/** N·P·X: 4 topics × 2 partitions × 2 replicas are 16. */
export function replicasInAll(cluster: Cluster): number {
  checkCluster(cluster);
  return cluster.topics * cluster.partitions * cluster.replicas;
}

/**
 * N·P·X / R rounded up: what the busiest broker keeps when the placement is balanced. 16 on 3
 * brokers are at most 6.
 */
export function replicasOnBusiestBalanced(cluster: Cluster): number {
  return Math.ceil(replicasInAll(cluster) / cluster.brokers);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * The partitions of all topics, one topic after the other, dealt out so that no broker keeps two
 * replicas of one partition, and that the replicas, and also the leaders, of any two brokers differ
 * by at most one.
 */
export function placeBalanced(cluster: Cluster): Placement {
  checkCluster(cluster);
  const { brokers, replicas } = cluster;
  // Replicas are dealt round the table, so they are balanced. The same groups of brokers come up
  // again after one lap; each lap another member of the group leads, so the leaders are balanced as
  // well.
  const lap = brokers / greatestCommonDivisor(brokers, replicas);
  return Array.from({ length: cluster.topics * cluster.partitions }, (_, partition) => {
    const turn = Math.floor(partition / lap);
    return Array.from(
      { length: replicas },
      (_, place) => (partition * replicas + ((turn + place) % replicas)) % brokers,
    );
  });
}

/**
 * One topic as Kafka places it when brokers have no racks. Kafka draws `start` and `shift` anew for
 * each topic and does not look at what the brokers already keep. Source: Apache Kafka 3.9,
 * AdminUtils.assignReplicasToBrokers; KRaft's StripedReplicaPlacer draws a start only (shift 0) and
 * shuffles the brokers after each time round.
 */
export function placeAsKafka(
  topic: Topic,
  draw: { readonly start: number; readonly shift: number },
): Placement {
  checkTopic(topic);
  const { partitions, replicas, brokers } = topic;
  checkWhole("start", draw.start, 0, brokers - 1);
  checkWhole("shift", draw.shift, 0, brokers - 1);
  return Array.from({ length: partitions }, (_, partition) => {
    const leader = (partition + draw.start) % brokers;
    // Each time round the brokers, the followers stand one further from their leader.
    const shift = draw.shift + Math.floor(partition / brokers);
    const followers = Array.from(
      { length: replicas - 1 },
      (_, follower) => (leader + 1 + ((shift + follower) % (brokers - 1))) % brokers,
    );
    return [leader, ...followers];
  });
}

function countPerBroker(keeping: Iterable<number>, brokers: number): number[] {
  checkWhole("brokers", brokers, 1);
  const counts = Array<number>(brokers).fill(0);
  for (const broker of keeping) {
    checkWhole("a broker", broker, 0, brokers - 1);
    counts[broker] = (counts[broker] ?? 0) + 1;
  }
  return counts;
}

/** How many replicas each broker keeps. */
export function replicasPerBroker(placement: Placement, brokers: number): number[] {
  return countPerBroker(placement.flat(), brokers);
}

/** How many partitions each broker leads while all are up. */
export function leadersPerBroker(placement: Placement, brokers: number): number[] {
  for (const replicas of placement) checkSome("replicas of a partition", replicas);
  return countPerBroker(
    placement.map(([leader]) => leader ?? 0),
    brokers,
  );
}

/** How likely it is that the busiest broker keeps this many replicas. */
export type BusiestChance = { readonly replicas: number; readonly probability: number };

/**
 * How many replicas the busiest broker gets when Kafka places every topic with its own random draw:
 * all draws are counted, so the chances are exact. Meant for small clusters; refuses one with more
 * than 20,000 different outcomes.
 */
export function kafkaBusiestChances(cluster: Cluster): BusiestChance[] {
  checkCluster(cluster);
  const { brokers, topics } = cluster;
  const numbers = Array.from({ length: brokers }, (_, number) => number);
  const draws = numbers.flatMap((start) => numbers.map((shift) => ({ start, shift })));
  const oneTopic = weigh(
    draws.map((draw) => [
      replicasPerBroker(placeAsKafka(cluster, draw), brokers),
      1 / draws.length,
    ]),
  );
  let outcomes: Weighed[] = [[numbers.map(() => 0), 1]];
  for (let topic = 0; topic < topics; topic++) {
    outcomes = weigh(
      outcomes.flatMap(([sum, weight]) =>
        oneTopic.map(
          ([counts, chance]): Weighed => [
            sum.map((replicas, broker) => replicas + (counts[broker] ?? 0)),
            weight * chance,
          ],
        ),
      ),
    );
    if (outcomes.length > 20_000) {
      throw new RangeError(
        `${brokers} brokers and ${topics} topics have too many outcomes to count.`,
      );
    }
  }
  return weigh(outcomes.map(([counts, weight]) => [[Math.max(...counts)], weight]))
    .map(([busiest, probability]) => ({ replicas: busiest[0] ?? 0, probability }))
    .sort((a, b) => a.replicas - b.replicas);
}

/** Replicas per broker, and how likely that is. */
type Weighed = readonly [counts: readonly number[], weight: number];

/** Adds up the weights of equal counts. */
function weigh(all: readonly Weighed[]): Weighed[] {
  const sums = new Map<string, Weighed>();
  for (const [counts, weight] of all) {
    const key = counts.join();
    sums.set(key, [counts, (sums.get(key)?.[1] ?? 0) + weight]);
  }
  return [...sums.values()];
}
