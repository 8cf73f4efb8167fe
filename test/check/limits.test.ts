import { expect, test } from "vitest";
import {
  type CasRegisterInput,
  casRegister,
  fifoQueue,
  type History,
  type KeyValueInput,
  keyValue,
  linearizable,
  type Model,
  type QueueInput,
  Recorder,
  type RegisterInput,
  register,
} from "../../lib/check/index.ts";
import { onRegister } from "./histories.ts";

/** Many clients write different values at once, and then one reads two of them. */
const hard = onRegister(
  ...Array.from({ length: 12 }, (_, n) => `c${n} write ${n} 0-10`),
  "r read 1 20-30",
  "r read 2 40-50",
);

/** The same on one of two keys. */
function hardAndEasy(easy: string | null) {
  const recorder = new Recorder<KeyValueInput, string | null | boolean | undefined>();
  const writes = Array.from({ length: 12 }, (_, n) =>
    recorder.invoke(`c${n}`, { kind: "put", key: "hard", value: String(n) }, 0),
  );
  for (const write of writes) write.ok(undefined, 10);
  recorder.invoke("r", { kind: "get", key: "hard" }, 20).ok("1", 30);
  recorder.invoke("r", { kind: "get", key: "hard" }, 30).ok("2", 30);
  recorder.invoke("r", { kind: "get", key: "easy" }, 40).ok(easy, 50);
  return recorder.history();
}

test("a limit of configurations gives unknown, with the reason", () => {
  const found = linearizable(hard, register(0), { configurations: 100 });
  const reason = "no verdict within 100 configurations";
  expect(found).toEqual({ verdict: "unknown", reason, configurations: 101 });
  expect(linearizable(hard, register(0)).verdict).toBe("violated");
});

test("a limit of memory gives unknown, with the reason", () => {
  const found = linearizable(hard, register(0), { memoryMb: 0.1 });
  expect(found).toMatchObject({ verdict: "unknown", reason: "no verdict within 0.1 MB" });
});

test("a limit of time gives unknown, with the reason, by the clock that it was given", () => {
  let nowMs = 0;
  const limits = { timeMs: 5, nowMs: () => nowMs++ };
  const found = linearizable(hard, register(0), limits);
  expect(found).toMatchObject({ verdict: "unknown", reason: "no verdict within 5 ms" });
  expect(linearizable(hard, register(0), { ...limits, timeMs: 1e6 }).verdict).toBe("violated");
});

test("without a limit of time the clock is not read", () => {
  const nowMs = () => {
    throw new Error("the clock was read");
  };
  expect(linearizable(hard, register(0), { nowMs }).verdict).toBe("violated");
});

test("a limit that ends the diagnosis leaves the verdict, with a longer prefix", () => {
  const recorder = new Recorder<CasRegisterInput<number>, number | boolean | undefined>();
  const cas = recorder.invoke("a", { kind: "cas", from: 0, to: 1 }, 0);
  recorder.invoke("b", { kind: "read" }, 10).ok(7, 20);
  cas.ok(false, 90);
  const history = recorder.history();
  // Only a second search tells that the cas, had it swapped, would not have explained the read.
  expect(linearizable(history, casRegister(0))).toMatchObject({
    prefix: [{ outcome: "info" }, {}],
  });
  let asked = 0;
  const limits = { timeMs: 1, nowMs: () => (asked++ > 1 ? 9 : 0) };
  const found = linearizable(history, casRegister(0), limits);
  expect(found).toMatchObject({ verdict: "violated", prefix: history, operation: history[1] });
});

test("a part without a verdict makes the whole unknown, unless another part is violated", () => {
  const limits = { configurations: 100 };
  expect(linearizable(hardAndEasy(null), keyValue(), limits).verdict).toBe("unknown");
  const found = linearizable(hardAndEasy("99"), keyValue(), limits);
  expect(found).toMatchObject({ verdict: "violated", operation: { id: 14 } });
});

test("a limit below what makes sense is refused in a sentence", () => {
  expect(() => linearizable([], register(0), { timeMs: -1 })).toThrow(
    "A limit of -1 ms; 0 or more was expected.",
  );
  expect(() => linearizable([], register(0), { configurations: 0 })).toThrow(
    "A limit of 0 configurations; at least 1 was expected.",
  );
  expect(() => linearizable([], register(0), { memoryMb: 0 })).toThrow(
    "A limit of 0 MB; more than 0 was expected.",
  );
  expect(() => linearizable([], register(0), { without: ["speed" as "quotient"] })).toThrow(
    "speed is no reduction; one of read-first, crashed-alike, dominance, quotient, partitions, first-in-first-out, refutation was expected.",
  );
});

