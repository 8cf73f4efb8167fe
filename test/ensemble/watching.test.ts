/** Watches as a client meets them at its server: when they are set, when they fire, and before what. */

import { zxid } from "quorumlab/ensemble";
import { describe, expect, test } from "vitest";
import { asks, commits, create, making, reading, withClient } from "./parts.ts";

describe("a watch", () => {
  test("fires before the answer that shows the change, a client's own included", () => {
    const s2 = withClient();
    asks(s2, 2, reading("exists", "/a", true));
    asks(s2, 3, reading("getChildren", "/", true));
    asks(s2, 4, making("/a"));
    asks(s2, 5, reading("exists", "/a"));
    expect(commits(s2, "1.2", create("/a"), 4)).toEqual([
      "c: event NodeCreated /a",
      "c: event NodeChildrenChanged /",
      "c: reply 4 ok as of 0x100000002",
      "c: reply 5 ok as of 0x100000002",
    ]);
  });

  test("of two reads of one node fires once", () => {
    const s2 = withClient();
    asks(s2, 2, reading("exists", "/zookeeper", true));
    asks(s2, 3, reading("getData", "/zookeeper", true));
    const change = { kind: "setData", path: "/zookeeper", data: "x" } as const;
    expect(commits(s2, "1.2", change, 0)).toEqual(["c: event NodeDataChanged /zookeeper"]);
  });

  test("is set by a read that finds nothing only if it asked whether there is something", () => {
    const s2 = withClient();
    asks(s2, 2, reading("getData", "/a", true));
    asks(s2, 3, reading("getChildren", "/a", true));
    expect(commits(s2, "1.2", create("/a"), 0)).toEqual([]);
    asks(s2, 4, reading("exists", "/b", true));
    expect(commits(s2, "1.3", create("/b"), 0)).toEqual(["c: event NodeCreated /b"]);
  });

  test("goes with its connection", () => {
    const s2 = withClient();
    asks(s2, 2, reading("exists", "/a", true));
    s2.disconnected("c");
    expect(commits(s2, "1.2", create("/a"), 0)).toEqual([]);
  });

  test("that is set again tells at once what its client missed", () => {
    const s2 = withClient();
    commits(s2, "1.2", create("/a"), 0);
    const again = { data: ["/zookeeper"], exist: ["/a"], child: ["/"] };
    expect(s2.hears("c", { kind: "setWatches", lastZxid: zxid(1, 1), ...again })).toEqual([
      "c: event NodeCreated /a",
      "c: event NodeChildrenChanged /",
    ]);
  });
});
