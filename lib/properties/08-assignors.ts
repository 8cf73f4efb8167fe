/**
 * Judges exercise 08-assignors: two rules beside the broker's own, the third by counting and by trying all ways. Every
 * property of `sticky` asks for what those before it ask, and one thing more.
 */

import fc from "fast-check";
import { assignors } from "quorumlab/broker";
import {
  asked,
  expectEven,
  fewestMoves,
  type Group,
  hadBy,
  mixed,
  movesOf,
  partitionsIn,
  saidOwners,
  sharing,
  violation,
} from "./assigned.ts";
import { expectExample } from "./example.ts";
import type { Exercise, Property } from "./exercise.ts";

type Module = typeof import("../../exercises/08-assignors.ts");

const UNEVEN = "partitions that do not come out even";
const MIXED = "members with different subscriptions";
const MOVED = "something had to move";
const STAYED = "nothing had to move";
const STALE = "a partition that is not there any more";
const RIVALS = "two claimed one partition in one generation";
const OLDER = "an older claim beside a newer one";

/** Compares a rule with the broker's own. */
function sameAs(
  says: string,
  name: "range" | "roundRobin",
  right: (typeof assignors)["range"],
): Property<Module> {
  return {
    says,
    points: 1,
    runs: 300,
    situations: [UNEVEN, MIXED],
    of: (module, saw) =>
      fc.property(mixed, (group) => {
        const { members, partitionsOf } = group;
        if (new Set(members.map(({ topics }) => topics.toSorted().join())).size > 1) saw(MIXED);
        if (partitionsIn(group).length % members.length > 0) saw(UNEVEN);
        const owners = asked(name, module[name], group);
        const expected = asked(name, right, group);
        const wrong = partitionsIn(group).find((each) => owners.get(each) !== expected.get(each));
        if (wrong === undefined) return;
        const given = `${saidOwners(group, owners)}. Expected ${saidOwners(group, expected)}`;
        throw violation(name, { members, partitionsOf }, given);
      }),
  };
}

const even: Property<Module> = {
  says: "sticky gives every partition to one member, and no member two more than another",
  points: 1,
  runs: 600,
  situations: [UNEVEN, MOVED, STALE],
  of: ({ sticky }, saw) =>
    fc.property(sharing(6, 1), (group) => {
      const all = partitionsIn(group);
      if (all.length % group.members.length > 0) saw(UNEVEN);
      if (group.members.some(({ owned = [] }) => owned.some(({ topic }) => topic === "gone"))) {
        saw(STALE);
      }
      const owners = asked("sticky", sticky, group);
      if (movesOf(group, owners) > 0) saw(MOVED);
      expectEven("sticky", group, owners);
    }),
};

/** A violation unless nothing moves without need. */
function expectFewest(sticky: Module["sticky"], group: Group, saw: (situation: string) => void) {
  const owners = asked("sticky", sticky, group);
  expectEven("sticky", group, owners);
  const best = fewestMoves(group);
  const [moves, fewest] = [movesOf(group, owners), movesOf(group, best)];
  saw(fewest > 0 ? MOVED : STAYED);
  if (moves === fewest) return;
  const better = `${fewest} are enough, by ${saidOwners(group, best)}`;
  throw violation(
    "sticky",
    group,
    `${saidOwners(group, owners)}. Partitions that move: ${moves}; ${better}`,
  );
}

const fewest: Property<Module> = {
  says: "sticky is even, and of all ways to be so it moves the fewest partitions",
  points: 1,
  runs: 300,
  situations: [MOVED, STAYED],
  of: ({ sticky }, saw) => fc.property(sharing(3, 1), (group) => expectFewest(sticky, group, saw)),
};

const disputed: Property<Module> = {
  says: "sticky moves the fewest also when several say that they had a partition",
  points: 1,
  runs: 800,
  situations: [RIVALS, OLDER],
  of: ({ sticky }, saw) =>
    fc.property(sharing(3, 2), (group) => {
      for (const name of partitionsIn(group)) {
        const { owner, claims } = hadBy(name, group);
        if (claims > 1) saw(owner === undefined ? RIVALS : OLDER);
      }
      expectFewest(sticky, group, saw);
    }),
};

/** The exercise, for the grader. */
export const exercise: Exercise<Module> = {
  name: "08-assignors",
  title: "How a group shares its partitions",
  exports: ["range", "roundRobin", "sticky"],
  hints: [
    "All three begin alike: sort the members by id, list the partitions of all topics in order, then say of each partition whose it is. Write that once, and each rule is a function from a partition to a member.",
    "In `roundRobin` it is the turn that goes on, not the number of the partition: after a member got one, the next one is asked first, also in the next topic.",
    "For `sticky`, first let everyone keep what is fair. With 7 partitions and 3 members everybody may keep 2, and one of them 3: whom do you give the third, so that nothing moves for it?",
    "Who had a partition is a question of its own: collect all claims, keep those of the newest generation, and see whether one is left.",
  ],

  examples({ range, roundRobin, sticky }) {
    const topics = ["orders"];
    const members = ["c1", "c2"].map((memberId) => ({ memberId, topics }));
    const group = { members, partitionsOf: { orders: 4 } };
    const owned = [0, 2].map((partition) => ({ topic: "orders", partition }));
    const had = {
      ...group,
      members: members.map((each, at) => ({ ...each, owned: at === 0 ? owned : [] })),
    };
    const of4 = "of 4 partitions for c1 and c2";
    const gives = (rule: string, assignor: Module["range"], group: Group) =>
      saidOwners(group, asked(rule, assignor, group));
    const neighbours = "c1: orders-0 orders-1 · c2: orders-2 orders-3";
    const dealt = "c1: orders-0 orders-2 · c2: orders-1 orders-3";
    expectExample(`range ${of4}`, gives("range", range, group), neighbours);
    expectExample(`roundRobin ${of4}`, gives("roundRobin", roundRobin, group), dealt);
    expectExample(`sticky ${of4}, of which c1 had 0 and 2,`, gives("sticky", sticky, had), dealt);
  },

  properties: [
    sameAs("range gives neighbouring partitions, topic by topic", "range", assignors.range),
    sameAs("round robin deals all partitions out in turn", "roundRobin", assignors.roundrobin),
    even,
    fewest,
    disputed,
  ],
};
