/** Snapshots: neither memory nor disk grows with history, and a restart from them gives the same tree. */

import { type Entry, type Server, zxid } from "quorumlab/ensemble";
import { hash, type View } from "quorumlab/sim";
import { expect, test } from "vitest";
import { leaderOf, run, sent, serverOf } from "./ensembles.ts";
import { followed, follows } from "./parts.ts";

/** The n-th of many transactions that change a few nodes. */
function change(n: number): Entry {
  const path = `/n${n % 5}`;
  const txn =
    n < 5
      ? ({ kind: "create", path, data: "", ephemeralOwner: 0 } as const)
      : ({ kind: "setData", path, data: `value ${n}` } as const);
  return { zxid: zxid(1, n + 1), timeMs: n, txn };
}

/** s2 has followed through so many transactions, all of them committed. @returns the most that it ever kept */
function busy(count: number) {
  const s2 = followed({}, { snapshotEvery: 100, keep: 30 });
  const most = { entries: 0, bytes: 0 };
  for (let n = 0; n < count; n++) {
    const entry = change(n);
    s2.hears("s3", { kind: "propose", entry });
    s2.hears("s3", { kind: "commit", zxid: entry.zxid });
    most.entries = Math.max(most.entries, s2.state.history.entries.length);
    if (n % 10 === 0) most.bytes = Math.max(most.bytes, s2.diskBytes());
  }
  return { s2, most };
}

test("a server keeps as much of 5,000 transactions as of 500, in memory and on disk", () => {
  const [few, many] = [busy(500).most, busy(5000).most];
  expect(many.entries).toBe(30 + 100);
  expect(many.entries).toBe(few.entries);
  // Longer values and ids are all that there is more of.
  expect(many.bytes).toBeLessThan(1.1 * few.bytes);
});

test("a server begins again from its snapshot, and has the same tree when its leader says what is committed", () => {
  const { s2 } = busy(777);
  const { tree, committed, history } = structuredClone(s2.state);
  s2.restart();
  expect(s2.state.history.entries).toEqual(history.entries);
  expect(s2.state.history.before).toBe(history.before);
  // It knows of what is in the snapshot that it is committed.
  expect(s2.state.committed).toBe(zxid(1, 700));
  follows(s2, 2, committed);
  expect(s2.state.tree).toEqual(tree);
});

test("all servers begin again from their snapshots with the tree that they had, and go on", async () => {
  const before = new Map<string, number>();
  let longest = 0;
  const look = (view: View) => {
    for (const id of ["s1", "s2", "s3"]) {
      const server = view.state(id) as Server | undefined;
      if (server === undefined) continue;
      longest = Math.max(longest, server.history.entries.length);
      if (view.atMs < 1500) before.set(id, hash(server.tree.nodes));
      else if (server.role.includes("epoch")) expect(hash(server.tree.nodes)).toBe(before.get(id));
    }
  };
  const done = await run({
    options: { snapshotEvery: 40, keep: 10 },
    clients: {
      async c(zk, host) {
        await zk.create("/x");
        for (let i = 0; i < 300; i++) {
          await Promise.all([1, 2, 3].map(() => zk.setData("/x", `${i}`)));
          if (host.trueMs() > 1300) return;
        }
      },
    },
    faults: ["s1", "s2", "s3"].map((node, i) => {
      return { kind: "crash", node, atMs: 1500, forMs: 100 + 20 * i };
    }),
    always: look,
  });
  expect(before.size).toBe(3);
  expect(serverOf(done, leaderOf(done)).tree.nodes.get("/x")?.version).toBeGreaterThan(200);
  expect(longest).toBeLessThan(10 + 40 + 10);
  // Nobody was so far behind that it needed a leader's tree.
  expect(sent(done, "snap")).toEqual([]);
});
