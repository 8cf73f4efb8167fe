/** Luck: what it depends on, and what it does not. */

import fc from "fast-check";
import { type Fault, type Latency, luck, simulate } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { datagrams, type Order } from "./puppet.ts";

/** When each message of a talk arrives, by its name. */
async function arrivals(
  words: readonly { readonly atMs: number; readonly name: string }[],
  latency: Latency = { minMs: 0, maxMs: 50 },
): Promise<Map<string, number>> {
  const orders = words.map(
    ({ atMs, name }): Order => [atMs, (out) => out.send("b", { name, atMs })],
  );
  const servers = { a: datagrams(orders), b: datagrams() };
  const run = await simulate({ seed: 7, servers, forMs: 1000, latency });
  return new Map(
    run.trace.events.flatMap((event) =>
      event.kind === "deliver"
        ? [[(event.body as { name: string }).name, event.atMs - event.sentMs]]
        : [],
    ),
  );
}

test("leaving operations out leaves the luck of all others as it was", async () => {
  const word = fc.record({ atMs: fc.nat(200), name: fc.string({ minLength: 1 }) });
  const words = fc.uniqueArray(word, { selector: ({ name }) => name, minLength: 2, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      words,
      fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      async (all, out) => {
        const left = all.filter((_, index) => !out.some((each) => each % all.length === index));
        const [before, after] = [await arrivals(all), await arrivals(left)];
        expect(after.size).toBe(left.length);
        for (const [name, tookMs] of after)
          expect(tookMs).toBeCloseTo(before.get(name) as number, 9);
      },
    ),
    { numRuns: 60 },
  );
});

test("leaving a datagram out leaves the fate of all others as it was", async () => {
  const names = Array.from({ length: 60 }, (_, n) => `m${n}`);
  const fates = async (left: readonly string[]) => {
    const orders = left.map((name): Order => [Number(name.slice(1)), (out) => out.send("b", name)]);
    const servers = { a: datagrams(orders), b: datagrams() };
    const faults = (["drop", "duplicate"] as const).map((kind): Fault => {
      return { kind, probability: 0.4, atMs: 0 };
    });
    const { trace } = await simulate({ seed: 7, servers, faults, forMs: 1000 });
    const arrivals = trace.events.flatMap((event) =>
      event.kind === "deliver" ? [event.body] : [],
    );
    return new Map(left.map((name) => [name, arrivals.filter((body) => body === name).length]));
  };
  const all = await fates(names);
  expect(new Set(all.values())).toEqual(new Set([0, 1, 2]));
  for (const [name, times] of await fates(names.filter((_, n) => n % 7 > 0))) {
    expect(times).toBe(all.get(name));
  }
});

test("a handler's luck does not depend on what other servers do", async () => {
  const draws = async (others: readonly Order[]) => {
    const drawn: number[] = [];
    const b = datagrams([], {
      onMessage(_state, _nowMs, _from, _message, out) {
        drawn.push(out.random(), out.random());
      },
    });
    const a = datagrams([[10, (out) => out.send("b", "draw")]]);
    const servers = { a, b, c: datagrams(others) };
    await simulate({ seed: 7, servers, forMs: 1000 });
    return drawn;
  };
  const alone = await draws([]);
  expect(new Set(alone).size).toBe(2);
  expect(await draws([[0, (out) => [out.send("a", "x"), out.put("y", out.random())]]])).toEqual(
    alone,
  );
});

test("messages that differ in their counters only have each their own luck", async () => {
  const orders = Array.from({ length: 50 }, (_, n): Order => [n, (out) => out.send("b", { n })]);
  const servers = { a: datagrams(orders), b: datagrams() };
  const { trace } = await simulate({ seed: 7, servers, forMs: 1000 });
  const took = trace.events.flatMap((event) =>
    event.kind === "deliver" ? [Math.round(1000 * (event.atMs - event.sentMs))] : [],
  );
  expect(new Set(took).size).toBeGreaterThan(45);
});

describe("latencies", () => {
  const spread = async (latency: Latency) => {
    const words = Array.from({ length: 400 }, (_, n) => ({ atMs: n, name: `m${n}` }));
    return [...(await arrivals(words, latency)).values()].sort((a, b) => a - b);
  };

  test("a number is always the same", async () => {
    expect(new Set((await spread(3)).map((ms) => ms.toFixed(6)))).toEqual(new Set(["3.000000"]));
  });

  test("between two times it is anywhere, evenly", async () => {
    const took = await spread({ minMs: 10, maxMs: 20 });
    expect(took[0]).toBeGreaterThanOrEqual(10);
    expect(took.at(-1)).toBeLessThanOrEqual(20);
    for (const share of [0.25, 0.5, 0.75])
      expect(took[400 * share]).toBeCloseTo(10 + 10 * share, -1);
  });
});

test("luck is in [0, 1), depends on the seed and every word, and is spread evenly", () => {
  fc.assert(
    fc.property(
      fc.maxSafeInteger(),
      fc.array(fc.oneof(fc.string(), fc.integer())),
      (seed, words) => {
        const drawn = luck(seed, ...words);
        expect(drawn >= 0 && drawn < 1).toBe(true);
        expect(luck(seed, ...words)).toBe(drawn);
        expect(luck(seed + 1, ...words)).not.toBe(drawn);
        expect(luck(seed + (seed > 0 ? -1 : 1) * 2 ** 32, ...words)).not.toBe(drawn);
        expect(luck(seed, ...words, 0.5)).not.toBe(luck(seed, ...words, 0.25));
      },
    ),
  );
  const drawn = Array.from({ length: 10_000 }, (_, n) => luck(1, n));
  for (let tenth = 0; tenth < 10; tenth++) {
    const inside = drawn.filter((n) => Math.floor(10 * n) === tenth).length;
    expect(Math.abs(inside - 1000)).toBeLessThan(150);
  }
});
