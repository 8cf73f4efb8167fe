/**
 * The search for an order that explains a history.
 *
 * A history is linearizable when its operations can be put in one order in which (1) an operation
 * that returned before another was invoked comes before it, and (2) the object, taken through that
 * order one operation at a time, gives every client what it got.
 *
 * Wing and Gong (1993) build the order from its front. An operation may come next if no other that
 * still waits had returned before it was invoked. Take one of these; if the object cannot give its
 * client what it got, take another; when none is left, take the last choice back. That is a
 * depth-first search, and it may try n! orders.
 *
 * Lowe (2017) saw that it gets into the same situation over and over. Which operations are placed,
 * and in which state the object is then, is all that decides how the search can go on. This pair is
 * a *configuration*: the search remembers each one that it has entered, and enters none twice. Real
 * time fixes whether an operation is placed for all but those that overlap, so that a check is hard
 * when much happens at once, not when the history is long. Horn and Kroening (2015) keep the placed
 * operations as bits, and check an object that is made of independent parts part by part
 * (linearizability.ts does).
 *
 * Three facts spare more. Each leaves some order that explains the history, if there is one:
 * - Nobody saw a crashed operation return, so it may be placed anywhere after its invocation, or
 *   nowhere. The search is over when the completed ones are placed, and tries no crashed one where
 *   it would change nothing.
 * - Crashed operations that do the same are interchangeable: the earlier one is placed first.
 * - A read that is possible now is placed now, without an alternative. In any order that explains
 *   the history it can be moved to this point, because it changes nothing for the operations that
 *   it skips.
 */

import { Configurations } from "./configurations.ts";
import { byReturn, type History, type Operation } from "./history.ts";
import { type Item, itemsOf } from "./items.ts";
import type { Model } from "./model.ts";
import { IMPOSSIBLE, Transitions } from "./transitions.ts";

/** How a search ended. Orders are lists of operation ids. */
export type Ending<Input, Output> = { readonly configurations: number } & (
  | { readonly kind: "found"; readonly order: readonly number[] }
  | Stuck<Input, Output>
  | { readonly kind: "stopped"; readonly reason: string }
);

/** No order explains the history. */
export type Stuck<Input, Output> = {
  readonly kind: "stuck";
  /** How many operations, in the order of their return, could be placed together. */
  readonly returned: number;
  /** The longest beginning of an order that places them all. */
  readonly order: readonly number[];
  /** The next one to return: impossible wherever all of those are placed. */
  readonly operation: Operation<Input, Output>;
  /** The model's reasons, for a few of the states in which it is impossible. */
  readonly reasons: readonly string[];
};

/** How far a search may go. */
export type Budget = {
  /** How many configurations, and how many states, it may remember. */
  readonly configurations: number;
  /** Why it must stop now, if it must; asked now and then. */
  stop(): string | undefined;
};

/** A configuration on the current path. */
type Frame = {
  /** The operation that was placed last; none at the root. */
  readonly placed: Item | undefined;
  readonly state: number;
  /**
   * How many completed operations are placed, counting by invocation and stopping at the first that
   * is not.
   */
  readonly first: number;
  /** The same, counting by return. */
  readonly returned: number;
  readonly choices: readonly Item[];
  /** How many choices were tried. */
  tried: number;
};

/** Where the search had to turn back, and the states in which it did. */
type DeadEnd = {
  readonly returned: number;
  order: readonly number[];
  readonly states: number[];
};

/** Reasons are collected for at most this many states: more would not be read. */
const REASONS = 4;
/** The budget is asked once in this many tries. */
const PATIENCE = 1024;

/** Looks for an order of the operations; those that failed must be left out before. */
export function search<State, Input, Output>(
  history: History<Input, Output>,
  model: Model<State, Input, Output>,
  budget: Budget,
): Ending<Input, Output> {
  return new Search(history, model).run(budget);
}

class Search<State, Input, Output> {
  readonly #operations: History<Input, Output>;
  readonly #table: Transitions<State, Input, Output>;
  /** In the order of invocation. */
  readonly #completed: readonly Item[];
  readonly #crashed: readonly Item[];
  /** The completed ones in the order of their return. */
  readonly #returns: readonly Item[];
  readonly #path: Frame[] = [];
  /** The configuration at the end of the path: a bit for each placed operation, then the state. */
  readonly #words: Uint32Array;
  #furthest: DeadEnd | undefined;

