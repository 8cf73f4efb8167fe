import type { EventType, Zxid } from "quorumlab/ensemble";

export type Watch = {
  readonly client: string;
  readonly of: "data" | "child";
  readonly path: string;
};

export type Server = { watches: Watch[] };
export type Told = { readonly client: string; readonly type: EventType; readonly path: string };

export type Waiting = {
  readonly lastZxid: Zxid;
  readonly data: readonly string[];
  readonly exist: readonly string[];
  readonly child: readonly string[];
};

/** A watch goes with an answer: where there was none, there is nothing to wait for the change of. */
export function watch(
  server: Server,
  client: string,
  read: { readonly kind: "exists" | "getData" | "getChildren"; readonly path: string },
  isThere: boolean,
): void {
  const of = read.kind === "getChildren" ? "child" : "data";
  if (isThere || read.kind === "exists") wait(server, { client, of, path: read.path });
}

/** The node's own event comes first: who hears of the parent's new children may know about the node by then. */
export function fire(
  server: Server,
  change: { readonly kind: "created" | "deleted" | "dataChanged"; readonly path: string },
): Told[] {
  const { kind, path } = change;
  if (kind === "dataChanged") return take(server, "data", path, "NodeDataChanged");
  const parent = path.slice(0, path.lastIndexOf("/")) || "/";
  const beside = take(server, "child", parent, "NodeChildrenChanged");
  if (kind === "created") return [...take(server, "data", path, "NodeCreated"), ...beside];
  const told = take(server, "data", path, "NodeDeleted");
  const inside = take(server, "child", path, "NodeDeleted");
  const others = inside.filter(({ client }) => !told.some((one) => one.client === client));
  return [...told, ...others, ...beside];
}

/** The state that the client has seen is older than the server's: what differs, it has missed. */
export function catchUp(
  server: Server,
  client: string,
  waiting: Waiting,
  nodes: { readonly [path: string]: { readonly mzxid: Zxid; readonly pzxid: Zxid } },
): Told[] {
  const { lastZxid, data, exist, child } = waiting;
  const missed: Told[] = [];
  const look = (of: Watch["of"], path: string, type: EventType | false) => {
    if (type) missed.push({ client, type, path });
    else wait(server, { client, of, path });
  };
  const since = (zxid: Zxid | undefined, type: EventType) =>
    zxid === undefined ? "NodeDeleted" : zxid > lastZxid && type;
  for (const path of data) look("data", path, since(nodes[path]?.mzxid, "NodeDataChanged"));
  for (const path of exist) look("data", path, nodes[path] !== undefined && "NodeCreated");
  for (const path of child) look("child", path, since(nodes[path]?.pzxid, "NodeChildrenChanged"));
  return missed;
}

function wait(server: Server, { client, of, path }: Watch): void {
  const isMine = (one: Watch) => one.client === client && one.of === of && one.path === path;
  if (!server.watches.some(isMine)) server.watches.push({ client, of, path });
}

function take(server: Server, of: Watch["of"], path: string, type: EventType): Told[] {
  const fires = (one: Watch) => one.of === of && one.path === path;
  const fired = server.watches.filter(fires);
  server.watches = server.watches.filter((one) => !fires(one));
  return fired.map(({ client }) => ({ client, type, path }));
}
