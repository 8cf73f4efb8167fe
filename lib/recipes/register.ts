/**
 * A register kept by a quorum of replicas, over datagrams: no leader, no election, no log. A write is stored at a
 * quorum, a read asks a quorum, and the two share a replica. Sources: Attiya, Bar-Noy and Dolev, "Sharing Memory
 * Robustly in Message-Passing Systems" (J. ACM 1995); with several writers, Lynch and Shvartsman, "Robust Emulation of
 * Shared Memory Using Dynamic Quorum-Acknowledged Broadcasts" (FTCS 1997). A replica or client that has lost its disk
 * is another one, and must not come back under its name.
 */

import { CallError, checkNumber, majority } from "quorumlab/ensemble";
import {
  type NodeId,
  type Out,
  type ProgramHost,
  type Protocol,
  type Server,
  withProgram,
} from "quorumlab/sim";

/** The order of writes: by counter, then by the writer's name. A writer never uses a counter twice. */
export type Timestamp = { readonly counter: number; readonly writer: NodeId };

/** What was written, and when. The value is null, and the counter 0, before the first write. */
export type Version = { readonly value: string | null; readonly timestamp: Timestamp };

/** How many replicas must answer when a read or write asks, and when it stores. */
export type QuorumSizes = { readonly read: number; readonly write: number };

/** Majorities: the smallest quorums of which any two share a replica. */
export function quorumSizes(replicas: number): QuorumSizes {
  checkNumber("quorumSizes: replicas", replicas, 1);
  return { read: majority(replicas), write: majority(replicas) };
}

/** The version with the highest timestamp. Two writers may choose one counter; their names decide. */
export function newest(versions: readonly Version[]): Version {
  checkNumber("newest: the number of versions", versions.length, 1);
  return versions.reduce((a, b) => (isAfter(b.timestamp, a.timestamp) ? b : a));
}

function isAfter(a: Timestamp, b: Timestamp): boolean {
  return a.counter > b.counter || (a.counter === b.counter && a.writer > b.writer);
}

/** The timestamp of a new write: after everything that its quorum has, and after the writer's own. */
export function nextTimestamp(found: readonly Version[], writer: NodeId): Timestamp {
  return { counter: newest(found).timestamp.counter + 1, writer };
}

/**
 * Whether a read must store what it will return: unless a whole write quorum has it already, the write may have died
 * half-way, and the next read could miss it.
 */
export function mustWriteBack(found: readonly Version[], sizes: QuorumSizes): boolean {
  const { timestamp } = newest(found);
  return found.filter((each) => !isAfter(timestamp, each.timestamp)).length < sizes.write;
}

const decisions = { quorumSizes, newest, nextTimestamp, mustWriteBack };
/** The decisions behind a register; an exercise replaces them. */
export type RegisterDecisions = typeof decisions;

type Request = { readonly kind: "get" } | { readonly kind: "put"; readonly version: Version };
type Answer = { readonly kind: "found"; readonly version: Version } | { readonly kind: "kept" };
/** Between a client's machine and its program: what to ask, and what came of it (no answers: too late). */
type Ask = { kind: "ask"; nth: number; request: Request; needed: number };
type Over = { kind: "over"; nth: number; counter: number; answers: Answer[] | null };
/** Requests and answers have the number of their call. */
export type RegisterMessage = ((Request | Answer) & { readonly call: number }) | Ask | Over;

/** A replica. It keeps the newest version that it was sent, on disk before it says so. */
export function registerReplica(
  decide: Partial<RegisterDecisions> = {},
): Protocol<Version, RegisterMessage> {
  const choose = decide.newest ?? newest;

  return {
    wire: "datagram",

    onStart: (_self, saved) =>
      saved.cell("version") ?? { value: null, timestamp: { counter: 0, writer: "" } },

    onMessage(state, _nowMs, from, message, out) {
      if (message.kind === "get") {
        out.send(from, { kind: "found", call: message.call, version: state });
      } else if (message.kind === "put") {
        const version = choose([state, message.version]);
        if (version !== state) out.put("version", Object.assign(state, version));
        out.send(from, { kind: "kept", call: message.call });
      }
    },
  };
}

export type RegisterOptions = Partial<RegisterDecisions> & {
  readonly replicas: readonly NodeId[];
  /** How long a quorum is waited for: 200 ms unless told. */
  readonly timeoutMs?: number;
};

type Call = Ask & { readonly answers: Record<NodeId, Answer>; triesLeft: number };
/** What a client must never use twice, so that its disk keeps it: a life, for its calls, and the counter of a write. */
type Used = { life: number; counter: number };
type State = { readonly self: NodeId; readonly used: Used; readonly calls: Record<number, Call> };

/** More calls than a client makes in a life. */
const CALLS = 2 ** 32;

/** After how long a replica that has not answered is asked again. */
const AGAIN_MS = 20;

