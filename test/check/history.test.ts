import { describe, expect, test } from "vitest";
import {
  type History,
  linearizable,
  Recorder,
  register,
  validateHistory,
} from "../../lib/check/index.ts";

describe("a recorder", () => {
  test("writes down how each operation ended, in the order of invocation", () => {
    const recorder = new Recorder<string, number>();
    const slow = recorder.invoke("a", "slow", 0);
    const refused = recorder.invoke("b", "refused", 1);
    refused.fail(2);
    recorder.invoke("b", "lost", 3);
    slow.ok(7, 4);
    expect(recorder.history()).toEqual([
      {
        id: 0,
        client: "a",
        input: "slow",
        invokedMs: 0,
        outcome: "ok",
        output: 7,
        returnedMs: 4,
        returnedBefore: 3,
      },
      { id: 1, client: "b", input: "refused", invokedMs: 1, outcome: "fail", returnedMs: 2 },
      { id: 2, client: "b", input: "lost", invokedMs: 3, outcome: "info" },
    ]);
    expect(() => validateHistory(recorder.history())).not.toThrow();
  });

  test("hands out what was recorded so far, which later events leave alone", () => {
    const recorder = new Recorder<string, number>();
    const call = recorder.invoke("a", "get", 0);
    const early = recorder.history();
    call.ok(1, 1);
    expect(early).toMatchObject([{ outcome: "info" }]);
  });

  test("lets a client that gave up go on", () => {
    const recorder = new Recorder<string, number>();
    recorder.invoke("a", "first", 0).info();
    recorder.invoke("a", "second", 5).ok(1, 6);
    expect(recorder.history()).toMatchObject([{ outcome: "info" }, { outcome: "ok" }]);
    expect(() => validateHistory(recorder.history())).not.toThrow();
  });

  test("refuses a second operation of a client whose first is under way", () => {
    const recorder = new Recorder<string, number>();
    recorder.invoke("a", "first", 0);
    expect(() => recorder.invoke("a", "second", 1)).toThrow(
      "Client a invokes operation 1 before its operation 0 ended",
    );
  });

  test("refuses to end an operation twice, or to let time run backwards", () => {
    const recorder = new Recorder<string, number>();
    const call = recorder.invoke("a", "first", 5);
    expect(() => call.ok(1, 4)).toThrow("Recorded at 4 ms after 5 ms");
    call.ok(1, 6);
    expect(() => call.fail(7)).toThrow("Operation 0 of client a ends twice");
    expect(() => recorder.invoke("a", "second", Number.NaN)).toThrow("Recorded at NaN ms");
  });
});

describe("a history given from outside", () => {
  const call = (id: number, client: string, invokedMs: number, returnedMs: number) =>
    ({
      id,
      client,
      input: { kind: "read" },
      outcome: "ok",
      output: 0,
      invokedMs,
      returnedMs,
    }) as const;
  const cases: readonly [string, History, string][] = [
    [
      "two operations of one id",
      [call(3, "a", 0, 1), call(3, "b", 0, 1)],
      "Two operations have the id 3; ids must differ.",
    ],
    [
      "a client with two open operations",
      [call(0, "a", 0, 9), call(1, "a", 5, 6)],
      "Client a has two open operations: 1 is invoked at 5 ms, before 0 returns at 9 ms.",
    ],
    [
      "a return before the invocation",
      [call(0, "a", 5, 4)],
      "Operation 0 returns at 4 ms, before it is invoked at 5 ms.",
    ],
    [
      "an order that is not that of invocation",
      [call(0, "a", 5, 6), call(1, "b", 4, 6)],
      "Operation 0, invoked at 5 ms, stands before operation 1, invoked at 4 ms",
    ],
    [
      "ids that are not counted by invocation",
      [call(1, "a", 4, 6), call(0, "b", 5, 6)],
      "Operation 1, invoked at 4 ms, stands before operation 0, invoked at 5 ms",
    ],
    [
      "a time that is no number",
      [call(0, "a", Number.NaN, 4)],
      "Operation 0 is invoked at NaN ms; a time is a finite number.",
    ],
    [
      "a return that is no time",
      [call(0, "a", 0, Number.POSITIVE_INFINITY)],
      "Operation 0 returns at Infinity ms; a time is a finite number.",
    ],
    [
      "an order of return that contradicts the times",
      [{ ...call(0, "a", 0, 4), returnedBefore: 2 }, call(1, "b", 5, 6)],
      "Operation 0 returns at 4 ms, which is not between the invocations before and after",
    ],
  ];

  test.each(cases)("with %s is refused in a sentence", (_, history, sentence) => {
    expect(() => validateHistory(history)).toThrow(sentence);
    expect(() => linearizable(history, register(0) as never)).toThrow(sentence);
  });

  test("may leave out operations and keep the ids of the others", () => {
    expect(() => validateHistory([call(2, "a", 0, 1), call(7, "a", 1, 2)])).not.toThrow();
  });
});

test("a recorder keeps what was asked and answered, whatever becomes of the values later", () => {
  const recorder = new Recorder<{ value: number }, number[]>();
  const [input, output] = [{ value: 1 }, [1]];
  recorder.invoke("a", input, 0).ok(output, 1);
  input.value = 2;
  output.push(2);
  expect(recorder.history()[0]).toMatchObject({ input: { value: 1 }, output: [1] });
});
