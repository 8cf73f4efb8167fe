/** The checker beside brute force: the verdict, and every piece of evidence that comes with it. */

import { type History, linearizable, type Operation } from "../../lib/check/index.ts";
import { explained, isRightOrder } from "./brute-force.ts";
import type { Subject } from "./subject.ts";

/**
 * Compares the checker with brute force on each history, evidence included, and counts the
 * verdicts.
 */
export function compare(
  subject: Subject,
  histories: Iterable<History>,
): { ok: number; violated: number } {
  const seen = { ok: 0, violated: 0 };
  for (const history of histories) {
    const right = explained(history, subject.fresh);
    const mistake = mistakeIn(history, subject, right);
    if (mistake !== undefined) {
      throw new Error(`${subject.model.name}: ${mistake}: ${JSON.stringify(history, null, 1)}`);
    }
    seen[right ? "ok" : "violated"] += 1;
  }
  return seen;
}

/** What is wrong with the checker's answer, if anything is. */
export function mistakeIn(
  history: History,
  { model, fresh }: Subject,
  right: boolean,
): string | undefined {
  const found = linearizable(history, model);
  if (found.verdict !== (right ? "ok" : "violated")) return `the verdict is ${found.verdict}`;
  const pick = (ids: readonly number[], from: History) =>
    ids.map((id) => from.find((operation) => operation.id === id) as Operation);
  if (found.verdict === "ok") {
    const { witness } = found;
    const complete = history.every(({ id, outcome }) => outcome !== "ok" || witness.includes(id));
    const once = new Set(witness).size === witness.length;
    const certain = pick(witness, history).every((operation) => operation.outcome !== "fail");
    const isRight = complete && once && certain && isRightOrder(pick(witness, history), fresh);
    return isRight ? undefined : `the witness ${witness} does not explain it`;
  }
  if (found.verdict !== "violated") return "no verdict";
  const { prefix, operation, deepest } = found;
  if (model.partition === undefined && !isPrefix(prefix, history)) return "that is no prefix";
  if (explained(prefix, fresh)) return "the prefix can be explained";
  if (!explained(allButLastReturn(prefix), fresh)) return "a shorter prefix fails";
  if (!prefix.includes(operation)) return "the operation is not in the prefix";
  if (!isRightOrder(pick(deepest, prefix), fresh)) return `the order ${deepest} is not right`;
  if (deepest.includes(operation.id)) return "the operation was placed";
  return undefined;
}

/** Whether this is what was known of the history when the last of its operations returned. */
function isPrefix(prefix: History, history: History): boolean {
  const last = lastReturned(prefix);
  return history.every((operation, at) => {
    const seen = prefix[at];
    if (seen === undefined) return operation.invokedMs >= endOf(last);
    const isKnown = operation.outcome !== "ok" || !returnsAfter(operation, last);
    return isKnown ? seen === operation : seen.id === operation.id && seen.outcome === "info";
  });
}

function allButLastReturn(history: History): History {
  const last = lastReturned(history);
  return history.map((operation) => {
    const { id, client, input, invokedMs } = operation;
    return operation === last ? { id, client, input, invokedMs, outcome: "info" } : operation;
  });
}

/** The operation whose return is the last of the history. */
export function lastReturned(history: History): Operation {
  return history
    .filter((operation) => operation.outcome === "ok")
    .reduce((a, b) => (returnsAfter(a, b) ? a : b));
}

function endOf(operation: Operation): number {
  return operation.outcome === "info" ? Number.POSITIVE_INFINITY : operation.returnedMs;
}

/**
 * Of two returns at one instant, without a known order, that of the smaller id counts as the first.
 */
function returnsAfter(a: Operation, b: Operation): boolean {
  const order = (one: Operation) => (one.outcome === "ok" ? (one.returnedBefore ?? 99) : 99);
  if (endOf(a) !== endOf(b)) return endOf(a) > endOf(b);
  return order(a) === order(b) ? a.id > b.id : order(a) > order(b);
}
