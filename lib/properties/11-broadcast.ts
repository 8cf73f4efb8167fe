/** Judges a broadcast by what it delivers, whatever it says to get there. */

import fc from "fast-check";
import type { NodeId, View } from "quorumlab/sim";
import { apart, chaos, crashing, minorityGone } from "./broadcast-plans.ts";
import {
  BOUND_MS,
  carryOut,
  LIVES,
  membersOf,
  type Plan,
  violation,
  type Witness,
} from "./broadcasted.ts";
import type { Exercise } from "./exercise.ts";

type Module = typeof import("../../exercises/11-broadcast.ts");

/** Long enough for a disagreement to show. */
const SHORT_MS = 500;

/** What happened in a run that the properties are about. */
function notice(plan: Plan, witness: Witness, saw: (situation: string) => void): void {
  if (witness.order.length > 0) saw("values were delivered");
  for (const { kind } of plan.faults) saw(`there was a ${kind}`);
  for (const { count, delivered } of witness.lives.values()) {
    if (count > 1 && delivered.length > 0) saw("a server delivered again after a crash");
  }
}

/** Throws unless these servers have delivered these values, by a time that depends on the value. */
function mustDeliver(
  witness: Witness,
  view: View,
  nodes: readonly NodeId[],
  values: readonly string[],
  dueMs: (value: string) => number,
): void {
  for (const node of nodes) {
    for (const value of values) {
      const atMs = witness.deliveredMs(node, value);
      if (atMs !== undefined && atMs <= dueMs(value)) continue;
      const { at, atMs: since } = witness.submitted.get(value) ?? { at: "", atMs: 0 };
      const first = witness.order.find((each) => each.value === value);
      const known =
        first === undefined ? "" : `, and ${first.by} delivered it at ${Math.round(first.atMs)} ms`;
      throw violation(
        `"${value}" was submitted at ${at} at ${Math.round(since)} ms${known}; ${node} ${lateness(atMs, dueMs(value), view.atMs)}.`,
        view,
        node,
      );
    }
  }
}

/** How late a value is, and when the world fell silent, if it did. */
function lateness(atMs: number | undefined, dueMs: number, endMs: number): string {
  const [due, end] = [Math.round(dueMs), Math.round(endMs)];
  if (atMs !== undefined) return `delivered it at ${Math.round(atMs)} ms; expected it by ${due} ms`;
  const silent = end < due ? `, and nothing at all happened after ${end} ms` : "";
  return `had not delivered it by ${due} ms${silent}`;
}

export const exercise: Exercise<Module> = {
  name: "11-broadcast",
  title: "Your own broadcast",
  exports: ["broadcast"],
  live: true,
  instances: LIVES,
  hints: [
    "Begin with one fixed leader that never dies: values are handed to it, it appends them to its log, and what a majority has on disk is delivered, in the order of the log. That much passes the example.",
    "Number the leaders. Whoever wants to lead takes a number above all that it has heard of and asks for votes; a server gives one vote a number, writes it down before it answers, and listens to no older leader from then on.",
    "Whom a majority elects must have everything that may have been delivered: nobody votes for a server whose log is older than its own. Of two logs, which is the older one? The longer is not always the newer.",
    "A leader's log can replace another one's. Whoever submitted a value must keep it until it sees it delivered, and the same value must not get into the log twice.",
    "Keep it small: a leader that sends its whole log every 20 ms, to everybody, needs no synchronization, no retransmission and no snapshot. Make it fast when it is right.",
  ],

  async examples(module) {
    const submissions = [{ at: "s2", atMs: 10 }];
    const plan = { seed: 1, servers: 3, submissions, faults: [], gone: [], calmMs: 10 };
    const { witness, last } = await carryOut(plan, Array<Module>(plan.servers).fill(module));
    mustDeliver(witness, last, membersOf(plan), ["a"], () => plan.calmMs + BOUND_MS);
  },

  properties: [
    {
      says: "whoever is late, asleep or cut off: all deliver the same values in the same order",
      points: 2,
      runs: 400,
      situations: ["values were delivered", "there was a cut", "there was a pause"],
      of: (module, saw, ...others) =>
        fc.asyncProperty(apart, async (plan) => {
          const { witness } = await carryOut(plan, [module, ...others], SHORT_MS);
          notice(plan, witness, saw);
        }),
    },
    {
      says: "whoever crashes: what was delivered is delivered again, in its place",
      points: 2,
      runs: 300,
      situations: ["a server delivered again after a crash"],
      of: (module, saw, ...others) =>
        fc.asyncProperty(crashing, async (plan) => {
          const { witness, last } = await carryOut(plan, [module, ...others]);
          notice(plan, witness, saw);
          const ends = [...witness.lives.values()];
          const lost = witness.order.find(({ value }) =>
            ends.every(({ delivered }) => !delivered.some((each) => each.value === value)),
          );
          if (lost === undefined) return;
          const { value, by, atMs } = lost;
          throw violation(
            `${by} delivered "${value}" at ${Math.round(atMs)} ms, and after the crashes nobody has it; expected it back in ${BOUND_MS} ms.`,
            last,
          );
        }),
    },
    {
      says: "while a majority is up and connected, it delivers in time",
      points: 1,
      runs: 30,
      situations: ["there was a crash", "there was a cut"],
      of: (module, saw, ...others) =>
        fc.asyncProperty(minorityGone, async (plan) => {
          const { witness, last } = await carryOut(plan, [module, ...others]);
          notice(plan, witness, saw);
          const well = membersOf(plan).filter((node) => !plan.gone.includes(node));
          const goneMs = Math.max(...plan.faults.map(({ atMs }) => atMs));
          const since = (value: string) => witness.submitted.get(value)?.atMs ?? 0;
          mustDeliver(witness, last, well, [...witness.submitted.keys()], (value) => {
            return (since(value) < goneMs ? goneMs : since(value)) + BOUND_MS;
          });
        }),
    },
    {
      says: "when all is well again, everybody has everything in time",
      points: 1,
      runs: 50,
      situations: ["values were delivered"],
      of: (module, saw, ...others) =>
        fc.asyncProperty(chaos, async (plan) => {
          const { witness, last } = await carryOut(plan, [module, ...others]);
          notice(plan, witness, saw);
          mustDeliver(witness, last, membersOf(plan), witness.owed(), () => plan.calmMs + BOUND_MS);
        }),
    },
  ],
};
