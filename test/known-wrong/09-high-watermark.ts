import type { Patch } from "./patch.ts";

const file = "solutions/09-high-watermark.ts";
const committed = "what all in-sync replicas have is committed, and nothing else";
const stays = "a follower stays in sync by time, not by what it lacks";
const joins = "who joins has all that may be committed";
const cluster = "in a cluster under faults nothing acknowledged is lost, and writes go on";
const minimum = "return Math.min(...ends);";
const stayed = "return end === leaderEnd || nowMs - caughtUpMs <= maxLagMs;";
const joined = "return end >= Math.max(highWatermark, epochStart);";

export const patches: readonly Patch[] = [
  {
    name: "what the leader has is committed",
    file,
    from: minimum,
    to: "return Math.max(...ends);",
    origin: "the beginner's first idea: acks=all answered after the leader's own append",
    caughtBy: cluster,
  },
  {
    name: "what a majority has is committed",
    file,
    from: minimum,
    to: "return [...ends].sort((a, b) => b - a)[Math.floor(ends.length / 2)] ?? 0;",
    origin: "Raft's rule, where any in-sync replica may lead next",
    caughtBy: committed,
  },
  {
    name: "the leader does not count itself",
    file,
    from: minimum,
    to: "return ends.length === 1 ? (ends[0] ?? 0) : Math.min(...ends.slice(1));",
    origin: "in-sync replicas without the leader: its disk may be the slowest",
    caughtBy: committed,
  },
  {
    name: "ends are sorted as texts",
    file,
    from: minimum,
    to: "return [...ends].sort()[0] ?? 0;",
    origin: "JavaScript's sort without a comparison",
    caughtBy: committed,
  },
  {
    name: "who lacks more than a few records is out of sync",
    file,
    from: stayed,
    to: "return leaderEnd - end <= 4 && (end === leaderEnd || nowMs - caughtUpMs <= maxLagMs);",
    origin: "KAFKA-1546, KIP-16: replica.lag.max.messages, which a single large batch exceeds",
    caughtBy: stays,
  },
  {
    name: "only who has everything is in sync",
    file,
    from: stayed,
    to: "return end === leaderEnd;",
    origin: "an in-sync set without a time: every write throws its followers out",
    caughtBy: stays,
  },
  {
    name: "a quiet follower is out of sync though it lacks nothing",
    file,
    from: stayed,
    to: "return nowMs - caughtUpMs <= maxLagMs;",
    origin: "a partition that nobody writes to loses its replicas",
    caughtBy: stays,
  },
  {
    name: "who has all that the leader knows to be committed joins",
    file,
    from: joined,
    to: "return end >= highWatermark;",
    origin: "KAFKA-7128: a lagging high watermark loses committed data after the in-sync set grows",
    caughtBy: joins,
  },
  {
    name: "who has come beyond the high watermark joins",
    file,
    from: joined,
    to: "return end > highWatermark && end >= epochStart;",
    origin: "off by one: in a partition that nobody writes to nobody comes back",
    caughtBy: joins,
  },
];
