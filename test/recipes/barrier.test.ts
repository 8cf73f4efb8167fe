import { doubleBarrier } from "quorumlab/recipes";
import type { Fault } from "quorumlab/sim";
import { expect, test } from "vitest";
import { type Program, together } from "./hosts.ts";

/** Hosts that come one after the other, work for different times, and tell what they do. */
async function round(faults: Fault[] = []): Promise<string[]> {
  const said: string[] = [];
  const program: Program = async (zk, host) => {
    const nth = Number(host.id.slice(1));
    const barrier = doubleBarrier(zk, host, "/round/1", 3, host.id);
    await host.sleep(Math.max(0, 200 + 50 * nth - host.trueMs()));
    said.push("comes");
    await barrier.enter();
    said.push("begins");
    await host.sleep(300 - 80 * nth);
    said.push("finishes");
    await barrier.leave();
    said.push("goes on");
    await host.sleep(10_000);
  };
  await together({ c1: program, c2: program, c3: program }, { faults, again: true });
  return said;
}

const three = (what: string) => [what, what, what];

test("nobody begins before all have come, and nobody goes on before all have finished", async () => {
  const all = ["comes", "begins", "finishes", "goes on"].flatMap(three);
  expect(await round()).toEqual(all);
});

test("a process that dies at work releases the others", async () => {
  const said = await round([{ kind: "crash", node: "c1", atMs: 450 }]);
  expect(said.filter((each) => each === "goes on")).toHaveLength(2);
});

test("a host that comes twice counts once", async () => {
  const said = await round([
    { kind: "crash", node: "c2", atMs: 330, forMs: 10 },
    { kind: "crash", node: "c3", atMs: 0 },
  ]);
  expect(said).toEqual(three("comes"));
});
