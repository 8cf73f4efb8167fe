// Chapter 2 · Watches that fire once                                   solution: 3 functions, 29 lines

import type { EventType, Zxid } from "quorumlab/ensemble";

/*
 * A client that reads may ask to be told of the first change that the answer does not show. The server that it is
 * connected to keeps a list of who waits for what. A watch fires once; then the client reads again, and sets the next
 * one with the same request. So it never misses that something changed, only how often.
 */

/** A client waits for a change of a node (its creation and its end included), or of the list of its children. */
export type Watch = {
  readonly client: string;
  readonly of: "data" | "child";
  readonly path: string;
};

export type Server = { watches: Watch[] };

/** What a client is told. */
export type Told = { readonly client: string; readonly type: EventType; readonly path: string };

/** What a client that comes back still waits for. */
export type Waiting = {
  /** The newest state that it has seen. */
  readonly lastZxid: Zxid;
  /** Nodes that were there when it read them. */
  readonly data: readonly string[];
  /** Nodes that were not there. */
  readonly exist: readonly string[];
  /** Nodes whose children it read. */
  readonly child: readonly string[];
};

/**
 * A client has read, and asked for a watch. A read of a node that is not there fails, and a read that fails sets
 * none; but "exists" does not fail, and waits for the node to be created.
 *
 * Given  `read.kind`: "exists" and "getData" wait for the node, "getChildren" for its children;
 *        `isThere`: whether there is such a node
 * Keep   who waits for a thing already goes on waiting for it, once
 *
 *   c1 reads { kind: "getData", path: "/a" }, "/a" is there   →  watches [{ client: "c1", of: "data", path: "/a" }]
 */
export function watch(
  server: Server,
  client: string,
  read: { readonly kind: "exists" | "getData" | "getChildren"; readonly path: string },
  isThere: boolean,
): void {
  throw new Error("watch: your turn");
}

/**
 * A node has changed. What fires is taken out of the list.
 *
 * Return who is told what, in this order:
 *        created      "NodeCreated" to who waits for the node, "NodeChildrenChanged" to who waits for the parent's children
 *        deleted      "NodeDeleted" to who waits for the node or for its children, but to nobody twice;
 *                     "NodeChildrenChanged" to who waits for the parent's children
 *        dataChanged  "NodeDataChanged" to who waits for the node
 *        The event names the path that the watch was set for. The parent of "/a/b" is "/a", that of "/a" is "/".
 *
 *   c1 waits for the data of "/a"; "/a" is changed  →  [{ client: "c1", type: "NodeDataChanged", path: "/a" }]
 */
export function fire(
  server: Server,
  change: { readonly kind: "created" | "deleted" | "dataChanged"; readonly path: string },
): Told[] {
  throw new Error("fire: your turn");
}

/**
 * A client comes back after its connection was lost, perhaps to another server, which knows nothing of its watches.
 *
 * Given  what it still waits for; the nodes that there are now: `mzxid` is the transaction that changed the data last
 *        (or created the node), `pzxid` the one that changed the list of children last
 * Return one event for each thing that has changed since `lastZxid`, in the order of `data`, `exist`, `child`: a node
 *        that is gone, "NodeDeleted"; one that came, "NodeCreated"; new data, "NodeDataChanged"; other children,
 *        "NodeChildrenChanged". A node that is gone is told twice if it is in `data` and in `child`
 * Keep   it goes on waiting for what has not changed
 *
 *   { lastZxid: 7, data: ["/a"], exist: [], child: [] }
 *   with "/a" at mzxid 9  →  [{ client: "c1", type: "NodeDataChanged", path: "/a" }]
 *   with "/a" at mzxid 3  →  []
 */
export function catchUp(
  server: Server,
  client: string,
  waiting: Waiting,
  nodes: { readonly [path: string]: { readonly mzxid: Zxid; readonly pzxid: Zxid } },
): Told[] {
  throw new Error("catchUp: your turn");
}
