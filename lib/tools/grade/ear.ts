/**
 * The exports of a submission, and an ear at each: so "your turn" is told from a wrong answer, and what the submission
 * threw from what a property says of it.
 */

import { inspect } from "node:util";
import { Violation } from "../../properties/exercise.ts";
import type { AnyExercise } from "../../properties/index.ts";

/** So many calls lie between judges and submission that no stack trace tells it who is asking, or for what. */
const CORRIDOR_CALLS = 12;

/** What a submission exports. */
export type Submission = Readonly<Record<string, (...args: never[]) => unknown>>;

/** The exports, and what was heard at them. */
export type Ear = {
  readonly module: Submission;
  /** The words of a stub that was called, if one was. */
  turn: string | undefined;
  /** Every error that came out of an export. */
  readonly thrown: WeakSet<object>;
};

/**
 * Listens at the exports. What they return is copied: an object with getters, or one that counts how often it is
 * compared, could otherwise satisfy a property by knowing how it asks.
 */
export function listen(exported: Submission, { exports: names, live }: AnyExercise): Ear {
  const heard: Record<string, (...args: never[]) => unknown> = {};
  const ear: Ear = { module: heard, turn: undefined, thrown: new WeakSet() };
  const note = (error: unknown) => {
    if (typeof error === "object" && error !== null) ear.thrown.add(error);
    const message = messageOf(error);
    if (message.endsWith("your turn")) ear.turn ??= message;
  };
  const given = live ? (result: unknown) => result : plain;
  const settled = async (result: Promise<unknown>) => {
    try {
      return given(await result);
    } catch (error) {
      note(error);
      throw error;
    }
  };
  const apply = (target: (...args: never[]) => unknown, self: unknown, args: unknown[]) => {
    try {
      const result = corridor(CORRIDOR_CALLS, target, self, args);
      return result instanceof Promise ? settled(result) : given(result);
    } catch (error) {
      note(error);
      throw error;
    }
  };
  for (const name of names) {
    const written = exported[name];
    if (written !== undefined) heard[name] = new Proxy(written, { apply });
  }
  Object.freeze(heard);
  return ear;
}

function corridor(
  calls: number,
  target: (...args: never[]) => unknown,
  self: unknown,
  args: unknown[],
): unknown {
  return calls === 0 ? Reflect.apply(target, self, args) : corridor(calls - 1, target, self, args);
}

function plain(result: unknown): unknown {
  if (typeof result !== "object" && typeof result !== "function") return result;
  try {
    return structuredClone(result);
  } catch {
    throw new Violation("It returned something that is not plain data.");
  }
}

/** An error's name, message and line in the submission, as far as it has them. */
export function thrown(error: unknown, file: string): string {
  const name = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  const message = messageOf(error).replaceAll(folder, "").replace(/\.$/, "");
  const line = lineOf(error, file);
  const known = line === undefined || message.includes(`${file.slice(folder.length)}:${line}:`);
  return `${name}${message}${known ? "" : ` (line ${line})`}`;
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
    const [, after = ""] = stack.split(`${file}:`);
    return /^\d+/.exec(after)?.[0];
  } catch {
    return undefined;
  }
}

/** A text, or the beginning of a longer one. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)} …`;
}
