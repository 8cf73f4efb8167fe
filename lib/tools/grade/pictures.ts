/** The failing run of a property as pictures: what the servers did, and what the clients saw. */

import { historyBars, lanes, type Picture } from "../../plot/index.ts";
import type { PropertyReport } from "./report.ts";

/** @returns none when the property has no run to show */
export function picturesOf({ says, evidence = {} }: PropertyReport): Picture[] {
  const { trace, history = [], result, title = `Not so: ${says}` } = evidence;
  const drawn = trace === undefined ? [] : [lanes(trace, { title })];
  if (history.length === 0) return drawn;
  const judged = result === undefined ? {} : { result };
  return [...drawn, historyBars(history, { title, ...judged })];
}
