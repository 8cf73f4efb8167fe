/** Judges a leader's commit rule: by what each server has on disk, and inside a whole ensemble. */

import fc from "fast-check";
import { judge } from "./ensemble/judge.ts";
import { plans } from "./ensemble/plan.ts";
import { type Exercise, Violation } from "./exercise.ts";

type Module = typeof import("../../exercises/05-commit-rule.ts");

/** What the servers of an ensemble have on disk; some are away. */
const acked = fc
  .tuple(fc.array(fc.nat(6), { minLength: 1, maxLength: 7 }), fc.constantFrom(1, 3, 300))
  .map(([small, factor]) => small.map((zxid) => zxid * factor));

/** How many servers have a transaction. */
const having = (zxids: readonly number[], zxid: number) =>
  zxids.filter((each) => each >= zxid).length;

function violation(zxids: readonly number[], got: unknown, why: string): Violation {
  const text = typeof got === "bigint" ? `${got}n` : String(got);
  return new Violation(`With [${zxids.join(", ")}] on disk it commits ${text}; ${why}.`);
}

/** What it commits. */
function asked({ commitPoint }: Module, zxids: readonly number[]): number {
  const got: unknown = commitPoint(zxids);
  if (typeof got === "number") return got;
  throw violation(zxids, got, "expected a number");
}

/** Asked about the servers in another order each time: no place is always that of the leader, or of a quick one. */
function inAnyOrder(module: Module): Module["commitPoint"] {
  let turn = 0;
  return (zxids) => {
    const first = turn++ % zxids.length;
    return asked(module, [...zxids.slice(first), ...zxids.slice(0, first)]);
  };
}

export const exercise: Exercise<Module> = {
  name: "05-commit-rule",
  title: "The leader's commit rule",
  exports: ["commitPoint"],
  hints: [
    "How many of 3 servers are a majority, of 4, of 5?",
    "Sort what they have, the newest first. How many servers have the second of the list? The third?",
    "JavaScript's `sort` compares texts unless it is told how to compare: 10 comes before 9.",
  ],

  examples(module) {
    for (const zxids of [[7, 7, 7], [7]]) {
      const got = asked(module, zxids);
      if (got !== 7) throw violation(zxids, got, "expected 7");
    }
  },

  properties: [
    {
      says: "what is committed, a majority has on disk",
      points: 1,
      runs: 300,
      of: (module) =>
        fc.property(acked, (zxids) => {
          const got = asked(module, zxids);
          const has = having(zxids, got);
          if (got !== 0 && !(2 * has > zxids.length)) {
            throw violation(zxids, got, `only ${has} of ${zxids.length} servers have it`);
          }
        }),
    },
    {
      says: "what a majority has on disk is committed",
      points: 1,
      runs: 300,
      of: (module) =>
        fc.property(acked, (zxids) => {
          const got = asked(module, zxids);
          const more = zxids.find((zxid) => zxid > got && 2 * having(zxids, zxid) > zxids.length);
          if (more === undefined) return;
          const has = having(zxids, more);
          throw violation(zxids, got, `but ${has} of ${zxids.length} servers have ${more} as well`);
        }),
    },
    {
      says: "in an ensemble under faults no acknowledged write is lost, and writes go on",
      points: 1,
      runs: 100,
      situations: ["a leader was replaced"],
      of: (module, saw) => {
        const plan = plans({
          mix: { create: 2, delete: 1, change: 6, read: 1, multi: 1, sync: 1 },
          faults: ["part", "part", "cut", "crash", "pause"],
          steps: 15,
          gapMs: 60,
        });
        return fc.asyncProperty(plan, async (each) => {
          await judge(each, { answers: true }, saw, { commitPoint: inAnyOrder(module) });
        });
      },
    },
  ],
};
