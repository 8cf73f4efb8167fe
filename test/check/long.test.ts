/** Histories that are long, and are judged all the same. */

import { expect, test } from "vitest";
import {
  fifoQueue,
  type History,
  independent,
  type LogInput,
  linearizable,
  log,
  type QueueInput,
  Recorder,
  type RegisterInput,
  register,
  type SetInput,
  set,
} from "../../lib/check/index.ts";
import { historyOf, withWrongRead } from "../../lib/tools/bench/histories.ts";

const LIMITS = { configurations: 60_000, memoryMb: 256 };

type Taken = number | null | undefined;

/** Five clients put different values into a queue, and take them out. */
function queueHistory(take: (held: number[]) => number | null): History<QueueInput<number>, Taken> {
  const held: number[] = [];
  const size = { seed: 3, clients: 5, operations: 200, givenUp: Number.MAX_SAFE_INTEGER };
  return historyOf<QueueInput<number>, Taken>(
    size,
    (n) => (n % 7 < 4 ? { kind: "enqueue", value: n } : { kind: "dequeue" }),
    (input) => (input.kind === "enqueue" ? void held.push(input.value) : take(held)),
  );
}

test("a queue of a thousand operations is ok", () => {
  const history = queueHistory((held) => held.shift() ?? null);
  expect(linearizable(history, fifoQueue<number>(), LIMITS).verdict).toBe("ok");
});

test("so are two of them, each with a key", () => {
  const history = queueHistory((held) => held.shift() ?? null);
  const keyed = history.map((one) => ({ ...one, input: { ...one.input, key: "a" } }));
  const both = keyed.flatMap((one) => {
    const other = { ...one, id: one.id + 0.5, client: `${one.client}b` };
    const twin = { ...other, input: { ...one.input, key: "b" } };
    return [one, twin].map(
      ({ returnedBefore: _, ...each }: typeof one & { returnedBefore?: number }) => each,
    );
  });
  const model = independent(fifoQueue<number>());
  expect(linearizable(both as typeof keyed, model, LIMITS).verdict).toBe("ok");
  const limits = { ...LIMITS, without: ["first-in-first-out"] } as const;
  expect(linearizable(both as typeof keyed, model, limits).verdict).toBe("unknown");
});

test("without knowing what came out when, it has no verdict", () => {
  const history = queueHistory((held) => held.shift() ?? null);
  const limits = { ...LIMITS, without: ["first-in-first-out"] } as const;
  expect(linearizable(history, fifoQueue<number>(), limits).verdict).toBe("unknown");
});

const text = "operation \\d+, (?:en|de)queue (?:→ )?\\d+,";

test.each([
  [
    "hands out a value twice",
    (held: number[]) => held[0] ?? null,
    `^what ${text} put in was taken by ${text} and by operation`,
  ],
  [
    "loses a value",
    (held: number[]) => held.splice(0, 2).at(-1) ?? null,
    `^${text} had returned before ${text} was invoked, and nobody took what it put in$`,
  ],
  [
    "takes the third before the first",
    (held: number[]) => (held.length % 2 === 0 ? held.shift() : held.splice(2, 1)[0]) ?? null,
    `^${text} had returned before ${text} was invoked, (but ${text}|and nobody)`,
  ],
  [
    "makes up a value",
    (held: number[]) => (held.shift() ?? 0) + 2,
    `^nobody had put in|^${text} had|^what ${text}`,
  ],
])("a queue that at last %s is violated, with the reason", (_, wrong, reason) => {
  let taken = 0;
  const history = queueHistory((held) => (taken++ < 300 ? (held.shift() ?? null) : wrong(held)));
  const found = linearizable(history, fifoQueue<number>(), LIMITS);
  if (found.verdict !== "violated") throw new Error(`The verdict is ${found.verdict}.`);
  expect(found.why).toMatch(new RegExp(reason));
  // What the reason is about had happened by then, and not all of the history.
  const ids = found.prefix.map(({ id }) => id);
  for (const [, id] of found.why.matchAll(/operation (\d+)/g)) expect(ids).toContain(Number(id));
  expect(ids).toContain(found.operation.id);
  expect(ids.length).toBeLessThan(history.length);
});

test("a log of five thousand operations is ok, and violated when its last read is wrong", () => {
  const held: number[] = [];
  const size = { seed: 1, clients: 5, operations: 1000, givenUp: 100 };
  const right = historyOf<LogInput<number>, number | readonly number[] | undefined>(
    size,
    (n) => (n % 3 === 0 ? { kind: "read", from: n >> 2, limit: 9 } : { kind: "append", entry: n }),
    (input) =>
      input.kind === "append" ? held.push(input.entry) - 1 : held.slice(input.from, input.from + 9),
  );
  expect(linearizable(right, log<number>(), LIMITS).verdict).toBe("ok");
  const wrong = withWrongRead(right, [-1]);
  expect(linearizable(wrong, log<number>(), LIMITS).verdict).toBe("violated");
});

test("a set of a thousand elements that is read at the end is ok, and violated when one is lost", () => {
  const recorder = new Recorder<SetInput<number>, number[] | undefined>();
  for (let at = 0; at < 1000; at += 5) {
    const calls = [0, 1, 2, 3, 4].map((client) =>
      recorder.invoke(`c${client}`, { kind: "add", element: at + client }, at),
    );
    for (const call of calls) call.ok(undefined, at + 4);
  }
  const all = Array.from({ length: 1000 }, (_, element) => element);
  recorder.invoke("c0", { kind: "read" }, 1000).ok(all, 1001);
  const history = recorder.history();
  expect(linearizable(history, set<number>(), LIMITS).verdict).toBe("ok");
  const lost = history.map((one) =>
    one.outcome === "ok" && one.input.kind === "read" ? { ...one, output: all.slice(1) } : one,
  );
  expect(linearizable(lost, set<number>(), LIMITS)).toMatchObject({ verdict: "violated" });
});

test("what nobody wrote is refuted, however many clients gave up", () => {
  const recorder = new Recorder<RegisterInput<number>, number | undefined>();
  for (let at = 0; at < 3000; at++) {
    const call = recorder.invoke(`c${at % 3}`, { kind: "write", value: at % 20 }, at);
    if (at % 3 === 0) call.info();
    else call.ok(undefined, at + 0.5);
  }
  recorder.invoke("reader", { kind: "read" }, 3000).ok(99, 3001);
  const history = recorder.history();
  expect(linearizable(history, register(0), LIMITS)).toMatchObject({
    verdict: "violated",
    operation: { client: "reader" },
  });
});
