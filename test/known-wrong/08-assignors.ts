/** Mistakes in sharing the partitions of a group. */

import type { Patch } from "./patch.ts";

const file = "solutions/08-assignors.ts";
const range = "range gives neighbouring partitions, topic by topic";
const roundRobin = "round robin deals all partitions out in turn";
const even = "sticky gives every partition to one member, and no member two more than another";
const fewest = "sticky is even, and of all ways to be so it moves the fewest partitions";
const disputed = "sticky moves the fewest also when several say that they had a partition";

export const patches: readonly Patch[] = [
  {
    name: "gives what is left over to the last members",
    file,
    from: "at < extra",
    to: "at >= subscribers.length - extra",
    origin: "another range: two members of one group that differ in this both read some partition",
    caughtBy: range,
  },
  {
    name: "gives everyone the share rounded up, until nothing is left",
    file,
    from: "at < extra ? least + 1 : least",
    to: "Math.ceil(count / subscribers.length)",
    origin: "cutting a list into pieces of one length: the last member may get nothing",
    caughtBy: range,
  },
  {
    name: "gives partitions to members that do not subscribe to the topic",
    file,
    from: "sorted.filter(({ topics }) => topics.includes(topic))",
    to: "sorted.filter(({ topics }) => topics.length > 0)",
    origin: "kafkajs: only the topics of the group's leader are looked at (#1679)",
    caughtBy: range,
  },
  {
    name: "takes the members in the order in which they joined",
    file,
    from: ".sort((a, b) => (a.memberId < b.memberId ? -1 : 1))",
    to: "",
    origin: "the order of a list of members that nobody promises",
    caughtBy: range,
  },
  {
    name: "begins with the first member again in every topic",
    file,
    from: "({ topic }, sorted) => {",
    to: "({ topic, partition }, sorted) => {\n    if (partition === 0) turn = 0;",
    origin: "kafkajs before #635: of many topics with one partition, one member gets all",
    caughtBy: roundRobin,
  },
  {
    name: "deals to the subscribers of each topic by their own number",
    file,
    from: `while (!sorted[turn % sorted.length]?.topics.includes(topic)) turn += 1;
    return sorted[turn++ % sorted.length]?.memberId;`,
    to: `const able = sorted.filter(({ topics }) => topics.includes(topic));
    return able[turn++ % able.length]?.memberId;`,
    origin: "one turn counted by two numbers of members, as in librdkafka before #3159",
    caughtBy: roundRobin,
  },
  {
    name: "takes the topics in the order in which their numbers are listed",
    file,
    from: "[...new Set(members.flatMap((member) => member.topics))].sort()",
    to: "Object.keys(partitionsOf).filter((topic) => members.some((member) => member.topics.includes(topic)))",
    origin: "the order of an object's keys: each member has heard of the topics in another one",
    caughtBy: roundRobin,
  },
  {
    name: "lets everyone keep what they had",
    file,
    from: `if (owner === undefined || countOf(owner) > least) return undefined;
    if (countOf(owner) === least && extra-- <= 0) return undefined;`,
    to: "if (owner === undefined) return undefined;",
    origin: "the beginner's first idea: a newcomer has nothing to do until somebody leaves",
    caughtBy: even,
  },
  {
    name: "lets everyone keep the share rounded up",
    file,
    from: "extra-- <= 0",
    to: "extra === 0",
    origin:
      "a limit in place of a share: of 4 partitions two members keep two, and a third gets none",
    caughtBy: even,
  },
  {
    name: "shares anew without a look at who had what",
    file,
    from: "countOf(owner) > least) return",
    to: "countOf(owner) >= 0) return",
    origin: "round robin, of which Kafka had no better until 0.11 (KIP-54)",
    caughtBy: fewest,
  },
  {
    name: "lets nobody keep more than the share rounded down",
    file,
    from: "extra-- <= 0",
    to: "extra >= 0",
    origin: "taking from everyone what will be given back to somebody",
    caughtBy: fewest,
  },
  {
    name: "decides by the order of members who gets one more",
    file,
    from: "extra-- <= 0",
    to: "[...counts.keys()].indexOf(owner) >= extra",
    origin: "shares fixed before anybody has looked who has more",
    caughtBy: fewest,
  },
  {
    name: "believes the oldest claim",
    file,
    from: "Math.max(...claims",
    to: "Math.min(...claims",
    origin: "a member that slept through a rebalance still says what it had (KAFKA-12984)",
    caughtBy: disputed,
  },
  {
    name: "believes the first of two claims",
    file,
    from: "rival === undefined ? owner?.memberId : undefined",
    to: "rival === undefined ? owner?.memberId : owner?.memberId",
    origin: "a map from partitions to owners, filled in the order of members (KAFKA-12984)",
    caughtBy: disputed,
  },
  {
    name: "believes nobody when two claim, in whatever generations",
    file,
    from: "generation === newest",
    to: "generation <= newest",
    origin: "claims without a generation, as sticky members made them before KAFKA-12984",
    caughtBy: disputed,
  },
  {
    name: "believes a claim without a generation most",
    file,
    from: `Math.max(...claims.map(({ generation = -1 }) => generation));
  const [owner, rival] = claims.filter(({ generation = -1 }) =>`,
    to: `Math.max(...claims.map(({ generation = Infinity }) => generation));
  const [owner, rival] = claims.filter(({ generation = Infinity }) =>`,
    origin: "members of older versions, which tell no generation, beside newer ones (KIP-341)",
    caughtBy: disputed,
  },
];
