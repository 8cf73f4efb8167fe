/** A run is a function of the code, the scenario and the seed, and says so when it cannot be one. */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import { type Scenario, simulate } from "quorumlab/sim";
import { describe, expect, test } from "vitest";
import { busy } from "./busy.ts";
import { datagrams, type Order, puppet, STEADY, story } from "./puppet.ts";

/** The digest of a busy run in a process of its own. */
async function elsewhere(...args: string[]): Promise<string> {
  const script = fileURLToPath(new URL("one-run.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
  return stdout.trim();
}

describe("the same scenario and seed", () => {
  test("give the same trace in one process and the same digest in three", async () => {
    const [one, two] = [await simulate(busy(1)), await simulate(busy(1))];
    expect(two).toEqual(one);
    expect(one.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(await Promise.all([elsewhere("1"), elsewhere("1")])).toEqual([one.digest, one.digest]);
  });

  test("make every kind of thing happen, so that the digest is of a whole world", async () => {
    const { trace } = await simulate(busy(1));
    const kinds = new Set(trace.events.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(
      "connected crash deliver disconnected fault lose note pause resume role send start synced timer wipe write".split(
        " ",
      ),
    );
  });

  test("with one byte of one message changed give another digest, in every process", async () => {
    const [one, other] = [await simulate(busy(1, "news")), await simulate(busy(1, "newt"))];
    expect(other.digest).not.toBe(one.digest);
    expect(await elsewhere("1", "newt")).toBe(other.digest);
  });

  test("with another seed, however large, give another digest", async () => {
    const seeds = [1, 2, -1, 0, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];
    const digests = await Promise.all(
      seeds.map(async (seed) => (await simulate(busy(seed))).digest),
    );
    expect(new Set(digests).size).toBe(seeds.length);
  });
});

test("a run that keeps no trace is the same run", async () => {
  const { trace, ...whole } = await simulate(busy(1));
  const { trace: none, ...rest } = await simulate({ ...busy(1), keepsTrace: false });
  expect(rest).toEqual(whole);
  expect(trace.events.length).toBeGreaterThan(100);
  expect(none).toEqual({ ...trace, events: [] });
});

test("any change of what is said or when changes the digest", async () => {
  const talk = async (words: readonly (readonly [number, unknown])[]) => {
    const orders = words.map(([atMs, word]): Order => [atMs, (out) => out.send("b", word)]);
    const servers = { a: datagrams(orders), b: datagrams() };
    return (await simulate({ ...STEADY, servers, forMs: 1000 })).digest;
  };
  const word = fc.oneof(fc.integer(), fc.string(), fc.uint8Array(), fc.array(fc.boolean()));
  const words = fc.array(fc.tuple(fc.nat(100), word), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(words, fc.nat(), fc.boolean(), async (said, which, when) => {
      const at = which % said.length;
      const other = said.map(([atMs, text], index): [number, unknown] => {
        if (index !== at) return [atMs, text];
        return when ? [atMs + 200, text] : [atMs, { was: text }];
      });
      expect(await talk(said)).toBe(await talk([...said]));
      expect(await talk(other)).not.toBe(await talk(said));
    }),
    { numRuns: 50 },
  );
});

/** Sends itself a timer for ever, at one instant. */
const endless = datagrams([], {
  onStart: (_self, _saved, _nowMs, out) => out.setTimer("again", 0),
  onTimer: (_state, _nowMs, _name, out) => out.setTimer("again", 0),
});

describe("how a run ends", () => {
  test("after its time, and no event later than that happens", async () => {
    const a = datagrams([9, 10, 11].map((atMs): Order => [atMs, (out) => out.put("at", atMs)]));
    const run = await simulate({ ...STEADY, servers: { a }, forMs: 10 });
    expect(run.trace.endMs).toBe(10);
    expect(run.unknown).toBeUndefined();
    expect(story(run)).toEqual(["9 a writes", "10 a writes", "10 a synced"]);
  });

  test("when nothing is left to happen", async () => {
    const run = await simulate({
      ...STEADY,
      servers: { a: datagrams([[3, () => {}]]) },
      forMs: 1e9,
    });
    expect(run.trace.endMs).toBe(3);
  });

  test("as unknown, with the reason, when it uses up its events", async () => {
    const run = await simulate({ ...STEADY, servers: { a: endless }, forMs: 10, maxEvents: 1000 });
    expect(run.unknown).toBe("given up after 1000 events, at 0 of 10 ms");
    expect(run.events).toBe(1000);
  });

  test("as it should when its events are just enough", async () => {
    const a = datagrams([1, 2, 3].map((atMs): Order => [atMs, () => {}]));
    const run = await simulate({ ...STEADY, servers: { a }, forMs: 10, maxEvents: 4 });
    expect(run.unknown).toBeUndefined();
  });

  test("with what a handler throws", async () => {
    const a = datagrams([[2, () => expect.fail("an invariant of the protocol")]]);
    await expect(simulate({ ...STEADY, servers: { a }, forMs: 10 })).rejects.toThrow(
      "an invariant of the protocol",
    );
  });

  test("with what `always` throws, right after the event that broke it", async () => {
    const a = datagrams([], { onStart: () => ({ n: 0 }) });
    const counting: typeof a = { ...a, onTimer: (state) => void (state as { n: number }).n++ };
    const orders = [1, 2, 3, 4].map((atMs): Order => [atMs, () => {}]);
    const servers = {
      a: { ...counting, onStart: datagrams(orders, { onStart: () => ({ n: 0 }) }).onStart },
    };
    const always: Scenario["always"] = ({ atMs, trace, state }) => {
      const { n } = state("a") as { n: number };
      if (n === 3) throw new Error(`three at ${atMs} ms after ${trace.length} events`);
    };
    await expect(simulate({ ...STEADY, servers, forMs: 10, always })).rejects.toThrow(
      "three at 3 ms after 4 events",
    );
  });
});

describe("a scenario that makes no sense is refused in a sentence that names the value", () => {
  const good: Scenario = { seed: 1, servers: { a: puppet() }, forMs: 10 };
  test.each<[string, Partial<Scenario>]>([
    ["seed is 0.5; expected an integer.", { seed: 0.5 }],
    ["seed is NaN; expected an integer.", { seed: Number.NaN }],
    ["forMs is 0; expected simulated milliseconds above 0.", { forMs: 0 }],
    ["forMs is Infinity; expected simulated milliseconds above 0.", { forMs: Infinity }],
    ["maxEvents is 0; expected more than 0.", { maxEvents: 0 }],
    ["servers is {}; expected at least one server.", { servers: {} }],
    ["latency is -1; expected milliseconds, at least 0, the least first.", { latency: -1 }],
    [
      'latency is {"minMs":5,"maxMs":1}; expected milliseconds, at least 0, the least first.',
      { latency: { minMs: 5, maxMs: 1 } },
    ],
    [
      'syncTime is {"minMs":2,"maxMs":1}; expected milliseconds, at least 0, the least first.',
      { syncTime: { minMs: 2, maxMs: 1 } },
    ],
    ["fork.seed is 1.5; expected an integer.", { fork: { event: 0, seed: 1.5 } }],
    [
      "fork.event is 1.5; expected a whole number of at least 0.",
      { fork: { event: 1.5, seed: 1 } },
    ],
    ["fork.event is -1; expected a whole number of at least 0.", { fork: { event: -1, seed: 1 } }],
  ])("%s", async (sentence, wrong) => {
    await expect(simulate({ ...good, ...wrong })).rejects.toThrow(new RangeError(sentence));
  });
});

test("a server knows itself and its peers in the order in which they were declared", async () => {
  const knows = datagrams([], { onStart: (self) => ({ ...self }) });
  const run = await simulate({ ...STEADY, servers: { b: knows, a: knows, c: knows }, forMs: 1 });
  expect(run.states).toMatchObject({
    b: { id: "b", peers: ["a", "c"] },
    a: { id: "a", peers: ["b", "c"] },
    c: { id: "c", peers: ["b", "a"] },
  });
});
