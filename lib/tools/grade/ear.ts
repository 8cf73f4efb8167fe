/**
 * The exports of a submission, and an ear at each: so "your turn" is told from a wrong answer, and what the submission
 * threw from what a property says of it.
 */

import { inspect } from "node:util";
import { Violation } from "../../properties/exercise.ts";
import type { AnyExercise } from "../../properties/index.ts";
import { type Callable, gate } from "./crossing.ts";
import { TWIN } from "./job.ts";

/** What a submission exports. */
export type Submission = Readonly<Record<string, Callable>>;

/** The exports, and what was heard at them. */
export type Ear = {
  readonly module: Submission;
  /** The exports of the other instances of the same file. */
  readonly others: readonly Submission[];
  /** The words of a stub that was called, if one was. */
  turn: string | undefined;
  /** Every error that came out of an export: never what the submission threw, always words about it. */
  readonly thrown: WeakSet<object>;
};

/**
 * Listens at the exports. What they are given and what they return is copied: an object with getters, or one that
 * counts how often it is compared, could otherwise satisfy a property by knowing how it asks.
 */
export function listen(
  instances: readonly Submission[],
  {
    exports: names,
    live = false,
    inPlace = [],
    async = [],
  }: Pick<AnyExercise, "exports" | "live" | "inPlace" | "async">,
): Ear {
  const [module = {}, ...others] = instances.map((): Record<string, Callable> => ({}));
  const ear: Ear = { module, others, turn: undefined, thrown: new WeakSet() };
  const inWordsHeard = (error: unknown): Error => {
    const words = isA(Violation, error) ? error : inWords(error);
    ear.thrown.add(words);
    if (words.message.endsWith("your turn")) ear.turn ??= words.message;
    return words;
  };
  const through = gate(live, inWordsHeard);
  for (const [nth, heard] of [module, ...others].entries()) {
    for (const name of names) {
      const own = instances[nth]?.[name];
      const manner = { name, inPlace: inPlace.includes(name), isAsync: async.includes(name) };
      if (own !== undefined) heard[name] = through(own, manner);
    }
    Object.freeze(heard);
  }
  return ear;
}

/**
 * A fresh error with the words of what a submission threw. The thing itself could be a promise, or look like a
 * skipped trial of fast-check's.
 */
function inWords(error: unknown): Error {
  const words = new Error(messageOf(error));
  const { name, stack } = words;
  words.name = textOf(() => error instanceof Error && error.name) ?? name;
  words.stack = textOf(() => error instanceof Error && error.stack) ?? stack ?? "";
  words.stack = words.stack.replace(TWIN, "");
  return words;
}

function textOf(look: () => unknown): string | undefined {
  try {
    const text = look();
    return typeof text === "string" ? shorten(text, 10_000) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a thrown value is an instance of a class; a proxy may not want to say. */
export function isA<Kind>(
  kind: abstract new (...args: never[]) => Kind,
  error: unknown,
): error is Kind {
  try {
    return error instanceof kind;
  } catch {
    return false;
  }
}

/** An error's name, message and line in the submission, as far as it has them. */
export function thrown(error: unknown, file: string): string {
  const { name } = inWords(error);
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  const message = messageOf(error).replace(TWIN, "").replaceAll(folder, "").replace(/\.$/, "");
  const line = lineOf(error, file);
  const known = line === undefined || message.includes(`${file.slice(folder.length)}:${line}:`);
  return `${name === "Error" ? "" : `${name}: `}${message}${known ? "" : ` (line ${line})`}`;
}

/** What a thrown value says: it can be anything, and its getters can do anything. */
export function messageOf(error: unknown): string {
  try {
    return shorten(
      error instanceof Error ? String(error.message) : inspect(error, { customInspect: false }),
      1_000,
    );
  } catch {
    return "something that cannot be printed";
  }
}

/** The line of the submission where an error was made. */
export function lineOf(error: unknown, file: string): string | undefined {
  try {
    const stack = error instanceof Error ? String(error.stack) : "";
    const [, after = ""] = stack.replace(TWIN, "").split(`${file}:`);
    return /^\d+/.exec(after)?.[0];
  } catch {
    return undefined;
  }
}

/** A text, or the beginning of a longer one. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)} …`;
}
