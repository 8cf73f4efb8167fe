/** A client's session as its machine keeps it: heartbeats, requests in order, watches, and how it ends. */

import type { Request, Result, Stat } from "quorumlab/ensemble";
import { describe, expect, test } from "vitest";
import { counts, machine, replies, takes, welcomed } from "./machine.ts";

const stat = {} as Stat;
const making = (path: string): Request => ({ kind: "create", path, data: "", mode: "persistent" });
const watching = (kind: "exists" | "getData" | "getChildren", path: string): Request => ({
  kind,
  path,
  watch: true,
});
const made = (path: string): Result => ({ kind: "create", path, stat });
const noNode = { kind: "error", code: "NoNode" } as const;

test("a session needs a server to ask", () => {
  expect(() => machine({ servers: [] })).toThrow("servers is empty; expected at least one");
});

describe("a session is opened", () => {
  test("at a server that luck chooses, with the timeout that is asked for", () => {
    const one = machine({ timeoutMs: 900 });
    expect(one.opening).toEqual(["connect s2"]);
    expect(one.connected("s2")).toEqual(["s2: connect 0x0"]);
    expect(one.session).toMatchObject({ session: 0, timeoutMs: 900, state: "connecting" });
  });

  test("and has the timeout that is granted, and its first heartbeat leaves at once", () => {
    const one = machine();
    one.connected("s2");
    const granted = { kind: "connected", session: 7, timeoutMs: 300, readOnly: false } as const;
    expect(one.hears(granted)).toEqual(["s2: heartbeat 1, at once"]);
    expect(one.session).toMatchObject({ session: 7, timeoutMs: 300 });
  });

  test("and connected when a leader has counted that heartbeat", () => {
    const one = machine();
    one.connected("s2");
    takes(one);
    expect([one.session.state, one.session.aliveUntilMs]).toEqual(["connecting", -Infinity]);
    expect(counts(one)).toEqual(["is connected"]);
  });
});

describe("a heartbeat", () => {
  test("is sent every third of the timeout, requests or not (ClientCnxn)", () => {
    const one = machine({ timeoutMs: 600 });
    welcomed(one);
    expect(one.timers.get("heartbeat")).toBe(200);
    expect(one.timer("heartbeat", 200)).toEqual(["s2: heartbeat 2, at once"]);
    expect(one.timers.get("heartbeat")).toBe(200);
  });

  test("that is counted keeps the session for its timeout, counted from when it was sent", () => {
    const one = machine({ timeoutMs: 600 });
    welcomed(one);
    expect(one.session.aliveUntilMs).toBe(600);
    one.timer("heartbeat", 200);
    one.timer("heartbeat", 400);
    one.hears({ kind: "heard", beat: 2, counted: true });
    expect(one.session.aliveUntilMs).toBe(800);
    one.hears({ kind: "heard", beat: 2, counted: true });
    one.hears({ kind: "heard", beat: 1, counted: true });
    expect(one.session.aliveUntilMs).toBe(800);
  });

  test("that is not answered for two thirds of the timeout costs the server, whatever else it says", () => {
    const one = machine({ timeoutMs: 600 });
    welcomed(one);
    one.timer("heartbeat", 200);
    one.timer("heartbeat", 400);
    one.hears({ kind: "heard", beat: 2, counted: true });
    // It was sent at 200 and answered at 400: half of the patience is over.
    expect(one.timers.get("silence")).toBe(200);
    one.asks(1, making("/a"));
    replies(one, made("/a"));
    expect(one.timers.get("silence")).toBe(200);
    expect(one.timer("silence", 600)).toEqual(["close s2", "is disconnected"]);
  });
});

describe("requests", () => {
  test("leave at once, one behind the other, and each answer goes to whom it answers", () => {
    const one = machine();
    welcomed(one);
    expect(one.asks(11, making("/a"))).toEqual(["s2: request 2 create /a"]);
    expect(one.asks(12, making("/b"))).toEqual(["s2: request 3 create /b"]);
    expect(replies(one, made("/a"))).toEqual(["answers 11 ok"]);
    expect(replies(one, noNode)).toEqual(["answers 12 NoNode"]);
  });

  test("that were asked before there is a server leave with the session, in their order", () => {
    const one = machine();
    expect([...one.asks(1, making("/a")), ...one.asks(2, making("/b"))]).toEqual([]);
    one.connected("s2");
    expect(takes(one)).toEqual([
      "s2: request 1 create /a",
      "s2: request 2 create /b",
      "s2: heartbeat 1, at once",
    ]);
  });

  test("are not answered by a stranger, nor by an answer to something else", () => {
    const one = machine();
    welcomed(one);
    one.asks(1, making("/a"));
    const reply = { kind: "reply", xid: 2, zxid: 8, result: made("/a") } as const;
    expect(one.hears(reply, "s1")).toEqual([]);
    expect(one.hears({ ...reply, xid: 99 })).toEqual([]);
    expect(one.hears(reply)).toEqual(["answers 1 ok"]);
  });
});