test("what is no history, no model, no limit and no step is refused in a sentence", () => {
  const judge = linearizable as (...given: unknown[]) => unknown;
  const read = { id: 0, client: "a", input: 0, invokedMs: 0, outcome: "ok", output: 0 };
  const history = [{ ...read, returnedMs: 1 }];
  const expectError = (given: unknown[], sentence: string) =>
    expect(() => judge(...given), sentence).toThrow(sentence);
  expectError([undefined], "The history is undefined; a list of operations was expected.");
  expectError([[7]], "Operation 0 of the history is number; an object was expected.");
  expectError([[]], "The model is undefined, without a step; a value with a function step was");
  expectError([[], register(0), { time: 5 }], "time is no limit; one of timeMs, memoryMb,");
  expectError([[], register(0), { timeMs: "5" }], 'A limit of "5" ms; 0 or more was expected.');
  const model = (step: () => unknown) => ({ name: "odd", init: [], step });
  expectError(
    [history, model(() => undefined)],
    "The step of the model odd returned undefined; { ok: true, state } or { ok: false, why } was",
  );
  expectError([history, model(async () => ({ ok: true }))], "odd returned a promise; {");
  for (const returnedBefore of [Number.NaN, "1"]) {
    expectError(
      [[{ ...history[0], returnedBefore }], model(() => undefined)],
      "Operation 0 returns at",
    );
  }
});

test("a model that changes its state in place is told so, however it returns it", () => {
  const push = (copy: boolean): Model<number[], number, number> => ({
    name: "list",
    init: [],
    step(state, input) {
      state.push(input);
      return { ok: true, state: copy ? [...state] : state };
    },
  });
  const recorder = new Recorder<number, number>();
  recorder.invoke("a", 1, 0).ok(0, 1);
  for (const copy of [false, true]) {
    expect(() => linearizable(recorder.history(), push(copy))).toThrow(
      "The step of the model list changed a state in place; a new state was expected.",
    );
  }
});

/** Everybody asks at once, and asks again when there is an answer. */
function crowd(clients: number, operations: number) {
  const recorder = new Recorder<RegisterInput<number>, number | undefined>();
  const ask = (client: number, at: number) =>
    recorder.invoke(`c${client}`, { kind: "write", value: client }, at);
  const open = Array.from({ length: clients }, (_, client) => ask(client, 0));
  for (let at = 1; at <= operations; at++) {
    open[at % clients]?.ok(undefined, at);
    open[at % clients] = ask(at % clients, at);
  }
  return recorder.history();
}

test("operations at once that fill the memory by themselves end without a verdict", () => {
  const limits = { memoryMb: 4 };
  expect(linearizable(crowd(100, 1000), register(0), limits).verdict).toBe("ok");
  expect(linearizable(crowd(1000, 4000), register(0), limits)).toMatchObject({
    verdict: "unknown",
    reason: "no verdict within 4 MB",
  });
});

test("so do those on a queue, of which somebody has taken something", () => {
  const writes = crowd(1000, 4000).map(({ input: _, ...one }) => ({
    ...one,
    input: one.id % 2 === 0 ? { kind: "enqueue", value: one.id } : { kind: "dequeue" },
    ...(one.outcome === "ok" ? { output: one.id % 2 === 0 ? undefined : one.id - 1 } : {}),
  }));
  const history = writes as unknown as History<QueueInput<number>, number | undefined>;
  expect(linearizable(history, fifoQueue<number>(), { memoryMb: 4 })).toMatchObject({
    verdict: "unknown",
    reason: "no verdict within 4 MB",
  });
});

test("a state that holds much behind a short key counts for what it holds", () => {
  const growing: Model<{ n: number; held: number[] }, number, undefined> = {
    name: "growing",
    init: { n: 0, held: [] },
    key: ({ n }) => `${n}`,
    step: ({ n }) => ({ ok: true, state: { n: n + 1, held: Array(10_000).fill(n) } }),
  };
  const recorder = new Recorder<number, undefined>();
  for (let at = 0; at < 600; at++) recorder.invoke("a", at, at).ok(undefined, at);
  expect(linearizable(recorder.history(), growing, { memoryMb: 8 }).verdict).toBe("unknown");
});
