/** How a leader keeps track of sessions: when they expire, where their clients are, and which heartbeats it answers. */

import { type EnsembleOptions, type Ordered, zxid } from "quorumlab/ensemble";
import { describe, expect, test } from "vitest";
import { type Alone, alone } from "./alone.ts";
import { comes, join, led } from "./parts.ts";

const z = zxid;

/** A leader of three with s1 behind it, and a session 1.1 of a client of s1. */
function withSession(timeoutMs = 400, options: EnsembleOptions = {}): Alone {
  const s3 = led({}, options);
  const request = { kind: "createSession", timeoutMs } as const;
  s3.hears("s1", { kind: "forward", client: "c", session: 0, xid: 1, request });
  s3.hears("s1", { kind: "ack", zxid: z(1, 1) });
  return s3;
}

const asks = (server: Alone, from: string, request: Ordered, session = z(1, 1)) =>
  server.hears(from, { kind: "forward", client: "c", session, xid: 2, request });
const touches = (server: Alone, from: string, beat: number, session = z(1, 1)) =>
  server.hears(from, { kind: "touch", client: "c", session, beat });
const create = (path: string, mode: "persistent" | "ephemeral" = "persistent"): Ordered => {
  return { kind: "create", path, data: "", mode };
};

/** Half ticks, in each of which s1 is heard. @returns what the leader proposed and confirmed */
function halfTicks(leader: Alone, count: number): string[] {
  return Array.from({ length: count }, () => [
    ...leader.timer("tick"),
    ...leader.hears("s1", { kind: "pong", ping: pingOf(leader) }),
  ]).flat();
}

function pingOf({ state }: Alone): number {
  return state.part.kind === "leading" ? state.part.ping : 0;
}

/** In which half tick from now the leader ends the session. */
function endsAfter(leader: Alone): number {
  for (let half = 1; half < 100; half++) {
    const { length } = leader.state.history.entries;
    halfTicks(leader, 1);
    const { txn } = leader.state.history.entries[length] ?? {};
    if (txn?.kind === "closeSession") return half;
  }
  return Infinity;
}

describe("a session expires at the end of the tick after its timeout (ExpiryQueue)", () => {
  // ZooKeeper with ticks of 500 ms ends a session of 1,000 ms that was not heard again after 1,000 to 1,500.
  test.each([
    [1000, 0, 1500],
    [1000, 250, 1500],
    [1000, 500, 2000],
    [1250, 0, 1500],
    [1499, 0, 1500],
    [1500, 0, 2000],
  ])("one of %i ms that was heard last at %i ms, at %i ms", (timeoutMs, heardMs, endMs) => {
    const s3 = withSession(timeoutMs, { tickMs: 500 });
    halfTicks(s3, heardMs / 250);
    touches(s3, "s1", 1);
    expect(heardMs + 250 * endsAfter(s3)).toBe(endMs);
  });

  test("once, and nobody asked for it", () => {
    const s3 = withSession(400, { tickMs: 50 });
    halfTicks(s3, 60);
    const ends = s3.state.history.entries.filter(({ txn }) => txn.kind === "closeSession");
    expect(ends).toEqual([
      { zxid: z(1, 2), timeMs: 0, txn: { kind: "closeSession", session: z(1, 1), paths: [] } },
    ]);
  });

  test("and its ephemeral nodes with it, in the one transaction", () => {
    const s3 = withSession();
    for (const path of ["/b", "/a"]) asks(s3, "s1", create(path, "ephemeral"));
    asks(s3, "s1", create("/stays"));
    endsAfter(s3);
    s3.hears("s1", { kind: "ack", zxid: z(1, 5) });
    expect(s3.state.history.entries.at(-1)).toMatchObject({
      zxid: z(1, 5),
      txn: { kind: "closeSession", paths: ["/a", "/b"] },
    });
    expect([...s3.state.tree.nodes.keys()].slice(4)).toEqual(["/stays"]);
    expect(s3.state.tree.sessions.size).toBe(0);
  });

  test("not while requests or heartbeats come", () => {
    const s3 = withSession(400, { tickMs: 50 });
    for (const beat of [1, 2, 3]) {
      halfTicks(s3, 14);
      touches(s3, "s1", beat);
      halfTicks(s3, 14);
      asks(s3, "s1", create(`/${beat}`));
    }
    expect(s3.state.history.entries.map(({ txn }) => txn.kind)).not.toContain("closeSession");
  });

  test("and what it asks from then on is refused, though the end is not committed yet (ZOOKEEPER-1208)", () => {
    const s3 = withSession();
    endsAfter(s3);
    asks(s3, "s1", create("/late", "ephemeral"));
    expect(s3.state.history.entries.at(-1)?.txn).toEqual({ kind: "error", code: "SessionExpired" });
  });

  test("after its whole timeout again when a new leader takes over", () => {
    const s3 = withSession(400, { tickMs: 50 });
    halfTicks(s3, 14);
    // The same history, led anew: nothing is known of when the session was heard.
    const { entries } = s3.state.history;
    const next = led({ acceptedEpoch: 1, currentEpoch: 1, entries }, { tickMs: 50 });
    expect(next.state.role).toBe("leading, epoch 2");
    expect(endsAfter(next)).toBe(18);
  });
});

