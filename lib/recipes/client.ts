/**
 * A client that asks servers questions: a session machine, which is a protocol like any other, under an async face.
 * It connects when there is something to ask, gives every question a number, and says of each whether an answer
 * came, or whether nobody knows what became of it.
 */

import {
  type NodeId,
  type Out,
  type ProgramHost,
  type Protocol,
  type Server,
  withProgram,
} from "quorumlab/sim";

/** Which reply answers which kind of request. */
export type Replies = Readonly<Record<string, object>>;

/** What goes over the wire: the request or the reply itself, with the number of the call. */
type Numbered = { readonly kind: string; readonly call: number };
/** What the program asks of its machine, and what it hears when there will be no reply. */
type Ask = Numbered & {
  readonly to: NodeId;
  readonly timeoutMs: number;
  readonly request: Numbered;
};
type Failed = Numbered & { readonly code: CallErrorCode };
export type ClientMessage = Numbered | Ask | Failed;

export type CallErrorCode = "ConnectionRefused" | "ConnectionLoss" | "OperationTimeout";

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

type ClientState = {
  readonly self: NodeId;
  /** Open connections, and requests that wait for one. */
  readonly peers: Record<NodeId, { open: boolean; waiting: Numbered[] }>;
  /** Calls without a reply, with the peer that owes it and whether the request has left. */
  readonly calls: Record<number, { to: NodeId; left: boolean }>;
};

/** The session machine. */
const machine: Protocol<ClientState, ClientMessage> = {
  wire: "connection",

  onStart(self) {
    return { self: self.id, peers: {}, calls: {} };
  },

  onMessage(state, _nowMs, from, message, out) {
    if (from === state.self) {
      const { call, to, request, timeoutMs } = message as Ask;
      state.calls[call] = { to, left: false };
      out.setTimer(`call ${call}`, timeoutMs);
      ask(state, to, request, out);
    } else if (state.calls[message.call]?.to === from) {
      settle(state, message, out);
    }
  },

  onTimer(state, _nowMs, name, out) {
    fail(state, Number(name.split(" ")[1]), "OperationTimeout", out);
  },

  onConnected(state, _nowMs, peer, out) {
    const session = state.peers[peer];
    if (session === undefined) return;
    session.open = true;
    for (const request of session.waiting.splice(0)) ask(state, peer, request, out);
  },

  onDisconnected(state, _nowMs, peer, out) {
    delete state.peers[peer];
    for (const [call, { to, left }] of Object.entries(state.calls)) {
      if (to === peer)
        fail(state, Number(call), left ? "ConnectionLoss" : "ConnectionRefused", out);
    }
  },
};

function ask(state: ClientState, to: NodeId, request: Numbered, out: Out<ClientMessage>): void {
  const session = state.peers[to];
  const call = state.calls[request.call];
  if (call === undefined) return;
  if (session?.open) {
    call.left = true;
    out.send(to, request);
  } else if (session !== undefined) {
    session.waiting.push(request);
  } else {
    state.peers[to] = { open: false, waiting: [request] };
    out.connect(to);
  }
}

function fail(
  state: ClientState,
  call: number,
  code: CallErrorCode,
  out: Out<ClientMessage>,
): void {
  settle(state, { kind: "failed", call, code }, out);
}

function settle(state: ClientState, answer: ClientMessage, out: Out<ClientMessage>): void {
  delete state.calls[answer.call];
  out.cancelTimer(`call ${answer.call}`);
  out.send(state.self, answer);
}

/** What a client's program may use: what any program has, and `call`. */
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
};

/** A server of the world that runs a client program. */
export function client<R extends Replies>(
  program: (host: ClientHost<R>) => Promise<void>,
): Server<ClientState, ClientMessage> {
  return withProgram(machine, (host) => program(face(host)));
}

/** The async face: a promise for each call, settled by what the machine says. */
function face<R extends Replies>(host: ProgramHost<ClientMessage>): ClientHost<R> {
  const { send, receive, ...rest } = host;
  const waiting = new Map<number, (answer: ClientMessage) => void>();
  let calls = 0;
  const listen = async (): Promise<never> => {
    for (;;) {
      const answer = await receive();
      waiting.get(answer.call)?.(answer);
      waiting.delete(answer.call);
    }
  };
  void listen();
  return {
    ...rest,
    call: (to, request, timeoutMs = 100) =>
      new Promise((resolve, reject) => {
        const call = ++calls;
        waiting.set(call, (answer) => {
          if ("code" in answer) reject(new CallError(answer.code, to, request.kind));
          else resolve(answer as unknown as R[typeof request.kind]);
        });
        send({ kind: "ask", call, to, timeoutMs, request: { ...request, call } });
      }),
  };
}
