/** Clocks that are wrong: what a server reads, and when its timers and waits are over. */

import { type Fault, simulate, withProgram } from "quorumlab/sim";
import { expect, test } from "vitest";
import { datagrams, STEADY, story } from "./puppet.ts";

/** What a server's clock shows each true ten milliseconds. */
async function readings(faults: readonly Fault[]): Promise<number[]> {
  const nowMs: number[] = [];
  const a = datagrams([], {
    onMessage: (_state, now) => {
      nowMs.push(now);
    },
  });
  const b = datagrams([0, 10, 20, 30, 40].map((atMs) => [atMs, (out) => out.send("a", "read")]));
  await simulate({ ...STEADY, latency: 0, servers: { a, b }, faults, forMs: 100 });
  return nowMs;
}

const skew = { kind: "skew", node: "a" } as const;

test("a clock is right unless a fault says otherwise", async () => {
  expect(await readings([])).toEqual([0, 10, 20, 30, 40]);
  expect(await readings([{ ...skew, node: "b", atMs: 5, byMs: 1, forMs: 100 }])).toEqual([
    0, 10, 20, 30, 40,
  ]);
});

test("a clock jumps, and is right again at the end of the fault", async () => {
  expect(await readings([{ ...skew, atMs: 15, forMs: 20, byMs: 100 }])).toEqual([
    0, 10, 120, 130, 40,
  ]);
  expect(await readings([{ ...skew, atMs: 15, forMs: 20, byMs: -100 }])).toEqual([
    0, 10, -80, -70, 40,
  ]);
});

test("a clock that is wrong from the beginning is wrong when its server starts", async () => {
  const a = datagrams([], { onStart: (_self, _saved, nowMs) => ({ nowMs }) });
  const faults: Fault[] = [{ ...skew, atMs: 0, byMs: 3_600_000 }];
  const run = await simulate({ ...STEADY, servers: { a }, faults, forMs: 10 });
  expect(run.states.a).toEqual({ nowMs: 3_600_000 });
});

test("a clock runs fast or slow", async () => {
  expect(await readings([{ ...skew, atMs: 10, forMs: 25, rate: 2 }])).toEqual([0, 10, 30, 50, 40]);
  expect(await readings([{ ...skew, atMs: 10, byMs: 1, rate: 0.5 }])).toEqual([0, 11, 16, 21, 26]);
});

test("timers and a program's waits run on the server's own clock", async () => {
  const a = withProgram(
    datagrams([], { onStart: (_self, _saved, _nowMs, out) => out.setTimer("lease", 100) }),
    async (host) => {
      await host.sleep(100);
      host.note(`own ${host.now()}, true ${host.trueMs()}`);
    },
  );
  const of = async (rate: number) => {
    const faults: Fault[] = [{ ...skew, atMs: 0, rate, byMs: 7 }];
    const run = await simulate({ ...STEADY, servers: { a }, faults, forMs: 1000 });
    return story(run);
  };
  expect(await of(1)).toEqual(["100 a timer lease", "100 a notes own 107, true 100"]);
  expect(await of(2)).toEqual(["50 a timer lease", "50 a notes own 107, true 50"]);
  expect(await of(0.5)).toEqual(["200 a timer lease", "200 a notes own 107, true 200"]);
});

test("a crash does not set the clock right", async () => {
  const a = datagrams([], { onStart: (_self, _saved, nowMs) => ({ nowMs }) });
  const faults: Fault[] = [
    { ...skew, atMs: 0, byMs: 1000 },
    { kind: "crash", node: "a", atMs: 10, forMs: 10 },
  ];
  const run = await simulate({ ...STEADY, servers: { a }, faults, forMs: 100 });
  expect(run.states.a).toEqual({ nowMs: 1020 });
});
