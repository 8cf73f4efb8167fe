/** Read-only mode (ZooKeeper's readonlymode.enabled): what servers without a leader show, to whom, and for how long. */

import type { SessionState, ZooKeeper, ZooKeeperError } from "quorumlab/ensemble";
import type { Fault } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { alone, entries } from "./alone.ts";
import { type Host, run, serverOf, sessionOf } from "./ensembles.ts";
import { comes, followed, SESSION, withClient } from "./parts.ts";

const until = (host: Host, ms: number) => host.sleep(Math.max(0, ms - host.trueMs()));
const code = (error: ZooKeeperError) => error.code;
const READS = { readOnlyMode: true };
/** s2 and s3 are away for a second: s1 has no majority. */
const AWAY: Fault[] = ["s2", "s3"].map((node) => ({ kind: "crash", node, atMs: 500, forMs: 1000 }));

function statesOf(zk: ZooKeeper): SessionState[] {
  const states = [zk.state];
  zk.onState((state) => states.push(state));
  return states;
}

describe("while there is no majority", () => {
  /** What a client of s1 gets. */
  const asking = async (options: { readOnlyMode: boolean }, readOnly: boolean) => {
    let states: SessionState[] = [];
    const seen: unknown[] = [];
    const done = await run({
      options,
      session: { servers: ["s1"], readOnly },
      faults: AWAY,
      forMs: 2500,
      clients: {
        async c(zk, host) {
          states = statesOf(zk);
          await zk.create("/x", "seen", "ephemeral");
          await until(host, 1100);
          seen.push(zk.state);
          seen.push(await zk.getData("/x").then(({ data }) => data, code));
          seen.push(await zk.setData("/x", "written").then(() => "written", code));
          seen.push(await zk.sync("/").then(() => "synced", code));
          await until(host, 2300);
          seen.push(await zk.setData("/x", "written").then(({ version }) => version, code));
        },
      },
    });
    return { states, seen, done };
  };

  test("a client that accepts it reads, and is refused writes and sync: NotReadOnly", async () => {
    const { states, seen, done } = await asking(READS, true);
    expect(seen).toEqual(["readOnly", "seen", "NotReadOnly", "NotReadOnly", 1]);
    expect(states).toEqual(["connected", "disconnected", "readOnly", "disconnected", "connected"]);
    // The session and its node are still those of before: the new leader gave it its whole timeout.
    const { ephemeralOwner } = serverOf(done, "s1").tree.nodes.get("/x") ?? {};
    expect(ephemeralOwner).toBe(sessionOf(done, "c").session);
  });

  test.each([
    ["that does not ask for it", READS, false],
    ["of servers that do not offer it", { readOnlyMode: false }, true],
  ])(
    "a client %s is disconnected, and has what it asks wait or fail",
    async (_, options, readOnly) => {
      const { states, seen } = await asking(options, readOnly);
      expect(seen.slice(0, 2)).toEqual(["disconnected", "ConnectionLoss"]);
      expect(seen.at(-1)).toBeTypeOf("number");
      expect(states).toEqual(["connected", "disconnected", "connected"]);
    },
  );

  test("the client counts on its session no longer than its last counted heartbeat says", async () => {
    const alive: number[] = [];
    await run({
      options: READS,
      session: { servers: ["s1"], readOnly: true },
      faults: AWAY,
      clients: {
        async c(zk, host) {
          await host.sleep(490 - host.now());
          alive.push(zk.aliveUntilMs);
          await host.sleep(900);
          alive.push(zk.aliveUntilMs);
          alive.push(zk.state === "readOnly" ? 1 : 0);
        },
      },
    });
    expect(alive[1]).toBeLessThan(500 + 400);
    expect(alive[1]).toBeGreaterThanOrEqual(alive[0] ?? Infinity);
    expect(alive[2]).toBe(1);
  });
});

