/** A leader, by the phases of Zab: its epoch, its majority, what it sends to whom, and when something is committed. */

import { zxid } from "quorumlab/ensemble";
import { describe, expect, test } from "vitest";
import { type Alone, alone, entries } from "./alone.ts";
import { comes, elected, join, led } from "./parts.ts";

const z = zxid;
const PAST = { acceptedEpoch: 2, currentEpoch: 2, entries: entries("1.1", "1.2", "2.1") };
const calls = (leader: Alone, from: string, acceptedEpoch: number) =>
  leader.hears(from, { kind: "followerInfo", acceptedEpoch });
const accepts = (
  leader: Alone,
  from: string,
  last: number,
  currentEpoch: number,
  promised = true,
) => leader.hears(from, { kind: "ackEpoch", promised, currentEpoch, last });
const isLeading = ({ state }: Alone) => state.role.startsWith("leading");

describe("in discovery (phase 1) a leader", () => {
  test("takes an epoch greater than any that a majority has accepted, and writes it down first", () => {
    const s5 = elected(PAST, {}, 5);
    expect(calls(s5, "s1", 7)).toEqual([]);
    expect(calls(s5, "s2", 1)).toEqual([
      "put acceptedEpoch 8",
      "s1: leaderInfo 8",
      "s2: leaderInfo 8",
    ]);
    expect(calls(s5, "s3", 0)).toEqual(["s3: leaderInfo 8"]);
  });

  test("counts those that called before it knew that it leads", () => {
    const s3 = alone(["s3", "s1", "s2"]);
    s3.connected("s1", "s2");
    calls(s3, "s1", 4);
    const vote = { leader: "s3", epoch: 0, zxid: 0 };
    s3.hears("s1", { kind: "notification", part: "following", round: 1, vote });
    expect(s3.timer("decide")).toEqual(["put acceptedEpoch 5", "s1: leaderInfo 5"]);
  });

  test("goes on when a majority has promised the epoch; whoever accepts it again does not count", () => {
    const s3 = elected(PAST);
    calls(s3, "s1", 2);
    calls(s3, "s2", 2);
    expect(accepts(s3, "s1", z(2, 1), 2, false)).toEqual([]);
    expect(accepts(s3, "s2", z(2, 1), 2)).toEqual([
      "put currentEpoch 3",
      "s1: diff, at once",
      "s1: newLeader 3, at once",
      "s2: diff, at once",
      "s2: newLeader 3, at once",
    ]);
  });

  test.each([
    ["a newer epoch", z(1, 1), 3],
    ["a newer transaction of its epoch", z(2, 2), 2],
  ])(
    "gives way to a follower whose history is of %s (waitForEpochAck)",
    (_, last, currentEpoch) => {
      const s3 = elected(PAST);
      calls(s3, "s1", 2);
      accepts(s3, "s1", last, currentEpoch);
      expect(s3.state.part.kind).toBe("looking");
    },
  );

  test("looks again when it has no majority in initLimit ticks", () => {
    const s3 = elected({}, { tickMs: 20, initLimit: 7 });
    expect(s3.timers.get("init")).toBe(140);
    s3.timer("init");
    expect(s3.state.part.kind).toBe("looking");
  });
});

describe("in synchronization (phase 2) a leader", () => {
  test.each([
    ["DIFF, for who has a beginning of it", z(1, 2), "diff + 0x300000001"],
    ["TRUNC, for who has more of an epoch", z(1, 9), "trunc to 0x100000002 + 0x300000001"],
    [
      "SNAP, for who has an epoch that it never saw",
      z(2, 7),
      "snap 0x0 + 0x100000001 0x100000002 0x300000001",
    ],
  ])("sends its history by a %s", (_, last, sent) => {
    const own = entries("1.1", "1.2", "3.1");
    const s3 = elected({ acceptedEpoch: 3, currentEpoch: 3, entries: own });
    calls(s3, "s1", 2);
    expect(accepts(s3, "s1", last, 2)).toEqual([
      "put currentEpoch 4",
      `s1: ${sent}, at once`,
      "s1: newLeader 4, at once",
    ]);
  });

  test("leads when a majority has its history on disk: then all of it is committed", () => {
    const s5 = elected(PAST, {}, 5);
    for (const id of ["s1", "s2", "s4"]) calls(s5, id, 2);
    for (const id of ["s1", "s2", "s4"]) accepts(s5, id, z(1, 1), 1);
    expect(s5.hears("s1", { kind: "ackNewLeader", epoch: 3 })).toEqual([]);
    expect([isLeading(s5), s5.state.committed]).toEqual([false, 0]);
    expect(s5.hears("s4", { kind: "ackNewLeader", epoch: 3 })).toEqual([
      "s1: upToDate 0x200000001",
      "s4: upToDate 0x200000001",
    ]);
    expect([s5.state.role, s5.state.committed]).toEqual(["leading, epoch 3", z(2, 1)]);
  });

  test("serves nobody before", () => {
    const s3 = elected();
    calls(s3, "s1", 0);
    accepts(s3, "s1", 0, 0);
    expect(comes(s3, "c")).toEqual(["close c"]);
    s3.hears("s1", { kind: "ackNewLeader", epoch: 1 });
    expect(comes(s3, "c")).not.toContain("close c");
  });
});

