/** Sessions of whole clients with whole ensembles: they move, outlive leaders, expire, and take their nodes with them. */

import type { SessionState, ZooKeeper, ZooKeeperError } from "quorumlab/ensemble";
import type { Fault, NodeId, Run } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { type Host, leaderOf, roles, run, sent, serverOf, sessionOf } from "./ensembles.ts";

const SERVERS = ["s1", "s2", "s3"];
const crash = (node: NodeId, atMs: number, forMs?: number): Fault => {
  return { kind: "crash", node, atMs, ...(forMs && { forMs }) };
};
const cut = (from: NodeId[], to: NodeId[], atMs: number, forMs?: number): Fault => {
  return { kind: "cut", from, to, atMs, ...(forMs && { forMs }) };
};
const until = (host: Host, ms: number) => host.sleep(Math.max(0, ms - host.trueMs()));
const code = (error: ZooKeeperError) => error.code;

/** Notes every state of a session from now on, with its time. */
function noting(zk: ZooKeeper, host: Host): [SessionState, number][] {
  const states: [SessionState, number][] = [[zk.state, host.trueMs()]];
  zk.onState((state) => states.push([state, host.trueMs()]));
  return states;
}

/** When the ensemble applied the end of a session first, by the trace. */
function endedMs({ trace }: Run): number {
  const end = trace.events.find(({ kind, ...event }) => {
    if (kind !== "send" || !("body" in event)) return false;
    const body = event.body as { kind: string; entry?: { txn: { kind: string } } };
    return body.kind === "propose" && body.entry?.txn.kind === "closeSession";
  });
  return end?.atMs ?? Infinity;
}

describe("a session moves to another server", () => {
  test("when its own crashes, and keeps its id and its ephemeral nodes", async () => {
    let states: [SessionState, number][] = [];
    const done = await run({
      clients: {
        async c(zk, host) {
          states = noting(zk, host);
          await zk.create("/mine", "", "ephemeral");
        },
      },
      session: { servers: ["s1", "s2"] },
      faults: [crash("s1", 500), crash("s2", 0, 400)],
    });
    expect(states.map(([state]) => state)).toEqual(["connected", "disconnected", "connected"]);
    expect(sessionOf(done, "c").server).toBe("s2");
    const { tree } = serverOf(done, "s2");
    expect(tree.nodes.get("/mine")?.ephemeralOwner).toBe(sessionOf(done, "c").session);
  });

  test("and what the old one was asked comes late: SessionMoved, and nothing is done", async () => {
    const seen: string[] = [];
    const done = await run({
      latency: 2,
      clients: {
        async c(zk, host) {
          await until(host, 500);
          seen.push(await zk.create("/late").catch(code));
          seen.push(await zk.create("/new"));
        },
      },
      session: { servers: ["s1", "s2"] },
      options: { syncLimit: 20 },
      faults: [
        crash("s2", 0, 400),
        { kind: "stall", from: ["s1"], to: ["s3"], atMs: 501, forMs: 300 },
        { kind: "break", between: ["c", "s1"], atMs: 510 },
      ],
    });
    expect(seen).toEqual(["ConnectionLoss", "/new"]);
    const moved = serverOf(done, "s3").history.entries.filter(
      ({ txn }) => txn.kind === "error" && txn.code === "SessionMoved",
    );
    expect(moved.map(({ origin }) => origin?.server)).toEqual(["s1"]);
    expect([...serverOf(done, "s1").tree.nodes.keys()].slice(4)).toEqual(["/new"]);
  });
});

