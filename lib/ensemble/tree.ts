/**
 * The znode tree: a fold over transactions. `apply` is the only way to change it, and every replica that has applied
 * the same transactions has the same tree, every field of every Stat included.
 *
 * Sources: ZooKeeper Programmer's Guide, "ZooKeeper Data Model"; org.apache.zookeeper.server.DataTree.
 */

import { invariant } from "quorumlab/sim";
import type { Data, Entry, Result, SessionId, Stat, Txn } from "./messages.ts";
import { nameOf, parentOf, RESERVED } from "./path.ts";
import type { Zxid } from "./zxid.ts";

export type Znode = {
  data: Data;
  readonly czxid: Zxid;
  mzxid: Zxid;
  pzxid: Zxid;
  readonly ctime: number;
  mtime: number;
  version: number;
  readonly ephemeralOwner: SessionId;
  /** How many children were ever created: the next sequence number. */
  created: number;
  readonly children: Set<string>;
};

export type Tree = {
  readonly nodes: Map<string, Znode>;
  /** Every open session, with its timeout in milliseconds. */
  readonly sessions: Map<SessionId, number>;
};

/** What happened to one node: watches are fired from this. */
export type Change = {
  readonly kind: "created" | "deleted" | "dataChanged";
  readonly path: string;
};

const utf8 = new TextEncoder();

/** A tree as ZooKeeper begins: the root, and the nodes that ZooKeeper keeps for itself. */
export function emptyTree(): Tree {
  const tree: Tree = { nodes: new Map([["/", newNode("", 0, 0, 0)]]), sessions: new Map() };
  for (const path of RESERVED.slice(1)) {
    tree.nodes.set(path, newNode("", 0, 0, 0));
    parentIn(tree, path).children.add(nameOf(path));
  }
  return tree;
}

/** The node at a path; "" is another name of the root. */
export function nodeAt(tree: Tree, path: string): Znode | undefined {
  return tree.nodes.get(path === "" ? "/" : path);
}

export function statOf(node: Znode): Stat {
  const { data, created, children, ...rest } = node;
  return {
    ...rest,
    // A child that was created and deleted counts twice, one that is still there once.
    cversion: 2 * created - children.size,
    aversion: 0,
    dataLength: typeof data === "string" ? utf8.encode(data).length : data.length,
    numChildren: children.size,
  };
}

/** The ephemeral nodes of a session, sorted. */
export function ephemeralsOf(tree: Tree, session: SessionId): string[] {
  return [...tree.nodes]
    .filter(([, node]) => node.ephemeralOwner === session)
    .map(([path]) => path)
    .sort();
}

/**
 * Applies one transaction. It cannot fail: the leader has checked it against the tree that it finds here.
 *
 * @param changed is told of every node that changed, in order
 * @returns what the client that asked hears
 */
export function apply(
  tree: Tree,
  entry: Pick<Entry, "zxid" | "timeMs" | "txn">,
  changed: (change: Change) => void = () => {},
): Result | Extract<Txn, { kind: "error" }> {
  const { zxid, timeMs, txn } = entry;
  switch (txn.kind) {
    case "create": {
      const node = newNode(txn.data, zxid, timeMs, txn.ephemeralOwner);
      invariant(nodeAt(tree, txn.path) === undefined, `${txn.path} is created twice`);
      tree.nodes.set(txn.path, node);
      const parent = parentIn(tree, txn.path);
      parent.children.add(nameOf(txn.path));
      parent.created += 1;
      parent.pzxid = zxid;
      changed({ kind: "created", path: txn.path });
      return { kind: "create", path: txn.path, stat: statOf(node) };
    }
    case "delete":
      remove(tree, txn.path, zxid, changed);
      return { kind: "delete" };
    case "setData": {
      const node = nodeAt(tree, txn.path);
      invariant(node !== undefined, `${txn.path} is changed, but it is not there`);
      node.data = txn.data;
      node.version += 1;
      node.mzxid = zxid;
      node.mtime = timeMs;
      changed({ kind: "dataChanged", path: txn.path });
      return { kind: "setData", stat: statOf(node) };
    }
    case "multi": {
      const results = txn.txns.map((part) => apply(tree, { zxid, timeMs, txn: part }, changed));
      return { kind: "multi", results: results as Result[] };
    }
    case "createSession":
      tree.sessions.set(zxid, txn.timeoutMs);
      return { kind: "createSession" };
    case "closeSession":
      for (const path of txn.paths) remove(tree, path, zxid, changed);
      tree.sessions.delete(txn.session);
      return { kind: "closeSession" };
    case "check":
      return { kind: "check" };
    case "error":
      return txn;
  }
}

function newNode(data: Data, zxid: Zxid, timeMs: number, ephemeralOwner: SessionId): Znode {
  return {
    data,
    czxid: zxid,
    mzxid: zxid,
    pzxid: zxid,
    ctime: timeMs,
    mtime: timeMs,
    version: 0,
    ephemeralOwner,
    created: 0,
    children: new Set(),
  };
}

function remove(tree: Tree, path: string, zxid: Zxid, changed: (change: Change) => void): void {
  invariant(
    nodeAt(tree, path)?.children.size === 0,
    `${path} is deleted, but it is not an empty node`,
  );
  tree.nodes.delete(path);
  const parent = parentIn(tree, path);
  parent.children.delete(nameOf(path));
  parent.pzxid = zxid;
  changed({ kind: "deleted", path });
}

function parentIn(tree: Tree, path: string): Znode {
  const parent = nodeAt(tree, parentOf(path));
  invariant(parent !== undefined, `${path} has no parent`);
  return parent;
}
