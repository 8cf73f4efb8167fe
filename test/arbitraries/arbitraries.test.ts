import fc from "fast-check";
import { type Clock, histories, record, schedules } from "quorumlab/arbitraries";
import { linearizable, type RegisterInput, register, validateHistory } from "quorumlab/check";
import { describe, expect, test } from "vitest";

const input: fc.Arbitrary<RegisterInput<number>> = fc.oneof(
  fc.record({ kind: fc.constant("read" as const) }),
  fc.record({ kind: fc.constant("write" as const), value: fc.nat(3) }),
);

function fresh() {
  let value = 0;
  return (asked: RegisterInput<number>) => {
    if (asked.kind === "read") return value;
    value = asked.value;
    return undefined;
  };
}

describe("histories", () => {
  test("of a real object are linearizable, whatever was refused or lost", () => {
    const outcomes = new Set<string>();
    let overlapping = 0;
    const property = fc.property(histories({ input, fresh }), (history) => {
      validateHistory(history);
      for (const { outcome } of history) outcomes.add(outcome);
      overlapping += history.some((one, at) => {
        const next = history[at + 1];
        return one.outcome === "ok" && next !== undefined && next.invokedMs < one.returnedMs;
      })
        ? 1
        : 0;
      expect(linearizable(history, register(0)).verdict).toBe("ok");
    });
    fc.assert(property, { numRuns: 500 });
    expect([...outcomes].sort()).toEqual(["fail", "info", "ok"]);
    expect(overlapping).toBeGreaterThan(200);
  });

  test("with a lie are violated now and then", () => {
    const lying = histories({ input, fresh, lie: fc.constantFrom(7, undefined) });
    const verdicts = fc.sample(lying, { numRuns: 300, seed: 1 }).map((history) => {
      return linearizable(history, register(0)).verdict;
    });
    expect(verdicts.filter((verdict) => verdict === "violated").length).toBeGreaterThan(20);
    expect(verdicts.filter((verdict) => verdict === "ok").length).toBeGreaterThan(50);
  });
});

/** A clock that goes on when everybody sleeps. */
function steppedClock(): Clock {
  const sleepers: { atMs: number; wake: () => void }[] = [];
  let nowMs = 0;
  const step = () => {
    sleepers.sort((a, b) => a.atMs - b.atMs);
    const next = sleepers.shift();
    if (next === undefined) return;
    nowMs = next.atMs;
    next.wake();
    setImmediate(step);
  };
  setImmediate(step);
  return {
    now: () => nowMs,
    sleep: (ms) => new Promise((wake) => sleepers.push({ atMs: nowMs + ms, wake })),
  };
}

describe("a schedule that is played", () => {
  test("gives a history of what each client asked and was answered", async () => {
    const seen = { operations: 0, clients: new Set<string>() };
    const property = fc.asyncProperty(
      schedules({ input, clients: 3, steps: 4 }),
      async (schedule) => {
        const clock = steppedClock();
        const object = fresh();
        const ask = async (_client: string, asked: RegisterInput<number>) => {
          await clock.sleep(2);
          const output = object(asked);
          await clock.sleep(2);
          return output;
        };
        const history = await record(schedule, ask, undefined, clock);
        const asked = schedule.reduce((sum, { steps }) => sum + steps.length, 0);
        expect(history).toHaveLength(asked);
        for (const { client } of history) seen.clients.add(client);
        seen.operations += asked;
        expect(linearizable(history, register(0)).verdict).toBe("ok");
      },
    );
    await fc.assert(property, { numRuns: 100 });
    expect(seen.operations).toBeGreaterThan(100);
    expect([...seen.clients].sort()).toEqual(["c1", "c2", "c3"]);
  });

  test("knows nothing of a request that throws, unless it was refused", async () => {
    const schedule = [
      {
        client: "a",
        steps: [
          { afterMs: 0, input: "lost" },
          { afterMs: 0, input: "refused" },
        ],
      },
    ];
    const ask = async (_client: string, asked: string) => {
      throw new Error(asked);
    };
    const isRefusal = (error: unknown) => (error as Error).message === "refused";
    const history = await record(schedule, ask, isRefusal);
    expect(history.map(({ outcome }) => outcome)).toEqual(["info", "fail"]);
  });
});
