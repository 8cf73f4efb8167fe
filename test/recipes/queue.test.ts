import { queue } from "quorumlab/recipes";
import { expect, test } from "vitest";
import { type Program, together } from "./hosts.ts";

/** Works on each item for some time, and tells which. */
function consumer(done: string[], workMs: number): Program {
  return async (zk, host) => {
    const items = queue(zk, host, "/queue");
    for (;;) {
      const taken = await items.take();
      await host.sleep(workMs);
      done.push(`${taken.data} by ${host.id}`);
      await taken.done();
    }
  };
}

const producer =
  (count: number): Program =>
  async (zk, host) => {
    const items = queue(zk, host, "/queue");
    for (let i = 1; i <= count; i++) await items.put(`item ${i}`);
  };

test("items come out in the order in which they went in, each once while nothing goes wrong", async () => {
  const done: string[] = [];
  await together({ p: producer(5), c1: consumer(done, 10) });
  expect(done).toEqual([1, 2, 3, 4, 5].map((i) => `item ${i} by c1`));
  const shared: string[] = [];
  await together({ p: producer(8), c1: consumer(shared, 60), c2: consumer(shared, 60) });
  expect(new Set(shared.map((each) => each.slice(0, 6))).size).toBe(8);
  expect(shared).toHaveLength(8);
});

test("the item of a consumer that dies goes to another", async () => {
  const done: string[] = [];
  const programs = { p: producer(1), c1: consumer(done, 700), c2: consumer(done, 20) };
  const faults = [{ kind: "crash", node: "c1", atMs: 400 } as const];
  const late: Program = async (zk, host) => {
    await host.sleep(500);
    await programs.c2(zk, host);
  };
  await together({ ...programs, c2: late }, { faults });
  expect(done).toEqual(["item 1 by c2"]);
});

test("an item that is given back is taken again", async () => {
  const done: unknown[] = [];
  const program: Program = async (zk, host) => {
    const items = queue(zk, host, "/queue");
    await items.put("a");
    await (await items.take()).giveBack();
    const again = await items.take();
    await again.done();
    done.push(again.data, (await zk.getChildren("/queue/items")).children);
    done.push((await zk.getChildren("/queue/claims")).children);
  };
  await together({ c1: program });
  expect(done).toEqual(["a", [], []]);
});

test("several workers of one session share its queue, and none gets what another one has", async () => {
  const done: string[] = [];
  const workers: Program = async (zk, host) => {
    const items = queue(zk, host, "/queue");
    const work = async () => {
      for (;;) {
        const taken = await items.take();
        await host.sleep(30);
        done.push(String(taken.data));
        await taken.done();
      }
    };
    await Promise.all([work(), work(), work()]);
  };
  // Another host's workers take items away from under a worker that goes through its list.
  await together({ p: producer(20), c1: workers, c2: workers });
  const items = Array.from({ length: 20 }, (_, i) => `item ${i + 1}`);
  expect([...done].sort()).toEqual([...items].sort());
});
