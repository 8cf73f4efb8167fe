/** Who is in a group, and how it rebalances: what each member is told when it joins, syncs, beats and leaves. */

import { describe, expect, test } from "vitest";
import { Coordinator, JOINING } from "./coordinator.ts";

describe("who joins", () => {
  test("to an empty group waits for nobody", () => {
    expect(new Coordinator().join("a")).toEqual(["a: joined 1 of a for range: a"]);
  });

  test("after it was out has nothing any more, and what it still says of before is refused", () => {
    const c = new Coordinator().stable({ a: [0], b: [1] });
    c.leave("b");
    c.join("b");
    c.join("a");
    expect([c.commit("b", 2, 7), c.heartbeat("b", 2)].flat()).toEqual([
      "b: ILLEGAL_GENERATION",
      "b: ILLEGAL_GENERATION",
    ]);
    c.sync("a", 3, { a: [0, 1] });
    c.stores();
    expect(c.sync("b", 3)).toEqual(["b: synced "]);
  });

  test.each([
    ["a session shorter than a broker allows", { sessionTimeoutMs: 49 }, "INVALID_SESSION_TIMEOUT"],
    ["a longer one", { sessionTimeoutMs: 1_800_001 }, "INVALID_SESSION_TIMEOUT"],
    ["one that is no number", { sessionTimeoutMs: Number.NaN }, "INVALID_SESSION_TIMEOUT"],
    ["no name of a group", { group: "" }, "INVALID_GROUP_ID"],
  ])("with %s is refused", (_, changes, code) => {
    expect(new Coordinator().join("a", changes)).toEqual([`a: ${code}`]);
  });

  test("knows an assignor that all others know, or is refused; the one that most like best is taken", () => {
    const c = new Coordinator();
    expect(c.join("e", { protocols: [] })).toEqual(["e: INCONSISTENT_GROUP_PROTOCOL"]);
    const protocols = ["range", "sticky"];
    c.join("a", { protocols });
    c.join("b", { protocols: ["sticky", "range"] });
    c.join("d", { protocols: ["roundrobin", "sticky", "range"] });
    expect(c.join("e", { protocols: ["roundrobin"] })).toEqual(["e: INCONSISTENT_GROUP_PROTOCOL"]);
    expect(c.join("a", { protocols })).toContain("a: joined 2 of a for sticky: a b d");
  });
});

describe("a rebalance", () => {
  test("begins when a member comes, which the others learn from their heartbeats, and ends when all have joined", () => {
    const c = new Coordinator().stable({ a: [0, 1] });
    expect(c.heartbeat("a", 1)).toEqual(["a: done"]);
    expect(c.join("b")).toEqual([]);
    expect(c.heartbeat("a", 1)).toEqual(["a: REBALANCE_IN_PROGRESS"]);
    expect(c.join("a")).toEqual(["a: joined 2 of a for range: a b", "b: joined 2 of a for range"]);
  });

  test("goes on without those who have not joined in the longest of their rebalance timeouts", () => {
    const c = new Coordinator().stable({ a: [0], b: [1] });
    c.join("d", { rebalanceTimeoutMs: 200 });
    for (let beat = 0; beat < 5; beat++) {
      expect(c.waits(50)).toEqual([]);
      c.heartbeat("a", 2);
      c.heartbeat("b", 2);
    }
    expect(c.waits(50)).toEqual(["d: joined 3 of d for range: d"]);
    expect(c.heartbeat("a", 3)).toEqual(["a: UNKNOWN_MEMBER_ID"]);
  });

  test("keeps its leader while it is there; else the one leads who has been in longest", () => {
    const c = new Coordinator().stable({ a: [0], b: [1], d: [2] });
    c.leave("a");
    c.join("d");
    expect(c.join("b")).toEqual(["b: joined 3 of b for range: b d", "d: joined 3 of b for range"]);
  });
});

describe("a member that joins again", () => {
  const changes = { metadata: { ...JOINING.metadata, topics: ["t", "u"] } };

  test("in a stable group, having nothing new to say, stays in the generation", () => {
    const c = new Coordinator().stable({ a: [0], b: [1] });
    expect(c.join("b")).toEqual(["b: joined 2 of a for range"]);
    expect([c.group.state, c.sync("b", 2)]).toEqual(["Stable", ["b: synced t-1"]]);
  });

  test("in a stable group brings about a rebalance with other topics, or if it leads", () => {
    for (const [name, said] of [["b", changes] as const, ["a", {}] as const]) {
      const c = new Coordinator().stable({ a: [0], b: [1] });
      expect([c.join(name, said), c.group.state]).toEqual([[], "PreparingRebalance"]);
    }
  });

  test("before the assignment is there hears the same again, or with other topics begins anew", () => {
    const c = new Coordinator();
    for (const name of ["a", "b"]) c.join(name);
    const [first] = c.join("a");
    expect(c.join("a")).toEqual([first]);
    expect(c.join("b")).toEqual(["b: joined 2 of a for range"]);
    c.sync("a", 2);
    expect(c.join("b", changes)).toEqual(["a: REBALANCE_IN_PROGRESS"]);
  });

  test("while it waits already, waits once", () => {
    const c = new Coordinator().stable({ a: [0] });
    c.join("b");
    expect(c.join("b")).toEqual([]);
    expect(c.join("a")).toEqual(["a: joined 2 of a for range: a b", "b: joined 2 of a for range"]);
  });
});

