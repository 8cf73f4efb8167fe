/** Running again: the same past with another future, and the first event at which two runs part. */

import { type Fault, findDivergence, type Scenario, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";
import { busy } from "./busy.ts";
import { datagrams, type Order, STEADY } from "./puppet.ts";

/** How many events two traces have in common. */
function shared(a: { trace: { events: readonly unknown[] } }, b: typeof a): number {
  const [first, second] = [a.trace.events, b.trace.events].map((each) =>
    each.map((event) => JSON.stringify(event)),
  );
  const at = first?.findIndex((event, index) => event !== second?.[index]) ?? -1;
  return at < 0 ? (first?.length ?? 0) : at;
}

test("a fork with another seed has the same past up to its event, and another future", async () => {
  const scenario = busy(1);
  const original = await simulate(scenario);
  const { length } = original.trace.events;
  for (const event of [0, 20, Math.floor(length / 2)]) {
    const forked = (seed: number) => simulate({ ...scenario, fork: { event, seed } });
    const other = await forked(99);
    const common = shared(original, other);
    expect(common).toBeGreaterThan(event);
    expect(common).toBeLessThan(Math.min(length, event + 60));
    expect((await forked(99)).digest).toBe(other.digest);
    expect((await forked(98)).digest).not.toBe(other.digest);
  }
});

test("the event of a fork is the last one of the past: what follows from it is new", async () => {
  const a = datagrams([[1, (out) => out.send("b", "x")]]);
  const scenario = { seed: 1, servers: { a, b: datagrams() }, forMs: 100 };
  const { trace } = await simulate(scenario);
  const sent = trace.events.findIndex(({ kind }) => kind === "send");
  const arrivedMs = async (event: number) =>
    (await simulate({ ...scenario, fork: { event, seed: 99 } })).trace.events.at(-1)?.atMs;
  const oldMs = trace.events.at(-1)?.atMs;
  expect(await arrivedMs(sent - 1)).not.toBe(oldMs);
  expect(await arrivedMs(sent)).toBe(await arrivedMs(sent - 1));
  expect(await arrivedMs(sent + 1)).toBe(oldMs);
});

test("a fork without another choice is the same run", async () => {
  const { digest } = await simulate(busy(1));
  for (const fork of [
    { event: 10, seed: 1 },
    { event: 1e6, seed: 99 },
  ]) {
    expect((await simulate({ ...busy(1), fork })).digest).toBe(digest);
  }
});

test("a run with one more fault has the same past until it strikes", async () => {
  const scenario = busy(1);
  const original = await simulate(scenario);
  const event = original.trace.events.findIndex(({ atMs }) => atMs >= 100);
  const crash: Fault = { kind: "crash", node: "s3", atMs: 100, forMs: 1 };
  const other = await simulate({ ...scenario, faults: [...(scenario.faults ?? []), crash] });
  expect(shared(original, other)).toBe(event);
  expect(other.trace.events[event]).toMatchObject({ kind: "crash", node: "s3", atMs: 100 });
});

test("a pure scenario does not diverge", async () => {
  expect(await findDivergence(() => busy(5))).toBeUndefined();
});

/** What a protocol must not have: a memory outside its state. */
let calls = 0;

function leaky(): Scenario {
  const orders = Array.from({ length: 20 }, (_, n): Order => [n, (out) => out.send("b", n)]);
  const b = datagrams([], {
    onMessage(_state, _nowMs, from, _message, out) {
      calls += 1;
      if (calls % 33 === 10) out.send(from, "by the way");
    },
  });
  return { ...STEADY, servers: { a: datagrams(orders), b }, forMs: 100 };
}

test("a counter outside the state is found at the first event that it changes", async () => {
  calls = 0;
  const found = await findDivergence(leaky);
  calls = 0;
  const once = await simulate(leaky());
  const index = once.trace.events.findIndex(
    ({ kind, node }: { kind: string; node?: string }) => kind === "send" && node === "b",
  );
  expect(found).toMatchObject({ index, first: { kind: "send", body: "by the way" } });
  expect(found?.second?.kind).not.toBe("send");
});

test("a run that goes on longer than its twin diverges where the other ends", async () => {
  let more = 0;
  const found = await findDivergence(() => {
    more += 1;
    const orders = [1, 2, 3].slice(0, 1 + more).map((atMs): Order => [atMs, () => {}]);
    return { ...STEADY, servers: { a: datagrams(orders) }, forMs: 100 };
  });
  expect(found).toMatchObject({ index: 3, first: undefined, second: { kind: "timer", atMs: 3 } });
});
