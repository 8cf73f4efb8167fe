/** The async face of a session: a promise for each request, a callback for each watch. */

import { ZooKeeperError } from "./errors.ts";
import { A_PATH, checkRequest } from "./input.ts";
import type { Failure, Request, Result, Write } from "./messages.ts";
import type { SessionNews } from "./session.ts";
import { addWatch, type Table, takeWatches, watchedBy, watchSet } from "./watches.ts";
import type { Known, Outcome, SessionState, Watcher, ZooKeeper } from "./zookeeper.ts";

/** What the face needs of the session machine below it. */
export type SessionPort = {
  /** Hands a request to the machine. @param number comes back with the reply */
  ask(number: number, request: Request): void;
  /** What the machine knows of its session at present. */
  look(): Known;
};

/** A session's face, and where its machine's news goes. */
export function face(port: SessionPort): { zookeeper: ZooKeeper; hear(news: SessionNews): void } {
  const pending = new Map<number, (result: Result | Failure) => void>();
  const listeners = new Set<(state: SessionState) => void>();
  const nobody = (): Table<Watcher> => new Map();
  const watchers = { data: nobody(), exist: nobody(), child: nobody() };
  let state: SessionState = "connecting";
  let asked = 0;

  /** @param watcher waits from when the answer is there */
  function ask<K extends Request["kind"]>(
    request: Request & { readonly kind: K },
    watcher?: Watcher,
  ): Promise<Extract<Result, { kind: K }>> {
    return new Promise((resolve, reject) => {
      checkRequest(request, watcher);
      const number = ++asked;
      pending.set(number, (result) => {
        if (watcher !== undefined && "watch" in request) {
          const of = watchSet(request, result);
          if (of !== undefined) addWatch(watchers[of], request.path, watcher);
        }
        if (result.kind !== "error") resolve(result as Extract<Result, { kind: K }>);
        else reject(failure(request, result));
      });
      port.ask(number, request);
    });
  }

  function hear(news: SessionNews): void {
    if (news.kind === "reply") {
      pending.get(news.number)?.(news.result);
      pending.delete(news.number);
    } else if (news.kind === "event") {
      const { type, path } = news;
      const called = watchedBy(type).flatMap((of) => takeWatches(watchers[of], path));
      for (const watcher of new Set(called)) watcher({ type, path });
    } else {
      state = news.state;
      for (const listener of [...listeners]) listener(news.state);
      if (news.state === "expired" || news.state === "closed") end();
    }
  }

  /** The session is over: nobody waits in vain. */
  function end(): void {
    for (const table of Object.values(watchers)) {
      for (const path of [...table.keys()]) {
        for (const watcher of takeWatches(table, path)) watcher({ type: "None", path });
      }
    }
  }

  const zookeeper: ZooKeeper = {
    get session() {
      return port.look().session;
    },
    get state() {
      return state;
    },
    get timeoutMs() {
      return port.look().timeoutMs;
    },
    get aliveUntilMs() {
      return port.look().aliveUntilMs;
    },
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async create(path, data = "", mode = "persistent") {
      return (await ask({ kind: "create", path, data, mode })).path;
    },
    async delete(path, version = -1) {
      await ask({ kind: "delete", path, version });
    },
    async exists(path, watcher) {
      const request = { kind: "exists", path, watch: watcher !== undefined } as const;
      try {
        return (await ask(request, watcher)).stat;
      } catch (error) {
        if (error instanceof ZooKeeperError && error.code === "NoNode") return null;
        throw error;
      }
    },
    async getData(path, watcher) {
      const request = { kind: "getData", path, watch: watcher !== undefined } as const;
      const { data, stat } = await ask(request, watcher);
      return { data, stat };
    },
    async setData(path, data, version = -1) {
      return (await ask({ kind: "setData", path, data, version })).stat;
    },
    async getChildren(path, watcher) {
      const request = { kind: "getChildren", path, watch: watcher !== undefined } as const;
      const { children, stat } = await ask(request, watcher);
      return { children, stat };
    },
    async multi(ops) {
      return (await ask({ kind: "multi", ops })).results.map(outcome);
    },
    async sync(path) {
      await ask({ kind: "sync", path });
    },
    async close() {
      await ask({ kind: "closeSession" });
    },
  };
  return { zookeeper, hear };
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
