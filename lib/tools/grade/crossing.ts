/**
 * What judges and submission hand each other. Data is copied; in a live exercise a function is wrapped as well, so that
 * what it is given and what it returns is copied in turn. Neither side ever holds an object of the other's.
 */

import { Violation } from "../../properties/exercise.ts";

/** So many calls lie between judges and submission that no stack trace tells it who is asking, or for what. */
const CORRIDOR_CALLS = 12;

const NOTHING = /(?:)/;

export type Callable = (...args: never[]) => unknown;

/** How a function of the submission is called by its judges. */
export type Call = (...args: readonly unknown[]) => unknown;

/**
 * A gate between the two sides.
 *
 * @param live whether anything but data may pass
 * @param inWords what the judges hear of whatever the submission throws
 * @returns for a function of the submission, how the judges call it. Its `this` would be theirs, so it gets none
 */
export function gate(live: boolean, inWords: (error: unknown) => Error): (own: Callable) => Call {
  const loans = new WeakSet<object>();
  const words = new WeakSet<object>();

  function wordsOf(error: unknown): Error {
    const said = inWords(error);
    words.add(said);
    return said;
  }

  function taken(own: Callable, self?: unknown): Call {
    return (...args) => {
      const copies = args.map(lend);
      try {
        const result = corridor(CORRIDOR_CALLS, own, self, copies);
        args.forEach((arg, at) => {
          const copy = copies[at];
          if (isFields(copy) && !loans.has(copy)) overwrite(arg, take(copy));
        });
        return take(result);
      } catch (error) {
        throw wordsOf(error);
      }
    };
  }

  /** From the submission: every field is read once. */
  function take(value: unknown): unknown {
    if (value instanceof Promise) return settled(value);
    if (typeof value !== "object" && typeof value !== "function") return value;
    try {
      return structuredClone(value);
    } catch {
      if (!live) throw new Violation("It handed out something that is not plain data.");
    }
    if (typeof value === "function") return taken(value as Callable);
    const fields = Object.entries(value as object).map(([name, field]) => {
      return [name, typeof field === "function" ? taken(field, value) : take(field)] as const;
    });
    return Object.fromEntries(fields);
  }

  async function settled(result: Promise<unknown>): Promise<unknown> {
    try {
      return take(await result);
    } catch (error) {
      throw wordsOf(error);
    }
  }

  /** To the submission: a thing with methods is lent, and its fields are what they are when they are looked at. */
  function lend(value: unknown): unknown {
    try {
      return structuredClone(value);
    } catch (error) {
      if (!live) throw error;
    }
    const loan = loanOf(value as object);
    loans.add(loan);
    return loan;
  }

  function loanOf(value: object): object {
    if (value instanceof Promise) return value.then(lend, lendError);
    if (typeof value === "function") {
      return Object.freeze((...args: unknown[]) => {
        const given = args.map(take);
        try {
          return lend(value(...given));
        } catch (error) {
          return lendError(error);
        }
      });
    }
    const fields = Object.keys(value).map((name) => {
      const get = () => lend(value[name as keyof typeof value]);
      return [name, { get, enumerable: true }] as const;
    });
    return Object.freeze(Object.defineProperties({}, Object.fromEntries(fields)));
  }

  /** With its own fields, such as a code, and without the stack that tells who was asked. */
  function lendError(error: unknown): never {
    const { name, message } = error as Error;
    if (words.has(error as Error)) throw error;
    throw Object.assign(new Error(message), structuredClone({ ...(error as Error) }), { name });
  }

  return taken;
}

function corridor(calls: number, own: Callable, self: unknown, args: unknown[]): unknown {
  if (calls > 0) return corridor(calls - 1, own, self, args);
  // What was matched last is one memory for all: RegExp.$1 would tell one instance what another saw.
  NOTHING.test("");
  return Reflect.apply(own, self, args);
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;

/**
 * Makes the judges' object say what the submission made of its copy; what is the same is not touched.
 *
 * @returns what belongs in the place of `kept`: itself when it is an object and can say the same
 */
function overwrite(kept: unknown, made: unknown): unknown {
  if (!isFields(kept) || !isFields(made) || Array.isArray(kept) !== Array.isArray(made))
    return made;
  for (const key of Object.keys(kept)) if (!Object.hasOwn(made, key)) delete kept[key];
  if (Array.isArray(kept) && kept.length !== made.length) kept.length = Number(made.length);
  for (const [key, value] of Object.entries(made)) {
    const now = overwrite(kept[key], value);
    if (!Object.is(kept[key], now)) kept[key] = now;
  }
  return kept;
}
