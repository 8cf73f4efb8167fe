import type { Patch } from "./patch.ts";

const file = "solutions/05-follower-sync.ts";
const same = "afterwards the follower has the leader's history";
const whole = "in an ensemble under faults all servers come to one history";
const cheap = "no whole tree where a part does, and nothing is cut that both have";

export const patches: readonly Patch[] = [
  {
    name: "a follower keeps what its leader never had",
    file,
    from: 'return { kind: "trunc", to };',
    to: 'return { kind: "diff", after: to };',
    origin: "ZOOKEEPER-3526: the tail that had to be cut stays",
    caughtBy: whole,
  },
  {
    name: "a history is cut across epochs",
    file,
    from: "if (to !== undefined && epochOf(to) === epochOf(last))",
    to: "if (to !== undefined && epochOf(last) >= 0)",
    origin: "the case that LearnerHandler.syncFollower sends a snapshot for",
    caughtBy: same,
  },
  {
    name: "a follower whose place is forgotten gets a difference all the same",
    file,
    from: "if (last === before || zxids.includes(last))",
    to: "if (last <= before || zxids.includes(last))",
    origin: "ZOOKEEPER-4925: a hole in the committed log is passed on",
    caughtBy: same,
  },
  {
    name: "a follower ahead of its leader is taken for up to date",
    file,
    from: "if (last === before || zxids.includes(last))",
    to: "if (last === before || last >= (zxids.at(-1) ?? 0) || zxids.includes(last))",
    origin: "the beginner's first idea: whoever has more lacks nothing",
    caughtBy: same,
  },
  {
    name: "who lacks more than two takes the whole tree",
    file,
    from: 'return { kind: "diff", after: last };',
    to: 'return zxids.filter((each) => each > last).length > 2 ? { kind: "snap" } : { kind: "diff", after: last };',
    origin: "a committed log that is kept too short: every restart costs a snapshot",
    caughtBy: cheap,
  },
  {
    name: "the cut goes back to what the leader keeps first",
    file,
    from: "const to = zxids.findLast((zxid) => zxid < last);",
    to: "const to = zxids.length < 4 ? zxids.findLast((zxid) => zxid < last) : zxids.find((zxid) => zxid < last);",
    origin: "a search from the wrong end",
    caughtBy: cheap,
  },
];
