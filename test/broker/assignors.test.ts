/** How a group shares partitions: each assignor's rule by example, what all of them owe, and the fewest moves by trying all. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Assignment,
  type Assignor,
  assignors,
  range,
  roundRobin,
  type Subscription,
  sticky,
} from "../../lib/broker/assignors.ts";
import type { TopicPartition } from "../../lib/broker/kafka.ts";

const nameOf = ({ topic, partition }: TopicPartition) => `${topic}-${partition}`;
const member = (memberId: string, topics: string[], ...owned: string[]): Subscription => ({
  memberId,
  topics,
  owned: owned.map(parse),
});
const parse = (name: string): TopicPartition => {
  const [topic = "", partition] = name.split("-");
  return { topic, partition: Number(partition) };
};

/** An assignment in a line for each member. */
function said(assignment: Assignment): Record<string, string> {
  const lines = Object.entries(assignment).map(([id, own]) => [id, own.map(nameOf).join(" ")]);
  return Object.fromEntries(lines);
}

/** Groups of members, their topics, and what they had before: also what is gone, and what they no longer want. */
const groups = fc
  .record({
    counts: fc.array(fc.nat(3), { minLength: 1, maxLength: 2 }),
    wishes: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
    had: fc.array(fc.tuple(fc.nat(2), fc.constantFrom("a", "b"), fc.nat(3)), { size: "medium" }),
    generations: fc.array(fc.integer({ min: 4, max: 5 }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ counts, wishes, had, generations }) => ({
    partitionsOf: Object.fromEntries(counts.map((count, at) => ["ab"[at] ?? "", count])),
    members: wishes.map(
      (wish, at): Subscription => ({
        memberId: `c${at}`,
        topics: ["a", "b"].filter((_, topic) => wish & (1 << topic)),
        owned: had
          .filter(([owner]) => owner === at)
          .map(([, topic, partition]) => ({ topic, partition })),
        generation: generations[at] ?? 4,
      }),
    ),
  }));

type Group = { members: readonly Subscription[]; partitionsOf: Readonly<Record<string, number>> };

function partitionsIn({ members, partitionsOf }: Group): TopicPartition[] {
  return [...new Set(members.flatMap(({ topics }) => topics))].flatMap((topic) =>
    Array.from({ length: partitionsOf[topic] ?? 0 }, (_, partition) => ({ topic, partition })),
  );
}

/** The one member that claims a partition in the newest generation in which somebody does. */
function ownerOf(partition: TopicPartition, members: readonly Subscription[]): string | undefined {
  const name = nameOf(partition);
  const claims = members.filter(({ owned = [] }) => owned.some((each) => nameOf(each) === name));
  const newest = Math.max(...claims.map(({ generation = -1 }) => generation));
  const valid = claims.filter(({ generation = -1 }) => generation === newest);
  return valid.length === 1 ? valid[0]?.memberId : undefined;
}

/** What an assignment costs: its imbalance first, as the sum of squares, and its moves. */
function costOf(owners: readonly string[], group: Group): [squares: number, moves: number] {
  const squares = owners.flatMap((each) => owners.filter((other) => other === each)).length;
  const moves = partitionsIn(group).filter(
    (each, at) => (ownerOf(each, group.members) ?? owners[at]) !== owners[at],
  ).length;
  return [squares, moves];
}

/** Every way to give each partition to somebody who subscribes to it. */
function* allWays(group: Group, from = 0): Generator<string[]> {
  const partition = partitionsIn(group)[from];
  if (partition === undefined) return yield [];
  const able = group.members.filter(({ topics }) => topics.includes(partition.topic));
  for (const rest of allWays(group, from + 1)) {
    for (const { memberId } of able) yield [memberId, ...rest];
  }
}

function ownersIn(assignment: Assignment, group: Group): string[] {
  return partitionsIn(group).map((partition) => {
    const owners = Object.keys(assignment).filter((id) =>
      assignment[id]?.some((each) => nameOf(each) === nameOf(partition)),
    );
    expect(owners, nameOf(partition)).toHaveLength(1);
    return owners[0] ?? "";
  });
}

describe.each(Object.entries(assignors))("%s", (_, assignor: Assignor) => {
  test("gives every partition of a subscribed topic to one member, who subscribes to it, and nothing else", () => {
    fc.assert(
      fc.property(groups, (group) => {
        const assignment = assignor(group.members, group.partitionsOf);
        ownersIn(assignment, group);
        expect(Object.keys(assignment).sort()).toEqual(group.members.map((m) => m.memberId));
        expect(Object.values(assignment).flat()).toHaveLength(partitionsIn(group).length);
        for (const { memberId, topics } of group.members) {
          for (const { topic } of assignment[memberId] ?? []) expect(topics).toContain(topic);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test("gives the same whoever is asked: the order of members and of their topics does not count", () => {
    fc.assert(
      fc.property(groups, ({ members, partitionsOf }) => {
        const turned = [...members]
          .reverse()
          .map((each) => ({ ...each, topics: [...each.topics].reverse() }));
        expect(assignor(turned, partitionsOf)).toEqual(assignor(members, partitionsOf));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test("has nothing to share without members or partitions", () => {
    expect(assignor([], { a: 3 })).toEqual({});
    expect(said(assignor([member("c1", ["gone"])], { a: 3 }))).toEqual({ c1: "" });
  });
});

describe("range", () => {
  test("gives neighbours, the first members one more, in each topic anew", () => {
    const members = ["c1", "c2"].map((id) => member(id, ["a", "b"]));
    expect(said(range(members, { a: 3, b: 3 }))).toEqual({ c1: "a-0 a-1 b-0 b-1", c2: "a-2 b-2" });
  });

  test("leaves those without a partition that are too many", () => {
    const members = ["c1", "c2", "c3"].map((id) => member(id, ["a"]));
    expect(said(range(members, { a: 2 }))).toEqual({ c1: "a-0", c2: "a-1", c3: "" });
  });
});

describe("round robin", () => {
  test("deals the partitions of all topics in turn", () => {
    const members = ["c1", "c2"].map((id) => member(id, ["a", "b"]));
    const dealt = { c1: "a-0 a-2 b-1", c2: "a-1 b-0 b-2" };
    expect(said(roundRobin(members, { a: 3, b: 3 }))).toEqual(dealt);
  });

  test("passes over who does not subscribe", () => {
    const members = [member("c1", ["a"]), member("c2", ["a", "b"]), member("c3", ["b"])];
    const dealt = { c1: "a-0", c2: "a-1 b-1", c3: "b-0 b-2" };
    expect(said(roundRobin(members, { a: 2, b: 3 }))).toEqual(dealt);
  });
});

describe("sticky", () => {
  test("moves nothing when nothing has changed, and what a leaver had when one has left", () => {
    const before = [member("c1", ["a"], "a-0", "a-3"), member("c2", ["a"], "a-1", "a-4")];
    const third = member("c3", ["a"], "a-2", "a-5");
    const had = { c1: "a-0 a-3", c2: "a-1 a-4", c3: "a-2 a-5" };
    expect(said(sticky([...before, third], { a: 6 }))).toEqual(had);
    const after = said(sticky(before, { a: 6 }));
    expect(after).toEqual({ c1: "a-0 a-2 a-3", c2: "a-1 a-4 a-5" });
  });

  test("takes no more than a newcomer's share", () => {
    const members = [
      member("c1", ["a"], "a-0", "a-1", "a-2"),
      member("c2", ["a"], "a-3", "a-4", "a-5"),
    ];
    const after = said(sticky([...members, member("c3", ["a"])], { a: 6 }));
    expect(after).toEqual({ c1: "a-0 a-1", c2: "a-3 a-4", c3: "a-2 a-5" });
  });

  test("knows an older claim from a newer one, and believes nobody when two are as new (KAFKA-12984)", () => {
    const shared = (generation: number, a: number) => {
      const one = { ...member("c1", ["a"], "a-0", "a-1"), generation: 5 };
      const other = { ...member("c2", ["a"], "a-1"), generation };
      return said(sticky([one, other], { a }));
    };
    expect(shared(4, 3)).toEqual({ c1: "a-0 a-1", c2: "a-2" });
    expect(shared(6, 3)).toEqual({ c1: "a-0 a-2", c2: "a-1" });
    expect(shared(5, 2)).toEqual({ c1: "a-0", c2: "a-1" });
  });

  test("with equal subscriptions is even, then moves the least: no way of all is better", () => {
    let moved = 0;
    fc.assert(
      fc.property(groups, ({ members, partitionsOf }) => {
        const group = { partitionsOf, members: members.map((m) => ({ ...m, topics: ["a", "b"] })) };
        const cost = costOf(ownersIn(sticky(group.members, partitionsOf), group), group);
        const all = [...allWays(group)].map((owners) => costOf(owners, group));
        const [best] = all.sort(([a, moves], [b, others]) => a - b || moves - others);
        expect(cost).toEqual(best);
        if (cost[1] > 0) moved += 1;
      }),
      { seed: 1, numRuns: 1000 },
    );
    expect(moved).toBeGreaterThan(100);
  });

  test("leaves nobody two more than a member that may have one of its partitions", () => {
    let unequal = 0;
    fc.assert(
      fc.property(groups, (group) => {
        const owners = ownersIn(sticky(group.members, group.partitionsOf), group);
        const countOf = (id = "") => owners.filter((each) => each === id).length;
        for (const [at, { topic }] of partitionsIn(group).entries()) {
          const able = group.members.filter(({ topics }) => topics.includes(topic));
          const least = Math.min(...able.map(({ memberId }) => countOf(memberId)));
          expect(countOf(owners[at]) - least).toBeLessThan(2);
        }
        if (new Set(group.members.map(({ topics }) => topics.join())).size > 1) unequal += 1;
      }),
      { seed: 1, numRuns: 1000 },
    );
    expect(unequal).toBeGreaterThan(100);
  });

  test("with equal subscriptions keeps all that an even share leaves room for", () => {
    const owners = fc.array(fc.nat(9), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), owners, (size, had) => {
        const members = Array.from({ length: size }, (_, at) =>
          member(`c${at}`, ["a"], ...had.flatMap((owner, n) => (owner === at ? [`a-${n}`] : []))),
        );
        const after = sticky(members, { a: had.length });
        const counts = Object.values(after).map((own) => own.length);
        const least = Math.floor(had.length / size);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        const kept = members.flatMap(({ memberId, owned = [] }) =>
          owned.filter((each) =>
            after[memberId]?.some(({ partition }) => partition === each.partition),
          ),
        );
        // Everyone can keep `least`, and some one more: as many as there are partitions left.
        const rich = members.filter(({ owned = [] }) => owned.length > least).length;
        const room = members.map(({ owned = [] }) => Math.min(owned.length, least));
        const most = room.reduce((sum, each) => sum + each, 0) + Math.min(rich, had.length % size);
        expect(kept).toHaveLength(most);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
