/** A follower, by the phases of Zab: what it promises, takes over, acknowledges, and in which order it writes. */

import { type Entry, zxid } from "quorumlab/ensemble";
import { describe, expect, test } from "vitest";
import { entries } from "./alone.ts";
import { comes, followed, following } from "./parts.ts";

const z = zxid;
const PAST = { acceptedEpoch: 3, currentEpoch: 1, entries: entries("1.1", "1.2") };

describe("in discovery (phase 1) a follower", () => {
  test("comes with the newest epoch that it has accepted", () => {
    const s2 = following(PAST);
    expect(s2.state.part).toMatchObject({ kind: "following", leader: "s3", stage: "discovery" });
    // It said so when it decided; it says so again on a new connection.
    expect(s2.connected("s3")).toEqual(["s3: followerInfo 3"]);
  });

  test("writes a new epoch down before it promises it, and says what its history is", () => {
    expect(following(PAST).hears("s3", { kind: "leaderInfo", epoch: 4 })).toEqual([
      "put acceptedEpoch 4",
      "s3: ackEpoch (1, 0x100000002)",
    ]);
  });

  test("accepts an epoch a second time without a promise: it may have promised it to another leader", () => {
    expect(following(PAST).hears("s3", { kind: "leaderInfo", epoch: 3 })).toEqual([
      "s3: ackEpoch without a promise (1, 0x100000002)",
    ]);
  });

  test("refuses an older epoch, and looks again", () => {
    const s2 = following(PAST);
    expect(s2.hears("s3", { kind: "leaderInfo", epoch: 2 })).toContain("close s3");
    expect(s2.state.part.kind).toBe("looking");
  });

  test("keeps its promise over a crash", () => {
    const s2 = following(PAST);
    s2.hears("s3", { kind: "leaderInfo", epoch: 4 });
    s2.restart();
    expect([s2.state.acceptedEpoch, s2.state.currentEpoch]).toEqual([4, 1]);
  });

  test("looks again when its leader does not lead it in initLimit ticks, or goes away", () => {
    const late = following({}, { tickMs: 20, initLimit: 7 });
    expect(late.timers.get("init")).toBe(140);
    late.timer("init");
    expect(late.state.part.kind).toBe("looking");
    const left = following();
    left.disconnected("s3");
    expect(left.state.part.kind).toBe("looking");
  });

  test("does not mind when anybody else goes away, and takes nobody for its follower", () => {
    const s2 = following();
    s2.disconnected("s1");
    s2.connected("s1");
    expect(s2.hears("s1", { kind: "followerInfo", acceptedEpoch: 0 })).toEqual(["close s1"]);
    expect(s2.state.part.kind).toBe("following");
  });
});

describe("in synchronization (phase 2) a follower", () => {
  const meets = () => {
    const s2 = following(PAST);
    s2.hears("s3", { kind: "leaderInfo", epoch: 4 });
    return s2;
  };

  test("appends what it lacks (DIFF), and applies nothing yet (ZOOKEEPER-4394)", () => {
    const s2 = meets();
    const lacking = entries("2.1", "2.2");
    expect(s2.hears("s3", { kind: "diff", entries: lacking })).toEqual([
      "append 0x200000001",
      "append 0x200000002",
    ]);
    expect([s2.state.committed, [...s2.state.tree.nodes.keys()]]).toEqual([
      0,
      ["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"],
    ]);
  });

  test("cuts off what its leader has not (TRUNC), before it appends what it lacks", () => {
    const s2 = meets();
    const trunc = { kind: "trunc", to: z(1, 1), entries: entries("2.1") } as const;
    expect(s2.hears("s3", trunc)).toEqual(["cut from 1", "append 0x200000001"]);
    s2.restart();
    expect(s2.state.history.entries.map(({ zxid }) => zxid)).toEqual([z(1, 1), z(2, 1)]);
  });

  test("has its leader's tree and what goes on from there on disk before the old is dropped (SNAP)", () => {
    const s2 = meets();
    const { tree } = followed({ entries: entries("2.1", "2.2") }).state;
    const snap = { kind: "snap", tree, zxid: z(2, 2), entries: entries("2.3") } as const;
    expect(s2.hears("s3", snap)).toEqual([
      "cut from 0",
      "append 0x200000003",
      "put snapshot",
      "drop before 0",
      "drop before 2",
    ]);
    expect([s2.state.committed, s2.state.tree]).toEqual([z(2, 2), tree]);
    s2.restart();
    expect([s2.state.committed, s2.state.tree]).toEqual([z(2, 2), tree]);
  });

  test("takes the epoch for its own after the history, and acknowledges after both (ZOOKEEPER-4643, 3911)", () => {
    const s2 = meets();
    const wrote = [
      ...s2.hears("s3", { kind: "diff", entries: entries("2.1") }),
      ...s2.hears("s3", { kind: "newLeader", epoch: 4 }),
    ];
    // The last leaves when all before it is on disk: it is not sent at once.
    expect(wrote).toEqual(["append 0x200000001", "put currentEpoch 4", "s3: ackNewLeader 4"]);
  });

  test("waits for its leader as long as initLimit says, and for a silent one only when it is up to date", () => {
    const s2 = meets();
    s2.hears("s3", { kind: "diff", entries: [] });
    s2.hears("s3", { kind: "newLeader", epoch: 4 });
    expect([s2.timers.has("init"), s2.timers.has("silence")]).toEqual([true, false]);
    s2.hears("s3", { kind: "upToDate", committed: 0 });
    expect([s2.timers.has("init"), s2.timers.has("silence")]).toEqual([false, true]);
  });

  test("serves nobody before it is up to date, and applies then what its leader has committed", () => {
    const s2 = meets();
    s2.hears("s3", { kind: "diff", entries: entries("2.1", "2.2") });
    s2.hears("s3", { kind: "newLeader", epoch: 4 });
    expect(comes(s2, "c")).toEqual(["close c"]);
    s2.hears("s3", { kind: "upToDate", committed: z(2, 1) });
    expect(s2.state.committed).toBe(z(2, 1));
    expect(s2.state.tree.nodes.has("/n1.2")).toBe(true);
    expect(s2.state.tree.nodes.has("/n2.2")).toBe(false);
    expect(comes(s2, "c")).toEqual(["s3: forward 1 createSession"]);
  });
});

