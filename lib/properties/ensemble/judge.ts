/** Runs an ensemble through a plan, and judges what happened: by Zab's invariants always, by the rest as it is asked. */

import type { EnsembleOptions } from "quorumlab/ensemble";
import { type NodeId, simulate } from "quorumlab/sim";
import { checkAnswers } from "./answers.ts";
import { clientsOf, type Plan, serversOf } from "./plan.ts";
import { checkEnd, checkEphemerals, checkLeases } from "./sessions.ts";
import { report } from "./situations.ts";
import { checkWatches } from "./watching.ts";
import { conversation } from "./wire.ts";
import { scenarioOf } from "./world.ts";
import { Witness } from "./zab.ts";

/** What is judged of a run, besides the invariants of Zab, which always are. */
export type Judged = { readonly answers?: true; readonly watches?: true; readonly sessions?: true };

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
): Promise<void> {
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
}
