/** Groups that share partitions by a learner's rule: what such an assignment is, and the fewest moves by trying all ways. */

import fc from "fast-check";
import type { Assignment, Subscription, TopicPartition } from "quorumlab/broker";
import { Violation } from "./exercise.ts";

export type Group = {
  readonly members: readonly Subscription[];
  readonly partitionsOf: Readonly<Record<string, number>>;
};

const TOPICS = ["orders", "payments", "rides"];
const IDS = ["c1", "c10", "c2", "c3", "c4", "c5"];

const ids = fc.shuffledSubarray(IDS, { minLength: 1 });

/** How many partitions these topics have, in no particular order; one may not be there. */
function counts(topics: readonly string[], max: number): fc.Arbitrary<Record<string, number>> {
  const names = fc.shuffledSubarray([...topics], { minLength: topics.length - 1 });
  const sizes = fc.tuple(...topics.map(() => fc.nat(max)));
  return fc
    .tuple(names, sizes)
    .map(([names, sizes]) => Object.fromEntries(names.map((name, at) => [name, sizes[at] ?? 0])));
}

/** Members that subscribe to one topic or more each. */
export const mixed: fc.Arbitrary<Group> = fc
  .record({
    ids,
    subscriptions: fc.tuple(...IDS.map(() => fc.shuffledSubarray(TOPICS, { minLength: 1 }))),
    partitionsOf: counts(TOPICS, 7),
  })
  .map(({ ids, subscriptions, partitionsOf }) => ({
    members: ids.map((memberId, at) => ({ memberId, topics: subscriptions[at] ?? [] })),
    partitionsOf,
  }));

/**
 * Members with equal subscriptions, and what they had: all of it evenly among the first few, as before others joined, or
 * anything; also partitions that are not there any more.
 *
 * @param most partitions of each of two topics; members are at most one more
 * @param rivals how many members may claim one partition
 */
export function sharing(most: number, rivals: 1 | 2): fc.Arbitrary<Group> {
  const topics = TOPICS.slice(0, 2);
  const names = ["gone", ...topics].flatMap((topic) =>
    Array.from({ length: most + 1 }, (_, partition): TopicPartition => ({ topic, partition })),
  );
  const claims = fc.tuple(...names.map(() => fc.array(fc.nat(5), { maxLength: rivals })));
  /** One that is left out is the oldest. */
  const generation = fc.constantFrom({ generation: 5 }, { generation: 4 }, {});
  return fc
    .record({
      ids: fc.shuffledSubarray(IDS, { minLength: 1, maxLength: Math.min(most + 1, IDS.length) }),
      partitionsOf: counts(topics, most),
      owners: fc.integer({ min: 1, max: 4 }),
      isEven: fc.boolean(),
      claims,
      generations: fc.tuple(...IDS.map(() => generation)),
    })
    .map(({ ids, partitionsOf, owners, isEven, claims, generations }) => {
      const there = names.filter(({ topic, partition }) => partition < (partitionsOf[topic] ?? 0));
      const claimsOf = (name: TopicPartition, nth: number) => {
        const evenly = isEven && there.includes(name) ? [there.indexOf(name)] : [];
        return [...evenly, ...(claims[nth] ?? [])].slice(0, rivals);
      };
      const members = ids.map((memberId, at) => {
        const owned = names.filter((name, nth) =>
          claimsOf(name, nth).some((c) => c % owners === at),
        );
        const since = rivals === 1 ? { generation: 5 } : generations[at];
        return { memberId, topics, ...(owned.length > 0 && { owned }), ...since };
      });
      return { partitionsOf, members };
    });
}

const nameOf = ({ topic, partition }: TopicPartition) => `${topic}-${partition}`;

/** The names of all partitions that are to be shared. */
export function partitionsIn({ members, partitionsOf }: Group): string[] {
  const topics = TOPICS.filter((topic) => members.some((member) => member.topics.includes(topic)));
  return topics.flatMap((topic) =>
    Array.from({ length: partitionsOf[topic] ?? 0 }, (_, n) => nameOf({ topic, partition: n })),
  );
}

/** Who had a partition: who claims it in the newest generation, if that is only one. */
export function hadBy(name: string, { members }: Group): { owner?: string; claims: number } {
  const claims = members.filter(({ owned = [] }) => owned.some((each) => nameOf(each) === name));
  const newest = Math.max(...claims.map(({ generation = -1 }) => generation));
  const valid = claims.filter(({ generation = -1 }) => generation === newest);
  const [first] = valid;
  const isOne = first !== undefined && valid.length === 1;
  return { claims: claims.length, ...(isOne && { owner: first.memberId }) };
}

/** Who gets each partition. */
export type Owners = ReadonlyMap<string, string>;

/**
 * What a rule makes of a group, partition by partition in order. A violation unless everything is given once, to
 * somebody who subscribes to it.
 */