describe("a client that is cut off", () => {
  const away = async (forMs: number) => {
    let states: [SessionState, number][] = [];
    const gone: number[] = [];
    const asked: string[] = [];
    const done = await run({
      clients: {
        async c(zk, host) {
          states = noting(zk, host);
          await zk.create("/mine", "", "ephemeral");
          for (const ms of [600, 780]) {
            await until(host, ms);
            asked.push(await zk.create(`/at-${ms}`).catch(code));
          }
        },
        async d(zk, host) {
          await until(host, 300);
          await zk.exists("/mine", () => gone.push(host.trueMs()));
        },
      },
      session: { timeoutMs: 400 },
      faults: [cut(["c"], SERVERS, 500, forMs)],
    });
    return { states, gone, done, asked };
  };

  test("for less than its timeout finds everything as it was", async () => {
    const { states, gone, asked } = await away(300);
    expect(states.map(([state]) => state)).toEqual(["connected", "disconnected", "connected"]);
    expect(gone).toEqual([]);
    // What it said before it knew may have arrived or not; what it asked then has waited.
    expect(asked).toEqual(["ConnectionLoss", "/at-780"]);
  });

  test("for longer has lost its nodes, and learns of it only when it is back", async () => {
    const { states, gone, done, asked } = await away(900);
    expect(states.map(([state]) => state)).toEqual(["connected", "disconnected", "expired"]);
    // Its heartbeats are 133 ms apart, and 50 ms are a tick: the leader waits 400 to 450 ms from the last of them.
    expect(endedMs(done)).toBeGreaterThan(500 - 134 + 400);
    expect(endedMs(done)).toBeLessThan(500 + 5 + 450 + 25);
    expect(asked).toEqual(["ConnectionLoss", "ConnectionLoss"]);
    expect(gone).toHaveLength(1);
    expect(gone[0]).toBeGreaterThan(endedMs(done));
    expect(states[2]?.[1]).toBeGreaterThan(1400);
    expect(sessionOf(done, "c").aliveUntilMs).toBeLessThan(endedMs(done));
  });

  test("knows that it is after two thirds of its timeout, before its session can be over", async () => {
    const { states } = await away(900);
    const disconnected = states[1]?.[1];
    expect(disconnected).toBeGreaterThan(500 - 134 + 266);
    expect(disconnected).toBeLessThan(500 + 267);
  });
});

test("a session that is closed is gone with its nodes when that is answered, in one transaction", async () => {
  const seen: unknown[] = [];
  const done = await run({
    clients: {
      async c(zk, host) {
        for (const path of ["/a", "/b"]) await zk.create(path, "", "ephemeral");
        await until(host, 400);
        await zk.close();
        seen.push(zk.state, await zk.exists("/").catch(code), host.trueMs() < 450);
      },
      async d(zk, host) {
        await until(host, 450);
        await zk.sync("/");
        seen.push(await zk.exists("/a"), await zk.exists("/b"));
      },
    },
  });
  expect(seen).toEqual(["closed", "SessionExpired", true, null, null]);
  const [ending] = serverOf(done, "s3").history.entries.filter(
    ({ txn }) => txn.kind === "closeSession",
  );
  expect(ending?.txn).toMatchObject({ paths: ["/a", "/b"] });
});

test("a new leader gives every session its whole timeout again, also one that is not heard any more", async () => {
  const done = await run({
    clients: {
      async c(zk) {
        await zk.create("/mine", "", "ephemeral");
      },
    },
    session: { timeoutMs: 400 },
    faults: [cut(["c"], SERVERS, 500), crash("s3", 700)],
  });
  const leads = done.trace.events.findLast(
    (event) => event.kind === "role" && event.role === "leading, epoch 2",
  );
  const waited = endedMs(done) - (leads?.atMs ?? 0);
  expect(waited).toBeGreaterThanOrEqual(400);
  expect(waited).toBeLessThanOrEqual(450);
});

test("a leader that is cut off answers no heartbeat that comes after the cut, nor acknowledges a write", async () => {
  let outcome = "";
  const done = await run({
    clients: {
      async c(zk, host) {
        await until(host, 520);
        outcome = await zk.create("/lost").catch(code);
      },
    },
    session: { servers: ["s3"] },
    faults: [cut(["s3", "c"], ["s1", "s2"], 500)],
  });
  expect(roles(done)).toContain("s3 leading, epoch 1");
  const counted = sent(done, "heard").filter(({ node }) => node === "s3");
  expect(counted.length).toBeGreaterThan(2);
  expect(Math.max(...counted.map(({ atMs }) => atMs))).toBeLessThan(500);
  // It came to the old leader, and c was told nothing of it.
  expect(sent(done, "propose").some(({ node, atMs }) => node === "s3" && atMs > 520)).toBe(true);
  expect(outcome).toBe("ConnectionLoss");
  expect(leaderOf(done)).toBe("s2");
  expect(endedMs(done)).toBeGreaterThan(sessionOf(done, "c").aliveUntilMs);
});
