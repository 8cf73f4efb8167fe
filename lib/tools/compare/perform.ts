/** One step of a script on a session, and what that session saw: the same on both systems. */

import { type Request, type Watcher, type ZooKeeper, ZooKeeperError } from "quorumlab/ensemble";

/** What a session saw, in its order. `at` and `setAt` are places in the script. */
export type Seen =
  | {
      readonly kind: "answer";
      readonly at: number;
      readonly code: string;
      readonly value?: unknown;
    }
  | {
      readonly kind: "event";
      readonly type: string;
      readonly path: string;
      readonly setAt: number;
    }
  | { readonly kind: "state"; readonly state: string };

/** What came of a script on one system. */
export type Outcome = {
  /** The id of each session, in the order in which they were opened. */
  readonly ids: readonly number[];
  /** What each session saw. */
  readonly seen: readonly (readonly Seen[])[];
};

/** Makes a request, and notes its answer and, when they come, its events. */
export async function perform(
  zookeeper: ZooKeeper,
  at: number,
  request: Request,
  seen: Seen[],
): Promise<void> {
  const watcher: Watcher = ({ type, path }) => seen.push({ kind: "event", type, path, setAt: at });
  try {
    const value = await ask(zookeeper, request, watcher);
    // ZooKeeper's own answer to `exists`; the face makes it null.
    const code = value === null ? "NoNode" : "Ok";
    seen.push({ kind: "answer", at, code, value });
  } catch (error) {
    if (!(error instanceof ZooKeeperError)) throw error;
    const { code, outcomes } = error;
    seen.push({ kind: "answer", at, code, ...(outcomes && { value: outcomes }) });
  }
}

function ask(zookeeper: ZooKeeper, request: Request, watcher: Watcher): Promise<unknown> {
  const told = "watch" in request && request.watch ? watcher : undefined;
  switch (request.kind) {
    case "create":
      return zookeeper.create(request.path, request.data, request.mode);
    case "delete":
      return zookeeper.delete(request.path, request.version);
    case "setData":
      return zookeeper.setData(request.path, request.data, request.version);
    case "multi":
      return zookeeper.multi(request.ops);
    case "sync":
      return zookeeper.sync(request.path);
    case "closeSession":
      return zookeeper.close();
    default:
      return zookeeper[request.kind](request.path, told);
  }
}

/** Notes every change of a session's state. */
export function noteStates(zookeeper: ZooKeeper, seen: Seen[]): void {
  zookeeper.onState((state) => seen.push({ kind: "state", state }));
}
