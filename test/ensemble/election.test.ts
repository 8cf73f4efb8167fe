/** Fast leader election: who is elected, by how many, and how whoever comes late finds the leader. */

import { zxid } from "quorumlab/ensemble";
import type { Fault } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { alone, entries } from "./alone.ts";
import { leaderOf, line, roles, run, sent, serverOf } from "./ensembles.ts";

const z = zxid;
const crash = (node: string, atMs = 0, forMs?: number): Fault => {
  return { kind: "crash", node, atMs, ...(forMs && { forMs }) };
};

describe("an ensemble elects", () => {
  test.each([1, 2, 3, 4, 5, 7])(
    "one leader of %i servers, and the others follow it",
    async (count) => {
      const done = await run({ count, forMs: 500 });
      const greatest = `s${count}`;
      const expected = Array.from({ length: count }, (_, i) =>
        i + 1 === count ? `${greatest} leading, epoch 1` : `s${i + 1} following, epoch 1`,
      );
      expect(
        roles(done)
          .filter((role) => role.includes("epoch"))
          .sort(),
      ).toEqual(expected.sort());
    },
  );

  test.each([
    [2, 4],
    [2, 5],
    [1, 3],
    [1, 2],
  ])("nobody, when %i of %i servers are there: they are no majority", async (there, count) => {
    const faults = Array.from({ length: count - there }, (_, i) => crash(`s${i + 1}`));
    expect(roles(await run({ count, faults }))).toEqual([]);
  });

  test("nobody on either side of an even cut, and one leader when it is over", async () => {
    const halves = { from: ["s1", "s2"], to: ["s3", "s4"] };
    const cut: Fault = { kind: "cut", ...halves, atMs: 0, forMs: 1000 };
    const done = await run({ count: 4, faults: [cut] });
    expect(roles(done).filter((role) => role.includes("leading"))).toEqual(["s4 leading, epoch 1"]);
    expect(roles(done, 1000)).toEqual(roles(done));
  });

  test("the server with the newest history, not the one with the greatest name", async () => {
    const old = { acceptedEpoch: 1, currentEpoch: 1, entries: entries("1.1", "1.2") };
    const newer = { ...old, entries: entries("1.1", "1.2", "1.3") };
    const done = await run({ born: { s1: newer, s2: old, s3: old } });
    expect(leaderOf(done)).toBe("s1");
    for (const id of ["s1", "s2", "s3"]) expect(serverOf(done, id).committed).toBe(z(1, 3));
  });

  test("the server of the newer epoch, however long the history of the older one (ZOOKEEPER-1154)", async () => {
    const old = { acceptedEpoch: 2, currentEpoch: 1, entries: entries("1.1", "1.2", "1.3", "1.4") };
    const newer = { acceptedEpoch: 2, currentEpoch: 2, entries: entries("1.1", "1.2") };
    const done = await run({ born: { s1: newer, s2: old, s3: old } });
    expect(leaderOf(done)).toBe("s1");
    for (const id of ["s1", "s2", "s3"]) expect(serverOf(done, id).committed).toBe(z(1, 2));
  });
});

test("a slow disk only delays an election: it has initLimit ticks for it, however few syncLimit are", async () => {
  const done = await run({ options: { tickMs: 50, initLimit: 40, syncLimit: 2 }, syncTime: 300 });
  const leads = done.trace.events.find((e) => e.kind === "role" && e.role.startsWith("leading"));
  // Three epochs are written down one after the other: the leader's, the followers', and the followers' again.
  expect(leads?.atMs).toBeGreaterThan(900);
  expect(leads?.atMs).toBeLessThan(1000);
  expect(roles(done)).toHaveLength(6);
});

describe("an established leader", () => {
  test("is joined by a server that comes late, whatever that one has to offer", async () => {
    const old = { acceptedEpoch: 1, currentEpoch: 1, entries: entries("1.1") };
    const newer = { ...old, entries: entries("1.1", "1.2", "1.3") };
    const done = await run({
      born: { s1: old, s2: old, s3: newer },
      faults: [crash("s3", 0, 500)],
    });
    expect(roles(done, 500)).toEqual(["s3 synchronizing", "s3 following, epoch 2"]);
    // It never had a majority: what it alone has is cut off.
    expect(serverOf(done, "s3").committed).toBe(z(1, 1));
  });

  test("is succeeded in a later epoch when it crashes, and follows when it comes back", async () => {
    const done = await run({ faults: [crash("s3", 300, 500)] });
    expect(roles(done, 300).filter((role) => role.includes("epoch"))).toEqual([
      "s2 leading, epoch 2",
      "s1 following, epoch 2",
      "s3 following, epoch 2",
    ]);
  });

  test("without a majority steps down within syncLimit ticks and a half", async () => {
    const cut: Fault = { kind: "cut", from: ["s3"], to: ["s1", "s2"], atMs: 300 };
    const done = await run({ faults: [cut], options: { tickMs: 50, syncLimit: 5 } });
    const down = done.trace.events.find(
      (event) => event.kind === "role" && event.node === "s3" && event.atMs > 300,
    );
    expect(down).toMatchObject({ role: "looking" });
    // Something came from them as late as 300: it counts half ticks, and looks at each.
    expect(down?.atMs).toBeGreaterThan(300 + 5 * 50 - 30);
    expect(down?.atMs).toBeLessThan(300 + 5.5 * 50 + 30);
    expect(leaderOf(done)).toBe("s2");
  });

  test("is told by the others to whoever asks, not voted for again", async () => {
    const done = await run({ faults: [crash("s1", 0, 500)] });
    const told = sent(done, "notification").filter(({ to, atMs }) => to === "s1" && atMs > 500);
    expect(new Set(told.map(line))).toEqual(
      new Set([
        "s2 to s1: following, round 1: s3 (1, 0x0)",
        "s3 to s1: leading, round 1: s3 (1, 0x0)",
      ]),
    );
  });
});

