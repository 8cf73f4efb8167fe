/** Which answers and events occurred on both ZooKeepers. */

import { CODES, type Request } from "quorumlab/ensemble";
import type { Row } from "../cell/table.ts";
import { add, missing, operations, type Tally } from "./counts.ts";
import type { Outcome } from "./perform.ts";
import type { Script } from "./script.ts";

/** The types of events are counted as the codes of this. */
const EVENT = "event";

/** What a healthy server answers to these requests, by PrepRequestProcessor and FinalRequestProcessor. */
const WRITES = {
  create: ["Ok", "BadArguments", "NoNode", "NodeExists", "NoChildrenForEphemerals"],
  delete: ["Ok", "BadArguments", "NoNode", "BadVersion", "NotEmpty"],
  setData: ["Ok", "BadArguments", "NoNode", "BadVersion"],
};
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    Object.entries(WRITES).map(([kind, codes]) => [kind, [...codes, "SessionExpired"]]),
  ),
  exists: ["Ok", "NoNode", "SessionExpired"],
  getData: ["Ok", "NoNode", "SessionExpired"],
  getChildren: ["Ok", "NoNode", "SessionExpired"],
  sync: ["Ok"],
  closeSession: ["Ok"],
  multi: ["Ok", "SessionExpired"],
  ...Object.fromEntries(
    Object.entries({ ...WRITES, check: WRITES.setData }).map(([kind, codes]) => [
      `multi: ${kind}`,
      [...codes, "RuntimeInconsistency"],
    ]),
  ),
  [EVENT]: ["NodeCreated", "NodeDeleted", "NodeDataChanged", "NodeChildrenChanged"],
};

/** Counts the answers to one script. */
export function count(tally: Tally, { steps }: Script, { seen }: Outcome): void {
  for (const each of seen.flat()) {
    if (each.kind === "event" && each.type !== "None") add(tally, EVENT, each.type);
    const step = steps[each.kind === "answer" ? each.at : -1];
    if (each.kind !== "answer" || step === undefined || !("request" in step)) continue;
    const { request } = step;
    add(tally, request.kind, each.code);
    if (request.kind === "multi") countParts(tally, request, each);
  }
}

function countParts(
  tally: Tally,
  { ops }: Extract<Request, { kind: "multi" }>,
  { code, value }: { readonly code: string; readonly value?: unknown },
): void {
  const outcomes = code === "Ok" ? ops.map(() => code) : Array.isArray(value) ? value : [];
  for (const [at, outcome] of outcomes.entries()) {
    // Before the failed operation all went well, and was undone.
    if (code === "Ok" || outcome !== "Ok") add(tally, `multi: ${ops[at]?.kind}`, outcome);
  }
}

/** A row for each operation, a column for each code. */
export function rowsOf(tally: Tally): Row[] {
  const known = ["Ok", ...Object.keys(CODES).reverse()];
  const codes = known.filter((code) => [...tally.values()].some((counts) => counts.has(code)));
  return operations(tally)
    .filter(([operation]) => operation !== EVENT)
    .map(([operation, counts]) => ({
      operation,
      ...Object.fromEntries(codes.map((code) => [code, counts.get(code)])),
    }));
}

/** The events that were compared, in words. */
export function events(tally: Tally): string {
  return [...(tally.get(EVENT) ?? [])].map(([type, times]) => `${type} ${times}`).join(", ");
}

/** The answers that should have come and did not. */
export function never(tally: Tally): string[] {
  return missing(tally, EXPECTED);
}
