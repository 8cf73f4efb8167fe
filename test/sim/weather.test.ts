/** Datagrams, and the faults that lose, double and delay them. */

import { type Fault, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";
import { datagrams, type Order, STEADY, story } from "./puppet.ts";

const NUMBERS = Array.from({ length: 40 }, (_, n) => n);

/** a sends b forty numbered datagrams, one each millisecond. @returns the numbers that arrived, in order */
async function arrived(faults: readonly Fault[], seed = 1): Promise<unknown[]> {
  const orders = NUMBERS.map((n): Order => [n, (out) => out.send("b", { n })]);
  const servers = { a: datagrams(orders), b: datagrams() };
  const run = await simulate({ ...STEADY, seed, servers, faults, forMs: 1000 });
  return run.trace.events.flatMap((event) =>
    event.kind === "deliver" ? [(event.body as { n: number }).n] : [],
  );
}

test("without faults every datagram arrives once, and needs no connection", async () => {
  expect(await arrived([])).toEqual(NUMBERS);
});

test("drop with probability 1 loses all, from the very first, and with probability 0 none", async () => {
  expect(await arrived([{ kind: "drop", probability: 1, atMs: 0 }])).toEqual([]);
  expect(await arrived([{ kind: "drop", probability: 0, atMs: 0 }])).toEqual(NUMBERS);
  const some = await arrived([{ kind: "drop", probability: 0.5, atMs: 0 }]);
  expect(some.length).toBeGreaterThan(10);
  expect(some.length).toBeLessThan(30);
});

test("duplicate with probability 1 brings every datagram twice, with probability 0 once", async () => {
  const twice = await arrived([{ kind: "duplicate", probability: 1, atMs: 0 }]);
  expect(twice).toEqual(NUMBERS.flatMap((n) => [n, n]));
  expect(await arrived([{ kind: "duplicate", probability: 0, atMs: 0 }])).toEqual(NUMBERS);
});

test("reorder with probability 1 lets datagrams overtake each other and loses none, with 0 none does", async () => {
  const mixed = await arrived([{ kind: "reorder", probability: 1, byMs: 20, atMs: 0 }]);
  expect(mixed).not.toEqual(NUMBERS);
  expect(mixed.toSorted((a, b) => Number(a) - Number(b))).toEqual(NUMBERS);
  expect(await arrived([{ kind: "reorder", probability: 0, byMs: 20, atMs: 0 }])).toEqual(NUMBERS);
});

test("a fault touches its link and its time only", async () => {
  const drop = { kind: "drop", probability: 1 } as const;
  expect(await arrived([{ ...drop, from: ["b"], atMs: 0 }])).toEqual(NUMBERS);
  expect(await arrived([{ ...drop, to: ["a"], atMs: 0 }])).toEqual(NUMBERS);
  expect(await arrived([{ ...drop, to: ["b"], atMs: 0 }])).toEqual([]);
  expect(await arrived([{ ...drop, from: ["a"], to: ["b"], atMs: 10, forMs: 20 }])).toEqual(
    NUMBERS.filter((n) => n < 10 || n >= 30),
  );
});

test("a cut loses what is sent into it and what is under way when it comes, and says so", async () => {
  const orders = [5, 16, 25].map((atMs): Order => [atMs, (out) => out.send("b", `m${atMs}`)]);
  const servers = { a: datagrams(orders), b: datagrams() };
  const faults: Fault[] = [{ kind: "cut", from: ["b"], to: ["a"], atMs: 10, forMs: 10 }];
  const run = await simulate({ ...STEADY, servers, faults, forMs: 100 });
  expect(story(run).filter((line) => !line.includes("cut "))).toEqual([
    "5 a sends b m5",
    "15 a to b is lost: cut",
    "16 a sends b m16",
    "16 a to b is lost: cut",
    "25 a sends b m25",
    "35 b gets m25",
  ]);
});

test("a datagram to a server that is down is lost, and so is one that a crash finds waiting in a pause", async () => {
  const orders = [5, 6, 30].map((atMs): Order => [atMs, (out) => out.send("b", `m${atMs}`)]);
  const servers = { a: datagrams(orders), b: datagrams() };
  const faults: Fault[] = [
    { kind: "pause", node: "b", atMs: 10, forMs: 100 },
    { kind: "crash", node: "b", atMs: 20 },
  ];
  const run = await simulate({ ...STEADY, servers, faults, forMs: 100 });
  expect(story(run)).toEqual([
    "5 a sends b m5",
    "6 a sends b m6",
    "10 b pause",
    "15 b gets m5",
    "20 b crash",
    "20 a to b is lost: down",
    "30 a sends b m30",
    "40 a to b is lost: down",
  ]);
});

test("delay and reorder add up", async () => {
  const servers = { a: datagrams([[0, (out) => out.send("b", "x")]]), b: datagrams() };
  const faults: Fault[] = [
    { kind: "delay", byMs: 100, atMs: 0 },
    { kind: "delay", byMs: 50, from: ["a"], atMs: 0 },
    { kind: "reorder", probability: 1, byMs: 0, atMs: 0 },
  ];
  const run = await simulate({ ...STEADY, servers, faults, forMs: 1000 });
  expect(story(run).at(-1)).toBe("160 b gets x");
});
