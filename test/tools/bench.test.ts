/** The benchmark measures what it says: worlds that stay busy, and histories whose verdict is known. */

import type { Broker } from "quorumlab/broker";
import { linearizable, type RegisterInput, register } from "quorumlab/check";
import { counterOf, type Server } from "quorumlab/ensemble";
import { sent, simulate } from "quorumlab/sim";
import { expect, test, vi } from "vitest";
import { busyBrokers, type Rates, throughput } from "../../lib/tools/bench/broker.ts";
import { busy, day } from "../../lib/tools/bench/ensemble.ts";
import { historyOf, withWrongRead } from "../../lib/tools/bench/histories.ts";
import { median, rounded } from "../../lib/tools/bench/measure.ts";
import { SCENES } from "../../lib/tools/bench/worlds.ts";
import { main } from "../../lib/tools/bench.ts";

test.each(SCENES)("$name: stays busy to its end", async ({ scenario }) => {
  const { trace, unknown } = await simulate({ ...scenario, forMs: 5000 });
  expect(unknown).toBeUndefined();
  const inEachTenth = Array.from({ length: 10 }, (_, tenth) =>
    trace.events.filter(({ kind, atMs }) => kind === "deliver" && Math.floor(atMs / 500) === tenth),
  );
  for (const delivered of inEachTenth) expect(delivered.length).toBeGreaterThan(100);
});

test("in the busy ensemble leaders are replaced, and most of what clients ask is answered", async () => {
  const { trace, states } = await simulate({ ...busy, forMs: 20_000 });
  const epochs = new Set<string>();
  let [asked, answered] = [0, 0];
  for (const event of trace.events) {
    if (event.kind === "role" && event.role.startsWith("leading")) epochs.add(event.role);
    const { kind } = ("body" in event ? event.body : {}) as { kind?: string };
    if (event.kind === "send" && kind === "askSession") asked += 1;
    if (event.kind === "deliver" && kind === "reply") answered += 1;
  }
  expect(epochs.size).toBeGreaterThan(2);
  expect(asked).toBeGreaterThan(20 * 5 * 15);
  expect(answered / asked).toBeGreaterThan(0.7);
  expect(Object.keys(states)).toHaveLength(8);
});

test("a cluster takes records in full batches, and gives all of them", async () => {
  const rates: Rates = { produced: [], consumed: [] };
  const { trace } = await simulate(throughput(7400, 1500, rates));
  const batches = sent<{ kind: "produce"; records: unknown[] }>(trace, "produce");
  expect(7400 / batches.length).toBeGreaterThan(90);
  expect(batches.filter(({ atMs }) => atMs > 1400)).toEqual([]);
  const all = [...rates.produced, ...rates.consumed];
  expect(all.filter((rate) => rate > 100)).toHaveLength(2);
});

test("in the busy cluster leaders are replaced, and most of what producers send is acknowledged", async () => {
  const { trace, states } = await simulate({ ...busyBrokers, forMs: 10_000 });
  const { topics, controllerEpoch } = (states.b1 as Broker).image;
  const epochs = topics.get("t")?.partitions.map(({ leaderEpoch }) => leaderEpoch) ?? [];
  expect([Math.min(...epochs) > 1, controllerEpoch > 1]).toEqual([true, true]);
  const [asked, answered] = [sent(trace, "produce"), sent(trace, "produced")];
  expect(answered.length / asked.length).toBeGreaterThan(0.7);
  const seconds = new Set(answered.map(({ atMs }) => Math.floor(atMs / 1000)));
  expect(seconds.size).toBe(10);
  expect(sent(trace, "offsetCommit").length).toBeGreaterThan(100);
});

test("in the day of an ensemble old transactions are forgotten", async () => {
  const { states, trace } = await simulate({ ...day, forMs: day.forMs / 8 });
  const { committed, history } = states.s1 as Server;
  expect(trace.events).toEqual([]);
  expect(counterOf(committed)).toBeGreaterThan(2000);
  expect(history.entries.length).toBeLessThan(1600);
});

test("a history made here is linearizable, and not with one wrong read", () => {
  for (const seed of [1, 2, 3]) {
    let held = 0;
    const history = historyOf<RegisterInput<number>, number | undefined>(
      { seed, clients: 4, operations: 30, givenUp: 50 },
      (n) => (n % 3 === 0 ? { kind: "write", value: n } : { kind: "read" }),
      (input) => {
        if (input.kind === "read") return held;
        held = input.value;
        return undefined;
      },
    );
    expect(history).toHaveLength(120);
    expect(new Set(history.map(({ outcome }) => outcome))).toEqual(new Set(["ok", "info"]));
    expect(linearizable(history, register(0)).verdict).toBe("ok");
    expect(linearizable(withWrongRead(history, -1), register(0)).verdict).toBe("violated");
  }
});

test("numbers are medians, with three digits", () => {
  expect(median([5, 1, 4, 2, 3])).toBe(3);
  expect([1234567, 0.123456, 99.99].map(rounded)).toEqual([1230000, 0.123, 100]);
});

test("an unknown part or option is misuse, and help is not", async () => {
  const said = vi.spyOn(console, "error").mockReturnValue();
  const printed = vi.spyOn(console, "log").mockReturnValue();
  expect(await main(["speed"])).toBe(2);
  expect(said.mock.lastCall?.[0]).toBe(
    'quorumlab bench: there is no part "speed": expected one of world, broker, day, checker, storage, chapters.',
  );
  expect(await main(["--fast"])).toBe(2);
  expect(await main(["--help"])).toBe(0);
  expect(printed.mock.lastCall?.[0]).toContain("Usage: npx quorumlab bench");
  vi.restoreAllMocks();
});
