/** Servers together: what is on disk before what is said, how whoever was away gets the history, and what a crash leaves. */

import { type EnsembleMessage, type Entry, zxid, zxidText } from "quorumlab/ensemble";
import type { Fault, NodeId, Run } from "quorumlab/sim";
import { beforeAll, describe, expect, test } from "vitest";
import { alone, entries } from "./alone.ts";
import { type Host, leaderOf, line, roles, run, sent, serverOf } from "./ensembles.ts";
import { comes } from "./parts.ts";
import { said } from "./said.ts";

const z = zxid;

/** Writes /1, /2 and so on, one every so often, whatever becomes of each. */
const writing = (count: number, everyMs: number, fromMs = 200) => {
  return async (zk: { create(path: string): Promise<string> }, { sleep, now }: Host) => {
    await sleep(fromMs - now());
    for (let i = 1; i <= count; i++) {
      void zk.create(`/${i}`).catch(() => {});
      await sleep(everyMs);
    }
  };
};

function expectAlike(done: Run, ...ids: readonly NodeId[]): void {
  const [first, ...others] = ids.map((id) => serverOf(done, id));
  for (const other of others) {
    expect(other.committed).toBe(first?.committed);
    expect(other.tree).toEqual(first?.tree);
  }
}

/** What of a server's writes was on its disk, as it goes through the trace. The next sync takes all that has come. */
class OnDisk {
  private readonly writes: string[] = [];
  private synced = 0;
  private syncing: number | undefined;

  wrote(what: string): void {
    this.writes.push(what);
    this.syncing ??= this.writes.length;
  }

  sync(): void {
    this.synced = this.syncing ?? this.synced;
    this.syncing = this.writes.length > this.synced ? this.writes.length : undefined;
  }

  restart(): void {
    this.synced = this.writes.length;
    this.syncing = undefined;
  }

  has(what: string): boolean {
    return this.writes.slice(0, this.synced).includes(what);
  }
}

/** What must be on the sender's disk before it says something. */
function needed(message: EnsembleMessage): string[] {
  switch (message.kind) {
    case "leaderInfo":
      return [`acceptedEpoch ${message.epoch}`];
    case "ackNewLeader":
      return [`currentEpoch ${message.epoch}`, `acceptedEpoch ${message.epoch}`];
    case "followerInfo":
      return message.acceptedEpoch === 0 ? [] : [`acceptedEpoch ${message.acceptedEpoch}`];
    case "ack":
    case "commit":
      return [zxidText(message.zxid)];
    case "upToDate":
      return message.committed === 0 ? [] : [zxidText(message.committed)];
    case "reply":
      return [zxidText(message.zxid)];
    default:
      return [];
  }
}

describe("what is on disk before what is said, on slow disks, through two elections:", () => {
  let done: Run;
  /** Each message that needs something of its sender's disk, with what the disk lacks. */
  let lacks: { readonly kind: string; readonly text: string }[];
  /** The proposals that left before their leader had them on disk. */
  let early = 0;

  beforeAll(async () => {
    const crash = (atMs: number, node: string): Fault => {
      return { kind: "crash", node, atMs, forMs: 300, unsynced: "lost" };
    };
    done = await run({
      syncTime: 12,
      clients: { c: writing(150, 10), d: writing(150, 10) },
      faults: [crash(600, "s3"), crash(1300, "s2")],
    });
    const disks = new Map<NodeId, OnDisk>(["s1", "s2", "s3"].map((id) => [id, new OnDisk()]));
    lacks = [];
    for (const event of done.trace.events) {
      const disk = "node" in event && disks.get(event.node);
      if (!disk) continue;
      if (event.kind === "start") disk.restart();
      if (event.kind === "synced") disk.sync();
      if (event.kind === "write" && event.effect.kind === "put") {
        disk.wrote(`${event.effect.cell} ${event.effect.value}`);
      }
      if (event.kind === "write" && event.effect.kind === "append") {
        disk.wrote(zxidText((event.effect.entry as Entry).zxid));
      }
      if (event.kind !== "send") continue;
      const message = event.body as EnsembleMessage;
      const missing = needed(message).filter((what) => !disk.has(what));
      const text = missing.map((what) => `${event.node} says ${said(message)} without ${what}`);
      lacks.push({ kind: message.kind, text: text.join() });
      if (message.kind === "propose" && !disk.has(zxidText(message.entry.zxid))) early += 1;
    }
  });

  test.each([
    ["ack", "its transaction"],
    ["leaderInfo", "the epoch that the leader has taken"],
    ["followerInfo", "the epoch that the follower has accepted"],
    ["ackNewLeader", "both epochs"],
    ["upToDate", "all that is committed"],
    ["commit", "what is committed, though the leader counts itself early"],
    ["reply", "all that the answer shows"],
  ])("before %s, %s", (kind) => {
    const of = lacks.filter((each) => each.kind === kind);
    expect(of.length).toBeGreaterThan(2);
    expect(of.map(({ text }) => text).filter((text) => text !== "")).toEqual([]);
  });

  test("proposals leave before: their senders' disks and the followers' work side by side", () => {
    expect(early).toBeGreaterThan(200);
  });

  test("there were two elections, and all have the same in the end", () => {
    expect(roles(done).filter((role) => role.includes("leading"))).toHaveLength(3);
    expectAlike(done, "s1", "s2", "s3");
  });
});

