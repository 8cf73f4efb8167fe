/** The tree as a fold over transactions: every field of every Stat, and replicas that agree. */

import fc from "fast-check";
import { apply, emptyTree, type Stat, statOf } from "quorumlab/ensemble";
import { expect, test } from "vitest";
import { ephemeralsOf } from "../../lib/ensemble/tree.ts";
import { check, create, leader, multi, remove, setData } from "./leader.ts";
import { play, requests } from "./requests.ts";

const NEW: Stat = {
  czxid: 0,
  mzxid: 0,
  pzxid: 0,
  ctime: 0,
  mtime: 0,
  version: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 0,
  dataLength: 0,
  numChildren: 0,
};

test("a tree begins with the root and the nodes that ZooKeeper keeps for itself", () => {
  const { replica, stat } = leader();
  expect([...replica.nodes.keys()].sort()).toEqual([
    "/",
    "/zookeeper",
    "/zookeeper/config",
    "/zookeeper/quota",
  ]);
  expect(stat("/")).toEqual({ ...NEW, cversion: -1, numChildren: 1 });
  expect(stat("/zookeeper")).toEqual({ ...NEW, cversion: -2, numChildren: 2 });
  expect(stat("")).toEqual(stat("/"));
});

test("a new node has the zxid and the time of its transaction, three times and twice", () => {
  const { ask, open, stat } = leader();
  const session = open();
  const { result } = ask(session, create("/p", "persistent", "€"));
  const expected = { ...NEW, czxid: 2, mzxid: 2, pzxid: 2, ctime: 1002, mtime: 1002 };
  expect(result).toEqual({ kind: "create", path: "/p", stat: { ...expected, dataLength: 3 } });
  ask(session, create("/p/e", "ephemeral"));
  const times = { czxid: 3, mzxid: 3, pzxid: 3, ctime: 1003, mtime: 1003 };
  expect(stat("/p/e")).toEqual({ ...NEW, ...times, ephemeralOwner: session });
});

test("a child that comes or goes changes its parent's cversion, pzxid and numChildren, and nothing else", () => {
  const { ask, open, stat } = leader();
  const session = open();
  for (const path of ["/g", "/g/p"]) ask(session, create(path));
  const [grandparent, parent] = [stat("/g"), stat("/g/p")];
  ask(session, create("/g/p/c"));
  expect(stat("/g/p")).toEqual({ ...parent, cversion: 1, pzxid: 4, numChildren: 1 });
  ask(session, remove("/g/p/c"));
  expect(stat("/g/p")).toEqual({ ...parent, cversion: 2, pzxid: 5, numChildren: 0 });
  expect(stat("/g")).toEqual(grandparent);
});

test("a change of data changes version, mzxid, mtime and dataLength, and nothing of its parent", () => {
  const { ask, open, stat } = leader();
  const session = open();
  for (const path of ["/p", "/p/c"]) ask(session, create(path));
  const [parent, node] = [stat("/p"), stat("/p/c")];
  const { result } = ask(session, setData("/p/c", new Uint8Array(7)));
  const changed = { ...node, version: 1, mzxid: 4, mtime: 1004, dataLength: 7 };
  expect(result).toEqual({ kind: "setData", stat: changed });
  expect(stat("/p/c")).toEqual(changed);
  ask(session, setData("/p/c", ""));
  expect(stat("/p/c")).toMatchObject({ version: 2, dataLength: 0 });
  expect(stat("/p")).toEqual(parent);
});

test("data comes out as it went in", () => {
  const { ask, open, replica } = leader();
  const session = open();
  const bytes = new Uint8Array([0, 255]);
  ask(session, create("/p"));
  ask(session, setData("/p", bytes));
  expect(replica.nodes.get("/p")?.data).toEqual(bytes);
  ask(session, setData("/p", "0,255"));
  expect(replica.nodes.get("/p")?.data).toBe("0,255");
});

test("the parts of a multi have one zxid", () => {
  const { ask, open, stat } = leader();
  const session = open();
  const { result } = ask(
    session,
    multi(create("/p"), create("/p/c"), setData("/p", "x"), check("/p"), remove("/p/c")),
  );
  expect(result.kind === "multi" && result.results.map(({ kind }) => kind)).toEqual([
    "create",
    "create",
    "setData",
    "check",
    "delete",
  ]);
  expect(stat("/p")).toMatchObject({ czxid: 2, mzxid: 2, pzxid: 2, version: 1, cversion: 2 });
});

test("the end of a session takes its ephemerals in one transaction", () => {
  const { ask, open, replica, stat } = leader();
  const [mine, other] = [open(), open()];
  ask(mine, create("/p"));
  for (const name of ["b", "a"]) ask(mine, create(`/p/${name}`, "ephemeral"));
  ask(other, create("/p/other", "ephemeral"));
  const { changes } = ask(mine, { kind: "closeSession" });
  expect(changes).toEqual([
    { kind: "deleted", path: "/p/a" },
    { kind: "deleted", path: "/p/b" },
  ]);
  expect(stat("/p")).toMatchObject({ pzxid: 7, cversion: 5, numChildren: 1 });
  expect([...replica.sessions]).toEqual([[other, 4000]]);
});

test("a transaction that does not fit the tree stops the run", () => {
  const at = { zxid: 1, timeMs: 0 };
  const node = { kind: "create", data: "", ephemeralOwner: 0 } as const;
  const tree = emptyTree();
  apply(tree, { ...at, txn: { ...node, path: "/a" } });
  apply(tree, { ...at, txn: { ...node, path: "/a/b" } });
  for (const txn of [
    { ...node, path: "/a" },
    { ...node, path: "/none/b" },
    { kind: "delete", path: "/a" },
    { kind: "delete", path: "/none" },
    { kind: "setData", path: "/none", data: "" },
  ] as const) {
    expect(() => apply(tree, { ...at, txn })).toThrow(/^Invariant broken: \/(a|none)/);
  }
});

test("replicas that fold the same transactions are equal, and equal to the leader's tree", () => {
  fc.assert(
    fc.property(requests, (asked) => {
      const { ahead, replica, entries } = play(leader(), asked);
      const late = emptyTree();
      for (const entry of entries) apply(late, entry);
      expect(late).toEqual(replica);
      expect(ahead).toEqual(replica);
    }),
    { seed: 2, numRuns: 300 },
  );
});

test("in every tree the counts are right: children, cversion, ephemerals of open sessions only", () => {
  fc.assert(
    fc.property(requests, (asked) => {
      const { replica } = play(leader(), asked);
      const owners = new Set<number>();
      for (const [path, node] of replica.nodes) {
        const { numChildren, cversion, ephemeralOwner } = statOf(node);
        const inside = [...replica.nodes.keys()].filter((other) => {
          return other !== "/" && (other.slice(0, other.lastIndexOf("/")) || "/") === path;
        });
        expect(numChildren).toBe(inside.length);
        expect(cversion).toBe(2 * node.created - inside.length);
        if (ephemeralOwner !== 0) owners.add(ephemeralOwner);
        if (ephemeralOwner !== 0) expect(inside).toEqual([]);
      }
      for (const owner of owners) expect(replica.sessions.has(owner)).toBe(true);
      const all = [...owners].flatMap((owner) => ephemeralsOf(replica, owner));
      expect(new Set(all).size).toBe(all.length);
    }),
    { seed: 3, numRuns: 300 },
  );
});