test("who reads at a minority goes over to a server that can do everything, as soon as there is one", async () => {
  let states: SessionState[] = [];
  let made = "";
  const done = await run({
    options: READS,
    session: { readOnly: true, timeoutMs: 600 },
    // s2 and s3 come back, but s1 does not hear of it; the client can reach them all.
    faults: [...AWAY, { kind: "cut", from: ["s1"], to: ["s2", "s3"], atMs: 500 }],
    forMs: 3000,
    clients: {
      async c(zk, host) {
        states = statesOf(zk);
        await until(host, 2500);
        made = await zk.create("/x").catch(code);
      },
    },
  });
  expect(states.slice(-3)).toEqual(["readOnly", "disconnected", "connected"]);
  expect([made, serverOf(done, "s1").role]).toEqual(["/x", "reads only"]);
  expect(["s2", "s3"]).toContain(sessionOf(done, "c").server);
});

describe("a server without a leader", () => {
  const history = { acceptedEpoch: 1, currentEpoch: 1, entries: entries("1.1") };

  test("serves reads two ticks after it has lost its leader, to sessions that it knows", () => {
    const s2 = withClient({ ...READS, tickMs: 50 });
    s2.timer("silence");
    const mine = { session: SESSION, readOnly: true };
    expect(comes(s2, "c", mine)).toEqual(["close c"]);
    expect(s2.timers.get("readOnly")).toBe(100);
    s2.timer("readOnly");
    expect(comes(s2, "c", mine)).toEqual(["c: connected 0x100000001 to read"]);
    expect(s2.hears("c", { kind: "heartbeat", beat: 3 })).toEqual(["c: heard 3, not counted"]);
    expect(comes(s2, "d", { ...mine, readOnly: false })).toEqual(["close d"]);
    // A session that it does not know may be a new one or an old one; it opens none.
    expect(comes(s2, "d", { session: 0, readOnly: true })).toEqual(["close d"]);
    expect(comes(s2, "d", { session: 99, readOnly: true })).toEqual(["close d"]);
    expect(comes(s2, "d", { ...mine, lastZxid: SESSION + 1 })).toEqual(["close d"]);
  });

  test("shows nobody what it has only from its disk: it does not know what of it is committed", () => {
    const s2 = alone(["s2", "s1", "s3"], history, READS);
    s2.timer("readOnly");
    expect(s2.state.role).toBe("looking");
    expect(comes(s2, "c", { session: 7, readOnly: true })).toEqual(["close c"]);
  });

  test("lets its readers go when it follows a leader again", () => {
    const s2 = followed({}, READS);
    s2.timer("silence");
    s2.timer("readOnly");
    s2.state.tree.sessions.set(7, 400);
    comes(s2, "c", { session: 7, readOnly: true });
    s2.connected("s1", "s3");
    const vote = { leader: "s3", epoch: 1, zxid: 0 };
    s2.hears("s1", { kind: "notification", part: "following", round: 9, vote });
    const joins = s2.hears("s3", { kind: "notification", part: "leading", round: 9, vote });
    expect(joins).toEqual(["close c", "s3: followerInfo 1"]);
  });

  test("lets its readers go when it leads itself", () => {
    const s2 = followed({}, READS);
    s2.timer("silence");
    s2.timer("readOnly");
    s2.state.tree.sessions.set(7, 400);
    comes(s2, "c", { session: 7, readOnly: true });
    s2.connected("s1");
    s2.hears("s1", { kind: "followerInfo", acceptedEpoch: 1 });
    const vote = { leader: "s2", epoch: 1, zxid: 0 };
    const { round } = s2.state;
    s2.hears("s1", { kind: "notification", part: "looking", round, vote });
    s2.hears("s1", { kind: "followerInfo", acceptedEpoch: 1 });
    const leads = s2.timer("decide");
    // Who came early stays.
    expect(leads).toEqual(["close c", "put acceptedEpoch 2", "s1: leaderInfo 2"]);
    expect(s2.state.connected).toContain("s1");
  });
});
