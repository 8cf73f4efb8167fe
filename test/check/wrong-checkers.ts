/** Checkers with a mistake, which the comparisons with brute force have to find. */

import type { Patch } from "../../lib/tools/grade/job.ts";

export type WrongChecker = Patch & {
  readonly name: string;
  readonly origin: string;
  /** Only an eager checker gets there in a small history. */
  readonly isEager?: true;
};

/**
 * Not wrong, but eager: it does at once what it would do only in a hard history, the quotient and the
 * refutation.
 */
export const EAGER: readonly Patch[] = [
  {
    file: "lib/check/attempt.ts",
    from: "this.tries < most || ",
    to: "most > AGAIN || ",
  },
  { file: "lib/check/turns.ts", from: "const FIRST_TURN = 256;", to: "const FIRST_TURN = 1;" },
];

const check = (name: string) => `lib/check/${name}.ts`;

export const WRONG: readonly WrongChecker[] = [
  {
    name: "an operation that crashed never happened",
    file: check("timeline"),
    from: "this.crashed.push(called);",
    to: "",
    origin: "the first idea: whoever got no answer has done nothing",
  },
  {
    name: "operations that touch at one instant are in order",
    file: check("history"),
    from: "other.invokedMs <= returnedMs",
    to: "other.invokedMs < returnedMs",
    origin: "Porcupine's sort of events argues for closed intervals with four events",
  },
  {
    name: "a configuration that used more crashed operations dominates",
    file: check("configurations"),
    from: "(held | (this.#exact[word] as number))",
    to: "((words[word] as number) | (this.#exact[word] as number))",
    origin: "dominance, the wrong way round",
  },
  {
    name: "configurations with one hash are one",
    file: check("configurations"),
    from: "if (this.#offers((this.#slots[slot] as number) - 1, words)) return KNOWN;",
    to: "return KNOWN;",
    origin: "a search that trusts a hash calls what it has not seen seen",
  },
  {
    name: "a configuration forgets the state",
    file: check("search"),
    from: "this.#seen.enter(this.#words, ",
    to: "this.#seen.enter(this.#words.with(STATE, this.#table.initial), ",
    origin: "Wing and Gong's bits without Lowe's state",
  },
  {
    name: "of two crashed operations that do the same only the first may happen",
    file: check("search"),
    from: "if (isCrashed && (after === state || (before !== NONE && !this.#has(before)))) continue;",
    to: "if (isCrashed && (after === state || before !== NONE)) continue;",
    origin: "interchangeable, taken for identical",
  },
  {
    name: "every operation is placed where it is possible",
    file: check("timeline"),
    from: "readsFirst && model.isReadOnly?.(input, returned) === true;",
    to: 'readsFirst && (input as { kind: string }).kind !== "acquire";',
    origin: "the greedy search, right for reads only",
  },
  {
    name: "a bit is free before its operation has returned",
    file: check("timeline"),
    from: "free.push(this.bit[row] as number);",
    to: "free.push(this.bit[row] as number, 0);",
    origin: "a slot of the window that is used twice",
  },
  {
    name: "a state of the same length is the same state",
    file: check("transitions"),
    from: "step.state === before ? state",
    to: "keyOf(step.state).length === keyOf(before).length ? state",
    origin: "states compared by a part of what they hold",
  },
  {
    name: "what a cas asks for is not looked at",
    file: check("register-quotients"),
    from: 'if (input.kind === "cas") return [input.from];',
    to: 'if (input.kind === "cas") return [];',
    origin: "a quotient by reads alone",
  },
  {
    name: "an append to a value that nobody reads begins a new one",
    file: check("prefixes"),
    from: "if (prefix === undefined) return NO_PREFIX;",
    to: "if (prefix === undefined) return this.after(EMPTY, text);",
    origin: "a trie that forgets that it has left the tree",
  },
  {
    name: "values that no dequeue returned are no values",
    file: check("collection-quotients"),
    from: "state: [...(state as readonly number[]), number(input.value)]",
    to: "state: number(input.value) < 0 ? state : [...(state as readonly number[]), number(input.value)]",
    origin: "what nobody looks at, left out instead of made one",
  },
  {
    name: "a log is compared without its offsets",
    file: check("collection-quotients"),
    from: "(at) => number(from + at, output[at])",
    to: "(at) => number(at, output[at])",
    origin: "an index counted from where the read begins",
  },
  {
    name: "logs of one length are one log",
    file: check("sequences"),
    from: "const name = sequence * ITEMS + item + 1;",
    to: "const name = this.length(sequence);",
    origin: "a log that is known by where it ends",
  },
  {
    name: "an element that is added twice is gone",
    file: check("collection-quotients"),
    from: 'const changes = holds === (input.kind === "remove");',
    to: 'const changes = holds || input.kind === "add";',
    origin: "bits that are flipped instead of set",
  },
  {
    name: "crashed writes are alike, whatever they write",
    file: check("register-quotients"),
    from: 'if (input.kind === "write") return `write',
    to: 'if (input.kind === "write") return "";\n      return `write',
    origin: "a key of an input that forgets a part of it",
    isEager: true,
  },
  {
    name: "crashed appends are alike, whatever they append",
    file: check("collection-quotients"),
    from: 'inputKey: (input) => (input.kind === "append" ?',
    to: 'inputKey: (input) => (input.kind === "append" ? "append" : input.kind === "append" ?',
    origin: "a key of an input that forgets a part of it",
    isEager: true,
  },
  {
    name: "what came out first was put in first, though both came out at once",
    file: check("take-order"),
    from: "<= (this.#invoked[other] as number);\n  }\n\n  /** Whether any",
    to: "<= (this.#returned[other] as number);\n  }\n\n  /** Whether any",
    origin: "the order of returns, taken for that of effects",
  },
  {
    name: "of equal values in a queue the first is the only one",
    file: check("queue-takers"),
    from: "rowsOf.enqueue.get(name)?.length === 1 && ",
    to: "",
    origin: "a proof for values that differ",
  },
  {
    name: "a dequeue of unknown outcome took nothing",
    file: check("queue-takers"),
    from: 'if (input.kind === "dequeue" && returned === undefined) isSure = false;',
    to: "",
    origin: "the first idea: whoever got no answer has done nothing",
  },
  {
    name: "all keys are one object",
    file: check("independent"),
    from: "const { key } = input;\n      const model",
    to: 'const key = "x";\n      const model',
    origin: "a key that a wrapper forgets",
  },
  {
    name: "crashed operations explain nothing that returned",
    file: check("refutation"),
    from: "      if (rows.has(input)) continue;\n",
    to: "      if (rows.has(input) || line.deeds[invoked]?.returned === undefined) continue;\n",
    origin: "a quick test that is quicker than it may be",
  },
  {
    name: "what is refuted is refuted by what came before it alone",
    file: check("refutation"),
    from: "    states.push(after);\n",
    to: "    if (depth <= 1) states.push(after);\n",
    origin: "values that one operation made, but not two",
  },
  {
    name: "what is refuted is refuted by outcomes that came out later",
    file: check("refutation"),
    from: "const after = table.nextIfUnknown(state, row);",
    to: "const after = table.next(state, row);",
    origin: "a proof that nobody could have made at the time",
    isEager: true,
  },
  {
    name: "the first part that has an order speaks for all",
    file: check("turns"),
    from: "        attempts.delete(part);\n",
    to: '        return { kind: "found", orders };\n',
    origin: "Porcupine's goroutines, without waiting for the others",
  },
  {
    name: "what was under way had the outcome that came out later",
    file: check("attempt"),
    from: "others(reads.at(returned)).every(isReadAnyway) &&",
    to: "",
    origin: "a reason that nobody could have known at the time",
  },
];
