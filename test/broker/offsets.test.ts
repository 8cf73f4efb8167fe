/** What a group keeps: who may commit offsets, when they count, and what a new coordinator finds. */

import { copy } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { checkGeneration } from "../../lib/broker/decisions.ts";
import type { GroupState } from "../../lib/broker/groups.ts";
import { load } from "../../lib/broker/offsets.ts";
import { Coordinator } from "./coordinator.ts";

describe("a commit (ClassicGroup.validateOffsetCommit)", () => {
  const group = (state: GroupState) => {
    const { group: stable } = new Coordinator().stable({ a: [0] });
    const [member] = stable.members.values();
    if (member === undefined) throw new Error("The group has no member.");
    return { state, generation: 5, members: new Map(state === "Empty" ? [] : [["a", member]]) };
  };

  test.each([
    ["Stable", "a", 5, undefined],
    ["PreparingRebalance", "a", 5, undefined],
    ["CompletingRebalance", "a", 5, "REBALANCE_IN_PROGRESS"],
    ["Stable", "a", 4, "ILLEGAL_GENERATION"],
    ["PreparingRebalance", "a", 4, "ILLEGAL_GENERATION"],
    ["CompletingRebalance", "a", 4, "ILLEGAL_GENERATION"],
    ["Stable", "a", 6, "ILLEGAL_GENERATION"],
    ["Stable", "a", -1, "ILLEGAL_GENERATION"],
    ["Stable", "b", 5, "UNKNOWN_MEMBER_ID"],
    ["Stable", "", -1, "UNKNOWN_MEMBER_ID"],
    ["PreparingRebalance", "", -1, "UNKNOWN_MEMBER_ID"],
    ["Empty", "", -1, undefined],
    ["Empty", "a", 5, "UNKNOWN_MEMBER_ID"],
    ["Empty", "a", -1, "UNKNOWN_MEMBER_ID"],
  ] as const)(
    "in %s by member %j in generation %i of 5: %s",
    (state, memberId, generation, code) => {
      expect(checkGeneration(group(state), memberId, generation)).toBe(code);
    },
  );

  test("counts, and is answered, when it is committed", () => {
    const c = new Coordinator().stable({ a: [0] });
    expect([c.commit("a", 1, 7), c.offset()]).toEqual([[], ["x: offset null"]]);
    expect([c.stores(), c.offset()]).toEqual([["a: done"], ["x: offset 7"]]);
  });

  test("replaces the one before it, in the order in which they came; other partitions have their own", () => {
    const c = new Coordinator().stable({ a: [0] });
    for (const offset of [7, 9, 8]) c.commit("a", 1, offset);
    c.stores(2);
    expect(c.offset()).toEqual(["x: offset 9"]);
    c.stores();
    expect([c.offset(), c.offset("x", 1)].flat()).toEqual(["x: offset 8", "x: offset null"]);
  });

  test.each([
    ["NOT_ENOUGH_REPLICAS", "COORDINATOR_NOT_AVAILABLE"],
    ["UNKNOWN_TOPIC_OR_PARTITION", "COORDINATOR_NOT_AVAILABLE"],
    ["NOT_LEADER_OR_FOLLOWER", "NOT_COORDINATOR"],
    ["REQUEST_TIMED_OUT", "REQUEST_TIMED_OUT"],
    ["MESSAGE_TOO_LARGE", "UNKNOWN_SERVER_ERROR"],
  ] as const)("whose store ends in %s does not count, and hears %s", (code, heard) => {
    const c = new Coordinator().stable({ a: [0] });
    c.commit("a", 1, 7);
    expect([c.fails(code), c.offset()]).toEqual([[`a: ${heard}`], ["x: offset null"]]);
  });

  test("while all join again is good for the last generation; from the next one on a zombie's is not", () => {
    const c = new Coordinator().stable({ a: [0], b: [1] });
    c.join("d");
    c.commit("a", 2, 7);
    c.join("b");
    c.waits(100);
    expect(c.heartbeat("a", 2)).toEqual(["a: UNKNOWN_MEMBER_ID"]);
    expect(c.commit("a", 2, 3)).toEqual(["a: UNKNOWN_MEMBER_ID"]);
    expect(c.commit("b", 2, 3)).toEqual(["b: ILLEGAL_GENERATION"]);
    expect(c.commit("b", 3, 3)).toEqual(["b: REBALANCE_IN_PROGRESS"]);
    c.stores();
    expect(c.offset()).toEqual(["x: offset 7"]);
  });

  test("by somebody who is no member is good for a group that nobody is in, whether it is known or not", () => {
    const c = new Coordinator();
    c.commit("x", -1, 7);
    expect([c.stores(), c.offset()].flat()).toEqual(["x: done", "x: offset 7"]);
    c.stable({ a: [0] });
    expect(c.commit("x", -1, 8)).toEqual(["x: UNKNOWN_MEMBER_ID"]);
  });

  test("of nothing stores nothing", () => {
    const c = new Coordinator();
    const nothing = { group: "g", memberId: "", generation: -1, offsets: [] };
    expect(c.asks("x", { kind: "offsetCommit", ...nothing })).toEqual(["x: done"]);
    expect(c.log).toEqual([]);
  });
});

