/** One-shot watches: who hears what, in which order, and what is caught up with after a reconnection. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Change } from "../../lib/ensemble/tree.ts";
import {
  addWatch,
  dropWatches,
  fire,
  noWatches,
  resetWatches,
  type Watches,
} from "../../lib/ensemble/watches.ts";
import { create, leader, multi, remove, setData } from "./leader.ts";
import { play, requests } from "./requests.ts";

/** Watches set by one client each: "data /p by c1". */
function watching(...set: string[]): Watches {
  const watches = noWatches();
  for (const each of set) {
    const [of, path = "", , client = ""] = each.split(" ");
    addWatch(watches[of as keyof Watches], path, client);
  }
  return watches;
}

/** "c1 NodeDeleted /p" */
function said(firings: ReturnType<typeof fire>): string[] {
  return firings.map(({ client, type, path }) => `${client} ${type} ${path}`);
}

const on = (watches: Watches, ...changes: Change[]) =>
  said(changes.flatMap((change) => fire(watches, change)));
const created = (path: string): Change => ({ kind: "created", path });
const deleted = (path: string): Change => ({ kind: "deleted", path });
const changed = (path: string): Change => ({ kind: "dataChanged", path });

describe("a change is told to those who wait for it:", () => {
  const all = [
    "data /p/c by node",
    "child /p/c by inside",
    "data /p by parent",
    "child /p by beside",
  ];
  test.each([
    [created, ["node NodeCreated /p/c", "beside NodeChildrenChanged /p"]],
    [
      deleted,
      ["node NodeDeleted /p/c", "inside NodeDeleted /p/c", "beside NodeChildrenChanged /p"],
    ],
    [changed, ["node NodeDataChanged /p/c"]],
  ])("%o", (change, events) => {
    expect(on(watching(...all), change("/p/c"))).toEqual(events);
  });

  test("the root's children are the root's", () => {
    expect(on(watching("child / by c"), created("/p"))).toEqual(["c NodeChildrenChanged /"]);
  });
});

test("a watch fires once", () => {
  const watches = watching("data /p by c", "child /p by c");
  const twice = [changed("/p"), changed("/p"), created("/p/a"), created("/p/b")];
  expect(on(watches, ...twice)).toEqual(["c NodeDataChanged /p", "c NodeChildrenChanged /p"]);
  expect(watches).toEqual(noWatches());
});

test("two watches of one client for one path are one watch", () => {
  const watches = watching("data /p by c", "data /p by c", "data /p by d");
  expect(on(watches, changed("/p"))).toEqual(["c NodeDataChanged /p", "d NodeDataChanged /p"]);
});

test("who watched a node and its children hears of its end once, and neither watch stays", () => {
  const watches = watching("data /p by c", "child /p by c", "child /p by d");
  expect(on(watches, deleted("/p"))).toEqual(["c NodeDeleted /p", "d NodeDeleted /p"]);
  expect(watches).toEqual(noWatches());
});

test("the parts of a multi fire in their order, each watch at most once", () => {
  const { ask, open } = leader();
  const session = open();
  ask(session, create("/p"));
  const { changes } = ask(session, multi(create("/p/x"), setData("/p", "1"), create("/p/y")));
  const watches = watching("child /p by c", "data /p by c");
  expect(on(watches, ...changes)).toEqual(["c NodeChildrenChanged /p", "c NodeDataChanged /p"]);
});

test("a client that is gone is forgotten, and nobody else", () => {
  const watches = watching("data /p by c", "child /p by c", "child /p by d");
  dropWatches(watches, "c");
  expect(watches).toEqual(watching("child /p by d"));
});

describe("after a reconnection", () => {
  /** /p changed at 3, its children at 4; /q is not there. */
  function reconnected(lastZxid: number, of: "data" | "exist" | "child", path: string) {
    const one = leader();
    const session = one.open();
    for (const request of [create("/p"), setData("/p", "x"), create("/p/c")])
      one.ask(session, request);
    const watches = noWatches();
    const none = { data: [], exist: [], child: [] };
    const asked = { kind: "setWatches", lastZxid, ...none, [of]: [path] } as const;
    const missed = said(resetWatches(watches, one.replica, "c", asked));
    return { missed, watches };
  }

  test.each([
    ["data", "/q", 9, "NodeDeleted"],
    ["data", "/p", 2, "NodeDataChanged"],
    ["exist", "/p", 9, "NodeCreated"],
    ["child", "/q", 9, "NodeDeleted"],
    ["child", "/p", 3, "NodeChildrenChanged"],
  ] as const)(
    "a %s watch on %s, last seen %i: %s, and the watch is used up",
    (of, path, seen, type) => {
      const { missed, watches } = reconnected(seen, of, path);
      expect(missed).toEqual([`c ${type} ${path}`]);
      expect(watches).toEqual(noWatches());
    },
  );

  test.each([
    ["data", "/p", 3, "data"],
    ["exist", "/q", 0, "data"],
    ["child", "/p", 4, "child"],
  ] as const)("a %s watch on %s, last seen %i, waits again", (of, path, seen, table) => {
    const { missed, watches } = reconnected(seen, of, path);
    expect(missed).toEqual([]);
    expect(watches).toEqual(watching(`${table} ${path} by c`));
  });

  test("what was missed is told in the order of the lists", () => {
    const one = leader();
    one.ask(one.open(), create("/p"));
    const lists = { data: ["/q", "/p"], exist: ["/p"], child: ["/p"] };
    const asked = { kind: "setWatches", lastZxid: 0, ...lists } as const;
    expect(said(resetWatches(noWatches(), one.replica, "c", asked))).toEqual([
      "c NodeDeleted /q",
      "c NodeDataChanged /p",
      "c NodeCreated /p",
      "c NodeChildrenChanged /p",
    ]);
  });

  test("a node that was made and taken away meanwhile is missed", () => {
    const one = leader();
    const session = one.open();
    for (const request of [create("/q"), remove("/q")]) one.ask(session, request);
    const asked = { kind: "setWatches", lastZxid: 1, data: [], exist: ["/q"], child: [] } as const;
    expect(resetWatches(noWatches(), one.replica, "c", asked)).toEqual([]);
  });
});

test("whoever watches everything hears of every change that is still to be seen, at any cut", () => {
  const paths = ["/a", "/b", "/a/x", "/a/y"];
  fc.assert(
    fc.property(requests, requests, (before, meanwhile) => {
      const one = play(leader(), before);
      const lastZxid = one.entries.length;
      const was = new Map(
        paths.map((path) => [path, structuredClone(one.replica.nodes.get(path))]),
      );
      play(one, meanwhile);
      const data = paths.filter((path) => was.get(path) !== undefined);
      const exist = paths.filter((path) => was.get(path) === undefined);
      const asked = { kind: "setWatches", lastZxid, data, exist, child: data } as const;
      const watches = noWatches();
      const told = resetWatches(watches, one.replica, "c", asked).map(({ path }) => path);
      for (const path of paths) {
        const [then, now] = [was.get(path), one.replica.nodes.get(path)];
        const same = JSON.stringify(then) === JSON.stringify(now);
        // Either the client is told, or it waits; and who is not told has missed nothing that shows.
        if (!told.includes(path)) expect({ path, same }).toEqual({ path, same: true });
        const waits = watches.data.has(path) || watches.child.has(path);
        expect({ path, known: told.includes(path) || waits }).toEqual({ path, known: true });
      }
    }),
    { seed: 6, numRuns: 300 },
  );
});
