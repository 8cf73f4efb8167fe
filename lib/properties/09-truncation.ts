/** Judges where a follower cuts its log: by logs as leaders can leave them, and inside a whole cluster. */

import fc from "fast-check";
import type { EpochEnd, EpochStart } from "quorumlab/broker";
import type { Fault } from "quorumlab/sim";
import { judge } from "./broker/judge.ts";
import { plans } from "./broker/plan.ts";
import { SITUATIONS } from "./broker/situations.ts";
import { type Exercise, Violation } from "./exercise.ts";

type Module = typeof import("../../exercises/09-truncation.ts");

/** The epoch of each record. */
type Epochs = readonly number[];

/** A log may begin later than at 0. */
type Log = { readonly start: number; readonly epochs: Epochs };

const MANY_EPOCHS = 8;

/** Some records of each of some epochs. */
const epochs = fc
  .array(fc.nat(3), { maxLength: MANY_EPOCHS })
  .map((counts) => counts.flatMap((count, epoch) => Array<number>(count).fill(epoch)));

/**
 * What an old and a new leader have made of the logs of two replicas: they have the same up to some record. From there
 * on one may have more of that epoch, and each has epochs of which the other has nothing.
 */
const meeting = fc
  .record({
    common: epochs,
    more: fc.nat(3),
    isLeaders: fc.boolean(),
    later: fc.array(fc.record({ count: fc.nat(3), isLeaders: fc.boolean() }), { maxLength: 4 }),
  })
  .map(({ common, more, isLeaders, later }) => {
    const newest = common.at(-1) ?? 0;
    const first = { epoch: newest, count: common.length === 0 ? 0 : more, isLeaders };
    const parts = [first, ...later.map((part, i) => ({ ...part, epoch: newest + 1 + i }))];
    const logOf = (whose: boolean) => [
      ...common,
      ...parts.flatMap((part) =>
        part.isLeaders === whose ? Array<number>(part.count).fill(part.epoch) : [],
      ),
    ];
    return { common: common.length, leader: logOf(true), follower: logOf(false) };
  });

/** A broker is cut off from the others, may lead on for a moment, and dies for so long that another one leads. */
const alone = fc
  .record({
    node: fc.constantFrom("b1", "b2", "b3"),
    atMs: fc.integer({ min: 450, max: 1000 }),
    aloneMs: fc.integer({ min: 40, max: 200 }),
    deadMs: fc.integer({ min: 500, max: 700 }),
  })
  .map(({ node, atMs, aloneMs, deadMs }): Fault[] => [
    {
      kind: "cut",
      from: [node],
      to: ["b1", "b2", "b3"].filter((id) => id !== node),
      atMs,
      forMs: aloneMs,
    },
    { kind: "crash", node, atMs: atMs + aloneMs, forMs: deadMs },
  ]);

function startsOf({ start, epochs: of }: Log): EpochStart[] {
  return of.flatMap((epoch, i) => (of[i - 1] === epoch ? [] : [{ epoch, start: start + i }]));
}

function asked({ endOf }: Module, epoch: number, log: Log): EpochEnd {
  const end: unknown = endOf(epoch, startsOf(log), log.start + log.epochs.length);
  if (typeof end === "object" && end !== null && "epoch" in end && "endOffset" in end) {
    return end as EpochEnd;
  }
  throw violation(epoch, log, end, "{ epoch, endOffset }");
}

function violation(epoch: number, log: Log, got: unknown, expected: string): Violation {
  return new Violation(
    `In a log from ${log.start} on with records of the epochs ${said(log.epochs)}, endOf(${epoch}, …) is ${fc.stringify(got)}; expected ${expected}.`,
  );
}

function said(log: Epochs): string {
  return `[${log.join(", ")}]`;
}

function checkEnd(module: Module, epoch: number, log: Log): void {
  const got = asked(module, epoch, log);
  const older = log.epochs.filter((each) => each <= epoch);
  const expected = { epoch: older.at(-1) ?? epoch, endOffset: log.start + older.length };
  const isSame = got.epoch === expected.epoch && got.endOffset === expected.endOffset;
  if (!isSame) throw violation(epoch, log, got, JSON.stringify(expected));
}

