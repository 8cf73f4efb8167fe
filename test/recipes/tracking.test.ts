import { masterTracking, plainElection, sequentialElection } from "quorumlab/recipes";
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
    const app: Program = async (zk, host) => {
      const { known } = masterTracking(zk, host, election);
      for (;;) {
        const name = known().master?.name;
        if (name !== changes.at(-1)) changes.push(name);
        await host.sleep(1);
      }
    };
    await together({ app, c1: seat(300, election), c2: seat(350, election) });
    expect(changes).toEqual(["c1", undefined, "c2", undefined]);
  },
);

test("while it is disconnected it says what it knew last, with its age", async () => {
  const seen: unknown[] = [];
  const app: Program = async (zk, host) => {
    const tracking = masterTracking(zk, host, plainElection());
    for (const untilMs of [400, 850]) {
      await host.sleep(untilMs - host.trueMs());
      const { master, ageMs } = tracking.known();
      seen.push(master?.name ?? null, ageMs > 200);
    }
    await tracking.ended;
    seen.push(tracking.known().master);
  };
  await together({ c1: seat(0), app }, { faults: [cutOff("app", 500, 700)] });
  expect(seen).toEqual(["c1", false, "c1", true, null]);
});

test("a tracked master costs no message", async () => {
  const count = async (asks: number) => {
    const app: Program = async (zk, host) => {
      const tracking = masterTracking(zk, host, plainElection());
      await host.sleep(300);
      for (let i = 0; i < asks; i++) tracking.known();
    };
    const run = await together({ app, c1: seat(0) }, { forMs: 600 });
    return run.trace.events.filter(({ kind }) => kind === "send").length;
  };
  expect(await count(1000)).toBe(await count(0));
});