describe("whoever was away", () => {
  test("and lacks little gets just that (DIFF)", async () => {
    const done = await run({
      clients: { c: writing(6, 100, 300) },
      session: { servers: ["s3"] },
      faults: [{ kind: "crash", node: "s1", atMs: 450, forMs: 300 }],
    });
    const [, again] = sent(done, "diff", "trunc", "snap").filter(({ to }) => to === "s1");
    // /1 and /2 were on its disk; /3, /4 and /5 came while it was away.
    expect(again && line(again)).toBe("s3 to s1: diff + 0x100000004 0x100000005 0x100000006");
    expectAlike(done, "s1", "s2", "s3");
  });

  test("with what was never committed is cut back to what was (TRUNC)", async () => {
    const cut: Fault = { kind: "cut", from: ["s3"], to: ["s1", "s2"], atMs: 310, forMs: 700 };
    const done = await run({
      clients: { c: writing(2, 50, 300) },
      session: { servers: ["s3"] },
      faults: [cut],
    });
    // The session is 1.1 and /1 is 1.2; of /2 only the old leader knew.
    expect(sent(done, "trunc").map(line)).toEqual(["s2 to s3: trunc to 0x100000002"]);
    const wrote = done.trace.events.flatMap((event) =>
      event.kind === "write" && event.effect.kind === "cutTail" ? [event.effect.from] : [],
    );
    expect(wrote).toEqual([2]);
    expect([...serverOf(done, "s3").tree.nodes.keys()]).not.toContain("/2");
    expectAlike(done, "s1", "s2", "s3");
  });

  test("for longer than its leader remembers gets the whole tree (SNAP)", async () => {
    const done = await run({
      options: { snapshotEvery: 10, keep: 5 },
      clients: { c: writing(40, 10, 300) },
      faults: [{ kind: "crash", node: "s1", atMs: 400, forMs: 500 }],
    });
    const [, again] = sent(done, "diff", "trunc", "snap").filter(({ to }) => to === "s1");
    expect(again?.body.kind).toBe("snap");
    expect(serverOf(done, "s1").history.before).toBeGreaterThan(z(1, 30));
    expectAlike(done, "s1", "s2", "s3");
  });

  test("in an epoch that the others never saw gets the whole tree, too (SNAP)", async () => {
    const common = { acceptedEpoch: 2, currentEpoch: 1, entries: entries("1.1", "1.2") };
    const alone = { acceptedEpoch: 2, currentEpoch: 2, entries: entries("1.1", "2.1") };
    const done = await run({
      born: { s1: common, s2: common, s3: alone },
      faults: [{ kind: "crash", node: "s3", atMs: 0, forMs: 500 }],
    });
    expect(sent(done, "snap").map(line)).toEqual(["s2 to s3: snap 0x100000002"]);
    expect(leaderOf(done)).toBe("s2");
    expectAlike(done, "s1", "s2", "s3");
  });
});

test("an acknowledged write outlives a crash of all servers that loses everything not synced", async () => {
  let made = "";
  const done = await run({
    clients: {
      async c(zk) {
        made = await zk.create("/precious");
      },
    },
    faults: ["s1", "s2", "s3"].map((node, i) => {
      return { kind: "crash", node, atMs: 400, forMs: 50 * (i + 1), unsynced: "lost" };
    }),
  });
  expect(made).toBe("/precious");
  for (const id of ["s1", "s2", "s3"]) {
    expect(serverOf(done, id).tree.nodes.has("/precious")).toBe(true);
  }
});

test("an ensemble has members, none of them twice, and every server is one of them", () => {
  expect(() => alone([])).toThrow("the members are []; expected at least one, and none twice");
  expect(() => alone(["s1", "s2", "s1"])).toThrow("[s1, s2, s1]; expected at least one");
  expect(() => alone(["s1", "s2", "s3"], {}, {}, "s4")).toThrow(
    "s4 is not a member of the ensemble s1, s2, s3",
  );
});

test("one server is an ensemble: it leads itself, and commits by itself", () => {
  const s1 = alone(["s1"]);
  expect(s1.timer("decide")).toEqual(["put acceptedEpoch 1", "put currentEpoch 1"]);
  expect(comes(s1, "c")).toEqual(["append 0x100000001", "c: connected 0x100000001"]);
});
