/** What must hold of the ensemble, whatever its clients ask and whatever goes wrong. */

import fc from "fast-check";
import type { EnsembleOptions } from "quorumlab/ensemble";
import { type NodeId, type Run, simulate } from "quorumlab/sim";
import type { Exercise, Property } from "../exercise.ts";
import { checkAnswers } from "./answers.ts";
import { clientsOf, type Emphasis, type Mix, type Plan, plans, serversOf } from "./plan.ts";
import { checkEnd, checkEphemerals, checkLeases } from "./sessions.ts";
import { report, SITUATIONS } from "./situations.ts";
import { checkWatches } from "./watching.ts";
import { conversation } from "./wire.ts";
import { scenarioOf } from "./world.ts";
import { Witness } from "./zab.ts";

/** What is judged of a run, besides the invariants of Zab, which always are. */
type Judged = { readonly answers?: true; readonly watches?: true; readonly sessions?: true };

/**
 * Runs a plan and judges it.
 *
 * @throws Violation
 */
export async function judge(
  plan: Plan,
  judged: Judged,
  saw: (situation: string) => void,
  options: EnsembleOptions = {},
): Promise<Run> {
  const members = serversOf(plan);
  const clients = clientsOf(plan);
  const witness = new Witness(members, saw);
  const clocks = new Map<NodeId, () => number>();
  let looked = 0;
  const run = await simulate({
    ...scenarioOf(plan, options, clocks),
    always(view) {
      witness.look(view);
      if (judged.sessions && witness.history.length > looked) {
        checkLeases(witness, looked, view, clocks);
        looked = witness.history.length;
      }
    },
  });
  const said = conversation(run.trace, clients);
  report(run, witness, said, members, saw);
  if (judged.answers) checkAnswers(witness.history, said);
  if (judged.sessions) checkEphemerals(witness.history);
  checkEnd(run, plan, witness);
  if (judged.watches) checkWatches(witness, said, run.trace);
  return run;
}

const mix: Mix = { create: 3, delete: 1, change: 3, read: 4, multi: 1, sync: 1 };
const steady: Emphasis["faults"] = [
  "crash",
  "pause",
  "cut",
  "part",
  "break",
  "stall",
  "delay",
  "rate",
  "jump",
];
const late: Emphasis["faults"] = ["lateAnswers", "lateLeader", "lateLeader"];
const everything: Emphasis["faults"] = [...steady, "skew"];

function property(
  says: string,
  emphasis: Emphasis,
  judged: Judged,
  situations: readonly (keyof typeof SITUATIONS)[],
): Property<object> {
  return {
    says,
    points: 1,
    runs: 100,
    situations: situations.map((name) => SITUATIONS[name]),
    of: (_module, saw) =>
      fc.asyncProperty(plans(emphasis), async (plan) => {
        await judge(plan, judged, saw);
      }),
  };
}

export const exercise: Exercise<object> = {
  name: "ensemble",
  title: "The ensemble",
  exports: [],
  hints: [],
  examples() {},
  properties: [
    property(
      "all servers apply one history, under one leader an epoch, and agree in the end",
      {
        mix: { ...mix, create: 2, read: 0, change: 6 },
        faults: ["blackout", "blackout", "crash", "part", "part", "cut", "pause", "stall", "skew"],
        steps: 40,
        gapMs: 50,
      },
      { answers: true },
      ["newLeader", "diff", "trunc", "snap", "leaderCrash"],
    ),
    property(
      "no acknowledged write is lost, writes are linearizable, and a session never sees an older state",
      {
        mix,
        faults: [...everything, "break", "break", "lag", "lag", "delay"],
        steps: 30,
        gapMs: 60,
        troubles: 10,
        readOnly: true,
      },
      { answers: true },
      ["newLeader", "moved", "ambiguousCreate", "asked", "answered"],
    ),
    property(
      "an ephemeral node lives exactly as long as its session, and a session as long as its client is heard",
      {
        mix: { ...mix, create: 8, change: 0, multi: 0 },
        // A client counts on its own clock: it may run apart from others, but not jump.
        faults: [...steady, ...late, ...late, "blackout"],
        troubles: 4,
        steps: 15,
        closes: true,
      },
      { sessions: true },
      ["expired", "moved", "ambiguousCreate"],
    ),
    property(
      "a watch tells of a change once, before any answer shows it, across reconnects",
      { mix: { ...mix, read: 8, multi: 0, sync: 0 }, faults: everything, steps: 25 },
      { watches: true },
      ["rewatched", "moved"],
    ),
  ],
};
