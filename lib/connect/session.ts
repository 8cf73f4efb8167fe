/**
 * A session with a real ZooKeeper, as a machine under the ensemble's async face: what lib/ensemble/session.ts is there,
 * over the npm client here.
 */

import type {
  EventType,
  Failure,
  Request,
  Result,
  SessionNews,
  SessionPort,
  SessionState,
  ZooKeeper,
} from "quorumlab/ensemble";
import {
  type Loaded,
  type NpmClient,
  type NpmConnection,
  type NpmEvent,
  resultOf,
  sessionId,
} from "./npm.ts";

/** The npm client's number for a connection that does not come back. */
const CLOSING = -1;
/** Events, by their numbers. */
const EVENTS: readonly (EventType | undefined)[] = [
  undefined,
  ...(["NodeCreated", "NodeDeleted", "NodeDataChanged", "NodeChildrenChanged"] as const),
];
/** The heartbeat is a request like any other: it has no number of the face's. */
const HEARTBEAT: Request = { kind: "exists", path: "/", watch: false };

export class RealSession implements SessionPort {
  private readonly client: NpmClient;
  private readonly connection: NpmConnection;
  private readonly translated: Loaded["translated"];
  private readonly now: () => number;
  private tell: (news: SessionNews) => void = () => {};
  private state: SessionState = "connecting";
  /** Whether a server has taken the session; until then requests wait. */
  private taken = false;
  private waiting: { readonly number: number; readonly request: Request }[] = [];
  /** What to do about the requests that are sent and not answered when the connection is gone. */
  private readonly sent = new Set<() => void>();
  private aliveUntilMs = -Infinity;
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(client: NpmClient, translated: Loaded["translated"], now: () => number) {
    this.client = client;
    this.connection = client.connectionManager;
    this.translated = translated;
    this.now = now;
  }

  look(): Pick<ZooKeeper, "session" | "timeoutMs" | "aliveUntilMs"> {
    const { client, aliveUntilMs } = this;
    const session = sessionId(client.getSessionId());
    return { session, timeoutMs: client.getSessionTimeout(), aliveUntilMs };
  }

  /** @param tell is told one thing at a time, so that a program has acted on it before it hears the next */
  start(tell: (news: SessionNews) => void): void {
    const { client, connection } = this;
    this.tell = (news) => void setImmediate(tell, news);
    const read = connection.onSocketData;
    connection.onSocketData = (bytes) => {
      try {
        read.call(connection, bytes);
      } catch (error) {
        // An answer with a code that the npm client does not know costs the connection, not the process.
        if (!String(error).includes("Unknown code")) throw error;
        connection.socket?.destroy();
      }
    };
    client.on("state", ({ name }) => {
      if (name === "SYNC_CONNECTED") this.connected();
      else if (name === "EXPIRED") this.end("expired");
      else this.disconnected();
    });
    client.connect();
    this.listen((this.look().timeoutMs * 2) / 3);
  }

  ask(number: number, request: Request): void {
    if (this.isOver()) this.fail([{ number }], "SessionExpired");
    else if (this.taken) this.send(request, (result) => this.reply(number, result));
    else this.waiting.push({ number, request });
  }

  private send(request: Request, answered: (result: Result | Failure) => void): void {
    const lost = () => answered({ kind: "error", code: "ConnectionLoss" });
    this.sent.add(lost);
    this.connection.queue(this.translated(request), (error, response) => {
      if (!this.sent.delete(lost)) return;
      const result = resultOf(request, error?.code ?? 0, response?.payload ?? {});
      // Now, for the event may be among the bytes that came with the answer.
      if ("watch" in request && request.watch) this.watch(request, result);
      if (request.kind === "closeSession") this.end("closed");
      answered(result);
    });
  }

  private reply(number: number, result: Result | Failure): void {
    this.tell({ kind: "reply", number, result });
  }

  private fail(asked: readonly { readonly number: number }[], code: Failure["code"]): void {
    for (const { number } of asked) this.reply(number, { kind: "error", code });
  }

  private watch(
    { kind, path }: Extract<Request, { watch: boolean }>,
    result: Result | Failure,
  ): void {
    const { connection, onEvent } = this;
    const isMissing = result.kind === "error";
    if (isMissing && (kind !== "exists" || result.code !== "NoNode")) return;
    try {
      if (isMissing) connection.registerExistenceWatcher(path, onEvent);
      else if (kind === "getChildren") connection.registerChildWatcher(path, onEvent);
      else connection.registerDataWatcher(path, onEvent);
    } catch {
      // The npm client refuses a bad path, which no node will ever have.
    }
  }

  private readonly onEvent = ({ type, path }: NpmEvent): void => {
    const name = EVENTS[type];
    if (name !== undefined) this.tell({ kind: "event", type: name, path });
  };

  private connected(): void {
    this.taken = true;
    this.stop("patience");
    for (const { number, request } of this.waiting.splice(0)) this.ask(number, request);
    this.beat();
  }

  /** Any answer will do: a root of the client's own need not be there. */
  private beat(): void {
    const { timeoutMs } = this.look();
    const sentMs = this.now();
    this.after("heartbeat", timeoutMs / 3, () => this.beat());
    this.send(HEARTBEAT, (answer) => {
      if (answer.kind === "error" && answer.code !== "NoNode") return;
      this.aliveUntilMs = sentMs + timeoutMs;
      this.become("connected");
      this.listen(sentMs + (timeoutMs * 2) / 3 - this.now());
    });
  }

  /** A server that does not answer is given up before the session is. The npm client itself would wait for ever. */
  private listen(ms: number): void {
    this.after("silence", ms, () => {
      this.connection.socket?.destroy();
      this.listen((this.look().timeoutMs * 2) / 3);
    });
  }

  private disconnected(): void {
    if (this.isOver()) return;
    const { connection } = this;
    this.taken = false;
    this.stop("heartbeat");
    // Half an answer; and what was not sent yet, but would be after its fate was told.
    connection.pendingBuffer = null;
    connection.packetQueue.queue.length = 0;
    for (const lost of this.sent) lost();
    this.sent.clear();
    if (this.state === "connecting") return;
    this.become("disconnected");
    this.wait();
  }

  /** Requests wait for a server as long as the session lives without one. */
  private wait(): void {
    this.after("patience", this.look().timeoutMs, () => {
      const given = this.waiting.splice(0);
      this.fail(given, "ConnectionLoss");
      if (given.some(({ request }) => request.kind === "closeSession")) this.end("closed");
      else this.wait();
    });
  }

  /** The session is over, and the connection does not come back. */
  end(state: "expired" | "closed"): void {
    if (this.isOver()) return;
    this.stop(...this.timers.keys());
    this.connection.setState(CLOSING);
    this.connection.socket?.destroy();
    this.become(state);
    this.fail(this.waiting.splice(0), "SessionExpired");
  }

  private isOver(): boolean {
    return this.state === "expired" || this.state === "closed";
  }

  private become(state: SessionState): void {
    if (this.state === state) return;
    this.state = state;
    this.tell({ kind: "state", state });
  }

  private after(name: string, ms: number, act: () => void): void {
    this.stop(name);
    this.timers.set(name, setTimeout(act, ms));
  }

  private stop(...names: string[]): void {
    for (const name of names) clearTimeout(this.timers.get(name));
  }
}
