/** What a program sees of an ensemble through its client: order, ambiguous outcomes, and watches across servers. */

import type { ZooKeeperError } from "quorumlab/ensemble";
import type { Fault, NodeId } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { type Host, line, run, sent, serverOf } from "./ensembles.ts";

const crash = (node: NodeId, atMs: number, forMs?: number): Fault => {
  return { kind: "crash", node, atMs, ...(forMs && { forMs }) };
};
const until = (host: Host, ms: number) => host.sleep(Math.max(0, ms - host.trueMs()));
const code = (error: ZooKeeperError) => error.code;

describe.each([
  ["a follower", "s1"],
  ["the leader", "s3"],
])("at %s", (_, server) => {
  const session = { servers: [server] };

  test("a read that is asked behind a write, and not awaited, shows it (FIFO client order)", async () => {
    const seen: unknown[] = [];
    await run({
      session,
      clients: {
        async c(zk) {
          const note = ({ data }: { data: unknown }) => seen.push(data);
          await Promise.all([
            zk.create("/x", "old"),
            zk.getData("/x").then(note),
            zk.setData("/x", "new"),
            zk.getData("/x").then(note),
            zk.getChildren("/").then(({ children }) => seen.push(children.length)),
          ]);
        },
      },
    });
    expect(seen).toEqual(["old", "new", 2]);
  });

  test("a watcher is called before its own client's write is answered", async () => {
    const order: string[] = [];
    await run({
      session,
      clients: {
        async c(zk) {
          await zk.exists("/x", ({ type }) => order.push(type));
          await zk.create("/x");
          order.push("created");
        },
      },
    });
    expect(order).toEqual(["NodeCreated", "created"]);
  });

  test("requests that fail are answered in their order, with all others", async () => {
    const order: string[] = [];
    await run({
      session,
      clients: {
        async c(zk) {
          const note = (name: string) => () => order.push(name);
          await Promise.all([
            zk.create("/x").then(note("created")),
            zk.create("/x").catch((error) => order.push(error.code)),
            zk.setData("/x", "", 7).catch((error) => order.push(error.code)),
            zk.delete("/none").catch((error) => order.push(error.code)),
            zk.sync("/").then(note("synced")),
            zk.delete("/x").then(note("deleted")),
            zk.exists("/x").then((stat) => order.push(String(stat))),
          ]);
        },
      },
    });
    expect(order).toEqual([
      "created",
      "NodeExists",
      "BadVersion",
      "NoNode",
      "synced",
      "deleted",
      "null",
    ]);
  });
});

describe("when its server dies before it answers, a create", () => {
  // Five milliseconds each way: asked at 500, at the server at 505, at the leader at 510, on a majority's disks at 516.
  const asking = async (diesMs: number) => {
    const seen: unknown[] = [];
    await run({
      latency: 5,
      session: { servers: ["s1", "s2"] },
      faults: [crash("s2", 0, 400), crash("s1", diesMs)],
      clients: {
        async c(zk, host) {
          await until(host, 500);
          seen.push(await zk.create("/x").catch((error) => [error.code, error.unknownOutcome]));
          seen.push((await zk.exists("/x")) !== null);
        },
      },
    });
    return seen;
  };

  test("may have been done", async () => {
    expect(await asking(506)).toEqual([["ConnectionLoss", true], true]);
  });

  test("or not, and the client cannot tell which", async () => {
    expect(await asking(504)).toEqual([["ConnectionLoss", true], false]);
  });
});

describe("a watch outlives its server:", () => {
  const watching = async (changeMs: number | undefined) => {
    const told: [string, boolean][] = [];
    const done = await run({
      session: { servers: ["s1", "s2"], timeoutMs: 600 },
      // The client is at s1, since s2 comes late; then it can reach nobody for a while, and then s2.
      faults: [
        crash("s2", 0, 300),
        crash("s1", 500),
        { kind: "cut", from: ["c"], to: ["s2"], atMs: 480, forMs: 300 },
      ],
      clients: {
        async c(zk, host) {
          await zk.create("/x");
          await zk.getData("/x", ({ type }) => told.push([type, host.trueMs() > 780]));
          await zk.exists("/y", ({ type }) => told.push([type, host.trueMs() > 780]));
          await until(host, 1500);
          await zk.setData("/x", "later").catch(code);
        },
        async d(zk, host) {
          if (changeMs === undefined) return;
          await until(host, changeMs);
          await zk.setData("/x", "now");
          await zk.create("/y");
        },
      },
    });
    expect(sent(done, "setWatches").map(line)).toEqual([
      expect.stringMatching(/^c to s2: setWatches since 0x1/),
    ]);
    expect(serverOf(done, "s2").watches.data.size).toBe(changeMs === undefined ? 1 : 0);
    return told;
  };

  test("what changed meanwhile is told by the next one, once", async () => {
    expect(await watching(620)).toEqual([
      ["NodeDataChanged", true],
      ["NodeCreated", true],
    ]);
  });

  test("what did not change is told when it changes", async () => {
    expect(await watching(undefined)).toEqual([["NodeDataChanged", true]]);
  });
});
