/** What a server does for its clients: whom it takes, in which order it answers, and whom it lets go. */

import { type ToServer, zxid } from "quorumlab/ensemble";
import { describe, expect, test } from "vitest";
import {
  asks,
  comes,
  commits,
  create,
  followed,
  making,
  reading,
  SESSION,
  withClient,
} from "./parts.ts";

const z = zxid;

describe("a client that comes", () => {
  test.each([
    [10, 100],
    [100, 100],
    [400, 400],
    [1000, 1000],
    [5000, 1000],
  ])("and asks for %i ms gets %i: 2 to 20 ticks of 50 ms", (timeoutMs, granted) => {
    const s2 = followed({}, { tickMs: 50 });
    comes(s2, "c", { timeoutMs });
    expect(s2.state.clients.get("c")?.waiting[0]?.request).toEqual({
      kind: "createSession",
      timeoutMs: granted,
    });
    expect(commits(s2, "1.1", { kind: "createSession", timeoutMs: granted }, 1, 0)).toEqual([
      "c: connected 0x100000001",
    ]);
  });

  test("and has seen more than this server must look for another one", () => {
    const s2 = withClient();
    expect(comes(s2, "d", { session: 7, lastZxid: z(1, 2) })).toEqual(["close d"]);
    expect(comes(s2, "d", { session: 7, lastZxid: z(1, 1) })).toEqual(["s3: revalidate 0x7"]);
  });

  test("with a session that its leader knows has it here, and keeps its timeout", () => {
    const s2 = withClient();
    comes(s2, "d", { session: 7, timeoutMs: 100 });
    const known = { kind: "revalidated", client: "d", session: 7, xid: 1, timeoutMs: 600 } as const;
    expect(s2.hears("s3", known)).toEqual(["d: connected 0x7"]);
    expect(s2.state.clients.get("d")).toMatchObject({ session: 7, timeoutMs: 600 });
  });

  test("with a session that is over hears of session 0, and is let go", () => {
    const s2 = withClient();
    comes(s2, "d", { session: 7 });
    const gone = { kind: "revalidated", client: "d", session: 7, xid: 1, timeoutMs: 0 } as const;
    expect(s2.hears("s3", gone)).toEqual(["d: connected 0x0", "close d"]);
  });

  test("a second time is not given the answer to its first question", () => {
    const s2 = followed();
    comes(s2, "c", { session: 7 });
    s2.disconnected("c");
    comes(s2, "c", { session: 7, xid: 4 });
    const late = { kind: "revalidated", client: "c", session: 7, xid: 1, timeoutMs: 400 } as const;
    expect(s2.hears("s3", late)).toEqual([]);
    expect(s2.hears("s3", { ...late, xid: 4 })).toEqual(["c: connected 0x7"]);
  });

  test("a second time is given the session that it asked for then, not that of the first time", () => {
    const s2 = followed();
    comes(s2, "c");
    s2.disconnected("c");
    comes(s2, "c", { xid: 4 });
    const open = { kind: "createSession", timeoutMs: 400 } as const;
    expect(commits(s2, "1.1", open, 1, 0)).toEqual([]);
    expect(commits(s2, "1.2", open, 4, 0)).toEqual(["c: connected 0x100000002"]);
  });

  test("is not heard before it has its session", () => {
    const s2 = followed();
    comes(s2, "c");
    const early: ToServer[] = [
      { kind: "request", xid: 2, request: making("/a") },
      { kind: "heartbeat", beat: 1 },
      { kind: "setWatches", lastZxid: 0, data: [], exist: ["/a"], child: [] },
    ];
    expect(early.flatMap((message) => s2.hears("c", message))).toEqual([]);
  });
});

