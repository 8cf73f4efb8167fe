/** Judges how a follower gets its leader's history: by histories as Zab can make them, and inside a whole ensemble. */

import fc from "fast-check";
import { epochOf, type Kept, type SyncDecision, zxid, zxidText } from "quorumlab/ensemble";
import { judge } from "./ensemble/judge.ts";
import { plans } from "./ensemble/plan.ts";
import { SITUATIONS } from "./ensemble/situations.ts";
import { type Exercise, Violation } from "./exercise.ts";

type Module = typeof import("../../exercises/05-follower-sync.ts");

/** Two histories, oldest first, and how many of its oldest the leader has forgotten. */
type Meeting = {
  readonly leader: readonly number[];
  readonly follower: readonly number[];
  readonly forgotten: number;
};

/** The transactions of one epoch, up to a counter. */
const epoch = (number: number, length: number) =>
  Array.from({ length }, (_, i) => zxid(number, i + 1));

/**
 * Within an epoch both have the same, up to where one of them ends. The leader has the newest epoch; the follower may
 * have one in between that the leader never saw.
 */
const meeting: fc.Arbitrary<Meeting> = fc
  .record({
    common: fc.nat(5),
    more: fc.nat(3),
    extra: fc.nat(3),
    strange: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
    fresh: fc.nat(4),
    behind: fc.nat(4),
    forgotten: fc.nat(8),
  })
  .map(({ common, more, extra, strange, fresh, behind, forgotten }) => {
    const isBehind = extra === 0 && strange === 0;
    const leader = [...epoch(1, common + more), ...epoch(3, fresh)];
    const follower =
      isBehind && behind > 0
        ? leader.slice(0, Math.max(0, leader.length - behind))
        : [...epoch(1, more > 0 ? common : common + extra), ...epoch(2, strange)];
    return { leader, follower, forgotten: Math.min(forgotten, leader.length) };
  });

function keptOf({ leader, forgotten }: Meeting): Kept {
  return { before: leader[forgotten - 1] ?? 0, zxids: leader.slice(forgotten) };
}

const list = (zxids: readonly number[]) => `[${zxids.map(zxidText).join(", ")}]`;

function violation(met: Meeting, got: SyncDecision, why: string): Violation {
  const { before, zxids } = keptOf(met);
  const decision = JSON.stringify(got, (_key, value) =>
    typeof value === "number" ? zxidText(value) : value,
  );
  return new Violation(
    `The follower has ${list(met.follower)}, the leader ${list(zxids)} after ${zxidText(before)}. It decides ${decision}: ${why}.`,
  );
}

/** What the follower has afterwards, or why that cannot be done. */
function carriedOut(met: Meeting, decision: SyncDecision): readonly number[] | string {
  const { before, zxids } = keptOf(met);
  if (decision.kind === "snap") return met.leader;
  const from = decision.kind === "diff" ? decision.after : decision.to;
  if (from !== before && !zxids.includes(from)) return `the leader has no ${zxidText(from)}`;
  if (from !== 0 && !met.follower.includes(from)) return `the follower has no ${zxidText(from)}`;
  const stays = met.follower.filter((each) => decision.kind === "diff" || each <= from);
  return [...stays, ...zxids.filter((each) => each > from)];
}

/** The cheapest way that is safe. */
function cheapest(met: Meeting): SyncDecision["kind"] {
  const { before, zxids } = keptOf(met);
  const last = met.follower.at(-1) ?? 0;
  if (last === before || zxids.includes(last)) return "diff";
  const to = zxids.findLast((each) => each < last);
  return to !== undefined && epochOf(to) === epochOf(last) ? "trunc" : "snap";
}

export const exercise: Exercise<Module> = {
  name: "05-follower-sync",
  title: "How a follower gets its leader's history",
  exports: ["syncDecision"],
  hints: [
    "First: does the leader know the follower's last transaction? Do not forget `before`.",
    "If not, go back from there to the last transaction that the leader keeps. When may both be sure to have it?",
    "The epoch of an id is Math.floor(id / 2 ** 32).",
  ],

  examples(module) {
    const got = JSON.stringify(module.syncDecision(3, { before: 0, zxids: [1, 2, 3, 4] }));
    const expected = '{"kind":"diff","after":3}';
    if (got !== expected) {
      throw new Violation(`The example with 3 and [1,2,3,4] gives ${got}; expected ${expected}.`);
    }
  },

  properties: [
    {
      says: "afterwards the follower has the leader's history",
      points: 1,
      runs: 400,
      situations: ["it decided on a diff", "it decided on a trunc", "it decided on a snap"],
      of: (module, saw) =>
        fc.property(meeting, (met) => {
          const got = module.syncDecision(met.follower.at(-1) ?? 0, keptOf(met));
          saw(`it decided on a ${got.kind}`);
          const after = carriedOut(met, got);
          if (typeof after === "string") throw violation(met, got, after);
          if (after.join() !== met.leader.join()) {
            throw violation(met, got, `then the follower has ${list(after)}`);
          }
        }),
    },
    {
      says: "no whole tree where a part does, and nothing is cut that both have",
      points: 1,
      runs: 400,
      of: (module) =>
        fc.property(meeting, (met) => {
          const got = module.syncDecision(met.follower.at(-1) ?? 0, keptOf(met));
          const expected = cheapest(met);
          if (got.kind !== expected) throw violation(met, got, `expected a ${expected}`);
          const common = met.follower.filter((each) => met.leader.includes(each)).at(-1) ?? 0;
          if (got.kind === "trunc" && got.to < common) {
            throw violation(met, got, `both have ${zxidText(common)}`);
          }
        }),
    },
    {
      says: "in an ensemble under faults all servers come to one history",
      points: 1,
      runs: 100,
      situations: [SITUATIONS.diff],
      of: ({ syncDecision }, saw) => {
        const plan = plans({
          mix: { create: 2, delete: 1, change: 6, read: 0, multi: 1, sync: 1 },
          faults: ["part", "part", "cut", "stall", "blackout", "crash"],
          steps: 40,
          gapMs: 40,
        });
        return fc.asyncProperty(plan, async (each) => {
          await judge(each, { answers: true }, saw, { syncDecision });
        });
      },
    },
  ],
};
