import { lock } from "quorumlab/recipes";
import { expect, test } from "vitest";
import { cutOff, type Program, together } from "./hosts.ts";

/** Takes a lock at some time, for some time, and tells when it held it. */
function holder(held: string[], kind: "read" | "write", atMs: number, forMs: number): Program {
  return async (zk, host) => {
    await host.sleep(Math.max(0, atMs - host.trueMs()));
    const mine = await lock(zk, host, "/lock", { kind, serves: "byLease" });
    held.push(`${host.id} ${mine.mayServe() ? "has" : "wants"} it`);
    await host.sleep(forMs);
    held.push(`${host.id} leaves it`);
    await mine.resign();
    await host.sleep(10_000);
  };
}

test("a lock is held by one at a time, in the order in which they came", async () => {
  const held: string[] = [];
  const programs = {
    c1: holder(held, "write", 200, 200),
    c2: holder(held, "write", 230, 100),
    c3: holder(held, "write", 260, 100),
  };
  await together(programs);
  expect(held).toEqual(["c1", "c2", "c3"].flatMap((id) => [`${id} has it`, `${id} leaves it`]));
});

test("readers share a lock, and a writer between them excludes both sides", async () => {
  const held: string[] = [];
  const programs = {
    c1: holder(held, "read", 200, 200),
    c2: holder(held, "read", 220, 250),
    c3: holder(held, "write", 260, 100),
    c4: holder(held, "read", 300, 100),
  };
  await together(programs);
  expect(held.join(", ")).toBe(
    "c1 has it, c2 has it, c1 leaves it, c2 leaves it, c3 has it, c3 leaves it, c4 has it, c4 leaves it",
  );
});

test("a reader between two writers gets the lock when the first is done", async () => {
  const held: string[] = [];
  const programs = {
    c1: holder(held, "write", 200, 200),
    c2: holder(held, "read", 230, 100),
    c3: holder(held, "write", 260, 100),
  };
  await together(programs);
  expect(held.filter((each) => each.endsWith("has it"))).toHaveLength(3);
});

test("who dies or is cut off makes room, in the middle of the line as well", async () => {
  const held: string[] = [];
  const programs = {
    c1: holder(held, "write", 200, 5000),
    c2: holder(held, "write", 230, 100),
    c3: holder(held, "write", 260, 100),
  };
  const faults = [{ kind: "crash", node: "c2", atMs: 400 } as const, cutOff("c1", 600)];
  await together(programs, { faults });
  expect(held).toEqual(["c1 has it", "c3 has it", "c3 leaves it"]);
});
