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
 * The shortest beginning of a part that fails. What can be explained up to one return can be explained
 * up to every earlier one, so bisecting finds it. Mostly it is the return at which the search for the
 * whole was stuck, or the one that was refuted.
 */
function shortest<State, Input, Output>(
  { attempt, end }: Stuck<State, Input, Output>,
  turns: Turns<State, Input, Output>,
): Failure<Input, Output> {
  const { part } = attempt;
  const returns = byReturn(part);
  let last = { attempt, end };
  let { explained, fails } = known(last, 0, returns.length);
  for (let step = 1; explained + 1 < fails; step *= 2) {
    const isRefuted = last.end.kind === "refuted" && last.end.returned === fails - 1;
    const probe = isRefuted
      ? fails - 1
      : Math.min(explained + step, Math.floor((explained + fails) / 2));
    const outcome = turns.run([until(part, returns.slice(0, probe))]);
    if (outcome.kind === "stopped") break;
    if (outcome.kind === "found") explained = probe;
    else {
      last = { attempt: outcome.attempt, end: outcome.end };
      ({ explained, fails } = known(last, explained, probe));
    }
  }
  return failureOf(last, returns.slice(0, fails), part, turns);
}

/** How many returns are explained, and how many are not, when a search of so many has ended. */
function known<State, Input, Output>(
  { attempt, end }: Pick<Stuck<State, Input, Output>, "attempt" | "end">,
  explained: number,
  returns: number,
): { explained: number; fails: number } {
  if (end.kind === "refuted") return { explained, fails: end.returned + 1 };
  const most = Math.max(explained, end.returned);
  return { explained: most, fails: attempt.isCertainAt(end.returned) ? end.returned + 1 : returns };
}

/** Without an order of what came before a return, nobody knows in which state the object can be. */
const UNMADE = "nothing that was invoked before it returned can have made what it returned";
const UNEXPLAINED = "it has no place in any order of what had returned before it";

/** Why the last of these returns has no explanation, while all before have one. */
function failureOf<State, Input, Output>(
  { attempt, end }: Pick<Stuck<State, Input, Output>, "attempt" | "end">,
  returns: readonly Completed<Input, Output>[],
  part: History<Input, Output>,
  turns: Turns<State, Input, Output>,
): Failure<Input, Output> {
  if (end.kind === "stuck" && !attempt.looksAhead) {
    const orders = end.orders.map((order) => attempt.replayed(order));
    return failureAt(attempt, part, returns, attempt.returning(end.returned), orders);
  }
  const last = returns.at(-1) as Completed<Input, Output>;
  const prefix = until(part, returns);
  if (end.kind === "refuted" && end.contradiction !== undefined) {
    return { prefix, last, ...attempt.explain(end.contradiction), deepest: [] };
  }
  const outcome = turns.run([until(part, returns.slice(0, -1))]);
  if (outcome.kind !== "found") {
    const why = end.kind === "refuted" ? UNMADE : UNEXPLAINED;
    return { prefix, last, operation: last, why, deepest: [] };
  }
  const ids = outcome.orders.flat();
  // Where it was placed while nobody knew its outcome, it cannot have had this one: all else would be explained.
  const own = ids.indexOf(last.id);
  const byId = new Map(prefix.map((one) => [one.id, one]));
  const order = (own < 0 ? ids : ids.slice(0, own)).map(
    (id) => byId.get(id) as Operation<Input, Output>,
  );
  return failureAt(attempt, part, returns, last, [order]);
}

function failureAt<State, Input, Output>(
  attempt: Attempt<State, Input, Output>,
  part: History<Input, Output>,
  returns: readonly Completed<Input, Output>[],
  operation: Operation<Input, Output>,
  orders: readonly (readonly Operation<Input, Output>[])[],
): Failure<Input, Output> {
  const [longest = []] = orders;
  return {
    prefix: until(part, returns),
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
  return until(
    history,
    byReturn(history).filter((other) => compareReturns(other, operation) < 0),
  );
}

/**
 * What was known of a history when these operations had returned, and no others had; failures
 * always are.
 */
function until<Input, Output>(
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
