/**
 * How the members of a group share the partitions of their topics. Every partition of a topic that somebody subscribes
 * to has one owner, who subscribes to it. The answer depends on no order of members: any of them may be asked.
 */

import type { TopicPartition } from "./kafka.ts";
import { keyOf } from "./state.ts";

/** What a member wants, and what it had until now. */
export type Subscription = {
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly owned?: readonly TopicPartition[];
  /** The generation in which it came to own that; -1 unless told. */
  readonly generation?: number;
};

/** What every member gets, by its id. */
export type Assignment = Readonly<Record<string, readonly TopicPartition[]>>;

/** @param partitionsOf how many partitions each topic has; a topic that is not there has none */
export type Assignor = (
  members: readonly Subscription[],
  partitionsOf: Readonly<Record<string, number>>,
) => Assignment;

/** Members by id, partitions by topic and number, and who may have a partition: the ground of all assignors. */
function groundOf(
  members: readonly Subscription[],
  partitionsOf: Readonly<Record<string, number>>,
) {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const topics = [...new Set(members.flatMap((member) => member.topics))].sort();
  return {
    ids: sorted.map(({ memberId }) => memberId),
    partitions: topics.flatMap((topic): TopicPartition[] =>
      Array.from({ length: partitionsOf[topic] ?? 0 }, (_, partition) => ({ topic, partition })),
    ),
    /** Never empty for a partition above. */
    subscribersOf: ({ topic }: TopicPartition) =>
      sorted.filter(({ topics }) => topics.includes(topic)).map(({ memberId }) => memberId),
  };
}

/** @param ownerOf asked once for each partition, in order */
function assign(
  ids: readonly string[],
  partitions: readonly TopicPartition[],
  ownerOf: (partition: TopicPartition) => string | undefined,
): Assignment {
  const shares = Map.groupBy(partitions, ownerOf);
  return Object.fromEntries(ids.map((id) => [id, shares.get(id) ?? []]));
}

/**
 * Of each topic by itself, every subscriber gets neighbouring partitions, the first ones one more when they do not come
 * out even. So the same member has partition 0 of all topics, and too much when there are many topics.
 *
 * Source: RangeAssignor.
 */
export const range: Assignor = (members, partitionsOf) => {
  const { ids, partitions, subscribersOf } = groundOf(members, partitionsOf);
  return assign(ids, partitions, (each) => {
    const subscribers = subscribersOf(each);
    const count = partitionsOf[each.topic] ?? 0;
    const share = Math.floor(count / subscribers.length);
    const extra = count % subscribers.length;
    const sharedBy = (first: number) => first * share + Math.min(first, extra);
    return subscribers.find((_, i) => each.partition < sharedBy(i + 1));
  });
};

/** The partitions of all topics are dealt out in turn; who does not subscribe is passed over. Source: RoundRobinAssignor. */
export const roundRobin: Assignor = (members, partitionsOf) => {
  const { ids, partitions, subscribersOf } = groundOf(members, partitionsOf);
  let turn = 0;
  return assign(ids, partitions, (each) => {
    const subscribers = subscribersOf(each);
    while (!subscribers.includes(ids[turn % ids.length] ?? "")) turn += 1;
    return ids[turn++ % ids.length];
  });
};

/**
 * Balanced, then as few moves as possible. Balanced: the sum of the squares of the members' counts is the least that
 * the subscriptions allow, so with equal ones no two counts differ by more than one. A move: a partition goes to
 * another member than the one that had it.
 *
 * Why it is the least: partitions get their places one by one. A new one may push others along a chain: it goes to a
 * member, who hands one on to the next, and so on; the last of them has one more than before. The cheapest chain is
 * taken: of those that end at the smallest count, one with the fewest moves. Then the whole is the cheapest for the
 * partitions placed so far. For were another cheaper, both would differ by a cycle of hand-overs that costs less than
 * nothing; there was none before, and a cheapest chain opens none (successive shortest paths, Busacker and Gowen 1960).
 */
export const sticky: Assignor = (members, partitionsOf) => {
  const { ids, partitions, subscribersOf } = groundOf(members, partitionsOf);
  const before = new Map(partitions.map((each) => [each, formerOwner(each, members)]));
  const owners = new Map<TopicPartition, string>();
  const shareOf = (id: string) => partitions.filter((each) => owners.get(each) === id);
  /** 1 when a partition leaves the member that had it. */
  const movesTo = (id: string, each: TopicPartition) => ((before.get(each) ?? id) === id ? 0 : 1);

  /** To every member that a partition can push something to, the chain with the fewest moves. Source: Bellman and Ford. */
  function chainsFrom(start: TopicPartition): Chain[] {
    const chains = new Map<string, Chain>();
    const extend = (partition: TopicPartition, giver?: Chain) => {
      const saved = giver === undefined ? 0 : giver.moves - movesTo(giver.memberId, partition);
      for (const memberId of subscribersOf(partition)) {
        const moves = saved + movesTo(memberId, partition);
        if (moves >= (chains.get(memberId)?.moves ?? Infinity)) continue;
        // Last again, so that the walk below comes to it once more.
        chains.delete(memberId);
        chains.set(memberId, { memberId, partition, moves, giver });
      }
    };
    extend(start);
    for (const chain of chains.values()) {
      for (const partition of shareOf(chain.memberId)) extend(partition, chain);
    }
    return [...chains.values()];
  }

  for (const partition of partitions) {
    const countOf = ({ memberId }: Chain) => shareOf(memberId).length;
    const [best] = chainsFrom(partition).sort(
      (a, b) => countOf(a) - countOf(b) || a.moves - b.moves,
    );
    for (let chain = best; chain !== undefined; chain = chain.giver) {
      owners.set(chain.partition, chain.memberId);
    }
  }
  return assign(ids, partitions, (each) => owners.get(each));
};

/** A member gets a partition, from the one at which the chain before it ends; `moves` is what all of it costs. */
type Chain = {
  readonly memberId: string;
  readonly partition: TopicPartition;
  readonly moves: number;
  readonly giver: Chain | undefined;
};

/**
 * Who had a partition. Of several who claim it those of the newest generation count, for the others have lost it
 * meanwhile; when two do, nobody can tell, and it is neither's. Source: KAFKA-12984.
 */
function formerOwner(partition: TopicPartition, members: readonly Subscription[]) {
  const isIt = (each: TopicPartition) => keyOf(each) === keyOf(partition);
  const claims = members.filter(({ owned = [] }) => owned.some(isIt));
  const newest = Math.max(...claims.map(({ generation = -1 }) => generation));
  const [owner, rival] = claims.filter(({ generation = -1 }) => generation === newest);
  return rival === undefined ? owner?.memberId : undefined;
}

export type AssignorName = "range" | "roundrobin" | "sticky";

/** The assignors by the names under which members agree on one. */
export const assignors: Readonly<Record<AssignorName, Assignor>> = {
  range,
  roundrobin: roundRobin,
  sticky,
};
