/**
 * Programs: ordinary async functions that use the protocol on their host, in virtual time. A program gets what its
 * host gives it and nothing else; a crash ends it wherever it waits, and a restart runs it from the start.
 */

import type { Host } from "./host.ts";
import { checkInput } from "./input.ts";
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

type Program = (host: ProgramHost<unknown>) => Promise<void>;

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

const RANDOM = hashString(0, "program");

/** One life of a program, from a start to a crash. */
export class Running {
  private readonly program: Program;
  private readonly host: Host;
  private readonly inbox: { readonly message: unknown; readonly cause: number }[] = [];
  private readonly waiting: ((message: unknown) => void)[] = [];
  private alive = true;
  /** The event that woke the program last: the cause of what it does next. */
  private cause: number;

  constructor(program: Program, host: Host, cause: number) {
    this.program = program;
    this.host = host;
    this.cause = cause;
  }

  start(): void {
    this.host.ground.woke();
    this.program(this.face()).catch((error: unknown) => {
      if (this.alive) this.host.ground.fail(error);
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
    this.host.ground.woke();
    resolve();
  }

  /** The host as the program sees it. */
  private face(): ProgramHost<unknown> {
    const { host } = this;
    const { ground } = host;
    return {
      id: host.id,
      now: () => host.nowMs(),
      trueMs: () => ground.nowUs() / 1000,
      random: () => host.luck.ask(RANDOM),
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
        if (this.alive) host.fromProgram(copy(message), this.cause);
      },
      note: (text) => {
        if (this.alive)
          ground.record({ kind: "note", node: host.id, text: String(text) }, this.cause);
      },
    };
  }

  private sleep(ms: number): Promise<void> {
    const { cause } = this;
    return new Promise((resolve) => {
      checkInput(ms >= 0, "sleep", ms, "milliseconds, 0 or more");
      this.host.ground.at(this.host.ground.nowUs() + this.host.clock.trueUs(ms), () => {
        // Asked first, so that a wait of an earlier life is not a step of this one.
        if (this.alive) this.host.happen(() => this.wake(cause, resolve));
      });
    });
  }
}
