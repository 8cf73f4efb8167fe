import type { CreateMode, ErrorCode, SessionId } from "quorumlab/ensemble";

export type Znode = {
  data: string;
  version: number;
  created: number;
  readonly owner: SessionId;
};

export type Tree = { [path: string]: Znode };
export type Answer<T> = { readonly ok: T } | { readonly error: ErrorCode };

const ANY = -1;

/** A number that is counted up and never down is never given twice, whatever was taken away meanwhile. */
export function create(
  tree: Tree,
  session: SessionId,
  asked: { readonly path: string; readonly data: string; readonly mode: CreateMode },
): Answer<string> {
  const parent = tree[asked.path.slice(0, asked.path.lastIndexOf("/")) || "/"];
  if (parent === undefined) return { error: "NoNode" };
  const number = asked.mode.endsWith("Sequential") ? String(parent.created).padStart(10, "0") : "";
  const path = asked.path + number;
  if (tree[path] !== undefined) return { error: "NodeExists" };
  if (parent.owner !== 0) return { error: "NoChildrenForEphemerals" };
  parent.created += 1;
  const owner = asked.mode.startsWith("ephemeral") ? session : 0;
  tree[path] = { data: asked.data, version: 0, created: 0, owner };
  return { ok: path };
}

/** The version comes before the children: it says whether the client speaks of the node that it has seen. */
export function remove(
  tree: Tree,
  asked: { readonly path: string; readonly version: number },
): Answer<true> {
  const node = tree[asked.path];
  if (node === undefined) return { error: "NoNode" };
  if (asked.version !== ANY && asked.version !== node.version) return { error: "BadVersion" };
  const isParent = Object.keys(tree).some((path) => path.startsWith(`${asked.path}/`));
  if (isParent) return { error: "NotEmpty" };
  delete tree[asked.path];
  return { ok: true };
}

/** Compare and set: who read an older version does not overwrite what it has not seen. */
export function setData(
  tree: Tree,
  asked: { readonly path: string; readonly data: string; readonly version: number },
): Answer<number> {
  const node = tree[asked.path];
  if (node === undefined) return { error: "NoNode" };
  if (asked.version !== ANY && asked.version !== node.version) return { error: "BadVersion" };
  node.data = asked.data;
  node.version += 1;
  return { ok: node.version };
}
