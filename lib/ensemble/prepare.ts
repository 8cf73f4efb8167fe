/**
 * The leader's check of a request: it becomes a transaction that cannot fail, or an error. The first rule that is
 * broken decides which error, so the order of the lines is part of ZooKeeper's contract.
 *
 * Source: org.apache.zookeeper.server.PrepRequestProcessor.
 */

import { copy } from "quorumlab/sim";
import type { ErrorCode } from "./errors.ts";
import type { Entry, Ordered, SessionId, Txn, Write } from "./messages.ts";
import { isPath, parentOf, RESERVED } from "./path.ts";
import { apply, ephemeralsOf, nodeAt, type Tree } from "./tree.ts";

/** The id and the time that the transaction will have. */
type Stamp = Pick<Entry, "zxid" | "timeMs">;

/**
 * Checks a request against everything that was proposed before it, and applies what it becomes.
 *
 * @param ahead the tree as it will be when all proposals are committed
 * @param session who asks; 0 asks for a session
 */
export function prepare(ahead: Tree, session: SessionId, request: Ordered, stamp: Stamp): Txn {
  const txn = transaction(ahead, session, request, stamp);
  // The parts of a multi are applied one by one, since each is checked against those before it.
  if (txn.kind !== "multi") apply(ahead, { ...stamp, txn });
  return txn;
}

function transaction(ahead: Tree, session: SessionId, request: Ordered, stamp: Stamp): Txn {
  if (request.kind === "createSession") return request;
  if (!ahead.sessions.has(session)) return error("SessionExpired");
  if (request.kind === "closeSession") {
    return { kind: "closeSession", session, paths: ephemeralsOf(ahead, session) };
  }
  if (request.kind === "multi") return multi(ahead, session, request.ops, stamp);
  return request.kind === "check" ? error("Unimplemented") : write(ahead, session, request);
}

/** All or nothing: when an operation fails, those before it are taken back. */
function multi(ahead: Tree, session: SessionId, ops: readonly Write[], stamp: Stamp): Txn {
  const txns: Txn[] = [];
  const undo: (() => void)[] = [];
  for (const op of ops) {
    const txn = write(ahead, session, op);
    if (txn.kind === "error") {
      for (const back of undo.reverse()) back();
      const after = ops.slice(txns.length + 1).map(() => "RuntimeInconsistency" as const);
      const outcomes = [...txns.map(() => "Ok" as const), txn.code, ...after];
      return { kind: "error", code: txn.code, outcomes };
    }
    if ("path" in txn) undo.push(remember(ahead, txn.path), remember(ahead, parentOf(txn.path)));
    apply(ahead, { ...stamp, txn });
    txns.push(txn);
  }
  return { kind: "multi", txns };
}

/** @returns puts a node back as it is now, or takes it away if it is not there */
function remember(tree: Tree, path: string): () => void {
  const name = path === "" ? "/" : path;
  const was = copy(tree.nodes.get(name));
  return () => {
    if (was === undefined) tree.nodes.delete(name);
    else tree.nodes.set(name, was);
  };
}

function write(ahead: Tree, session: SessionId, op: Write): Txn {
  if (op.kind === "create") return create(ahead, session, op);
  const { path, version } = op;
  const isRight = op.kind === "delete" ? hasParent(path) && !RESERVED.includes(path) : isPath(path);
  if (!isRight) return error("BadArguments");
  const node = nodeAt(ahead, path);
  if (node === undefined) return error("NoNode");
  if (version !== -1 && version !== node.version) return error("BadVersion");
  switch (op.kind) {
    case "delete":
      return node.children.size > 0 ? error("NotEmpty") : { kind: "delete", path };
    case "setData":
      return { kind: "setData", path, data: op.data };
    case "check":
      return { kind: "check" };
  }
}

function create(ahead: Tree, session: SessionId, op: Extract<Write, { kind: "create" }>): Txn {
  if (!hasParent(op.path)) return error("BadArguments");
  const parent = nodeAt(ahead, parentOf(op.path));
  if (parent === undefined) return error("NoNode");
  const isSequential = op.mode.endsWith("Sequential");
  const path = isSequential ? op.path + String(parent.created).padStart(10, "0") : op.path;
  if (!isPath(path)) return error("BadArguments");
  if (nodeAt(ahead, path) !== undefined) return error("NodeExists");
  if (parent.ephemeralOwner !== 0) return error("NoChildrenForEphemerals");
  const ephemeralOwner = op.mode.startsWith("ephemeral") ? session : 0;
  return { kind: "create", path, data: op.data, ephemeralOwner };
}

/** All that is asked of a path before its parent is looked up. */
function hasParent(path: string): boolean {
  return path.includes("/") && !path.includes("\0");
}

function error(code: ErrorCode): Txn {
  return { kind: "error", code };
}