describe("a session is where its client was heard last", () => {
  test("who brings it to another server takes it along, and the old server's requests are refused", () => {
    const s3 = withSession();
    join(s3, "s2");
    const moved = { kind: "revalidate", client: "c", session: z(1, 1), xid: 5 } as const;
    expect(s3.hears("s2", moved)).toEqual(["s2: revalidated 0x100000001, 400 ms"]);
    asks(s3, "s1", create("/old"));
    asks(s3, "s2", create("/new"));
    const [refused, made] = s3.state.history.entries.slice(-2);
    expect(refused?.txn).toEqual({ kind: "error", code: "SessionMoved" });
    expect(made?.txn).toMatchObject({ kind: "create", path: "/new" });
  });

  test("the old server's heartbeats are not counted, and do not keep it alive", () => {
    const s3 = withSession();
    join(s3, "s2");
    s3.hears("s2", { kind: "revalidate", client: "c", session: z(1, 1), xid: 5 });
    halfTicks(s3, 10);
    expect(touches(s3, "s1", 9)).toEqual(["s1: touched 9, not counted, at once"]);
    expect(endsAfter(s3)).toBe(8);
  });

  test("after an election, where it is heard first", () => {
    const { entries } = withSession().state.history;
    const s3 = led({ acceptedEpoch: 1, currentEpoch: 1, entries });
    join(s3, "s2", z(1, 1), 1);
    touches(s3, "s2", 1);
    asks(s3, "s1", create("/late"));
    expect(s3.state.history.entries.at(-1)?.txn).toEqual({ kind: "error", code: "SessionMoved" });
  });

  test("one that is not there any more is nowhere", () => {
    const s3 = led();
    const gone = { kind: "revalidate", client: "c", session: 7, xid: 5 } as const;
    expect(s3.hears("s1", gone)).toEqual(["s1: revalidated 0x7, 0 ms"]);
    expect(touches(s3, "s1", 1, 7)).toEqual(["s1: touched 1, not counted, at once"]);
  });
});

describe("a heartbeat is answered", () => {
  test("when a majority has answered a ping that was sent after it came", () => {
    const s3 = withSession();
    expect(touches(s3, "s1", 1)).toEqual(["s1: ping 1, at once"]);
    expect(s3.hears("s1", { kind: "pong", ping: 1 })).toEqual(["s1: touched 1, at once"]);
  });

  test("not by a ping that was under way when it came", () => {
    const s3 = withSession();
    s3.timer("tick");
    expect(touches(s3, "s1", 1)).toEqual([]);
    expect(s3.hears("s1", { kind: "pong", ping: 1 })).toEqual(["s1: ping 2, at once"]);
    expect(s3.hears("s1", { kind: "pong", ping: 2 })).toEqual(["s1: touched 1, at once"]);
  });

  test("with all that came before the ping, by one round of pings", () => {
    const s3 = withSession();
    for (const beat of [1, 2, 3]) touches(s3, "s1", beat);
    expect(s3.hears("s1", { kind: "pong", ping: 1 })).toEqual([
      "s1: touched 1, at once",
      "s1: ping 2, at once",
    ]);
    expect(s3.hears("s1", { kind: "pong", ping: 2 })).toEqual([
      "s1: touched 2, at once",
      "s1: touched 3, at once",
    ]);
  });

  test("by two followers of five, not by one", () => {
    const s5 = led({}, {}, 5);
    comes(s5, "c");
    for (const id of ["s1", "s2"]) s5.hears(id, { kind: "ack", zxid: z(1, 1) });
    s5.hears("c", { kind: "heartbeat", beat: 1 });
    expect(s5.hears("s1", { kind: "pong", ping: 1 })).toEqual([]);
    expect(s5.hears("s2", { kind: "pong", ping: 1 })).toEqual(["c: heard 1, at once"]);
  });

  test("at once by an ensemble of one server: it is its own majority", () => {
    const s1 = alone(["s1"]);
    s1.timer("decide");
    comes(s1, "c");
    expect(s1.hears("c", { kind: "heartbeat", beat: 1 })).toEqual(["c: heard 1, at once"]);
  });
});

describe("a sync", () => {
  const sync = { kind: "syncRequest", client: "c", xid: 9 } as const;

  test("is answered when all is committed that was proposed before it came", () => {
    const s3 = withSession();
    asks(s3, "s1", create("/a"));
    expect(s3.hears("s1", sync)).toEqual([]);
    asks(s3, "s1", create("/b"));
    // The follower hears of the commit first, and then that it is in sync.
    expect(s3.hears("s1", { kind: "ack", zxid: z(1, 2) })).toEqual([
      "s1: commit 0x100000002",
      "s1: synced",
    ]);
  });

  test("asks no majority: with nothing outstanding it is answered at once (ZOOKEEPER-1675)", () => {
    expect(withSession().hears("s1", sync)).toEqual(["s1: synced"]);
  });
});
