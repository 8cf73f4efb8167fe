import { describe, expect, test } from "vitest";
import {
  fifoQueue,
  type History,
  type KeyValueInput,
  keyValue,
  linearizable,
  type Model,
  mutex,
  type Operation,
  type QueueInput,
  Recorder,
  type RegisterInput,
  register,
} from "../../lib/check/index.ts";
import { isRightOrder } from "./brute-force.ts";
import { lastReturned } from "./compare.ts";
import { onRegister, randomHistories } from "./histories.ts";
import { aKeyValue, aSet } from "./objects.ts";

describe("independent parts", () => {
  const isRead = (input: unknown) => (input as { readonly kind: string }).kind === "read";
  const withoutReads = aSet.letters.filter(({ input }) => !isRead(input));

  test.each([aKeyValue, { ...aSet, letters: withoutReads }])(
    "of a $model.name are judged as the whole is, and fail with the same return",
    (subject) => {
      const { partition, ...whole } = subject.model;
      let violated = 0;
      for (const history of randomHistories(subject, 1000)) {
        const inParts = linearizable(history, subject.model);
        const atOnce = linearizable(history, whole);
        expect(inParts.verdict).toBe(atOnce.verdict);
        if (inParts.verdict !== "violated" || atOnce.verdict !== "violated") continue;
        violated += 1;
        expect(lastReturned(inParts.prefix)).toEqual(lastReturned(atOnce.prefix));
        const key = partition?.(inParts.operation.input);
        expect(inParts.prefix.every(({ input }) => partition?.(input) === key)).toBe(true);
      }
      expect(violated).toBeGreaterThan(100);
    },
  );

  test.each(["rare", "often"])("are all looked at for the one that fails first, %s", (first) => {
    const recorder = new Recorder<KeyValueInput, string | null | boolean | undefined>();
    const get = (key: string, output: string | null) =>
      recorder.invoke("a", { kind: "get", key }, 0).ok(output, 0);
    const second = first === "rare" ? "often" : "rare";
    get("often", null);
    get("often", null);
    get(first, "nobody wrote this");
    get(second, "nor this");
    expect(linearizable(recorder.history(), keyValue())).toMatchObject({ operation: { id: 2 } });
  });

  test("are not made of a history with an operation that touches several", () => {
    const call = { client: "a", invokedMs: 0, outcome: "ok", returnedMs: 9 } as const;
    const history: History = [
      { ...call, id: 0, input: { kind: "add", element: 1 }, output: undefined },
      { ...call, id: 1, client: "b", input: { kind: "read" }, output: [2] },
    ];
    expect(linearizable(history, aSet.model)).toMatchObject({ verdict: "violated" });
  });

  test("explain a long history of many keys in one order", () => {
    const keys = Array.from({ length: 40 }, (_, n) => `k${n}`);
    const recorder = new Recorder<KeyValueInput, string | null | boolean | undefined>();
    for (let round = 0; round < 20; round++) {
      const calls = keys.map((key, n) => {
        const input = { kind: "append", key, value: String(round % 3) } as const;
        return recorder.invoke(`c${n}`, input, round);
      });
      for (const call of calls.reverse()) call.ok(undefined, round);
    }
    const history = recorder.history();
    const found = linearizable(history, keyValue());
    if (found.verdict !== "ok") throw new Error(`the verdict is ${found.verdict}`);
    const order = found.witness.map((id) => history[id] as Operation);
    expect(order.length).toBe(800);
    expect(isRightOrder(order, aKeyValue.fresh)).toBe(true);
  });
});

describe("what happens at one instant", () => {
  test("is concurrent when only the times are known", () => {
    const touching = onRegister("a write 1 0-10", "b read 0 10-20");
    expect(linearizable(touching, register(0)).verdict).toBe("ok");
    const apart = onRegister("a write 1 0-10", "b read 0 11-20");
    expect(linearizable(apart, register(0)).verdict).toBe("violated");
  });

  test("keeps the order in which it was recorded", () => {
    const recorder = new Recorder<RegisterInput<number>, number | undefined>();
    recorder.invoke("a", { kind: "write", value: 1 }, 0).ok(undefined, 10);
    recorder.invoke("a", { kind: "read" }, 10).ok(0, 10);
    expect(linearizable(recorder.history(), register(0)).verdict).toBe("violated");
  });
});

