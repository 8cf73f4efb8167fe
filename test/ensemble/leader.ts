/** A leader and a replica without servers around them: what the leader prepares, the replica applies at once. */

import {
  apply,
  type Entry,
  emptyTree,
  nodeAt,
  type Ordered,
  prepare,
  type SessionId,
  type Stat,
  statOf,
  type Tree,
  type Write,
} from "quorumlab/ensemble";
import type { Change } from "../../lib/ensemble/tree.ts";

export type Leader = {
  /** The leader's tree, which a request is checked against. */
  readonly ahead: Tree;
  /** The tree of a replica, which sees only transactions. */
  readonly replica: Tree;
  readonly entries: Entry[];
  /** Opens a session. */
  open(): SessionId;
  /** What the client hears, and what changed. The n-th request has the zxid n and the time 1000 + n. */
  ask(session: SessionId, request: Ordered): Heard;
  /** The code of the error, or "Ok". */
  code(session: SessionId, request: Ordered): string;
  stat(path: string): Stat;
};

export type Heard = { readonly result: ReturnType<typeof apply>; readonly changes: Change[] };

/** Requests in one line each. */
export const create = (path: string, mode = "persistent", data = ""): Write => {
  return { kind: "create", path, data, mode: mode as Extract<Write, { kind: "create" }>["mode"] };
};
export const remove = (path: string, version = -1): Write => ({ kind: "delete", path, version });
export const check = (path: string, version = -1): Write => ({ kind: "check", path, version });
export const setData = (path: string, data: string | Uint8Array, version = -1): Write => {
  return { kind: "setData", path, data, version };
};
export const multi = (...ops: Write[]): Ordered => ({ kind: "multi", ops });

export function leader(): Leader {
  const [ahead, replica] = [emptyTree(), emptyTree()];
  const entries: Entry[] = [];
  const ask = (session: SessionId, request: Ordered): Heard => {
    const zxid = entries.length + 1;
    const timeMs = 1000 + zxid;
    const txn = prepare(ahead, session, request, { zxid, timeMs });
    const entry = { zxid, timeMs, txn };
    entries.push(entry);
    const changes: Change[] = [];
    const result = apply(replica, entry, (change) => changes.push(change));
    return { result, changes };
  };
  const node = (path: string) => {
    const found = nodeAt(replica, path);
    if (found === undefined) throw new Error(`There is no ${path}.`);
    return found;
  };
  return {
    ahead,
    replica,
    entries,
    ask,
    open() {
      ask(0, { kind: "createSession", timeoutMs: 4000 });
      return entries.length;
    },
    code(session, request) {
      const { result } = ask(session, request);
      return result.kind === "error" ? result.code : "Ok";
    },
    stat: (path) => statOf(node(path)),
  };
}
