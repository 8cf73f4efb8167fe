/**
 * One-shot watches, as the server that a client is connected to keeps them. A watch belongs to a connection and a
 * path; whoever set two watches for one path hears of a change once.
 *
 * The watch order: of one change the node's own event comes first, then its parent's (`fire`); and both come before
 * any answer that shows the change (`commitTo`, in `replica`, tells while it applies).
 *
 * Source: org.apache.zookeeper.server.watch.WatchManager.
 */

import type { NodeId } from "quorumlab/sim";
import type { EventType, Failure, Read, Result, ToServer } from "./messages.ts";
import { parentOf } from "./path.ts";
import { type Change, nodeAt, type Tree } from "./tree.ts";
import type { Zxid } from "./zxid.ts";

/** Who waits for something to happen, by path. */
export type Table<Who> = Map<string, Set<Who>>;

/** Who waits for a change of a node (its creation included), and who for a change among its children. */
export type Watches = Readonly<Record<"data" | "child", Table<NodeId>>>;

export type Firing = { readonly client: NodeId; readonly type: EventType; readonly path: string };

export function noWatches(): Watches {
  return { data: new Map(), child: new Map() };
}

export function addWatch<Who>(table: Table<Who>, path: string, who: Who): void {
  const waiting = table.get(path);
  if (waiting === undefined) table.set(path, new Set([who]));
  else waiting.add(who);
}

/** Takes out all who wait at a path. */
export function takeWatches<Who>(table: Table<Who>, path: string): Who[] {
  const waiting = [...(table.get(path) ?? [])];
  table.delete(path);
  return waiting;
}

/** Forgets a client that is gone. */
export function dropWatches(watches: Watches, client: NodeId): void {
  for (const table of [watches.data, watches.child]) {
    for (const [path, waiting] of table) {
      waiting.delete(client);
      if (waiting.size === 0) table.delete(path);
    }
  }
}

/** The events of one change, in order. What fires is taken out: it fires once. */
export function fire(watches: Watches, { kind, path }: Change): Firing[] {
  const parent = parentOf(path) || "/";
  switch (kind) {
    case "created":
      return [
        ...take(watches.data, "NodeCreated", path),
        ...take(watches.child, "NodeChildrenChanged", parent),
      ];
    case "deleted": {
      const told = take(watches.data, "NodeDeleted", path);
      const others = take(watches.child, "NodeDeleted", path).filter(
        ({ client }) => !told.some((one) => one.client === client),
      );
      return [...told, ...others, ...take(watches.child, "NodeChildrenChanged", parent)];
    }
    case "dataChanged":
      return take(watches.data, "NodeDataChanged", path);
  }
}

function take(table: Table<NodeId>, type: EventType, path: string): Firing[] {
  return takeWatches(table, path).map((client) => ({ client, type, path }));
}

/**
 * Sets the watches of an older connection again.
 *
 * @returns the events that the client missed meanwhile, as far as the tree still shows them: a node that was created
 * and deleted again is not among them
 */
export function resetWatches(
  watches: Watches,
  tree: Tree,
  client: NodeId,
  asked: Extract<ToServer, { kind: "setWatches" }>,
): Firing[] {
  const missed: Firing[] = [];
  const look = (path: string, of: keyof Watches, changed: EventType | undefined) => {
    if (changed === undefined) addWatch(watches[of], path, client);
    else missed.push({ client, type: changed, path });
  };
  const newer = (zxid: Zxid, type: EventType) => (zxid > asked.lastZxid ? type : undefined);
  for (const path of asked.data) {
    const node = nodeAt(tree, path);
    look(path, "data", node === undefined ? "NodeDeleted" : newer(node.mzxid, "NodeDataChanged"));
  }
  for (const path of asked.exist) {
    look(path, "data", nodeAt(tree, path) === undefined ? undefined : "NodeCreated");
  }
  for (const path of asked.child) {
    const node = nodeAt(tree, path);
    const type = node === undefined ? "NodeDeleted" : newer(node.pzxid, "NodeChildrenChanged");
    look(path, "child", type);
  }
  return missed;
}

/** What a client's watch waits for: a change of a node, a node that is not there yet, a change among children. */
export type WatchKind = "data" | "exist" | "child";

/** What a client waits for after an answer: of a node that is not there only `exists` leaves a watch. */
export function watchSet({ kind }: Read, result: Result | Failure): WatchKind | undefined {
  if (result.kind !== "error") return kind === "getChildren" ? "child" : "data";
  return kind === "exists" && result.code === "NoNode" ? "exist" : undefined;
}

/** Which watches an event uses up. */
export function watchedBy(type: EventType): readonly WatchKind[] {
  if (type === "NodeChildrenChanged") return ["child"];
  return type === "NodeDeleted" ? ["data", "exist", "child"] : ["data", "exist"];
}
