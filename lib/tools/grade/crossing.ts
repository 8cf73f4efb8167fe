/**
 * What judges and submission hand each other. Data is copied; in a live exercise a function is wrapped as well, so that
 * what it is given and what it returns is copied in turn. Neither side ever holds an object of the other's.
 */

import { Violation } from "../../properties/exercise.ts";
import { atOnce, hosted, isProtocol } from "./hosted.ts";

/** So many calls lie between judges and submission that no stack trace tells it who is asking, or for what. */
const CORRIDOR_CALLS = 12;

const NOTHING = /(?:)/;

export type Callable = (...args: never[]) => unknown;

/** How a function of the submission is called by its judges. */
export type Call = (...args: readonly unknown[]) => unknown;

/** What a function of the submission is, to its judges. */
export type Manner = {
  /** Left out: a function that was handed out, of which nothing is known. */
  readonly name?: string;
  /** Whether what it makes of its first argument is its result, too. */
  readonly inPlace: boolean;
  readonly isAsync: boolean;
};

const HANDED_OUT: Manner = { inPlace: true, isAsync: true };

/**
 * A gate between the two sides.
 *
 * @param live whether anything but data may pass
 * @param inWords what the judges hear of whatever the submission throws
 * @returns for a function of the submission, how the judges call it
 */
export function gate(
  live: boolean,
  inWords: (error: unknown) => Error,
): (own: Callable, manner?: Manner) => Call {
  const between = new Gate(live, inWords);
  return (own, manner) => between.taken(own, undefined, manner);
}

class Gate {
  private readonly live: boolean;
  private readonly inWords: (error: unknown) => Error;
  private readonly loans = new WeakSet<object>();
  private readonly words = new WeakSet<object>();

  constructor(live: boolean, inWords: (error: unknown) => Error) {
    this.live = live;
    this.inWords = inWords;
  }

  /** A function of the submission, as the judges call it. Its `this` is never theirs. */
  taken(own: Callable, self?: unknown, manner: Manner = HANDED_OUT): Call {
    return (...args) => {
      const copies = args.map((arg) => this.lend(arg));
      try {
        const result = corridor(CORRIDOR_CALLS, own, self, copies);
        const [copy] = copies;
        if (manner.inPlace && isFields(copy) && !this.loans.has(copy)) {
          overwrite(args[0], this.take(copy));
        }
        return this.take(manner.isAsync ? result : atOnce(manner.name, result));
      } catch (error) {
        throw this.wordsOf(error);
      }
    };
  }

  /** From the submission: every field is read once. */
  private take(value: unknown): unknown {
    if (value instanceof Promise) return this.settled(value);
    if (typeof value !== "object" && typeof value !== "function") return value;
    // A copy of an instance of a class would be without its methods.
    if (this.live && isProtocol(value)) {
      return hosted(value, (own, args) => this.call(own, value, args));
    }
    try {
      return structuredClone(value);
    } catch {
      if (!this.live) throw new Violation("It handed out something that is not plain data.");
    }
    if (typeof value === "function") return this.taken(value as Callable);
    const fields = Object.entries(value as object).map(([name, field]) => {
      const isMethod = typeof field === "function";
      return [name, isMethod ? this.taken(field, value) : this.take(field)] as const;
    });
    return Object.fromEntries(fields);
  }

  /** Without copies: for what crosses by itself. */
  private call(own: Callable, self: unknown, args: readonly unknown[]): unknown {
    try {
      return corridor(CORRIDOR_CALLS, own, self, args);
    } catch (error) {
      throw this.wordsOf(error);
    }
  }

  private async settled(result: Promise<unknown>): Promise<unknown> {
    try {
      return this.take(await result);
    } catch (error) {
      throw this.wordsOf(error);
    }
  }

  private wordsOf(error: unknown): Error {
    const said = this.inWords(error);
    this.words.add(said);
    return said;
  }

  /** To the submission: a thing with methods is lent, and its fields are what they are when they are looked at. */
  private lend(value: unknown): unknown {
    try {
      return structuredClone(value);
    } catch (error) {
      if (!this.live) throw error;
    }
    const loan = this.loanOf(value as object);
    this.loans.add(loan);
    return loan;
  }

  private loanOf(value: object): object {
    if (value instanceof Promise) {
      return value.then(
        (result) => this.lend(result),
        (error: unknown) => this.lendError(error),
      );
    }
    if (typeof value === "function") {
      return Object.freeze((...args: unknown[]) => {
        const given = args.map((arg) => this.take(arg));
        try {
          return this.lend(value(...given));
        } catch (error) {
          return this.lendError(error);
        }
      });
    }
    const fields = Object.keys(value).map((name) => {
      const get = () => this.lend(value[name as keyof typeof value]);
      return [name, { get, enumerable: true }] as const;
    });
    return Object.freeze(Object.defineProperties({}, Object.fromEntries(fields)));
  }

  /** With its own fields, such as a code, and without the stack that tells who was asked. */
  private lendError(error: unknown): never {
    const { name, message } = error as Error;
    if (this.words.has(error as Error)) throw error;
    throw Object.assign(new Error(message), structuredClone({ ...(error as Error) }), { name });
  }
}

function corridor(calls: number, own: Callable, self: unknown, args: readonly unknown[]): unknown {
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
