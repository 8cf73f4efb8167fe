/**
 * Linearizability by its definition: try every order of every choice of operations. Slow, and right
 * at a glance. It knows objects only as something that is called, so that it judges the models as
 * well as the search.
 */

import type { History, Operation } from "../../lib/check/index.ts";

/**
 * An object that one client at a time may call: it changes, and returns. REFUSED when the call is
 * impossible.
 */
export type Real<Input, Output> = (input: Input) => Output | typeof REFUSED;
export const REFUSED = Symbol("refused");

/** The rules by which histories are judged, and the ways in which checkers have got them wrong. */
export type Rules = {
  readonly realTime: "respected" | "ignored";
  readonly touching: "concurrent" | "in order";
  readonly crashed: "optional" | "must happen" | "never happened";
};
export const RULES: Rules = { realTime: "respected", touching: "concurrent", crashed: "optional" };

/** Whether some order explains the history. */
export function explained<Input, Output>(
  history: History<Input, Output>,
  fresh: () => Real<Input, Output>,
  rules: Rules = RULES,
): boolean {
  return choices(history, rules).some((chosen) => someOrder([], chosen, fresh, rules));
}

/** Whether this order of operations is true to real time and gives every client what it got. */
export function isRightOrder<Input, Output>(
  order: readonly Operation<Input, Output>[],
  fresh: () => Real<Input, Output>,
): boolean {
  const inTime = order.every((a, i) => order.slice(i + 1).every((b) => !precedes(b, a, RULES)));
  return inTime && replays(order, fresh);
}

/** Every set of operations that may have happened. */
function choices<Input, Output>(
  history: History<Input, Output>,
  { crashed }: Rules,
): Operation<Input, Output>[][] {
  let sets: Operation<Input, Output>[][] = [[]];
  for (const operation of history) {
    const isIn =
      operation.outcome === "ok" || (operation.outcome === "info" && crashed === "must happen");
    const isOut =
      operation.outcome === "fail" ||
      (operation.outcome === "info" && crashed === "never happened");
    const longer = sets.map((set) => [...set, operation]);
    sets = isIn ? longer : isOut ? sets : [...sets, ...longer];
  }
  return sets;
}

function someOrder<Input, Output>(
  placed: readonly Operation<Input, Output>[],
  waiting: readonly Operation<Input, Output>[],
  fresh: () => Real<Input, Output>,
  rules: Rules,
): boolean {
  if (waiting.length === 0) return replays(placed, fresh);
  return waiting.some((next) => {
    const others = waiting.filter((operation) => operation !== next);
    if (others.some((other) => precedes(other, next, rules))) return false;
    return someOrder([...placed, next], others, fresh, rules);
  });
}

function precedes(a: Operation, b: Operation, { realTime, touching }: Rules): boolean {
  if (realTime === "ignored" || a.outcome !== "ok") return false;
  if (a.returnedBefore !== undefined) return b.id >= a.returnedBefore;
  return touching === "concurrent"
    ? a.returnedMs < b.invokedMs
    : a !== b && a.returnedMs <= b.invokedMs;
}

function replays<Input, Output>(
  order: readonly Operation<Input, Output>[],
  fresh: () => Real<Input, Output>,
): boolean {
  const call = fresh();
  return order.every((operation) => {
    const output = call(operation.input);
    if (output === REFUSED) return false;
    return operation.outcome !== "ok" || text(output) === text(operation.output);
  });
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? "undefined";
}
