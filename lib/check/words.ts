/** A verdict in words. */

import type { History, Operation } from "./history.ts";
import type { Linearizability } from "./linearizability.ts";
import { keyOf } from "./value.ts";

/** An operation and what came of it: "write 5", "read → 5", "cas 1 2 → ?" when nobody knows, "write 5 failed". */
export function operationText(operation: Operation): string {
  const call = callText(operation.input);
  if (operation.outcome === "info") return `${call} → ?`;
  if (operation.outcome === "fail") return `${call} failed`;
  return operation.output === undefined ? call : `${call} → ${valueText(operation.output)}`;
}

/**
 * What a check found, in lines: the verdict; when it is violated also the reason, and the longest
 * order that explains what came before.
 *
 * @param most how many operations of that order are listed
 */
export function verdictText(history: History, result: Linearizability, most = 20): string {
  const clients = new Set(history.map(({ client }) => client)).size;
  const what = `${counted(history.length, "operation")} by ${counted(clients, "client")}`;
  const effort = `(${counted(result.configurations, "configuration")})`;
  const are = history.length === 1 ? "is" : "are";
  if (result.verdict === "ok") return `ok: ${what} ${are} linearizable ${effort}.`;
  if (result.verdict === "unknown") return `unknown: ${what}, ${result.reason} ${effort}.`;
  const { operation, why, prefix, deepest } = result;
  // As they were known then: what was under way may have had another outcome.
  const operations = new Map(prefix.map((one) => [one.id, one]));
  const order = deepest.map((id) => line(operations.get(id) as Operation));
  const told = order.slice(-most);
  const before = order.length - told.length;
  return [
    `violated: ${what} ${are} not linearizable ${effort}.`,
    `No order explains ${line(operation).trim()}: ${why}.`,
    ...(order.length === 0
      ? []
      : ["The longest order that explains all that had returned before:"]),
    ...(before === 0 ? [] : [`  … ${counted(before, "operation")} …`]),
    ...told,
  ].join("\n");
}

function line(operation: Operation): string {
  return `  operation ${operation.id} of ${operation.client}, ${operationText(operation)}`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/** What was asked for: the kind of an input and the values of its other fields, or the whole input. */
function callText(input: unknown): string {
  const isNamed = typeof input === "object" && input !== null && "kind" in input;
  if (!isNamed || typeof input.kind !== "string") return valueText(input);
  const values = Object.entries(input).flatMap(([name, value]) =>
    name === "kind" || value === undefined ? [] : [valueText(value)],
  );
  return [input.kind, ...values].join(" ");
}

function valueText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return `${value}`;
  try {
    return keyOf(value);
  } catch {
    return String(value);
  }
}