describe("in broadcast (phase 3) a follower", () => {
  const proposal = (id: string) => ({ kind: "propose", entry: entries(id)[0] as Entry }) as const;
  const up = () => {
    const s2 = followed();
    s2.hears("s3", proposal("1.1"));
    return s2;
  };

  test("acknowledges a proposal when it is on disk, and applies it when it is committed", () => {
    const s2 = up();
    expect(s2.hears("s3", proposal("1.2"))).toEqual(["append 0x100000002", "s3: ack 0x100000002"]);
    expect(s2.state.committed).toBe(0);
    s2.hears("s3", { kind: "commit", zxid: z(1, 1) });
    expect(s2.state.committed).toBe(z(1, 1));
    expect([...s2.state.tree.nodes.keys()].slice(4)).toEqual(["/n1.1"]);
  });

  test("applies all up to a commit, in order", () => {
    const s2 = up();
    s2.hears("s3", proposal("1.2"));
    s2.hears("s3", { kind: "commit", zxid: z(1, 2) });
    expect([...s2.state.tree.nodes.keys()].slice(4)).toEqual(["/n1.1", "/n1.2"]);
  });

  test("refuses to go on when something is committed that it does not have", () => {
    expect(() => up().hears("s3", { kind: "commit", zxid: z(1, 2) })).toThrow(
      "Invariant broken: 4294967298 is committed, but s2 does not have it",
    );
  });

  test("answers a ping at once, whatever its disk does", () => {
    expect(up().hears("s3", { kind: "ping", ping: 5 })).toEqual(["s3: pong 5, at once"]);
  });

  test("gives a silent leader up after syncLimit ticks; whatever it hears from it begins them anew", () => {
    const s2 = followed({}, { tickMs: 20, syncLimit: 3 });
    expect([s2.timers.get("silence"), s2.timers.has("init")]).toEqual([60, false]);
    s2.timers.delete("silence");
    s2.hears("s3", { kind: "ping", ping: 1 });
    s2.timer("silence");
    expect(s2.state.part.kind).toBe("looking");
  });

  test("lets its clients go and closes the connection to its leader when it looks again", () => {
    const s2 = up();
    comes(s2, "c");
    const asked = s2.timer("silence");
    expect(asked.slice(0, 2)).toEqual(["close s3", "close c"]);
    expect([...s2.state.clients.keys()]).toEqual([]);
  });

  test("hears nothing more of a leader that it has given up", () => {
    const s2 = up();
    s2.timer("silence");
    expect(s2.hears("s3", { kind: "commit", zxid: z(1, 1) })).toEqual([]);
    expect(s2.state.committed).toBe(0);
  });

  test("begins again from its disk after a crash, and commits nothing of it by itself", () => {
    const s2 = up();
    s2.hears("s3", { kind: "commit", zxid: z(1, 1) });
    s2.restart();
    const { part, committed, currentEpoch, history } = s2.state;
    expect([part.kind, committed, currentEpoch]).toEqual(["looking", 0, 1]);
    expect(history.entries.map(({ zxid }) => zxid)).toEqual([z(1, 1)]);
  });
});
