/**
 * The just-in-time frontier (Lowe, 2017): from return to return, all configurations that explain what
 * has returned. It walks through the same configurations as the checker, breadth first, with the same
 * reductions, and keeps of those that differ in crashed operations only the ones that used least.
 */

import type { History, Model, Reduction } from "../../lib/check/index.ts";
import { NONE, Timeline } from "../../lib/check/timeline.ts";
import { IMPOSSIBLE, Transitions } from "../../lib/check/transitions.ts";

type Configuration = { readonly state: number; readonly placed: bigint };

/** Whether some order explains the history, and how many configurations were looked at. */
export function frontier<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
): { readonly isOk: boolean; readonly configurations: number } {
  const line = new Timeline(history, model, new Set<Reduction>());
  const table = new Transitions(model, line.deeds);
  const bitOf = (row: number) => 1n << BigInt(line.bit[row] as number);
  const completed = (1n << BigInt(line.firstCrashedBit)) - 1n;
  let configurations = 0;
  let front: Configuration[] = [{ state: table.initial, placed: 0n }];

  line.returns.forEach((returning, at) => {
    /** By state and completed operations: the sets of crashed ones that were used. */
    const seen = new Map<string, bigint[]>();
    const next: Configuration[] = [];
    const waiting: Configuration[] = [];
    const enter = ({ state, placed: before }: Configuration) => {
      let placed = before;
      for (const row of line.reads.at(at)) {
        if (table.next(state, row) !== IMPOSSIBLE) placed |= bitOf(row);
      }
      const isReturned = (placed & bitOf(returning)) !== 0n;
      if (isReturned) placed &= ~bitOf(returning);
      const key = `${isReturned} ${state} ${placed & completed}`;
      const used = placed & ~completed;
      const sets = seen.get(key) ?? [];
      if (sets.some((set) => (set & ~used) === 0n)) return;
      seen.set(key, [...sets.filter((set) => (used & ~set) !== 0n), used]);
      configurations += 1;
      (isReturned ? next : waiting).push({ state, placed });
    };
    for (const configuration of front) enter(configuration);
    const crashed = line.crashed.slice(0, line.crashedBefore[at]);
    for (const { state, placed } of waiting) {
      for (const row of [...line.updates.at(at), ...crashed]) {
        const twin = line.twin[row] as number;
        const isInTurn = twin === NONE || (placed & bitOf(twin)) !== 0n;
        if ((placed & bitOf(row)) !== 0n || !isInTurn) continue;
        const after = table.next(state, row);
        if (after !== IMPOSSIBLE) enter({ state: after, placed: placed | bitOf(row) });
      }
    }
    front = next;
  });
  return { isOk: front.length > 0, configurations };
}
