/** Whether a controller that was replaced has written anything: as the ensemble has it in the end. */

import type { Entry, Server, Txn } from "quorumlab/ensemble";
import { Violation } from "../exercise.ts";

/** Reads a history of the ensemble in order. @throws Violation */
export function checkOffices({ history }: Server): void {
  let holder: number | undefined;
  for (const { zxid, txn, origin } of history.entries) {
    if (paths(txn).includes("/controller_epoch") && txn.kind === "multi") holder = origin?.session;
    // A history may begin after the first of them.
    const isOther = holder !== undefined && holder !== origin?.session;
    if (!isOther || !paths(txn).some((path) => path.endsWith("/state"))) continue;
    throw new Violation(
      `The session ${origin?.session} writes in transaction ${zxid}, though the session ${holder} has become controller before.`,
    );
  }
}

/** What a transaction changes. */
function paths(txn: Txn | Entry["txn"]): string[] {
  if (txn.kind === "multi") return txn.txns.flatMap(paths);
  return "path" in txn ? [txn.path] : [];
}
