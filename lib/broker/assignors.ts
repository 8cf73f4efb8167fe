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
  const ids = sorted.map(({ memberId }) => memberId);
  const topics = [...new Set(members.flatMap((member) => member.topics))].sort();
  const partitions = topics.flatMap((topic): TopicPartition[] =>
    Array.from({ length: partitionsOf[topic] ?? 0 }, (_, partition) => ({ topic, partition })),
  );
  return {
    ids,
    partitions,
    /** Never empty for a partition above. */
    subscribersOf: ({ topic }: TopicPartition) =>
      sorted.filter(({ topics }) => topics.includes(topic)).map(({ memberId }) => memberId),
    /** @param ownerOf asked once for each partition, in order */
    assign(ownerOf: (partition: TopicPartition) => string | undefined): Assignment {
      const shares = Map.groupBy(partitions, ownerOf);
      return Object.fromEntries(ids.map((id) => [id, shares.get(id) ?? []]));
    },
  };
}

/**
 * Of each topic by itself, every subscriber gets neighbouring partitions, the first ones one more when they do not come
 * out even. So the same member has partition 0 of all topics, and too much when there are many topics.
 *
 * Source: RangeAssignor.
 */
export const range: Assignor = (members, partitionsOf) => {
  const { subscribersOf, assign } = groundOf(members, partitionsOf);
  return assign((each) => {
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
  const { ids, subscribersOf, assign } = groundOf(members, partitionsOf);
  let turn = 0;
  return assign((each) => {
    const subscribers = subscribersOf(each);
    while (!subscribers.includes(ids[turn % ids.length] ?? "")) turn += 1;
    return ids[turn++ % ids.length];
  });
};

/**
 * Everybody keeps what it had, the rest goes to whoever has least, and while somebody has two more than a member that may
 * have one of its partitions, it hands that on. With equal subscriptions the shares then are even, and no even shares
 * move fewer: nobody hands on what it may keep, and nothing moves twice. With unequal ones there may be better ones.
 *
 * Source: AbstractStickyAssignor.
 */
export const sticky: Assignor = (members, partitionsOf) => {
  const { partitions, subscribersOf, assign } = groundOf(members, partitionsOf);
  const owners = new Map<TopicPartition, string>();
  const counts = new Map<string, number>();
  const countOf = (id: string) => counts.get(id) ?? 0;
  const give = (each: TopicPartition, id: string) => {
    const owner = owners.get(each);
    if (owner !== undefined) counts.set(owner, countOf(owner) - 1);
    owners.set(each, id);
    counts.set(id, countOf(id) + 1);
  };
  const idlest = (each: TopicPartition) =>
    subscribersOf(each).reduce((a, b) => (countOf(b) < countOf(a) ? b : a));
  for (const each of partitions) {
    const owner = formerOwner(each, members);
    if (owner !== undefined && subscribersOf(each).includes(owner)) give(each, owner);
  }
  for (const each of partitions) if (!owners.has(each)) give(each, idlest(each));
  for (;;) {
    const gaps = partitions.map((each) => countOf(owners.get(each) ?? "") - countOf(idlest(each)));
    const widest = Math.max(...gaps);
    const handedOn = partitions[gaps.lastIndexOf(widest)];
    if (handedOn === undefined || widest < 2) break;
    give(handedOn, idlest(handedOn));
  }
  return assign((each) => owners.get(each));
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