  constructor(history: History<Input, Output>, model: Model<State, Input, Output>) {
    this.#operations = history;
    this.#table = new Transitions(model);
    const items = itemsOf(history, model, this.#table);
    this.#completed = items.filter((item) => item.returned !== Number.POSITIVE_INFINITY);
    this.#crashed = items.filter((item) => item.returned === Number.POSITIVE_INFINITY);
    const itemOf = new Map(this.#completed.map((item) => [item.id, item]));
    this.#returns = byReturn(history).map((operation) => itemOf.get(operation.id) as Item);
    this.#words = new Uint32Array(Math.ceil(items.length / 32) + 1);
  }

  run(budget: Budget): Ending<Input, Output> {
    const seen = new Configurations(this.#words.length);
    let tries = 0;
    let frame = this.#enter(undefined, undefined, this.#table.initial());
    while (frame.first < this.#completed.length) {
      const item = frame.choices[frame.tried++];
      if (item === undefined) {
        const parent = this.#leave(frame);
        if (parent === undefined) return this.#giveUp(seen.size);
        frame = parent;
        continue;
      }
      const reason =
        (tries++ % PATIENCE === 0 ? budget.stop() : undefined) ?? this.#tooMuch(seen, budget);
      if (reason !== undefined) return { kind: "stopped", reason, configurations: seen.size };
      const state = this.#table.next(frame.state, item.does);
      this.#flip(item);
      this.#words[this.#words.length - 1] = state;
      if (seen.add(this.#words)) frame = this.#enter(frame, item, state);
      else this.#flip(item);
    }
    return { kind: "found", order: this.#order(), configurations: seen.size };
  }

  #enter(parent: Frame | undefined, placed: Item | undefined, state: number): Frame {
    let first = parent?.first ?? 0;
    while (first < this.#completed.length && this.#has(this.#completed[first] as Item)) first++;
    let returned = parent?.returned ?? 0;
    while (returned < this.#returns.length && this.#has(this.#returns[returned] as Item))
      returned++;
    const choices = this.#choices(first, state);
    const frame = { placed, state, first, returned, choices, tried: 0 };
    this.#path.push(frame);
    return frame;
  }

  /** The operations that may come next and are possible in this state. */
  #choices(first: number, state: number): readonly Item[] {
    const choices: Item[] = [];
    // No operation may be placed before one that returned before it was invoked.
    let horizon = Number.POSITIVE_INFINITY;
    for (let at = first; at < this.#completed.length; at++) {
      const item = this.#completed[at] as Item;
      if (item.invoked >= horizon) break;
      if (this.#has(item)) continue;
      horizon = Math.min(horizon, item.returned);
      if (this.#table.next(state, item.does) === IMPOSSIBLE) continue;
      if (item.isReadOnly) return [item];
      choices.push(item);
    }
    for (const item of this.#crashed) {
      if (item.invoked >= horizon) break;
      if (this.#has(item) || (item.twin !== undefined && !this.#has(item.twin))) continue;
      const next = this.#table.next(state, item.does);
      if (next !== IMPOSSIBLE && next !== state) choices.push(item);
    }
    return choices;
  }

  /** Takes the last placed operation back; a dead end that got further than any before is kept. */
  #leave(frame: Frame): Frame | undefined {
    const best = this.#furthest;
    if (best === undefined || frame.returned > best.returned) {
      this.#furthest = { returned: frame.returned, order: this.#order(), states: [frame.state] };
    } else if (frame.returned === best.returned) {
      if (this.#path.length - 1 > best.order.length) best.order = this.#order();
      if (best.states.length < REASONS && !best.states.includes(frame.state)) {
        best.states.push(frame.state);
      }
    }
    this.#path.pop();
    if (frame.placed !== undefined) this.#flip(frame.placed);
    return this.#path.at(-1);
  }

  #giveUp(configurations: number): Ending<Input, Output> {
    const { returned, order, states } = this.#furthest as DeadEnd;
    const next = this.#returns[returned] as Item;
    const operation = this.#operations[next.invoked] as Operation<Input, Output>;
    const reasons = states.flatMap((state) => this.#table.why(state, next.does) ?? []);
    return { kind: "stuck", order, returned, operation, reasons, configurations };
  }

  #tooMuch(seen: Configurations, budget: Budget): string | undefined {
    const remembered = Math.max(seen.size, this.#table.states);
    if (remembered <= budget.configurations) return undefined;
    return `no verdict within ${budget.configurations} remembered configurations`;
  }

  #order(): readonly number[] {
    return this.#path.flatMap((frame) => frame.placed?.id ?? []);
  }

  #has(item: Item): boolean {
    return ((this.#words[item.invoked >> 5] as number) & (1 << (item.invoked & 31))) !== 0;
  }

  #flip(item: Item): void {
    const word = item.invoked >> 5;
    this.#words[word] = (this.#words[word] as number) ^ (1 << (item.invoked & 31));
  }
}