describe("a new coordinator", () => {
  test("finds the group stable in its generation, with its assignments and offsets", () => {
    const c = new Coordinator().stable({ a: [0], b: [1] });
    for (const offset of [5, 7]) c.commit("a", 2, offset);
    c.stores();
    c.failsOver();
    expect([c.sync("b", 2), c.heartbeat("a", 2)].flat()).toEqual(["b: synced t-1", "a: done"]);
    expect([c.join("b"), c.offset()].flat()).toEqual(["b: joined 2 of a for range", "x: offset 7"]);
  });

  test("gives every member its whole session, and then goes on to the next generation", () => {
    const c = new Coordinator().stable({ a: [0] });
    c.waits(90);
    c.failsOver();
    c.waits(90);
    expect(c.group.state).toBe("Stable");
    c.waits(10);
    expect([c.group.state, c.group.generation]).toEqual(["Empty", 2]);
  });

  test("keeps out whoever the old one has thrown out", () => {
    const c = new Coordinator().stable({ a: [0], b: [1] });
    c.leave("b");
    c.join("a");
    c.sync("a", 3, { a: [0, 1] });
    c.stores();
    c.failsOver();
    expect(c.commit("b", 2, 3)).toEqual(["b: UNKNOWN_MEMBER_ID"]);
    expect(c.commit("a", 2, 3)).toEqual(["a: ILLEGAL_GENERATION"]);
  });

  test("takes up a rebalance that was under way from the last generation with an assignment", () => {
    const c = new Coordinator().stable({ a: [0] });
    c.join("b");
    c.join("a");
    expect(c.sync("b", 2)).toEqual([]);
    expect(c.failsOver()).toEqual(["b: NOT_COORDINATOR"]);
    expect([c.sync("a", 2), c.sync("b", 2)].flat()).toEqual([
      "a: ILLEGAL_GENERATION",
      "b: UNKNOWN_MEMBER_ID",
    ]);
    expect(c.heartbeat("a", 1)).toEqual(["a: done"]);
  });

  test("of a group that all have left knows the generation and the offsets, and begins after it", () => {
    const c = new Coordinator().stable({ a: [0] });
    c.commit("a", 1, 7);
    c.leave("a");
    c.failsOver();
    expect([c.group.state, c.group.generation, ...c.offset()]).toEqual(["Empty", 2, "x: offset 7"]);
    expect(c.join("b")).toEqual(["b: joined 3 of b for range: b"]);
  });

  test("has what the old one had not heard to be stored, if the partition has it", () => {
    const c = new Coordinator().stable({ a: [0] });
    const committed = c.log.length;
    c.commit("a", 1, 7);
    expect(c.failsOver()).toEqual(["a: NOT_COORDINATOR"]);
    expect(c.offset()).toEqual(["x: offset 7"]);
    c.failsOver(committed);
    expect(c.offset()).toEqual(["x: offset null"]);
  });
});

test("whoever waits hears that a coordinator is one no more, and the groups are gone", () => {
  const c = new Coordinator();
  c.commit("x", -1, 7);
  for (const name of ["a", "b"]) c.join(name);
  expect(c.failsOver(0)).toEqual(["x: NOT_COORDINATOR", "b: NOT_COORDINATOR"]);
  expect([...c.groups]).toEqual([]);
  expect(c.heartbeat("a", 0)).toEqual(["a: UNKNOWN_MEMBER_ID"]);
});

test("groups are plain data, and their records text", () => {
  const c = new Coordinator().stable({ a: [0], b: [1] });
  c.commit("a", 2, 7);
  c.stores();
  expect(copy(c.groups)).toEqual(c.groups);
  expect(c.log.at(-1)).toEqual({
    key: '{"group":"g","topic":"t","partition":0}',
    value: "7",
    timestampMs: 0,
  });
  const [loaded] = load(c.log, c.nowMs).values();
  expect({ ...loaded, deadlineMs: c.group.deadlineMs }).toEqual(c.group);
});
