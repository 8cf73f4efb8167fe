// Chapter 8 · How a group shares its partitions                        solution: 3 functions, 49 lines

import type { Assignment, Subscription } from "quorumlab/broker";

/*
 * The members of a group share the partitions of their topics, so that each partition has one reader. Whenever
 * somebody comes or goes they are shared anew, by a rule that the members have agreed on. Here are three.
 *
 * Given  `members`: the group, in no particular order: the ids (`memberId`) and the topics that each subscribes to;
 *        `partitionsOf`: how many partitions a topic has, such as { orders: 4 }; a topic that is not there has none.
 *        Sorted means as strings are compared by `<`: "c10" comes before "c2"
 * Return the partitions of every member, by its id, such as { c1: [{ topic: "orders", partition: 0 }], c2: [] }. In
 *        which order a member's partitions are listed does not matter
 * Keep   every partition of a topic that somebody subscribes to goes to one member, which subscribes to it
 */

/**
 * Topic by topic: its subscribers, sorted by id, get neighbouring partitions, from 0 on. When they do not come out
 * even, the first ones get one more.
 *
 *   orders has 4 partitions, c1 and c2 subscribe to it  →  c1 gets 0 and 1, c2 gets 2 and 3
 */
export function range(
  members: readonly Subscription[],
  partitionsOf: Readonly<Record<string, number>>,
): Assignment {
  throw new Error("range: your turn");
}

/**
 * The partitions of all topics, sorted by topic and then by number, are dealt out in turn to the members, sorted by
 * id. Who does not subscribe to a topic is passed over; after the last comes the first again.
 *
 *   orders has 4 partitions, c1 and c2 subscribe to it  →  c1 gets 0 and 2, c2 gets 1 and 3
 */
export function roundRobin(
  members: readonly Subscription[],
  partitionsOf: Readonly<Record<string, number>>,
): Assignment {
  throw new Error("roundRobin: your turn");
}

/**
 * Moving a partition is dear: its reader stops, another one begins, and what the first has computed is lost to it. So
 * this rule leaves partitions where they are, as far as that is fair.
 *
 * Given  besides, of each member: `owned`, the partitions that it had (left out: none), and `generation`, the number
 *        of the sharing in which it got them (left out: -1). All members subscribe to the same topics
 * Keep   1. no member gets two more than another
 *        2. of all ways to do that, one with the fewest moves: a partition moves when somebody had it, and now it is
 *           another's
 *        3. when several say that they had a partition, the one with the newest generation had it; when two have that
 *           generation, nobody can tell, and it counts as nobody's
 *        4. a member may have had partitions that are not there any more
 *
 *   orders has 4 partitions, c1 had 0 and 2, c2 had none  →  c1 keeps 0 and 2, c2 gets 1 and 3
 */
export function sticky(
  members: readonly Subscription[],
  partitionsOf: Readonly<Record<string, number>>,
): Assignment {
  throw new Error("sticky: your turn");
}
