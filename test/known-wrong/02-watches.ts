/** Mistakes with watches. */

import type { Patch } from "./patch.ts";

const file = "solutions/02-watches.ts";
const first = "a watch fires at the first change that the answer did not show, and at no other";
const order = "one change tells a client each thing once, of the node before its parent";
const back = "a client that comes back hears what it missed, and waits for the rest";
const isAnswered = 'if (isThere || read.kind === "exists") ';
const takeOut = "  server.watches = server.watches.filter((one) => !fires(one));\n";

/** Each is caught by `check`. */
export const patches: readonly Patch[] = [
  {
    name: "leaves a watch that has fired",
    file,
    from: takeOut,
    to: "",
    origin: "watches that stay, as in etcd, or in ZooKeeper since 3.6 when asked for",
    caughtBy: first,
  },
  {
    name: "sets a watch for a read that failed",
    file,
    from: isAnswered,
    to: "",
    origin: "the beginner's first idea: whoever asks for a watch gets one",
    caughtBy: first,
  },
  {
    name: "does not wait for a node that is not there",
    file,
    from: isAnswered,
    to: "if (isThere) ",
    origin: "getData taken for exists: the master's successor is never told that it may try",
    caughtBy: first,
  },
  {
    name: "tells of the root's children under another name",
    file,
    from: 'path.lastIndexOf("/")) || "/"',
    to: 'path.lastIndexOf("/"))',
    origin: 'the parent of "/a" is "", which DataTree turns into "/" by hand',
    caughtBy: first,
  },
  {
    name: "tells who waits for the children that the data of a child has changed",
    file,
    from: 'if (kind === "dataChanged") return take(server, "data", path, "NodeDataChanged");\n  const parent = path.slice(0, path.lastIndexOf("/")) || "/";\n  const beside = take(server, "child", parent, "NodeChildrenChanged");',
    to: 'const parent = path.slice(0, path.lastIndexOf("/")) || "/";\n  const beside = take(server, "child", parent, "NodeChildrenChanged");\n  if (kind === "dataChanged") {\n    return [...take(server, "data", path, "NodeDataChanged"), ...beside];\n  }',
    origin: "a listing taken for all that is in it",
    caughtBy: first,
  },
  {
    name: "lets a child watch survive the node, when its client has heard of the end",
    file,
    from: 'const inside = take(server, "child", path, "NodeDeleted");\n  const others = inside.filter(({ client }) => !told.some((one) => one.client === client));',
    to: `const heard = told.map(({ client }) => client);
  const inside = (one: Watch) =>
    one.of === "child" && one.path === path && !heard.includes(one.client);
  const others = server.watches.filter(inside).map(({ client }) => {
    return { client, type: "NodeDeleted" as const, path };
  });
  server.watches = server.watches.filter((one) => !inside(one));`,
    origin: "ZOOKEEPER-4466: watches of two kinds on one path that know too much of each other",
    caughtBy: first,
  },
  {
    name: "tells of the parent first",
    file,
    from: "[...told, ...others, ...beside]",
    to: "[...beside, ...told, ...others]",
    origin: "who reads the list first and the node then, hears of it in that order too",
    caughtBy: order,
  },
  {
    name: "tells a client twice that a node is gone",
    file,
    from: "!told.some((one) => one.client === client)",
    to: 'client !== ""',
    origin: "WatchManager without its set of those that were told",
    caughtBy: order,
  },
  {
    name: "keeps two watches of a client that read twice",
    file,
    from: "if (!server.watches.some(isMine)) ",
    to: "if (server.watches.filter(isMine).length < 2) ",
    origin: "a list where WatchManager has a set",
    caughtBy: order,
  },
  {
    name: "takes what the client has seen for missed",
    file,
    from: "zxid > lastZxid",
    to: "zxid >= lastZxid",
    origin: "off by one at the newest transaction",
    caughtBy: back,
  },
  {
    name: "looks at the data where the children are asked for",
    file,
    from: "nodes[path]?.pzxid",
    to: "nodes[path]?.mzxid",
    origin: "ZOOKEEPER-3145: a stale pzxid hides that children have changed",
    caughtBy: back,
  },
  {
    name: "waits for the change of a node that is gone",
    file,
    from: 'zxid === undefined ? "NodeDeleted" : zxid > lastZxid && type',
    to: "zxid !== undefined && zxid > lastZxid && type",
    origin: "ZOOKEEPER-1412: who reconnects is not told of a deletion",
    caughtBy: back,
  },
  {
    name: "forgets the watches for which nothing happened",
    file,
    from: "    else wait(server, { client, of, path });\n",
    to: "",
    origin: "ZOOKEEPER-706: a reconnected client that waits for ever; kazoo drops them knowingly",
    caughtBy: back,
  },
];
