import {
  type MasterTracking,
  masterTracking,
  plainElection,
  sequentialElection,
} from "quorumlab/recipes";
import { expect, test } from "vitest";
import { cutOff, type Program, together } from "./hosts.ts";

const seat = (ms: number, election = plainElection()): Program => {
  return async (zk, host) => {
    await host.sleep(ms);
    await election.campaign(zk, host, host.id);
    await host.sleep(400);
    await zk.close();
  };
};

test.each([plainElection(), sequentialElection()])(
  "an application knows each master, and null in between, without asking",
  async (election) => {
    const changes: (string | undefined)[] = [];
    const app: Program = (zk, host) =>
      masterTracking(zk, host, election, {
        whileDisconnected: "null",
        onChange: (master) => changes.push(master?.name),
      }).ended;
    await together({ app, c1: seat(300, election), c2: seat(350, election) });
    expect(changes).toEqual(["c1", undefined, "c2", undefined]);
  },
);

test("while it is disconnected it says what it knew last, with its age, or nothing", async () => {
  const trackings: Record<string, MasterTracking> = {};
  const seen: Record<string, unknown[]> = { last: [], none: [] };
  const app: Program = async (zk, host) => {
    const whileDisconnected = host.id === "last" ? "lastKnown" : "null";
    const tracking = masterTracking(zk, host, plainElection(), { whileDisconnected });
    trackings[host.id] = tracking;
    for (const untilMs of [400, 850]) {
      await host.sleep(untilMs - host.trueMs());
      const { master, ageMs } = tracking.known();
      seen[host.id]?.push(master?.name ?? null, ageMs > 200);
    }
    await tracking.ended;
    seen[host.id]?.push(tracking.known().master);
  };
  const faults = [cutOff("last", 500, 700), cutOff("none", 500, 700)];
  await together({ c1: seat(0), last: app, none: app }, { faults });
  expect(seen).toEqual({
    last: ["c1", false, "c1", true, null],
    none: ["c1", false, null, true, null],
  });
});

test("a tracked master costs no message", async () => {
  const count = async (asks: number) => {
    const app: Program = async (zk, host) => {
      const tracking = masterTracking(zk, host, plainElection(), { whileDisconnected: "null" });
      await host.sleep(300);
      for (let i = 0; i < asks; i++) tracking.known();
    };
    const run = await together({ app, c1: seat(0) }, { forMs: 600 });
    return run.trace.events.filter(({ kind }) => kind === "send").length;
  };
  expect(await count(1000)).toBe(await count(0));
});