/** A client's machine: it asks all replicas, again and again, until as many as needed have answered. */
function gatherer(options: RegisterOptions): Protocol<State, RegisterMessage> {
  const { replicas, timeoutMs = 200 } = options;
  checkNumber("registerClient: timeoutMs", timeoutMs);

  function ask({ calls }: State, call: number, out: Out<RegisterMessage>): void {
    const { request, answers } = calls[call] as Call;
    for (const replica of replicas) {
      if (answers[replica] === undefined) out.send(replica, { ...request, call });
    }
    out.setTimer(`${call}`, AGAIN_MS);
  }

  function settle(state: State, call: number, isMet: boolean, out: Out<RegisterMessage>): void {
    const { nth, answers } = state.calls[call] as Call;
    delete state.calls[call];
    out.cancelTimer(`${call}`);
    const { counter } = state.used;
    const all = isMet ? Object.values(answers) : null;
    out.send(state.self, { kind: "over", nth, counter, answers: all });
  }

  return {
    wire: "datagram",

    onStart(self, saved, _nowMs, out) {
      const used = saved.cell<Used>("used") ?? { life: 0, counter: 0 };
      used.life += 1;
      out.put("used", used);
      return { self: self.id, used, calls: {} };
    },

    onMessage(state, _nowMs, from, message, out) {
      const { self, used, calls } = state;
      if (message.kind === "ask") {
        const { nth, request } = message;
        if (request.kind === "put" && request.version.timestamp.writer === self) {
          used.counter = Math.max(used.counter, request.version.timestamp.counter);
          out.put("used", used);
        }
        const call = used.life * CALLS + nth;
        calls[call] = { ...message, answers: {}, triesLeft: Math.ceil(timeoutMs / AGAIN_MS) };
        ask(state, call, out);
      } else if (message.kind === "found" || message.kind === "kept") {
        const call = calls[message.call];
        if (call === undefined) return;
        call.answers[from] = message;
        if (Object.keys(call.answers).length < call.needed) return;
        settle(state, message.call, true, out);
      }
    },

    onTimer(state, _nowMs, name, out) {
      const call = state.calls[Number(name)] as Call;
      call.triesLeft -= 1;
      if (call.triesLeft > 0) ask(state, Number(name), out);
      else settle(state, Number(name), false, out);
    },
  };
}

/** What the program of a register's client may use: what any program has, and the register. */
export type RegisterHost = Omit<ProgramHost<unknown>, "send" | "receive"> & {
  /** @throws CallError when no quorum answered in time */
  read(): Promise<string | null>;
  /** @throws CallError when no quorum answered in time; the value may be read all the same, now or later */
  write(value: string): Promise<void>;
};

/** Asks all replicas until `needed` have answered. @returns what they have, and what the client itself wrote last */
type Gather = (request: Request, needed: number) => Promise<{ found: Version[]; own: Version }>;

/** The algorithm: both operations first ask a quorum what it has, then store at a quorum. */
function operations(
  decide: RegisterDecisions,
  sizes: QuorumSizes,
  gather: Gather,
): Pick<RegisterHost, "read" | "write"> {
  let last: Promise<void> = Promise.resolve();

  async function store(value: string): Promise<void> {
    const { found, own } = await gather({ kind: "get" }, sizes.read);
    const timestamp = decide.nextTimestamp([...found, own], own.timestamp.writer);
    await gather({ kind: "put", version: { value, timestamp } }, sizes.write);
  }

  return {
    async read() {
      const { found } = await gather({ kind: "get" }, sizes.read);
      const version = decide.newest(found);
      if (decide.mustWriteBack(found, sizes)) await gather({ kind: "put", version }, sizes.write);
      return version.value;
    },
    write(value) {
      // Two writes at once would take the same counter.
      last = last.catch(() => {}).then(() => store(value));
      return last;
    },
  };
}

/** A server of the world that runs a program with a register. */
export function registerClient(
  options: RegisterOptions,
  program: (host: RegisterHost) => Promise<void>,
): Server {
  const decide = { ...decisions, ...options };
  const sizes = decide.quorumSizes(options.replicas.length);
  return withProgram(gatherer(options), (host) => {
    const { send, receive, ...rest } = host;
    const waiting: ((over: Over) => void)[] = [];
    const listen = async (): Promise<never> => {
      for (;;) {
        const over = (await receive()) as Over;
        waiting[over.nth]?.(over);
      }
    };
    void listen();
    const gather: Gather = async (request, needed) => {
      const { promise, resolve } = Promise.withResolvers<Over>();
      send({ kind: "ask", nth: waiting.push(resolve) - 1, request, needed });
      const { counter, answers } = await promise;
      if (answers === null) {
        throw new CallError("OperationTimeout", `${needed} replicas`, request.kind);
      }
      const found = answers.flatMap((each) => (each.kind === "found" ? each.version : []));
      return { found, own: { value: null, timestamp: { counter, writer: rest.id } } };
    };
    return program({ ...rest, ...operations(decide, sizes, gather) });
  });
}
