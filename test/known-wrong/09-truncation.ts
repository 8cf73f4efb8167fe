import type { Patch } from "./patch.ts";

const file = "solutions/09-truncation.ts";
const ends = "an epoch ends where the next one starts";
const keeps = "a follower keeps what its leader has, and nothing else";
const cluster =
  "in a cluster under faults all replicas come to one log, and nothing committed is cut";
const found = "const at = epochs.findLastIndex((each) => each.epoch <= epoch);";
const ended =
  "return { epoch: epochs[at]?.epoch ?? epoch, endOffset: epochs[at + 1]?.start ?? logEnd };";
const point = "return Math.min(own.endOffset, leaders.endOffset);";

export const patches: readonly Patch[] = [
  {
    name: "the leader does not say of which epoch it speaks",
    file,
    from: ended,
    to: "return { epoch, endOffset: epochs[at + 1]?.start ?? logEnd };",
    origin: "KAFKA-6361: the answer of KIP-101 was an offset alone, and logs differed in silence",
    caughtBy: keeps,
  },
  {
    name: "the follower goes by its leader's end alone",
    file,
    from: point,
    to: "return leaders.endOffset;",
    origin: "KIP-279: a leader that has more of an older epoch, after two quick elections",
    caughtBy: keeps,
  },
  {
    name: "the follower goes by its own end alone",
    file,
    from: point,
    to: "return own.endOffset;",
    origin: "KAFKA-7164: what the old leader wrote alone stays",
    caughtBy: cluster,
  },
  {
    name: "whoever has more keeps it",
    file,
    from: point,
    to: "return Math.max(own.endOffset, leaders.endOffset);",
    origin: "the beginner's first idea: the longer log is the better one",
    caughtBy: keeps,
  },
  {
    name: "of an epoch that a log lacks it knows nothing",
    file,
    from: found,
    to: "const at = epochs.findLastIndex((each) => each.epoch === epoch);",
    origin: "KAFKA-2143: a follower that its leader cannot place begins anew",
    caughtBy: ends,
  },
  {
    name: "an older epoch goes back to where it begins",
    file,
    from: ended,
    to: "return { epoch: epochs[at]?.epoch ?? epoch, endOffset: (at + 1 < epochs.length ? epochs[at]?.start : undefined) ?? logEnd };",
    origin: "KIP-101: cut back to the last certain moment, and lose what was acknowledged since",
    caughtBy: ends,
  },
  {
    name: "the last offset of the epoch instead of the one after it",
    file,
    from: ended,
    to: "return { epoch: epochs[at]?.epoch ?? epoch, endOffset: (epochs[at + 1]?.start ?? logEnd + 1) - 1 };",
    origin: "off by one: every change of leader cuts one record",
    caughtBy: ends,
  },
  {
    name: "an epoch that the log lacks ends with the one after it",
    file,
    from: found,
    to: "const next = epochs.findIndex((each) => each.epoch >= epoch);\n  const at = next === -1 ? epochs.length - 1 : next;",
    origin: "KAFKA-6361: the leader looks for the first epoch that is not older",
    caughtBy: keeps,
  },
];
