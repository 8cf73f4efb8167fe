/**
 * A host that runs a program of ours, as applications and masters do: it asks other servers, answers those that ask
 * it, and may hold a session with an ensemble.
 */

import { type NodeId, type ProgramHost, type Server, withProgram } from "quorumlab/sim";
import {
  type CallErrorCode,
  type ClientMessage,
  type ClientState,
  machine,
  type Numbered,
  type ToProgram,
} from "./calls.ts";
import { face as faceOf } from "./face.ts";
import { checkNumber } from "./input.ts";
import type { SessionNews, SessionOptions } from "./session.ts";
import type { Known, ZooKeeper } from "./zookeeper.ts";

/** Which reply answers which kind of request. */
export type Replies = Readonly<Record<string, object>>;

/** A call without an answer. Only a refused connection tells that nothing happened. */
export class CallError extends Error {
  readonly code: CallErrorCode;
  /** Whether asking again can help. It always can; whether it is safe depends on the request. */
  readonly retriable = true;
  /** Whether the request may have taken effect all the same. */
  readonly unknownOutcome: boolean;
  constructor(code: CallErrorCode, to: NodeId, request: string) {
    super(`${code}: no answer to "${request}" from ${to}`);
    this.name = "CallError";
    this.code = code;
    this.unknownOutcome = code !== "ConnectionRefused";
  }
}

/** What a client's program may use: what any program has, calls, and sessions. */
export type ClientHost<R extends Replies> = Omit<ProgramHost<unknown>, "send" | "receive"> & {
  /**
   * Asks a server and waits for its reply.
   *
   * @param timeoutMs how long to wait by this client's clock, 100 unless told
   * @throws CallError when no reply came
   */
  call<K extends keyof R & string>(
    to: NodeId,
    request: { readonly kind: K } & Readonly<Record<string, unknown>>,
    timeoutMs?: number,
  ): Promise<R[K]>;
  /** From now on answers those that ask this host. A handler that throws or rejects gives no answer. */
  answer(handler: Answering): void;
  /** Opens a session with an ensemble. @returns once a leader knows it; an older session of this host is given up */
  zookeeper(options: SessionOptions): Promise<ZooKeeper>;
};

/** Answers a request of another host. */
export type Answering = (
  request: { readonly kind: string } & Readonly<Record<string, unknown>>,
  from: NodeId,
) => object | Promise<object>;

/** A server of the world that runs a client program. What a watcher throws ends the run, as what the program throws. */
export function client<R extends Replies>(
  program: (host: ClientHost<R>) => Promise<void>,
): Server<ClientState, ClientMessage> {
  return withProgram(machine, async (host) => {
    const { own, listening } = face<R>(host);
    await Promise.all([program(own), listening]);
  });
}

/** The async face: a promise for each call, settled by what the machine says, as long as it listens. */
function face<R extends Replies>(
  host: ProgramHost<ClientMessage>,
): { own: ClientHost<R>; listening: Promise<never> } {
  const { send, receive, ...rest } = host;
  const waiting = new Map<number, (answer: ToProgram) => void>();
  let calls = 0;
  let answering: Answering | undefined;
  const sessions = sessionsOver(send);

  function hear(message: ToProgram): void {
    if (message.kind === "session") {
      sessions.hear(message);
    } else if (message.kind === "asked") {
      give(message.from, message.call, message.request).catch(() => {});
    } else {
      waiting.get(message.call)?.(message);
      waiting.delete(message.call);
    }
  }

  async function give(to: NodeId, call: number, request: Numbered): Promise<void> {
    const answer = await answering?.(request, to);
    if (answer !== undefined) send({ kind: "answer", call, to, answer: { ...answer, call } });
  }

  async function listen(): Promise<never> {
    for (;;) hear((await receive()) as ToProgram);
  }

  const own: ClientHost<R> = {
    ...rest,
    call: (to, request, timeoutMs = 100) =>
      new Promise((resolve, reject) => {
        checkNumber("call: timeoutMs", timeoutMs, 0);
        const call = ++calls;
        waiting.set(call, (answer) => {
          if (answer.kind === "failed") reject(new CallError(answer.code, to, request.kind));
          else if (answer.kind === "replied") resolve(answer.reply as R[typeof request.kind]);
        });
        send({ kind: "ask", call, to, timeoutMs, request: { ...request, call } });
      }),
    answer(handler) {
      answering = handler;
    },
    zookeeper: sessions.open,
  };
  return { own, listening: listen() };
}

/** The sessions of a program, each with a face of its own. */
function sessionsOver(send: ProgramHost<ClientMessage>["send"]) {
  const sessions: { known: Known; hear(news: SessionNews): void }[] = [];
  return {
    hear({ nth, known, news }: Extract<ToProgram, { kind: "session" }>): void {
      const session = sessions[nth];
      if (session === undefined) return;
      session.known = known ?? session.known;
      for (const each of news) session.hear(each);
    },
    open(options: SessionOptions): Promise<ZooKeeper> {
      const { zookeeper, hear } = faceOf({
        ask: (number, request) => send({ kind: "askSession", nth, number, request }),
        look: () => own.known,
      });
      const own = { known: { session: 0, timeoutMs: 0, aliveUntilMs: -Infinity }, hear };
      const nth = sessions.push(own) - 1;
      send({ kind: "openSession", nth, options });
      return new Promise((resolve) => {
        const stop = zookeeper.onState(() => {
          stop();
          resolve(zookeeper);
        });
      });
    },
  };
}
