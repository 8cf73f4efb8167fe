/**
 * The verdict on a history: is there one order of its operations, true to real time, that the model
 * accepts? (Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects",
 * 1990.)
 */

import { Attempt } from "./attempt.ts";
import { diagnose } from "./diagnosis.ts";
import { type History, type Operation, validateHistory } from "./history.ts";
import { budgetOf, type Limits, reductionsLeftOut } from "./limits.ts";
import { type Model, validateModel } from "./model.ts";
import { Turns } from "./turns.ts";

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
       * `info`, unless it failed. Of a partitioned model, only the part that fails. Longer when
       * finding the first took more than the verdict, a limit cut it short, or the reason needs no order.
       */
      readonly prefix: History<Input, Output>;
      /** The operation that no order can place. */
      readonly operation: Operation<Input, Output>;
      /**
       * A sentence from the model, such as "read returned 3, but the register holds 1 or 2"; or the
       * checker's own, when it is known without an order: what nobody can have made, or what came out
       * of a queue in the wrong order.
       */
      readonly why: string;
      /**
       * The ids of the longest order found: every operation that returned before that one is in it.
       * Shorter when they need that operation itself, or a limit cut the search for it short; empty
       * when the reason needs no order.
       */
      readonly deepest: readonly number[];
    }
  | { readonly verdict: "unknown"; readonly reason: string }
);

/** So many steps of a model are looked at more closely. */
const WATCHED = 16;

/** So many tries may be spent on the evidence, however few the verdict took. */
const AT_LEAST = 2048;
const PER_OPERATION = 16;

/**
 * Judges a history against a model. Operations that touch at one instant are concurrent unless the
 * history says otherwise; `info` may take effect at any later time or never; `fail` never did.
 * Throws one sentence when the history or the model is malformed, or a limit makes no sense.
 */
export function linearizable<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  limits: Limits = {},
): Linearizability<Input, Output> {
  validateHistory(history);
  validateModel(model);
  const budget = budgetOf(limits);
  const without = reductionsLeftOut(limits);
  const watch = { left: WATCHED };
  const begin = (part: History<Input, Output>, bytes: number) =>
    new Attempt(part, model, without, bytes, watch);
  const turns = new Turns(begin, budget);
  const parts = without.has("partitions") ? [history] : partsOf(history, model);
  const outcome = turns.run(parts);
  const { configurations, tries } = turns;
  switch (outcome.kind) {
    case "found":
      return { verdict: "ok", witness: merge(outcome.orders), configurations };
    case "stopped":
      return { verdict: "unknown", reason: outcome.reason, configurations };
    case "stuck": {
      // The evidence may cost as much as the verdict.
      const effort = {
        tries: Math.max(tries, AT_LEAST, PER_OPERATION * history.length),
        configurations: Number.POSITIVE_INFINITY,
        bytes: budget.bytes / 2,
      };
      const more = new Turns(begin, { ...budget, ...effort });
      return { verdict: "violated", ...diagnose(outcome, more), configurations };
    }
  }
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

/**
 * One order from the orders of the parts: each operation goes where the latest invocation up to it
 * in its part stands. Whatever is before an operation in its part was invoked before it returned; so
 * if it returned before another was invoked, it comes first.
 */
function merge(orders: readonly (readonly number[])[]): readonly number[] {
  const placed = orders.flatMap((order) => {
    let latest = Number.NEGATIVE_INFINITY;
    return order.map((id) => {
      latest = Math.max(latest, id);
      return { id, latest };
    });
  });
  return placed.sort((a, b) => a.latest - b.latest).map(({ id }) => id);
}
