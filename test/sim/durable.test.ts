/** What leaves a server and when: a message follows every write made before it, and dies with it. */

import fc from "fast-check";
import { type Fault, type Run, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";
import { datagrams, type Order, STEADY, story } from "./puppet.ts";

const run = (orders: readonly Order[], faults: readonly Fault[] = [], syncTime = 3): Promise<Run> =>
  simulate({
    ...STEADY,
    syncTime,
    servers: { a: datagrams(orders), b: datagrams() },
    faults,
    forMs: 500,
  });

test("a message leaves once every earlier write of its server is synced", async () => {
  const orders: Order[] = [
    [
      0,
      (out) => {
        out.send("b", "before");
        out.append("log", 1);
        out.send("b", "after");
      },
    ],
    [1, (out) => out.send("b", "of a later step")],
  ];
  expect(story(await run(orders), "a")).toEqual([
    "0 a sends b before",
    "0 a writes",
    "3 a synced",
    "3 a sends b after",
    "3 a sends b of a later step",
  ]);
});

test("a message sent before the sync leaves at once", async () => {
  const orders: Order[] = [
    [
      0,
      (out) => {
        out.put("vote", "b");
        out.send("b", "early", { beforeSync: true });
        out.send("b", "late");
      },
    ],
  ];
  expect(story(await run(orders), "a")).toEqual([
    "0 a writes",
    "0 a sends b early",
    "3 a synced",
    "3 a sends b late",
  ]);
});

test("what is written during a sync is synced together by the next one", async () => {
  const write = (n: number) => (out: Parameters<Order[1]>[0]) => {
    out.append("log", n);
    out.send("b", `written ${n}`);
  };
  const orders: Order[] = [0, 1, 2].map((n) => [n, write(n)]);
  expect(story(await run(orders), "a").slice(3)).toEqual([
    "3 a synced",
    "3 a sends b written 0",
    "6 a synced",
    "6 a sends b written 1",
    "6 a sends b written 2",
  ]);
});

test("a server that repaired a torn log at its start can still send", async () => {
  const a = datagrams(
    [
      [0, (out) => out.append("log", "a long entry")],
      [50, (out) => out.send("b", "I am back")],
    ],
    { onStart: (_self, saved) => ({ found: saved.log("log").entries.length }) },
  );
  const faults: Fault[] = [{ kind: "crash", node: "a", atMs: 1, forMs: 9, unsynced: "torn" }];
  for (let seed = 1; seed <= 8; seed++) {
    const servers = { a, b: datagrams() };
    const again = await simulate({ ...STEADY, seed, syncTime: 3, servers, faults, forMs: 500 });
    expect(story(again).at(-1)).toBe("60 b gets I am back");
  }
});

test("a sync and a message that a crash interrupted do not come back in the next life", async () => {
  const orders: Order[] = [
    [
      0,
      (out) => {
        out.append("log", "lost");
        out.send("b", "of the life before");
      },
    ],
    [
      6,
      (out) => {
        out.append("log", "new");
        out.send("b", "of this life");
      },
    ],
  ];
  const crash: Fault = { kind: "crash", node: "a", atMs: 2, forMs: 1, unsynced: "lost" };
  expect(story(await run(orders, [crash], 5), "a").slice(1)).toEqual([
    "2 a crash",
    "3 a start",
    "6 a writes",
    "11 a synced",
    "11 a sends b of this life",
  ]);
});

const crashes = fc.record({
  seed: fc.noShrink(fc.integer()),
  writes: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 20 }),
  atMs: fc.integer({ min: 0, max: 60 }),
  syncTime: fc.constantFrom(0, 1, 3, 10),
  unsynced: fc.constantFrom("luck" as const, "lost" as const, "torn" as const),
});

/** Which writes were promised to b before the crash of a, and which a found again after it. */
async function promised(
  {
    seed,
    writes,
    atMs,
    syncTime,
    unsynced,
  }: typeof crashes extends fc.Arbitrary<infer T> ? T : never,
  beforeSync: boolean,
) {
  const orders = writes.map(
    (at, n): Order => [
      at,
      (out) => {
        out.append("log", n);
        out.send("b", n, { beforeSync });
      },
    ],
  );
  const a = datagrams(orders, {
    onStart: (_self, saved) => ({ found: saved.log("log").entries }),
  });
  const faults: Fault[] = [{ kind: "crash", node: "a", atMs: atMs + 0.5, forMs: 1, unsynced }];
  const servers = { a, b: datagrams() };
  const { trace, states } = await simulate({ seed, servers, faults, syncTime, forMs: 1000 });
  const crashed = trace.events.findIndex(({ kind }) => kind === "crash");
  const before = trace.events.slice(0, crashed);
  return {
    sent: before.flatMap((event) => (event.kind === "send" ? [event.body] : [])),
    written: before.flatMap((event) =>
      event.kind === "write" && event.effect.kind === "append" ? [event.effect.entry] : [],
    ),
    found: (states.a as { found: unknown[] }).found,
  };
}

test("a crash takes back no write that a message has told of, and tears no other apart", async () => {
  const seen = { lost: 0, keptUntold: 0 };
  await fc.assert(
    fc.asyncProperty(crashes, async (each) => {
      const { sent, written, found } = await promised(each, false);
      expect(found).toEqual(written.slice(0, found.length));
      expect(sent).toEqual(written.slice(0, sent.length));
      expect(found.length).toBeGreaterThanOrEqual(sent.length);
      if (found.length < written.length) seen.lost += 1;
      if (found.length > sent.length) seen.keptUntold += 1;
    }),
    { numRuns: 300 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
});

test("with every message marked beforeSync, some crash takes back a write that was told", async () => {
  const taken = await fc.check(
    fc.asyncProperty(crashes, async (each) => {
      const { sent, found } = await promised(each, true);
      return found.length >= sent.length;
    }),
    { numRuns: 300 },
  );
  expect(taken.failed).toBe(true);
});

test("a wiped server starts with nothing, synced or not", async () => {
  const a = datagrams([[0, (out) => out.append("log", 1)]], {
    onStart: (_self, saved) => ({ found: saved.log("log") }),
  });
  const faults: Fault[] = [{ kind: "wipe", node: "a", atMs: 50, forMs: 1 }];
  const { states, trace } = await simulate({ ...STEADY, servers: { a }, faults, forMs: 100 });
  expect(states.a).toEqual({ found: { start: 0, entries: [] } });
  expect(story({ trace }).slice(-3)).toEqual(["50 a crash", "50 a wipe", "51 a start"]);
});