describe("what the client has seen", () => {
  test("is the newest that any answer or event showed, and the next server must have it", () => {
    const one = machine();
    welcomed(one, 7);
    expect(one.session.lastZxid).toBe(7);
    one.asks(1, making("/a"));
    replies(one, made("/a"), 20);
    one.hears({ kind: "event", type: "NodeCreated", path: "/b", zxid: 21 });
    one.asks(2, making("/a"));
    replies(one, noNode, 19);
    expect(one.session.lastZxid).toBe(21);
  });

  test("does not tell whether all events of it were heard: only an answer does", () => {
    const one = machine();
    welcomed(one, 7);
    one.asks(1, { kind: "getChildren", path: "/", watch: true });
    replies(one, { kind: "getChildren", children: [], stat: {} as Stat }, 20);
    // The same transaction changes the children of the root, but the connection ends before that event.
    one.hears({ kind: "event", type: "NodeCreated", path: "/b", zxid: 21 });
    one.disconnected("s2");
    one.timer("retry");
    one.connected("s3");
    expect(takes(one)).toContain("s3: setWatches since 0x14");
  });
});

describe("a watch", () => {
  const again = (one: ReturnType<typeof machine>) => {
    one.disconnected("s2");
    one.timer("retry");
    one.connected(one.session.server ?? "");
    const [first = ""] = takes(one);
    return first;
  };

  test("is known to be set by the answer, and set again at the next server", () => {
    const one = machine();
    welcomed(one);
    one.asks(1, watching("getData", "/a"));
    one.asks(2, watching("exists", "/b"));
    one.asks(3, watching("getChildren", "/a"));
    replies(one, { kind: "getData", data: "", stat });
    replies(one, noNode);
    replies(one, { kind: "getChildren", children: [], stat }, 30);
    const { data, exist, child } = one.session.watches;
    expect([[...data], [...exist], [...child]]).toEqual([["/a"], ["/b"], ["/a"]]);
    expect(again(one)).toBe("s3: setWatches since 0x1e");
  });

  test("is none when the read found nothing, or the server went away before it answered", () => {
    const one = machine();
    welcomed(one);
    one.asks(1, watching("getData", "/a"));
    replies(one, noNode);
    one.asks(2, watching("exists", "/b"));
    expect(again(one)).toBe("s3: heartbeat 2, at once");
  });

  test.each([
    ["NodeCreated", [[], [], ["/a"]]],
    ["NodeDataChanged", [[], [], ["/a"]]],
    ["NodeChildrenChanged", [["/a"], ["/a"], []]],
    ["NodeDeleted", [[], [], []]],
  ] as const)("is used up by %s", (type, left) => {
    const one = machine();
    welcomed(one);
    const { data, exist, child } = one.session.watches;
    for (const of of [data, exist, child]) of.add("/a");
    expect(one.hears({ kind: "event", type, path: "/a", zxid: 9 })).toEqual([`tells ${type} /a`]);
    expect([[...data], [...exist], [...child]]).toEqual(left);
  });
});

describe("a session ends", () => {
  test("closed, when the server has said so; no heartbeat runs into its end", () => {
    const one = machine();
    welcomed(one);
    one.asks(1, { kind: "closeSession" });
    expect(one.timer("heartbeat", 200)).toEqual([]);
    expect(replies(one, { kind: "closeSession" })).toEqual([
      "close s2",
      "answers 1 ok",
      "is closed",
    ]);
  });

  test("closed, and nobody knows whether there too, when the server went away meanwhile", () => {
    const one = machine();
    welcomed(one);
    one.asks(1, { kind: "closeSession" });
    expect(one.disconnected("s2")).toEqual([
      "is disconnected",
      "answers 1 ConnectionLoss",
      "is closed",
    ]);
    expect(one.timers.size).toBe(0);
  });

  test("closed at once while there is no server: it expires there", () => {
    const one = machine();
    welcomed(one);
    one.disconnected("s2");
    one.asks(1, making("/a"));
    expect(one.asks(2, { kind: "closeSession" })).toEqual([
      "answers 2 ConnectionLoss",
      "is closed",
      "answers 1 SessionExpired",
    ]);
  });

  test("expired, when a server says so; who asked hears that after it is over", () => {
    const one = machine();
    welcomed(one);
    one.disconnected("s2");
    one.asks(1, making("/a"));
    one.timer("retry");
    one.connected("s3");
    expect(takes(one, 0)).toEqual(["close s3", "is expired", "answers 1 SessionExpired"]);
    expect([one.asks(2, making("/b")), one.timers.size]).toEqual([["answers 2 SessionExpired"], 0]);
  });
});
