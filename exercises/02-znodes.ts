// Chapter 2 · A tree of znodes                                        solution: 3 functions, 23 lines

import type { CreateMode, ErrorCode, SessionId } from "quorumlab/ensemble";

/*
 * ZooKeeper keeps a tree of small nodes, and every write on it is one of these three. The order in which a write is
 * checked is part of the contract: clients decide by the code that they get.
 *
 * A tree has its znodes by their paths. It always has "/", and of every other node the parent: that of "/a/b" is
 * "/a", that of "/a" is "/". The functions change the tree that they are given; one that answers with an error
 * changes nothing. Every path is well-formed.
 */

export type Znode = {
  data: string;
  /** How often its data was changed. */
  version: number;
  /** How many children were ever created below it, of any kind, whether they are still there or not. */
  created: number;
  /** The session that an ephemeral node dies with; 0 for a node that stays. */
  readonly owner: SessionId;
};

export type Tree = { [path: string]: Znode };

/** What the client hears. */
export type Answer<T> = { readonly ok: T } | { readonly error: ErrorCode };

/**
 * Makes a node.
 *
 * Given  `session`, who asks; `mode` is "persistent", "ephemeral", "persistentSequential" or "ephemeralSequential"
 * Return the path that was made; or the first of these that is the case:
 *        "NoNode"                   there is no parent
 *        "NodeExists"               there is such a node
 *        "NoChildrenForEphemerals"  the parent is ephemeral
 * Keep   of a sequential node the path gets ten digits more: how many children its parent has ever had
 *
 *   in a tree with nothing but "/":
 *   { path: "/a", data: "x", mode: "persistent" }           →  { ok: "/a" }, at version 0, of nobody
 *   { path: "/n-", data: "", mode: "ephemeralSequential" }  →  { ok: "/n-0000000000" }
 *   { path: "/", data: "", mode: "persistent" }             →  { error: "NodeExists" }
 */
export function create(
  tree: Tree,
  session: SessionId,
  asked: { readonly path: string; readonly data: string; readonly mode: CreateMode },
): Answer<string> {
  throw new Error("create: your turn");
}

/**
 * Takes a node away, if nothing is below it.
 *
 * Given  the path of a node other than "/"; a version, -1 for any
 * Return true; or the first of these that is the case:
 *        "NoNode"      there is no such node
 *        "BadVersion"  its version is another one
 *        "NotEmpty"    it has children
 *
 *   { path: "/a", version: -1 }, "/a" has no children  →  { ok: true }
 *   { path: "/a", version: -1 }, there is an "/a/b"    →  { error: "NotEmpty" }
 */
export function remove(
  tree: Tree,
  asked: { readonly path: string; readonly version: number },
): Answer<true> {
  throw new Error("remove: your turn");
}

/**
 * Replaces the data of a node.
 *
 * Given  the version that the node must have, -1 for any
 * Return its new version; or the first of these that is the case:
 *        "NoNode"      there is no such node
 *        "BadVersion"  its version is another one
 *
 *   { path: "/a", data: "y", version: -1 }, "/a" is at version 4  →  { ok: 5 }
 *   { path: "/a", data: "y", version: 5 },  "/a" is at version 4  →  { error: "BadVersion" }
 */
export function setData(
  tree: Tree,
  asked: { readonly path: string; readonly data: string; readonly version: number },
): Answer<number> {
  throw new Error("setData: your turn");
}