describe("a looking server", () => {
  const ids = ["s2", "s1", "s3"];
  const looking = (round: number, leader: string, epoch = 0, last = 0) =>
    ({
      kind: "notification",
      part: "looking",
      round,
      vote: { leader, epoch, zxid: last },
    }) as const;
  const settled = (part: "following" | "leading", leader: string, round = 1) =>
    ({ kind: "notification", part, round, vote: { leader, epoch: 1, zxid: 0 } }) as const;

  test("votes for itself first, and tells everybody whom it reaches", () => {
    const s2 = alone(ids, { currentEpoch: 1, acceptedEpoch: 1, entries: entries("1.1") });
    expect(s2.connected("s1", "s3")).toEqual([
      "s1: looking, round 1: s2 (1, 0x100000001)",
      "s3: looking, round 1: s2 (1, 0x100000001)",
    ]);
  });

  test("takes over a better vote and tells it on, and keeps its own against a worse one", () => {
    const s2 = alone(ids);
    s2.connected("s1", "s3");
    expect(s2.hears("s1", looking(1, "s1"))).toEqual([]);
    expect(s2.hears("s3", looking(1, "s3"))).toEqual([
      "s1: looking, round 1: s3 (0, 0x0)",
      "s3: looking, round 1: s3 (0, 0x0)",
    ]);
  });

  test("decides for whom a majority votes, after half a tick in which a better vote may come", () => {
    const s2 = alone(ids, {}, { tickMs: 50 });
    s2.connected("s1", "s3");
    expect(s2.timers.has("decide")).toBe(false);
    s2.hears("s1", looking(1, "s2"));
    expect(s2.timers.get("decide")).toBe(25);
    s2.hears("s3", looking(1, "s3", 1));
    // With its new vote it agrees with s3: the wait begins anew.
    expect(s2.timers.get("decide")).toBe(25);
    s2.timer("decide");
    expect(s2.state.part).toMatchObject({ kind: "following", leader: "s3" });
  });

  test("does not decide when the others change their minds meanwhile", () => {
    const s2 = alone(ids);
    s2.connected("s1", "s3");
    s2.hears("s1", looking(1, "s2"));
    s2.hears("s1", looking(1, "s1"));
    s2.timer("decide");
    expect(s2.state.part.kind).toBe("looking");
    s2.hears("s1", looking(1, "s2"));
    expect(s2.timers.has("decide")).toBe(true);
  });

  test("counts no vote of a server that it has lost", () => {
    const s2 = alone(ids);
    s2.connected("s1", "s3");
    s2.hears("s1", looking(1, "s2"));
    s2.disconnected("s1");
    s2.timer("decide");
    expect(s2.state.part.kind).toBe("looking");
  });

  test("tells whoever is in an older round its own, and counts no vote of that (ZOOKEEPER-1514)", () => {
    const s2 = alone(ids);
    s2.connected("s1", "s3");
    s2.hears("s3", looking(4, "s1"));
    expect(s2.hears("s1", looking(3, "s3", 9))).toEqual(["s1: looking, round 4: s2 (0, 0x0)"]);
    expect(s2.timers.has("decide")).toBe(false);
  });

  test("goes over to a later round with its own vote or the better one, and forgets the older votes", () => {
    const s2 = alone(ids);
    s2.connected("s1", "s3");
    s2.hears("s3", looking(1, "s3"));
    expect(s2.timers.has("decide")).toBe(true);
    expect(s2.hears("s1", looking(2, "s1"))).toEqual([
      "s1: looking, round 2: s2 (0, 0x0)",
      "s3: looking, round 2: s2 (0, 0x0)",
    ]);
    expect(s2.timers.has("decide")).toBe(false);
  });

  test.each([
    ["a majority follows it, and it says so itself", ["s1", "s3"], "following"],
    ["it does not say so itself (checkLeader)", ["s1"], "looking"],
    ["nobody follows it", ["s3"], "looking"],
  ])("joins a leader of any round at once: %s", (_, who, part) => {
    const s2 = alone(ids);
    s2.connected("s1", "s3");
    if (who.includes("s1")) s2.hears("s1", settled("following", "s3", 7));
    if (who.includes("s3")) s2.hears("s3", settled("leading", "s3", 7));
    expect(s2.state.part.kind).toBe(part);
  });

  test("does not believe that it leads, though the others say that they follow it", () => {
    const s2 = alone(ids);
    s2.connected("s1", "s3");
    s2.hears("s1", settled("following", "s2"));
    s2.hears("s3", settled("following", "s2"));
    expect(s2.state.part.kind).toBe("looking");
    // Of this round they are votes like any other, and it may be elected by them.
    s2.timer("decide");
    expect(s2.state.part.kind).toBe("leading");
  });
});
