/**
 * The verdict on a history: is there one order of its operations, true to real time, that the model
 * accepts? (Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects",
 * 1990.)
 */

import {
  byReturn,
  type Completed,
  compareReturns,
  type History,
  type Operation,
  returnedBefore,
  validateHistory,
} from "./history.ts";
import type { Model } from "./model.ts";
import { type Budget, type Stuck, search } from "./search.ts";

/** How far a check may go before it answers `unknown`. */
export type Limits = {
  /**
   * The time it may take. Without it the clock is never read, and equal calls give equal answers.
   */
  readonly timeMs?: number;
  /** How many configurations it may remember at once: a million unless told. */
  readonly configurations?: number;
  /** The clock, in milliseconds; the process's own unless told. */
  readonly nowMs?: () => number;
};

/**
 * What a check found, with the evidence. `configurations` counts those that the search for the
 * verdict entered.
 */
export type Linearizability<Input = unknown, Output = unknown> = {
  readonly configurations: number;
} & (
  | {
      readonly verdict: "ok";
      /**
       * The ids of the operations in an order that explains the history; of the unknown ones, those
       * it needs.
       */
      readonly witness: readonly number[];
    }
  | {
      readonly verdict: "violated";
      /**
       * The history up to the first return that cannot be explained; what was under way then is
       * `info`, unless it failed. Of a partitioned model, only the part that fails. Longer when a
       * limit cut the diagnosis short.
       */
      readonly prefix: History<Input, Output>;
      /** The operation that no order can place. */
      readonly operation: Operation<Input, Output>;
      /** A sentence from the model, such as "read returned 3, but the register holds 1 or 2". */
      readonly why: string;
      /**
       * The ids of the longest order found: every operation that returned before that one is in it.
       */
      readonly deepest: readonly number[];
    }
  | { readonly verdict: "unknown"; readonly reason: string }
);

/** A part of the history, up to the return with which it fails, and how its search ended. */
type Failure<Input, Output> = {
  readonly prefix: History<Input, Output>;
  readonly last: Completed<Input, Output>;
  readonly stuck: Stuck<Input, Output>;
};

/**
 * Judges a history against a model. Operations that touch at one instant are concurrent unless the
 * history says otherwise; `info` may take effect at any later time or never; `fail` never did.
 * Throws one sentence when the history is malformed.
 */
export function linearizable<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  limits: Limits = {},
): Linearizability<Input, Output> {
  validateHistory(history);
  const budget = budgetOf(limits);
  const orders: (readonly number[])[] = [];
  let configurations = 0;
  let failure: Failure<Input, Output> | undefined;
  let reason: string | undefined;
  for (const whole of partsOf(history, model)) {
    // Once a part has failed, another is of interest only if it fails earlier.
    const part = failure === undefined ? whole : knownBefore(whole, failure.last);
    const ending = search(happened(part), model, budget);
    configurations += ending.configurations;
    if (ending.kind === "found") orders.push(ending.order);
    if (ending.kind === "stopped") reason = ending.reason;
    if (ending.kind === "stuck") failure = shortest(part, model, budget, ending);
  }
  if (failure !== undefined) {
    const { prefix, stuck } = failure;
    const { operation, order: deepest } = stuck;
    const why = either(stuck.reasons);
    return { verdict: "violated", prefix, operation, why, deepest, configurations };
  }
  if (reason !== undefined) return { verdict: "unknown", reason, configurations };
  return { verdict: "ok", witness: merge(history, orders), configurations };
}

function budgetOf(limits: Limits): Budget {
  const { timeMs, configurations = 1_000_000, nowMs = () => performance.now() } = limits;
  if (!(configurations >= 1)) {
    throw new Error(`A limit of ${configurations} configurations; at least 1 was expected.`);
  }
  if (timeMs === undefined) return { configurations, stop: () => undefined };
  if (!(timeMs >= 0)) throw new Error(`A limit of ${timeMs} ms; 0 or more was expected.`);
  const deadlineMs = nowMs() + timeMs;
  const reason = `no verdict within ${timeMs} ms`;
  return { configurations, stop: () => (nowMs() >= deadlineMs ? reason : undefined) };
}

/**
 * The history object by object, the smallest part first; whole when an operation touches more than
 * one.
 */
function partsOf<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
): History<Input, Output>[] {
  const parts = new Map<string, Operation<Input, Output>[]>();
  for (const operation of history) {
    const key = model.partition?.(operation.input);
    if (key === undefined) return [history];
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [operation]);
    else part.push(operation);
  }
  return [...parts.values()].sort((a, b) => a.length - b.length);
}

function happened<Input, Output>(history: History<Input, Output>): History<Input, Output> {
  return history.filter((operation) => operation.outcome !== "fail");
}

/**
 * The shortest beginning of a history that fails. What can be explained up to one return can be
 * explained up to every earlier one, so bisecting finds it; mostly it is the return at which the
 * search for the whole was stuck.
 */
function shortest<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  budget: Budget,
  whole: Stuck<Input, Output>,
): Failure<Input, Output> {
  const returns = byReturn(history);
  let stuck = whole;
  let explained = whole.returned;
  let fails = returns.length;
  for (let probe = explained + 1; explained + 1 < fails; probe = (explained + fails) >> 1) {
    const ending = search(happened(known(history, returns.slice(0, probe))), model, budget);
    if (ending.kind === "stopped") break;
    if (ending.kind === "found") explained = probe;
    else {
      stuck = ending;
      fails = probe;
    }
  }
  const last = returns[fails - 1] as Completed<Input, Output>;
  return { prefix: known(history, returns.slice(0, fails)), last, stuck };
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
  return history.slice(0, returnedBefore(history, last)).map((operation) => {
    const { id, client, input, invokedMs } = operation;
    return operation.outcome !== "ok" || ids.has(id)
      ? operation
      : { id, client, input, invokedMs, outcome: "info" };
  });
}

/**
 * One order from the orders of the parts. The next operation is the one invoked first among the
 * heads: if another had returned before its invocation, the head of that one's part would have been
 * invoked still earlier.
 */
function merge(history: History, orders: readonly (readonly number[])[]): readonly number[] {
  const invoked = new Map(history.map((operation, place) => [operation.id, place]));
  const place = (order: readonly number[], at: number) =>
    invoked.get(order[at] as number) ?? Number.POSITIVE_INFINITY;
  const heads = orders.map((order) => ({ order, at: 0 }));
  const merged: number[] = [];
  const total = orders.reduce((sum, order) => sum + order.length, 0);
  while (merged.length < total) {
    const next = heads.reduce((a, b) => (place(b.order, b.at) < place(a.order, a.at) ? b : a));
    merged.push(next.order[next.at++] as number);
  }
  return merged;
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
