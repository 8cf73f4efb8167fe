import { type FencedState, fencedResource, mastership, plainElection } from "quorumlab/recipes";
import { expect, test } from "vitest";
import { type Program, together } from "./hosts.ts";

test("a master that slept finds its late write refused, and only a resource that checks refuses it", async () => {
  const outcome = async (accepts?: () => boolean) => {
    const said: string[] = [];
    const master: Program = async (zk, host) => {
      if (host.id === "c2") await host.sleep(200);
      const won = await plainElection().campaign(zk, host, host.id);
      const mine = mastership(zk, host, won, { serves: "byLease" });
      await host.sleep(host.id === "c1" ? 510 - host.trueMs() : 0);
      // The process falls asleep between the question and the write.
      if (mine.mayServe()) {
        const write = { kind: "write", key: "x", value: host.id, token: mine.token } as const;
        said.push(`${host.id} ${(await host.call("store", write, 2000)).kind}`);
      }
    };
    const faults = [{ kind: "pause", node: "c1", atMs: 505, forMs: 1000 } as const];
    const servers = { store: fencedResource(accepts && { accepts }) };
    const run = await together({ c1: master, c2: master }, { servers, faults });
    return { said, value: (run.states.store as FencedState).data.x?.value };
  };
  expect(await outcome()).toEqual({ said: ["c2 written", "c1 refused"], value: "c2" });
  expect(await outcome(() => true)).toEqual({ said: ["c2 written", "c1 written"], value: "c1" });
});

test("a resource remembers the newest token through a crash, and a read counts as a use", async () => {
  const said: unknown[] = [];
  const app: Program = async (_zk, host) => {
    const write = (value: string, token: number) =>
      host.call("store", { kind: "write", key: "x", value, token });
    said.push((await write("a", 1)).kind);
    said.push(await host.call("store", { kind: "read", key: "x", token: 3 }));
    await host.sleep(500 - host.trueMs());
    said.push(await write("b", 2), (await write("c", 3)).kind);
  };
  const faults = [{ kind: "crash", node: "store", atMs: 400, forMs: 20 } as const];
  await together({ app }, { servers: { store: fencedResource() }, faults });
  expect(said).toMatchObject([
    "written",
    { kind: "value", value: "a", token: 1 },
    { kind: "refused", newest: 3 },
    "written",
  ]);
});
