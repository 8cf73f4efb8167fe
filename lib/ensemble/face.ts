/** The async face of a session: a promise for each request, a callback for each watch. */

import { ZooKeeperError } from "./errors.ts";
import { A_PATH, checkRequest } from "./input.ts";
import type { Failure, Read, Request, Result, Write } from "./messages.ts";
import type { SessionNews } from "./session.ts";
import { watchedBy } from "./watches.ts";
import type { Outcome, SessionState, Watcher, ZooKeeper } from "./zookeeper.ts";

/** What the face needs of the session machine below it. */
export type SessionPort = {
  /** Hands a request to the machine. @param number comes back with the reply */
  ask(number: number, request: Request): void;
  /** What the machine knows of its session at present. */
  look(): Pick<ZooKeeper, "session" | "timeoutMs" | "aliveUntilMs">;
};

/** A session's face, and where its machine's news goes. */
export function face(port: SessionPort): { zookeeper: ZooKeeper; hear(news: SessionNews): void } {
  const below = new Below(port);
  const zookeeper: ZooKeeper = {
    get session() {
      return port.look().session;
    },
    get state() {
      return below.state;
    },
    get timeoutMs() {
      return port.look().timeoutMs;
    },
    get aliveUntilMs() {
      return port.look().aliveUntilMs;
    },
    onState(listener) {
      below.listeners.add(listener);
      return () => below.listeners.delete(listener);
    },
    async create(path, data = "", mode = "persistent") {
      return (await below.ask({ kind: "create", path, data, mode })).path;
    },
    async delete(path, version = -1) {
      await below.ask({ kind: "delete", path, version });
    },
    async exists(path, watcher) {
      const request = { kind: "exists", path, watch: watcher !== undefined } as const;
      try {
        return (await below.ask(request, watcher)).stat;
      } catch (error) {
        if (error instanceof ZooKeeperError && error.code === "NoNode") return null;
        throw error;
      }
    },
    async getData(path, watcher) {
      const request = { kind: "getData", path, watch: watcher !== undefined } as const;
      const { data, stat } = await below.ask(request, watcher);
      return { data, stat };
    },
    async setData(path, data, version = -1) {
      return (await below.ask({ kind: "setData", path, data, version })).stat;
    },
    async getChildren(path, watcher) {
      const request = { kind: "getChildren", path, watch: watcher !== undefined } as const;
      const { children, stat } = await below.ask(request, watcher);
      return { children, stat };
    },
    async multi(ops) {
      return (await below.ask({ kind: "multi", ops })).results.map(outcome);
    },
    async sync(path) {
      await below.ask({ kind: "sync", path });
    },
    async close() {
      await below.ask({ kind: "closeSession" });
    },
  };
  return { zookeeper, hear: (news) => below.hear(news) };
}

function outcome(result: Result): Outcome {
  if (result.kind === "create") return { kind: "create", path: result.path };
  if (result.kind === "setData") return { kind: "setData", stat: result.stat };
  return { kind: result.kind === "delete" ? "delete" : "check" };
}

/** Names the request that failed: of a multi the operation that did. What a server calls bad is a path. */
function failure(request: Request, { code, outcomes }: Failure): ZooKeeperError {
  const nth = outcomes?.findIndex((each) => each !== "Ok") ?? -1;
  const named = (one: Request | Write) => ("path" in one ? `${one.kind} ${one.path}` : one.kind);
  const op = request.kind === "multi" ? request.ops[nth] : undefined;
  const what = op === undefined ? named(request) : `multi: ${named(op)}`;
  const expected = code === "BadArguments" ? `; expected ${A_PATH}` : "";
  return new ZooKeeperError(code, what + expected, outcomes);
}

/** Who waits for what, by path. A watcher is called once. */
class Watchers {
  private readonly waiting = new Map<string, Set<Watcher>>();

  add(path: string, watcher: Watcher): void {
    const waiting = this.waiting.get(path);
    if (waiting === undefined) this.waiting.set(path, new Set([watcher]));
    else waiting.add(watcher);
  }

  take(path: string): Watcher[] {
    const waiting = [...(this.waiting.get(path) ?? [])];
    this.waiting.delete(path);
    return waiting;
  }

  /** The session is over: nobody waits in vain. */
  end(): void {
    for (const path of [...this.waiting.keys()]) {
      for (const watcher of this.take(path)) watcher({ type: "None", path });
    }
  }
}

/** What waits for the machine: requests for their replies, watchers for events, listeners for states. */
class Below {
  readonly listeners = new Set<(state: SessionState) => void>();
  readonly watchers = { data: new Watchers(), exist: new Watchers(), child: new Watchers() };
  state: SessionState = "connecting";
  private readonly port: SessionPort;
  private readonly pending = new Map<number, (result: Result | Failure) => void>();
  private asked = 0;

  constructor(port: SessionPort) {
    this.port = port;
  }

  /** @param watcher waits from when the answer is there */
  ask<K extends Request["kind"]>(
    request: Request & { readonly kind: K },
    watcher?: Watcher,
  ): Promise<Extract<Result, { kind: K }>> {
    return new Promise((resolve, reject) => {
      checkRequest(request, watcher);
      const number = ++this.asked;
      this.pending.set(number, (result) => {
        if (watcher !== undefined && "watch" in request) this.watch(request, result, watcher);
        if (result.kind !== "error") resolve(result as Extract<Result, { kind: K }>);
        else reject(failure(request, result));
      });
      this.port.ask(number, request);
    });
  }

  private watch({ kind, path }: Read, result: Result | Failure, watcher: Watcher): void {
    const { data, exist, child } = this.watchers;
    if (result.kind !== "error") (kind === "getChildren" ? child : data).add(path, watcher);
    else if (kind === "exists" && result.code === "NoNode") exist.add(path, watcher);
  }

  hear(news: SessionNews): void {
    if (news.kind === "reply") {
      this.pending.get(news.number)?.(news.result);
      this.pending.delete(news.number);
    } else if (news.kind === "event") {
      const { type, path } = news;
      const called = watchedBy(type).flatMap((of) => this.watchers[of].take(path));
      for (const watcher of new Set(called)) watcher({ type, path });
    } else {
      this.state = news.state;
      for (const listener of [...this.listeners]) listener(news.state);
      if (news.state !== "expired" && news.state !== "closed") return;
      for (const each of Object.values(this.watchers)) each.end();
    }
  }
}