export function asked(
  rule: string,
  assignor: (members: Subscription[], partitionsOf: Record<string, number>) => Assignment,
  group: Group,
): Owners {
  const answer: unknown = assignor(structuredClone([...group.members]), { ...group.partitionsOf });
  if (!isAssignment(answer, group)) {
    const expected = "for every member a list, perhaps empty, of partitions { topic, partition }";
    throw violation(rule, group, `It returned ${JSON.stringify(answer)}; expected ${expected}`);
  }
  const owners = new Map<string, string>();
  const all = new Set(partitionsIn(group));
  for (const { memberId, topics } of group.members) {
    for (const each of answer[memberId] ?? []) {
      const name = nameOf(each);
      const other = owners.get(name);
      const isWrong =
        (!topics.includes(each.topic) &&
          `${memberId} gets ${name}, but does not subscribe to ${each.topic}`) ||
        (!all.has(name) && `${memberId} gets ${name}, which is not there`) ||
        (other !== undefined && `both ${other} and ${memberId} get ${name}`);
      if (isWrong) throw violation(rule, group, isWrong);
      owners.set(name, memberId);
    }
  }
  const left = [...all].find((name) => !owners.has(name));
  if (left !== undefined) throw violation(rule, group, `Nobody gets ${left}`);
  return new Map([...all].map((name) => [name, owners.get(name) ?? ""]));
}

function isAssignment(answer: unknown, { members }: Group): answer is Assignment {
  if (typeof answer !== "object" || answer === null) return false;
  const lists = Object.entries(answer);
  const isPartition = (each: unknown) => {
    const { topic, partition } = Object(each) as Partial<Record<keyof TopicPartition, unknown>>;
    return typeof topic === "string" && typeof partition === "number";
  };
  return (
    lists.length === members.length &&
    members.every(({ memberId }) => Object.hasOwn(answer, memberId)) &&
    lists.every(([, list]) => Array.isArray(list) && [...list].every(isPartition))
  );
}

/** A violation when one member has two more than another. */
export function expectEven(rule: string, group: Group, owners: Owners): void {
  const counts = countsOf(group, owners);
  const [most, least] = [Math.max(...counts), Math.min(...counts)];
  if (most - least <= 1) return;
  const [busy, idle] = [most, least].map((count) => group.members[counts.indexOf(count)]?.memberId);
  throw violation(
    rule,
    group,
    `${saidOwners(group, owners)}. Here ${busy} has ${most}, and ${idle} ${least}`,
  );
}

function countsOf({ members }: Group, owners: Owners): number[] {
  const given = [...owners.values()];
  return members.map(({ memberId }) => given.filter((each) => each === memberId).length);
}

/** How many partitions leave the member that had them. */
export function movesOf(group: Group, owners: Owners): number {
  const moved = [...owners].filter(([name, now]) => (hadBy(name, group).owner ?? now) !== now);
  return moved.length;
}

/** The even assignment with the fewest moves, found by trying all. Meant for a few partitions. */
export function fewestMoves(group: Group): Owners {
  const names = partitionsIn(group);
  const most = Math.ceil(names.length / group.members.length);
  const had = names.map((name) => hadBy(name, group).owner);
  const counts = new Map(group.members.map(({ memberId }) => [memberId, 0]));
  let best: { readonly moves: number; readonly owners: Owners } | undefined;
  const owners: string[] = [];
  const tryFrom = (at: number, moves: number) => {
    const isEven = Math.min(...counts.values()) >= Math.floor(names.length / counts.size);
    if (at === names.length && isEven && moves < (best?.moves ?? Number.POSITIVE_INFINITY)) {
      best = { moves, owners: new Map(names.map((name, each) => [name, owners[each] ?? ""])) };
    }
    if (at === names.length) return;
    for (const [id, count] of counts) {
      if (count === most) continue;
      counts.set(id, count + 1);
      owners[at] = id;
      tryFrom(at + 1, moves + ((had[at] ?? id) === id ? 0 : 1));
      counts.set(id, count);
    }
  };
  tryFrom(0, 0);
  return best?.owners ?? new Map();
}

/** Who has what, in a line. */
export function saidOwners({ members }: Group, owners: Owners): string {
  const lists = members.map(({ memberId }) => {
    const own = [...owners].flatMap(([name, owner]) => (owner === memberId ? [name] : []));
    return `${memberId}: ${own.join(" ") || "nothing"}`;
  });
  return lists.join(" · ");
}

/** What the rule was asked, and what is wrong. */
export function violation(rule: string, { members, partitionsOf }: Group, why: string): Violation {
  const sizes = Object.entries(partitionsOf).map(([topic, count]) => `${topic} ${count}`);
  const group = members.map(({ memberId, topics, owned = [], generation }) => {
    const had = owned.map(nameOf).join(" ");
    const since = generation === undefined ? "" : ` in generation ${generation}`;
    return `${memberId} (${topics.join(", ")}${had === "" ? "" : `; had ${had}${since}`})`;
  });
  return new Violation(
    `${rule} of ${group.join(", ")}, with the partitions ${sizes.join(", ")}: ${why}.`,
  );
}
