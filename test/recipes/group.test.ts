import { groupMembers, joinGroup } from "quorumlab/recipes";
import { expect, test } from "vitest";
import { type Program, together } from "./hosts.ts";

test("everybody knows who is there: who joins, who leaves, and who dies", async () => {
  const seen: string[] = [];
  const member: Program = async (zk, host) => {
    await host.sleep(200);
    const leave = await joinGroup(zk, host, "/group", host.id);
    await host.sleep(host.id === "c1" ? 200 : 10_000);
    await leave();
    await host.sleep(10_000);
  };
  const watcher: Program = (zk, host) =>
    groupMembers(zk, host, "/group", (members) => seen.push(members.join(" "))).ended;
  const faults = [{ kind: "crash", node: "c2", atMs: 900 } as const];
  await together({ watcher, c1: member, c2: member }, { faults });
  expect(seen[0]).toBe("");
  expect(seen.slice(-3)).toEqual(["c1 c2", "c2", ""]);
});