describe("in broadcast (phase 3) a leader", () => {
  test("proposes at once, in the order of the ids, and commits what a majority has on disk", () => {
    const s5 = led({}, {}, 5);
    expect(comes(s5, "c")).toEqual([
      "append 0x100000001",
      "s1: propose 0x100000001 createSession, at once",
      "s2: propose 0x100000001 createSession, at once",
    ]);
    comes(s5, "d");
    expect(s5.hears("s1", { kind: "ack", zxid: z(1, 2) })).toEqual([]);
    // Its own disk counts, and so what tells of the commit waits for that disk: none of it is sent at once.
    expect(s5.hears("s2", { kind: "ack", zxid: z(1, 1) })).toEqual([
      "c: connected 0x100000001",
      "s1: commit 0x100000001",
      "s2: commit 0x100000001",
    ]);
    expect(s5.hears("s2", { kind: "ack", zxid: z(1, 2) })[0]).toBe("d: connected 0x100000002");
  });

  test("begins the ids of its epoch at 1, above all that is older", () => {
    const s3 = led(PAST);
    expect(comes(s3, "c")[0]).toBe("append 0x300000001");
  });

  test("sends who comes late the history, then every proposal, and commits when it has caught up (ZOOKEEPER-962)", () => {
    const s3 = led();
    comes(s3, "c");
    expect(calls(s3, "s2", 0)).toEqual(["s2: leaderInfo 1"]);
    expect(accepts(s3, "s2", 0, 0)).toEqual([
      "s2: diff + 0x100000001, at once",
      "s2: newLeader 1, at once",
    ]);
    expect(comes(s3, "d")).toContain("s2: propose 0x100000002 createSession, at once");
    expect(s3.hears("s1", { kind: "ack", zxid: z(1, 1) })).not.toContain("s2: commit 0x100000001");
    // Its acknowledgment of the history counts for all that the history had.
    expect(s3.hears("s2", { kind: "ackNewLeader", epoch: 1 })).toEqual([
      "s2: upToDate 0x100000001",
    ]);
    expect(s3.hears("s2", { kind: "ack", zxid: z(1, 2) })).toContain("s2: commit 0x100000002");
  });

  test("counts for a commit only those that have its history", () => {
    const s5 = led({}, {}, 5);
    calls(s5, "s3", 0);
    accepts(s5, "s3", 0, 0);
    comes(s5, "c");
    s5.hears("s1", { kind: "ack", zxid: z(1, 1) });
    s5.hears("s3", { kind: "ack", zxid: z(1, 1) });
    expect(s5.state.committed).toBe(0);
    s5.hears("s3", { kind: "ackNewLeader", epoch: 1 });
    expect(s5.state.committed).toBe(z(1, 1));
  });

  test("sends a tree to who is behind what it keeps", () => {
    const s3 = led({}, { snapshotEvery: 2, keep: 1 });
    for (let i = 1; i <= 3; i++) {
      comes(s3, `c${i}`);
      s3.hears("s1", { kind: "ack", zxid: z(1, i) });
    }
    // It has saved its tree with the second; the third came later.
    expect(join(s3, "s2", z(1, 1))).toContain("s2: diff + 0x100000002 0x100000003, at once");
    s3.disconnected("s2");
    s3.connected("s2");
    expect(join(s3, "s2")).toContain("s2: snap 0x100000003, at once");
  });

  test("steps down for a server that has promised a later epoch: it could never follow", () => {
    const s3 = led();
    calls(s3, "s2", 2);
    expect(s3.state.part.kind).toBe("looking");
  });

  test("is not drawn back into leading by the others who came early, when one of them has promised too much", () => {
    const others = ["s1", "s2", "s3", "s4"];
    const s5 = alone(["s5", ...others], PAST);
    s5.connected(...others);
    const vote = { leader: "s5", epoch: 2, zxid: z(2, 1) };
    for (const other of others) {
      s5.hears(other, { kind: "notification", part: "looking", round: 1, vote });
    }
    for (const other of others) calls(s5, other, other === "s3" ? 9 : 2);
    expect(s5.timer("decide").filter((said) => said.includes("leaderInfo"))).toEqual(
      others.map((other) => `${other}: leaderInfo 10`),
    );
  });

  test("begins a new epoch when the numbers of its own are used up (ZOOKEEPER-1277)", () => {
    const s3 = led();
    (s3.state.part as { counter: number }).counter = 2 ** 32 - 2;
    expect(comes(s3, "c")).toContain("append 0x1ffffffff");
    comes(s3, "d");
    expect(s3.state.part.kind).toBe("looking");
  });

  test("pings every half tick, and steps down when no majority has been heard in syncLimit ticks", () => {
    const s3 = led({}, { tickMs: 20, syncLimit: 2 });
    expect(s3.timers.get("tick")).toBe(10);
    expect(s3.timer("tick")).toEqual(["s1: ping 1, at once"]);
    s3.hears("s1", { kind: "pong", ping: 1 });
    const halves = Array.from({ length: 4 }, () => s3.timer("tick"));
    expect(halves.map(([first]) => first)).toEqual(
      [2, 3, 4, 5].map((n) => `s1: ping ${n}, at once`),
    );
    expect(s3.timer("tick")[0]).toBe("close s1");
    expect(s3.state.part.kind).toBe("looking");
  });

  test("gives who comes late initLimit ticks for the history", () => {
    const s3 = led({}, { tickMs: 20, syncLimit: 2, initLimit: 4 });
    calls(s3, "s2", 0);
    const closed = Array.from({ length: 9 }, (_, half) => {
      s3.hears("s1", { kind: "pong", ping: half });
      return s3.timer("tick").includes("close s2");
    });
    expect(closed.indexOf(true)).toBe(8);
  });

  test("gives up a silent follower alone, while it has a majority without it", () => {
    const s3 = led({}, { tickMs: 20, syncLimit: 2 });
    join(s3, "s2");
    for (let half = 1; half <= 5; half++) {
      s3.timer("tick");
      s3.hears("s1", { kind: "pong", ping: half });
    }
    expect([...(s3.state.part.kind === "leading" ? s3.state.part.followers.keys() : [])]).toEqual([
      "s1",
    ]);
    expect(isLeading(s3)).toBe(true);
  });
});
