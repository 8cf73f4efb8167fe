import { describe, expect, test } from "vitest";
import {
  fifoQueue,
  keyValue,
  log,
  mutex,
  register,
  type Step,
  set,
} from "../../lib/check/index.ts";
import { REFUSED } from "./brute-force.ts";
import { luck } from "./histories.ts";
import { subjects } from "./objects.ts";

function why<State>(step: Step<State>): string | undefined {
  return step.ok ? undefined : step.why;
}

describe.each(subjects)("$model.name", ({ model, fresh, letters }) => {
  const inputs = letters.map(({ input }) => input);
  const outputs = letters.map(({ output }) => output);

  test("allows what the object itself returns, and nothing else", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = luck(seed);
      const call = fresh();
      let state = model.init;
      for (let turn = 0; turn < 20; turn++) {
        const input = inputs[Math.floor(random() * inputs.length)];
        const right = call(input);
        if (right === REFUSED) {
          expect(model.step(state, input, undefined).ok).toBe(false);
          continue;
        }
        const step = model.step(state, input, { output: right });
        if (!step.ok) throw new Error(`${step.why}, and it was right`);
        const wrong = outputs.filter((output) => JSON.stringify(output) !== JSON.stringify(right));
        for (const output of right === undefined ? [] : wrong) {
          expect(model.step(state, input, { output }).ok).toBe(false);
        }
        expect(model.step(state, input, undefined)).toEqual(step);
        if (model.isReadOnly?.(input, { output: right })) expect(step.state).toEqual(state);
        state = step.state;
      }
    }
  });
});

test("a step leaves the state that it was given as it was", () => {
  for (const { model, letters } of subjects) {
    const before = structuredClone(model.init);
    for (const { input } of letters) model.step(model.init, input, undefined);
    expect(model.init).toEqual(before);
  }
});

test("what cannot be is said in a sentence with the numbers", () => {
  const { step: get } = keyValue();
  const state = new Map([["x", "1"]]);
  expect(why(register(1).step(1, { kind: "read" }, { output: 3 }))).toBe(
    "read returned 3, but the register holds 1",
  );
  expect(why(get(state, { kind: "get", key: "y" }, { output: "1" }))).toBe(
    'get y returned "1", but y holds nothing',
  );
  expect(why(get(state, { kind: "cas", key: "x", from: null, to: "2" }, { output: true }))).toBe(
    'cas of x from nothing to "2" returned true, but x holds "1"',
  );
  const elements = set<number>();
  expect(why(elements.step(new Set([2]), { kind: "contains", element: 1 }, { output: true }))).toBe(
    "contains 1 returned true, but the set does not hold it",
  );
  expect(why(fifoQueue<number>().step([], { kind: "dequeue" }, { output: 1 }))).toBe(
    "dequeue returned 1, but first in the queue is nothing",
  );
  expect(why(mutex().step(null, { kind: "release", owner: "a" }, undefined))).toBe(
    "a released the lock, but it is held by nobody",
  );
  expect(why(log<string>().step(["p"], { kind: "append", entry: "q" }, { output: 0 }))).toBe(
    'append of "q" returned 0, but the log ends at 1',
  );
});

test("a set is read in any order", () => {
  const read = set<number>().step(new Set([10, 9]), { kind: "read" }, { output: [9, 10] });
  expect(read.ok).toBe(true);
});

test("a register of objects compares what they hold", () => {
  const place = register<{ readonly host: string }>({ host: "a" });
  expect(place.step({ host: "a" }, { kind: "read" }, { output: { host: "a" } }).ok).toBe(true);
});

test("a set that holds 1 and the text 1 may be read in any order", () => {
  const { init, step } = set<number | string>();
  const state = [1, "1"].reduce((held, element) => {
    const next = step(held, { kind: "add", element }, undefined);
    return next.ok ? next.state : held;
  }, init);
  for (const output of [
    [1, "1"],
    ["1", 1],
  ]) {
    expect(step(state, { kind: "read" }, { output }).ok).toBe(true);
  }
});