describe("a violated history", () => {
  test("names the read, what it returned and what the register can hold there", () => {
    const history = onRegister(
      "a write 1 0-30",
      "b write 2 0-30",
      "c read 3 40-50",
      "d read 9 60-70",
    );
    const found = linearizable(history, register(0));
    expect(found).toMatchObject({
      verdict: "violated",
      operation: history[2],
      prefix: history.slice(0, 3),
      why: "read returned 3, but the register holds 1 or 2",
    });
    if (found.verdict === "violated") expect([...found.deepest].sort()).toEqual([0, 1]);
  });

  test("shows what was under way as unknown", () => {
    const history = onRegister("a write 1 0-90", "b read 7 10-20");
    const { id, client, input, invokedMs } = history[0] as Operation;
    expect(linearizable(history, register(0))).toMatchObject({
      prefix: [{ id, client, input, invokedMs, outcome: "info" }, history[1]],
      why: "read returned 7, but the register holds 0 or 1",
    });
  });

  test("fails only with the return that rules out its last explanation", () => {
    const cas = { kind: "cas", key: "x", from: null, to: "1" } as const;
    const history: History = [
      {
        id: 0,
        client: "a",
        input: cas,
        invokedMs: 0,
        outcome: "ok",
        output: false,
        returnedMs: 90,
      },
      {
        id: 1,
        client: "b",
        input: { kind: "get", key: "x" },
        invokedMs: 10,
        outcome: "ok",
        output: "1",
        returnedMs: 20,
      },
    ];
    const found = linearizable(history, keyValue() as unknown as Model<unknown, unknown, unknown>);
    // Until the cas said that it had not swapped, it was a fine explanation of the get.
    expect(found).toMatchObject({ verdict: "violated", prefix: history, operation: history[1] });
  });

  test("is explained by what was known then, not by what came out later", () => {
    const recorder = new Recorder<KeyValueInput, string | null | boolean | undefined>();
    const swap = { kind: "cas", key: "x", from: null, to: "1" } as const;
    const cas = recorder.invoke("a", swap, 0);
    recorder.invoke("b", { kind: "get", key: "x" }, 10).ok("7", 20);
    cas.ok(false, 90);
    recorder.invoke("b", { kind: "get", key: "x" }, 100).ok(null, 110);
    expect(linearizable(recorder.history(), keyValue())).toMatchObject({
      why: 'get x returned "7", but x holds "1" or nothing',
    });
  });

  test("says who holds the lock", () => {
    const recorder = new Recorder<{ kind: "acquire" | "release"; owner: string }, undefined>();
    recorder.invoke("a", { kind: "acquire", owner: "a" }, 0).ok(undefined, 1);
    recorder.invoke("b", { kind: "acquire", owner: "b" }, 2).ok(undefined, 3);
    expect(linearizable(recorder.history(), mutex())).toMatchObject({
      why: "b acquired the lock, but it is held by a",
    });
  });
});

test("a history of nothing is linearizable", () => {
  expect(linearizable([], register(0))).toEqual({ verdict: "ok", witness: [], configurations: 0 });
});

test("a history of 20,000 operations needs no deep stack", () => {
  const recorder = new Recorder<RegisterInput<number>, number | undefined>();
  for (let n = 1; n <= 10_000; n++) {
    recorder.invoke("a", { kind: "write", value: n % 3 }, n).ok(undefined, n);
    recorder.invoke("b", { kind: "read" }, n).ok(n % 3, n);
  }
  expect(linearizable(recorder.history(), register(0)).verdict).toBe("ok");
});

test("twenty crashed writes of one value cost no more than one", () => {
  const crashed = Array.from({ length: 20 }, (_, n) => `c${n} write 1 0`);
  const found = linearizable(onRegister(...crashed, "r read 2 10-20"), register(0));
  expect(found.verdict).toBe("violated");
  expect(found.configurations).toBeLessThan(25);
});

test("twenty crashed enqueues of one value cost one configuration each, not a million together", () => {
  const recorder = new Recorder<QueueInput<number>, number | null | undefined>();
  for (let n = 0; n < 20; n++) recorder.invoke(`c${n}`, { kind: "enqueue", value: 1 }, 0);
  recorder.invoke("r", { kind: "dequeue" }, 10).ok(2, 20);
  const found = linearizable(recorder.history(), fifoQueue<number>());
  expect(found).toMatchObject({ verdict: "violated", configurations: 21 });
});

// Herlihy and Wing's own examples, "Linearizability", 1990, section 1.1 (figure 1).
describe("Herlihy and Wing's queue histories", () => {
  const history = (...calls: [string, "enqueue" | "dequeue", string, number, number][]): History =>
    calls.map(([client, kind, value, invokedMs, returnedMs], id) => ({
      id,
      client,
      input: kind === "enqueue" ? { kind, value } : { kind },
      invokedMs,
      outcome: "ok",
      output: kind === "enqueue" ? undefined : value,
      returnedMs,
    }));
  const queue = fifoQueue<string>() as unknown as Model<unknown, unknown, unknown>;

  test("H1: concurrent enqueues may take effect in either order", () => {
    const h1 = history(
      ["a", "enqueue", "x", 0, 3],
      ["b", "enqueue", "y", 1, 2],
      ["b", "dequeue", "x", 4, 6],
      ["a", "dequeue", "y", 5, 7],
      ["a", "enqueue", "z", 8, 9],
    );
    expect(linearizable(h1, queue).verdict).toBe("ok");
  });

  test("H2: x was enqueued before y, so y cannot leave first", () => {
    const h2 = history(
      ["a", "enqueue", "x", 0, 1],
      ["b", "enqueue", "y", 2, 3],
      ["a", "dequeue", "y", 4, 5],
    );
    expect(linearizable(h2, queue)).toMatchObject({
      verdict: "violated",
      why: 'dequeue returned "y", but first in the queue is "x"',
    });
  });

  test("H4: two dequeues cannot both return y", () => {
    const h4 = history(
      ["a", "enqueue", "x", 0, 3],
      ["b", "enqueue", "y", 1, 2],
      ["a", "dequeue", "y", 4, 6],
      ["b", "dequeue", "y", 5, 7],
    );
    expect(linearizable(h4, queue).verdict).toBe("violated");
  });
});
