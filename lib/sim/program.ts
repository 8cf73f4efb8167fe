/**
 * Programs: ordinary async functions that use the protocol on their host, in virtual time. A program gets what its
 * host gives it and nothing else; a crash ends it wherever it waits, and a restart runs it from the start.
 */

import type { Ground, Luck } from "./ground.ts";
import { copy, hashString } from "./plain.ts";
import type { NodeId, Protocol } from "./protocol.ts";

/** What a program may use. Its promises resolve in virtual time. */
export type ProgramHost<Message> = {
  readonly id: NodeId;
  /** The host's own clock, in milliseconds. */
  now(): number;
  /** True time in milliseconds, for records of what happened; a program that decides by it cheats. */
  trueMs(): number;
  /** Waits, by the host's own clock. */
  sleep(ms: number): Promise<void>;
  /** Luck in [0, 1). */
  random(): number;
  /** Hands a message to the protocol on this host, which sees it come from its own id. */
  send(message: Message): void;
  /** The next message that the protocol sent to its own id, in order. */
  receive(): Promise<Message>;
  /** Puts a sentence into the trace. */
  note(text: string): void;
};

/** A protocol, and the program that uses it on the same host, if any. */
export type Server<State = unknown, Message = unknown> = {
  readonly protocol: Protocol<State, Message>;
  program?(host: ProgramHost<Message>): Promise<void>;
};

/** A protocol with the program that uses it. */
export function withProgram<State, Message>(
  protocol: Protocol<State, Message>,
  program: (host: ProgramHost<Message>) => Promise<void>,
): Server<State, Message> {
  return { protocol, program };
}

/** What a running program needs of the host below it. */
export type Floor = {
  readonly id: NodeId;
  readonly luck: Luck;
  nowMs(): number;
  /** How long a span of the host's clock truly is, in microseconds. */
  trueUs(ownMs: number): number;
  /** Lets something happen to the process: now, when it wakes up, or never when it has died. */
  happen(act: () => void): void;
  fromProgram(message: unknown, cause: number): void;
};

const RANDOM = hashString(0, "program");

/** One life of a program, from a start to a crash. */
export class Running {
  private readonly floor: Floor;
  private readonly ground: Ground;
  private readonly inbox: { readonly message: unknown; readonly cause: number }[] = [];
  private readonly waiting: ((message: unknown) => void)[] = [];
  private alive = true;
  /** The event that woke the program last: the cause of what it does next. */
  private cause: number;

  constructor(floor: Floor, ground: Ground, cause: number) {
    this.floor = floor;
    this.ground = ground;
    this.cause = cause;
  }

  start(program: (host: ProgramHost<unknown>) => Promise<void>): void {
    this.ground.woke();
    program(this.host()).catch((error: unknown) => {
      if (this.alive) this.ground.fail(error);
    });
  }

  stop(): void {
    this.alive = false;
  }

  /** A message from the protocol. */
  hear(message: unknown, cause: number): void {
    const next = this.waiting.shift();
    if (next === undefined) this.inbox.push({ message, cause });
    else this.wake(cause, () => next(message));
  }

  private wake(cause: number, resolve: () => void): void {
    this.cause = cause;
    this.ground.woke();
    resolve();
  }

  private host(): ProgramHost<unknown> {
    const { floor, ground } = this;
    return {
      id: floor.id,
      now: () => floor.nowMs(),
      trueMs: () => ground.nowUs() / 1000,
      random: () => floor.luck.ask(RANDOM),
      sleep: (ms) => this.sleep(ms),
      receive: () =>
        new Promise((resolve) => {
          const next = this.inbox.shift();
          if (next === undefined) {
            this.waiting.push(resolve);
          } else {
            this.cause = next.cause;
            resolve(next.message);
          }
        }),
      send: (message) => {
        if (this.alive) floor.fromProgram(copy(message), this.cause);
      },
      note: (text) => {
        if (this.alive)
          ground.record({ kind: "note", node: floor.id, text: String(text) }, this.cause);
      },
    };
  }

  private sleep(ms: number): Promise<void> {
    const { cause } = this;
    return new Promise((resolve) => {
      if (!(ms >= 0)) throw new RangeError(`sleep(${ms}): expected milliseconds, 0 or more.`);
      this.ground.at(this.ground.nowUs() + this.floor.trueUs(ms), () => {
        // Asked first, so that a wait of an earlier life is not a step of this one.
        if (this.alive) this.floor.happen(() => this.wake(cause, resolve));
      });
    });
  }
}