describe("answers come in the order of the requests (FIFO client order):", () => {
  test("a read behind a write waits for it, and shows it", () => {
    const s2 = withClient();
    expect(asks(s2, 2, making("/a"))).toEqual(["s3: forward 2 create /a"]);
    expect(asks(s2, 3, reading("getData", "/a"))).toEqual([]);
    expect(commits(s2, "1.2", create("/a"), 2)).toEqual([
      "c: reply 2 ok as of 0x100000002",
      "c: reply 3 ok as of 0x100000002",
    ]);
  });

  test("what the leader must decide is handed on at once, and not held up by what waits", () => {
    const s2 = withClient();
    asks(s2, 2, making("/a"));
    expect(asks(s2, 3, { kind: "sync", path: "/" })).toEqual(["s3: syncRequest"]);
    expect(asks(s2, 4, making("/b"))).toEqual(["s3: forward 4 create /b"]);
    expect(s2.hears("s3", { kind: "synced", client: "c", xid: 3 })).toEqual([]);
    expect(commits(s2, "1.2", create("/a"), 2)).toEqual([
      "c: reply 2 ok as of 0x100000002",
      "c: reply 3 ok as of 0x100000002",
    ]);
  });

  test("a read with nothing before it is answered here and now, as new as this server", () => {
    const s2 = withClient();
    commits(s2, "1.2", create("/a"), 9, 7, "other");
    expect(asks(s2, 2, reading("getData", "/a"))).toEqual(["c: reply 2 ok as of 0x100000002"]);
    expect(asks(s2, 3, reading("getData", "/b"))).toEqual(["c: reply 3 NoNode as of 0x100000002"]);
  });

  test("one client does not wait for another", () => {
    const s2 = withClient();
    asks(s2, 2, making("/a"));
    comes(s2, "d");
    commits(s2, "1.2", { kind: "createSession", timeoutMs: 400 }, 1, 0, "d");
    expect(asks(s2, 2, reading("exists", "/"), "d")).toEqual(["d: reply 2 ok as of 0x100000002"]);
  });

  test("a request that failed is a transaction too, and answered as of that", () => {
    const s2 = withClient();
    asks(s2, 2, making("/a/b"));
    const failed = { kind: "error", code: "NoNode" } as const;
    expect(commits(s2, "1.2", failed, 2)).toEqual(["c: reply 2 NoNode as of 0x100000002"]);
  });

  test("nobody is answered what it asked on an older connection, with the same number again", () => {
    const s2 = withClient();
    asks(s2, 2, making("/a"));
    s2.disconnected("c");
    comes(s2, "c");
    commits(s2, "1.2", { kind: "createSession", timeoutMs: 400 }, 1, 0);
    asks(s2, 2, making("/b"));
    expect(commits(s2, "1.3", create("/a"), 2, SESSION)).toEqual([]);
    expect(commits(s2, "1.4", create("/b"), 2, z(1, 2))).toEqual([
      "c: reply 2 ok as of 0x100000004",
    ]);
  });
});

describe("a client is let go", () => {
  test("when it has closed its session: the answer comes first", () => {
    const s2 = withClient();
    asks(s2, 2, { kind: "closeSession" });
    const closing = { kind: "closeSession", session: SESSION, paths: [] } as const;
    expect(commits(s2, "1.2", closing, 2)).toEqual(["c: reply 2 ok as of 0x100000002", "close c"]);
  });

  test("when its session has expired, and it does not hear why", () => {
    const s2 = withClient();
    asks(s2, 2, reading("exists", "/a", true));
    const closing = { kind: "closeSession", session: SESSION, paths: [] } as const;
    expect(commits(s2, "1.2", closing, 0, 0, "")).toEqual(["close c"]);
    // Nor does it hear of what it watched.
    expect(commits(s2, "1.3", create("/a"), 0, 0, "")).toEqual([]);
  });

  test.each(["SessionMoved", "SessionExpired"] as const)("when it is told %s", (code) => {
    const s2 = withClient();
    asks(s2, 2, making("/a"));
    asks(s2, 3, making("/b"));
    const told = [`c: reply 2 ${code} as of 0x100000002`, "close c"];
    expect(commits(s2, "1.2", { kind: "error", code }, 2)).toEqual(told);
    expect(commits(s2, "1.3", { kind: "error", code }, 3)).toEqual([]);
  });

  test("when its heartbeat was not counted", () => {
    const s2 = withClient();
    expect(s2.hears("c", { kind: "heartbeat", beat: 4 })).toEqual(["s3: touch 4"]);
    const answer = { kind: "touched", client: "c", beat: 4 } as const;
    expect(s2.hears("s3", { ...answer, counted: true })).toEqual(["c: heard 4, at once"]);
    expect(s2.hears("s3", { ...answer, counted: false })).toEqual(["close c"]);
    expect(s2.hears("s3", { ...answer, counted: true })).toEqual([]);
  });
});
