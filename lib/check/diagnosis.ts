/** Where a history fails first, and why. */

import type { Attempt } from "./attempt.ts";
import {
  byReturn,
  type Completed,
  compareReturns,
  type History,
  isInvokedBefore,
  type Operation,
} from "./history.ts";
import type { Contradiction } from "./take-order.ts";
import type { Outcome, Turns } from "./turns.ts";

/** Why no order explains a history: see `Linearizability`. */
export type Diagnosis<Input, Output> = {
  readonly prefix: History<Input, Output>;
  readonly operation: Operation<Input, Output>;
  readonly why: string;
  readonly deepest: readonly number[];
};

type Stuck<State, Input, Output> = Extract<Outcome<State, Input, Output>, { kind: "stuck" }>;

/** The beginning of a part that fails, and why. */
type Failure<Input, Output> = Diagnosis<Input, Output> & {
  /** With this return it fails. */
  readonly last: Completed<Input, Output>;
};

/** The first failure of all parts, as far as the turns allow to look for it. */
export function diagnose<State, Input, Output>(
  stuck: Stuck<State, Input, Output>,
  turns: Turns<State, Input, Output>,
): Diagnosis<Input, Output> {
  let { others } = stuck;
  let failure = shortest(stuck, turns);
  // Another part is of interest only if it fails earlier.
  while (others.length > 0) {
    const { last } = failure;
    const earlier = new Map(others.map((part) => [knownBefore(part, last), part]));
    const outcome = turns.run([...earlier.keys()]);
    if (outcome.kind !== "stuck") break;
    failure = shortest(outcome, turns);
    others = outcome.others.map((part) => earlier.get(part) as History<Input, Output>);
  }
  const { prefix, operation, why, deepest } = failure;
  return { prefix, operation, why, deepest };
}

/**
 * The shortest beginning of a part that fails. What can be explained up to one return can be
 * explained up to every earlier one, so bisecting finds it; mostly it is the return at which the
 * search for the whole was stuck.
 */
function shortest<State, Input, Output>(
  stuck: Stuck<State, Input, Output>,
  turns: Turns<State, Input, Output>,
): Failure<Input, Output> {
  const { attempt, end } = stuck;
  if (end.kind === "refuted") {
    const { contradiction, returned } = end;
    if (contradiction === undefined) return beforeReturn(attempt, returned, turns, UNMADE);
    return contradicted(attempt, contradiction);
  }
  const { part } = attempt;
  const returns = byReturn(part);
  let last = { attempt, end };
  let explained = end.returned;
  let fails = attempt.isCertainAt(end.returned) ? explained + 1 : returns.length;
  for (let step = 1; explained + 1 < fails; step *= 2) {
    const probe = Math.min(explained + step, (explained + fails) >> 1);
    const outcome = turns.run([known(part, returns.slice(0, probe))]);
    if (outcome.kind === "stopped") break;
    if (outcome.kind === "found") explained = probe;
    else if (outcome.end.kind === "refuted") return shortest(outcome, turns);
    else {
      last = { attempt: outcome.attempt, end: outcome.end };
      fails = probe;
    }
  }
  if (last.attempt.looksAhead) return beforeReturn(attempt, fails - 1, turns, UNEXPLAINED);
  const operation = last.attempt.returning(last.end.returned);
  const orders = last.end.orders.map((order) => last.attempt.replayed(order));
  return failureAt(attempt, returns.slice(0, fails), operation, orders);
}

function contradicted<State, Input, Output>(
  attempt: Attempt<State, Input, Output>,
  contradiction: Contradiction,
): Failure<Input, Output> {
  const returns = byReturn(attempt.part).slice(0, contradiction.returned + 1);
  const last = returns.at(-1) as Completed<Input, Output>;
  const prefix = known(attempt.part, returns);
  return { prefix, last, ...attempt.explain(contradiction), deepest: [] };
}

/** Without an order of what came before a return, nobody knows in which state the object can be. */
const UNMADE = "nothing that was invoked before it returned can have made what it returned";
const UNEXPLAINED = "it has no place in any order of what had returned before it";

/** The failure of a return of which it is known that no order explains it. */
function beforeReturn<State, Input, Output>(
  attempt: Attempt<State, Input, Output>,
  returned: number,
  turns: Turns<State, Input, Output>,
  otherwise: string,
): Failure<Input, Output> {
  const { part } = attempt;
  const returns = byReturn(part).slice(0, returned + 1);
  const outcome = turns.run([known(part, returns.slice(0, returned))]);
  if (outcome.kind === "stuck") return shortest(outcome, turns);
  const last = returns.at(-1) as Completed<Input, Output>;
  if (outcome.kind === "stopped") {
    return {
      prefix: known(part, returns),
      last,
      operation: last,
      why: otherwise,
      deepest: [],
    };
  }
  const ids = outcome.orders.flat();
  // Where it was placed while nobody knew its outcome, it cannot have had this one: all else would be explained.
  const own = ids.indexOf(last.id);
  const byId = new Map(known(part, returns).map((one) => [one.id, one]));
  const order = (own < 0 ? ids : ids.slice(0, own)).map(
    (id) => byId.get(id) as Operation<Input, Output>,
  );
  return failureAt(attempt, returns, last, [order]);
}

function failureAt<State, Input, Output>(
  attempt: Attempt<State, Input, Output>,
  returns: readonly Completed<Input, Output>[],
  operation: Operation<Input, Output>,
  orders: readonly (readonly Operation<Input, Output>[])[],
): Failure<Input, Output> {
  const [longest = []] = orders;
  return {
    prefix: known(attempt.part, returns),
    last: returns.at(-1) as Completed<Input, Output>,
    operation,
    why: either(orders.map((order) => attempt.whyNot(order, operation))),
    deepest: longest.map(({ id }) => id),
  };
}

/** What was known of a history just before an operation returned. */
function knownBefore<Input, Output>(
  history: History<Input, Output>,
  operation: Completed<Input, Output>,
): History<Input, Output> {
  return known(
    history,
    byReturn(history).filter((other) => compareReturns(other, operation) < 0),
  );
}

/**
 * What was known of a history when these operations had returned, and no others had; failures
 * always are.
 */
function known<Input, Output>(
  history: History<Input, Output>,
  returned: readonly Completed<Input, Output>[],
): History<Input, Output> {
  const last = returned.at(-1);
  if (last === undefined) return [];
  const ids = new Set(returned.map((operation) => operation.id));
  const begun = history.filter((operation) => isInvokedBefore(operation, last));
  return begun.map((operation) => {
    const { id, client, input, invokedMs } = operation;
    return operation.outcome !== "ok" || ids.has(id)
      ? operation
      : { id, client, input, invokedMs, outcome: "info" };
  });
}

/**
 * One sentence from several that begin alike: "it holds 2" and "it holds 1" give "it holds 1 or 2".
 */
function either(reasons: readonly string[]): string {
  const sentences = [...new Set(reasons)].map((reason) => reason.split(" "));
  const [first = [], ...others] = sentences;
  let shared = 0;
  while (
    shared < first.length - 1 &&
    others.every((words) => shared < words.length - 1 && words[shared] === first[shared])
  ) {
    shared++;
  }
  const ends = sentences.map((words) => words.slice(shared).join(" ")).sort();
  const last = ends.pop() ?? "";
  const ending = ends.length === 0 ? last : `${ends.join(", ")} or ${last}`;
  return [...first.slice(0, shared), ending].join(" ");
}
