/** The four decisions of the ensemble, each a pure function: who wins, what is committed, what to send, whom to follow. */

import fc from "fast-check";
import {
  acceptEpoch,
  commitPoint,
  epochOf,
  majority,
  supersedes,
  syncDecision,
  type Zxid,
  zxid,
} from "quorumlab/ensemble";
import { describe, expect, test } from "vitest";

const z = zxid;

test("N+1 of 2N or 2N+1 servers are a majority, and any two majorities have a server in common", () => {
  expect([1, 2, 3, 4, 5, 6, 7].map(majority)).toEqual([1, 2, 2, 3, 3, 4, 4]);
  for (let servers = 1; servers <= 99; servers++) {
    expect(2 * majority(servers)).toBeGreaterThan(servers);
    expect(2 * (majority(servers) - 1)).toBeLessThanOrEqual(servers);
  }
});

describe("the vote order (FastLeaderElection.totalOrderPredicate):", () => {
  const vote = (leader: string, epoch: number, last: Zxid) => ({ leader, epoch, zxid: last });

  test.each([
    ["the newer epoch, before all else", vote("s1", 2, z(2, 1)), vote("s9", 1, z(1, 99))],
    [
      "the newer epoch, even with the older history",
      vote("s1", 3, z(1, 1)),
      vote("s2", 2, z(2, 9)),
    ],
    ["the newer transaction of one epoch", vote("s1", 2, z(2, 8)), vote("s9", 2, z(2, 7))],
    ["the greater name, when all else is equal", vote("s2", 2, z(2, 7)), vote("s1", 2, z(2, 7))],
  ])("%s wins", (_, better, worse) => {
    expect(supersedes(better, worse)).toBe(true);
    expect(supersedes(worse, better)).toBe(false);
  });

  test("it is a total order, so that servers that hear the same votes choose the same one", () => {
    const votes = fc.record({
      leader: fc.constantFrom("s1", "s2", "s3"),
      epoch: fc.nat(2),
      zxid: fc.tuple(fc.nat(2), fc.nat(2)).map(([epoch, counter]) => z(epoch, counter)),
    });
    fc.assert(
      fc.property(votes, votes, votes, (a, b, c) => {
        expect(supersedes(a, a)).toBe(false);
        const isSame = a.leader === b.leader && a.epoch === b.epoch && a.zxid === b.zxid;
        expect(supersedes(a, b) || supersedes(b, a)).toBe(!isSame);
        if (supersedes(a, b) && supersedes(b, c)) expect(supersedes(a, c)).toBe(true);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe("the commit rule (Zab, phase 3):", () => {
  test.each([
    ["one server of one is a majority", [z(1, 5)], z(1, 5)],
    ["the leader alone commits nothing", [0, 0, z(1, 5)], 0],
    ["two of three commit", [0, z(1, 4), z(1, 5)], z(1, 4)],
    ["two of four commit nothing, as two of five", [0, 0, z(1, 5), z(1, 5)], 0],
    ["three of four commit", [0, z(1, 3), z(1, 5), z(1, 5)], z(1, 3)],
    ["the third of five, whoever it is, decides", [z(1, 9), 0, z(1, 7), z(1, 2), z(1, 8)], z(1, 7)],
    ["a later epoch is later", [z(2, 1), z(1, 9), z(2, 1)], z(2, 1)],
  ])("%s", (_, acked, committed) => {
    expect(commitPoint(acked)).toBe(committed);
    expect(commitPoint([...acked].reverse())).toBe(committed);
  });

  test("a majority has what is committed, and none has more", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 7 }), (acked) => {
        const have = (least: number) => acked.filter((each) => each >= least).length;
        const committed = commitPoint(acked);
        expect(have(committed)).toBeGreaterThanOrEqual(majority(acked.length));
        expect(have(committed + 1)).toBeLessThan(majority(acked.length));
      }),
      { seed: 2, numRuns: 300 },
    );
  });
});

describe("the sync decision (LearnerHandler.syncFollower):", () => {
  // The leader has forgotten what came before 2.3, never saw epoch 3, and has led nothing in epoch 5 yet.
  const kept = { before: z(2, 2), zxids: [z(2, 3), z(2, 4), z(4, 1), z(4, 2)] };

  test.each([
    ["who has everything gets an empty DIFF", z(4, 2), { kind: "diff", after: z(4, 2) }],
    ["who lacks the tail gets it as a DIFF", z(2, 4), { kind: "diff", after: z(2, 4) }],
    ["who lacks all that is kept, and no more", z(2, 2), { kind: "diff", after: z(2, 2) }],
    ["who is behind what is kept gets a SNAP", z(2, 1), { kind: "snap" }],
    ["who has nothing, of a leader that has forgotten, too", 0, { kind: "snap" }],
    ["who is ahead within the epoch gets a TRUNC", z(4, 7), { kind: "trunc", to: z(4, 2) }],
    ["who went on in an epoch that has ended too", z(2, 9), { kind: "trunc", to: z(2, 4) }],
    ["a cut does not cross an epoch: SNAP", z(3, 1), { kind: "snap" }],
    ["not even where nothing of the leader is later", z(5, 1), { kind: "snap" }],
  ])("%s", (_, last, decision) => {
    expect(syncDecision(last, kept)).toEqual(decision);
  });

  test("an empty ensemble is in sync, and a leader that has nothing cannot cut", () => {
    const nothing = { before: 0, zxids: [] };
    expect(syncDecision(0, nothing)).toEqual({ kind: "diff", after: 0 });
    expect(syncDecision(z(1, 1), nothing)).toEqual({ kind: "snap" });
  });

  test("whatever is decided, the follower ends with its leader's history", () => {
    // Each epoch has one primary, which goes on from a prefix of what some server had: within an epoch all have the
    // same transactions, in the same order.
    const lengths = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 6 });
    const kinds = new Map<string, number>();
    fc.assert(
      fc.property(lengths, fc.nat(8), fc.nat(20), fc.nat(20), (epochs, forgotten, of, cut) => {
        const histories: Zxid[][] = [[]];
        for (const [i, [kept, made]] of epochs.entries()) {
          const base = histories[(i + kept) % histories.length] as Zxid[];
          const own = Array.from({ length: made }, (_, n) => z(i + 1, n + 1));
          histories.push([...base.slice(0, base.length - (kept % 2)), ...own]);
        }
        const leader = histories.at(-1) as Zxid[];
        const other = histories[of % histories.length] as Zxid[];
        const follower = other.slice(0, other.length - (cut % 3));
        const dropped = Math.min(forgotten, leader.length);
        const zxids = leader.slice(dropped);
        const how = syncDecision(follower.at(-1) ?? 0, { before: leader[dropped - 1] ?? 0, zxids });
        kinds.set(how.kind, (kinds.get(how.kind) ?? 0) + 1);
        if (how.kind === "snap") return;
        const to = how.kind === "diff" ? how.after : how.to;
        const after = [...follower.filter((id) => id <= to), ...zxids.filter((id) => id > to)];
        expect(after).toEqual(leader);
        if (how.kind === "trunc") expect(epochOf(how.to)).toBe(epochOf(follower.at(-1) ?? 0));
      }),
      { seed: 3, numRuns: 1000 },
    );
    expect([...kinds.keys()].sort()).toEqual(["diff", "snap", "trunc"]);
  });
});

test.each([
  ["a later epoch than any before is promised", 4, 5, "promise"],
  ["the same again is followed, and counts for nothing", 5, 5, "follow"],
  ["an older one is refused", 6, 5, "refuse"],
  ["the first is promised", 0, 1, "promise"],
])("whose epoch a server accepts (Zab, phase 1): %s", (_, accepted, proposed, verdict) => {
  expect(acceptEpoch(accepted, proposed)).toBe(verdict);
});
