import type { Patch } from "./patch.ts";

const file = "solutions/05-commit-rule.ts";
const has = "what is committed, a majority has on disk";
const all = "what a majority has on disk is committed";
const safe = "in an ensemble under faults no acknowledged write is lost, and writes go on";
const from = "return newestFirst[Math.floor(acked.length / 2)] ?? 0;";

export const patches: readonly Patch[] = [
  {
    name: "half of an even ensemble is enough",
    file,
    from,
    to: "return newestFirst[Math.ceil(acked.length / 2) - 1] ?? 0;",
    origin: "the beginner's first idea: N of 2N",
    caughtBy: has,
  },
  {
    name: "the leader counts itself twice",
    file,
    from,
    to: "return newestFirst[Math.max(0, Math.floor(acked.length / 2) - 1)] ?? 0;",
    origin: "off by one: followers are counted to a majority that the leader has joined already",
    caughtBy: has,
  },
  {
    name: "what the leader has is committed",
    file,
    from,
    to: "return newestFirst[0] ?? 0;",
    origin: "asynchronous replication: answer first, copy later",
    caughtBy: safe,
  },
  {
    name: "the leader waits for everybody",
    file,
    from,
    to: "return newestFirst[newestFirst.length - 1] ?? 0;",
    origin: "two-phase commit: one server that is away stops all",
    caughtBy: all,
  },
  {
    name: "the leader waits for everybody who is there",
    file,
    from,
    to: "return newestFirst.filter((zxid) => zxid > 0).at(-1) ?? 0;",
    origin: "an in-sync set that may shrink to one: min.insync.replicas=1",
    caughtBy: has,
  },
  {
    name: "ids are sorted as texts",
    file,
    from: "[...acked].sort((a, b) => b - a)",
    to: "[...acked].sort().reverse()",
    origin: "JavaScript's sort without a comparison",
    caughtBy: all,
  },
  {
    name: "one server more than a majority",
    file,
    from,
    to: "return newestFirst[Math.min(acked.length - 1, Math.floor(acked.length / 2) + 1)] ?? 0;",
    origin: "off by one: the leader is not counted among those that have it",
    caughtBy: all,
  },
];