/** Fetches, and cuts as it is told, until the leader has nothing to object to. @returns what the follower keeps */
function reconcile(module: Module, leader: Epochs, follower: Epochs, common: number): Epochs {
  const last = follower.at(-1);
  if (last === undefined) return follower;
  const leaders = asked(module, last, { start: 0, epochs: leader });
  if (leaders.epoch >= last && leaders.endOffset >= follower.length) return follower;
  const own = asked(module, leaders.epoch, { start: 0, epochs: follower });
  const point = module.truncationPoint(own, leaders);
  const cuts = `The follower has the epochs ${said(follower)}, its leader ${said(leader)}. The leader says ${JSON.stringify(leaders)}, the follower finds ${JSON.stringify(own)} and cuts at ${point}`;
  if (!(point >= common)) throw new Violation(`${cuts}; both have the same up to ${common}.`);
  if (!(point < follower.length)) throw new Violation(`${cuts}: nothing, though the logs differ.`);
  return reconcile(module, leader, follower.slice(0, point), common);
}

/** A follower that is told that the logs differ, and cuts nothing, would be told so for ever. */
function cutting({ endOf, truncationPoint }: Module): Module {
  let end = 0;
  return {
    endOf(epoch, epochs, logEnd) {
      end = logEnd;
      return endOf(epoch, epochs, logEnd);
    },
    truncationPoint(own, leaders) {
      const point = truncationPoint(own, leaders);
      if (point < end) return point;
      throw new Violation(
        `A follower's log ends at ${end}, and differs from its leader's. It is cut at ${point}: nothing goes.`,
      );
    },
  };
}

export const exercise: Exercise<Module> = {
  name: "09-truncation",
  title: "Where a follower cuts its log",
  exports: ["endOf", "truncationPoint"],
  hints: [
    "`epochs.findLastIndex(…)` finds the newest epoch that is not newer than the one asked for.",
    "An epoch ends where the next one starts; the newest ends with the log.",
    "Of an epoch that both have, both have the same, from its start on: as much as the shorter has.",
  ],

  examples(module) {
    checkEnd(module, 5, { start: 0, epochs: [1, 1, 1, 1, 1, 1, 5, 5, 5] });
    const end = { epoch: 1, endOffset: 2 };
    const got: unknown = module.truncationPoint(end, end);
    if (got !== 2) throw new Violation(`The example of truncationPoint gives ${got}; expected 2.`);
  },

  properties: [
    {
      says: "an epoch ends where the next one starts",
      points: 1,
      runs: 300,
      of: (module) =>
        fc.property(
          fc.nat(MANY_EPOCHS + 1),
          fc.record({ start: fc.constantFrom(0, 0, 7), epochs }),
          (epoch, log) => checkEnd(module, epoch, log),
        ),
    },
    {
      says: "a follower keeps what its leader has, and nothing else",
      points: 2,
      runs: 400,
      situations: ["the logs differed"],
      of: (module, saw) =>
        fc.property(meeting, ({ common, leader, follower }) => {
          if (follower.length > common) saw("the logs differed");
          const kept = reconcile(module, leader, follower, common);
          if (kept.length === common) return;
          throw new Violation(
            `The follower has the epochs ${said(follower)}, its leader ${said(leader)}: it keeps ${kept.length} of its records, but both have the same up to ${common}.`,
          );
        }),
    },
    {
      says: "in a cluster under faults all replicas come to one log, and nothing committed is cut",
      points: 2,
      runs: 40,
      situations: [SITUATIONS.truncated, SITUATIONS.newLeader],
      of: (module, saw) => {
        const plan = plans({
          faults: ["part", "crash", "blackout"],
          troubles: 1,
          steps: 40,
          gapMs: 25,
        });
        const ones = fc.array(alone, { minLength: 2, maxLength: 3, size: "max" });
        return fc.asyncProperty(plan, ones, (each, more) => {
          const faults = [...each.faults, ...more.flat()];
          return judge({ ...each, faults }, {}, saw, cutting(module));
        });
      },
    },
  ],
};