describe("a sync", () => {
  const completing = () => {
    const c = new Coordinator();
    for (const name of ["a", "b"]) c.join(name);
    c.join("a");
    return c;
  };

  test("is answered when the leader's assignments are stored; who is not among them has none", () => {
    const c = completing();
    expect([c.sync("b", 2), c.sync("a", 2, { a: [0, 1] })]).toEqual([[], []]);
    expect([c.heartbeat("b", 2), c.group.state]).toEqual([["b: done"], "CompletingRebalance"]);
    expect(c.stores()).toEqual(["a: synced t-0 t-1", "b: synced "]);
    expect(c.sync("a", 2)).toEqual(["a: synced t-0 t-1"]);
  });

  test("of another generation, of no member, or when all must join again, is refused", () => {
    const c = new Coordinator().stable({ a: [0] });
    expect([c.sync("a", 2), c.sync("b", 1)].flat()).toEqual([
      "a: ILLEGAL_GENERATION",
      "b: UNKNOWN_MEMBER_ID",
    ]);
    c.join("b");
    expect(c.sync("a", 1)).toEqual(["a: REBALANCE_IN_PROGRESS"]);
  });

  test("that the leader sends twice changes nothing: a generation has one assignment", () => {
    const c = completing();
    c.sync("a", 2, { a: [0], b: [1] });
    c.sync("a", 2, { a: [1], b: [0] });
    expect(c.stores()).toEqual(["a: synced t-0"]);
    c.failsOver();
    expect(c.sync("a", 2)).toEqual(["a: synced t-0"]);
  });

  test("that does not come within the rebalance timeout costs the membership", () => {
    const c = completing();
    c.sync("a", 2, { a: [0] });
    c.stores();
    for (let beat = 0; beat < 5; beat++) {
      c.waits(50);
      for (const name of ["a", "b"]) expect(c.heartbeat(name, 2)).toEqual([`${name}: done`]);
    }
    c.waits(50);
    expect(c.heartbeat("a", 2)).toEqual(["a: REBALANCE_IN_PROGRESS"]);
    expect(c.heartbeat("b", 2)).toEqual(["b: UNKNOWN_MEMBER_ID"]);
  });

  test("waits no more when the leader dies or the store fails, and all join again", () => {
    const dying = completing();
    dying.sync("b", 2);
    expect(dying.waits(100)).toEqual(["b: REBALANCE_IN_PROGRESS"]);
    const failing = completing();
    for (const name of ["a", "b"]) failing.sync(name, 2);
    expect(failing.fails("NOT_ENOUGH_REPLICAS")).toEqual([
      "a: COORDINATOR_NOT_AVAILABLE",
      "b: COORDINATOR_NOT_AVAILABLE",
    ]);
    expect(failing.group.state).toBe("PreparingRebalance");
  });

  test("gets nothing that is stored when the next rebalance has begun already", () => {
    const c = completing();
    c.sync("a", 2, { a: [0] });
    expect(c.join("d")).toEqual(["a: REBALANCE_IN_PROGRESS"]);
    expect([c.stores(), c.group.state]).toEqual([[], "PreparingRebalance"]);
  });
});

describe("a member is out", () => {
  test("when it has been silent for its session timeout: commits, syncs and heartbeats are signs of life", () => {
    const c = new Coordinator().stable({ a: [0] });
    for (const sign of [
      () => c.commit("a", 1, 5),
      () => c.sync("a", 1),
      () => c.heartbeat("a", 1),
    ]) {
      c.waits(90);
      sign();
    }
    c.waits(90);
    expect(c.group.state).toBe("Stable");
    c.waits(10);
    expect([c.group.state, c.group.generation]).toEqual(["Empty", 2]);
  });

  test("when it leaves, at once, and it waits for nothing any more", () => {
    const c = new Coordinator().stable({ a: [0], b: [1] });
    expect([c.leave("b"), c.leave("b")].flat()).toEqual(["b: done", "b: UNKNOWN_MEMBER_ID"]);
    c.join("d");
    expect(c.leave("d")).toEqual(["d: UNKNOWN_MEMBER_ID", "d: done"]);
    expect(c.join("a")).toEqual(["a: joined 3 of a for range: a"]);
  });
});
