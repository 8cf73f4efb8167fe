import { expect, test } from "vitest";
import { linearizable, register } from "../../lib/check/index.ts";
import { historyBars } from "../../lib/plot/index.ts";
import { linearizationPoints } from "../../lib/plot/points.ts";
import { textsOf } from "./drawn.ts";
import { anything, fine, many, stale } from "./histories.ts";
import { expectStored } from "./stored.ts";

const words = (svg: string) => textsOf(svg).map(({ text }) => text);
const model = register(0);

test("a history with an order that explains it is drawn as it is stored", () => {
  const title = "One order explains what all three clients saw";
  expectStored("linearizable", historyBars(fine(), { result: linearizable(fine(), model), title }));
});

test("a history without one is drawn as it is stored", () => {
  expectStored("not-linearizable", historyBars(stale(), { result: linearizable(stale(), model) }));
});

test("each operation takes effect within its bar, in the order of the witness", () => {
  let explained = 0;
  for (let seed = 0; seed < 200; seed++) {
    const history = anything(seed);
    const result = linearizable(history, model);
    if (result.verdict !== "ok") continue;
    explained++;
    const points = linearizationPoints(history, result.witness, 300);
    expect([...points.keys()]).toEqual(result.witness);
    let previous = Number.NEGATIVE_INFINITY;
    for (const [id, ms] of points) {
      const operation = history.find((each) => each.id === id);
      if (operation === undefined) throw new Error(`No operation ${id}.`);
      expect(ms).toBeGreaterThanOrEqual(Math.max(previous, operation.invokedMs));
      if (operation.outcome === "ok") expect(ms).toBeLessThanOrEqual(operation.returnedMs);
      previous = ms;
    }
  }
  expect(explained).toBeGreaterThan(20);
});

test("an order that is not true to real time has no points", () => {
  const history = stale();
  expect(() => linearizationPoints(history, [1, 0], 100)).toThrow(
    "Operation 1 would take effect at 14 ms, after 10 ms",
  );
});

test("an order is numbered at the operations that it needs", () => {
  const result = linearizable(fine(), model);
  if (result.verdict !== "ok") throw new Error(`The verdict is ${result.verdict}.`);
  const numbers = words(historyBars(fine(), { result }).svg).filter((text) => /^[1-7]$/.test(text));
  expect(numbers.sort()).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
});

test("the operation that cannot be placed is marked by a word, and the reason is below", () => {
  const { svg, alt } = historyBars(stale(), { result: linearizable(stale(), model) });
  const drawn = words(svg);
  expect(drawn).toContain("cannot be placed");
  expect(drawn).toContain("app 2, read → 1: read returned 1, but the register holds 2 or 3.");
  expect(svg).toMatch(/stroke-width="3"/);
  expect(alt).toContain("Cannot be placed: app 2 read → 1");
});

test("what comes after the first return that has no place is left out, and it says so", () => {
  const drawn = words(historyBars(stale(), { result: linearizable(stale(), model) }).svg);
  expect(drawn).not.toContain("read → 3");
  expect(drawn.join(" ")).toContain("Shown are 5 of 6 operations, up to the first return");
});

test("an operation that nobody answered ends open, and one that failed is hatched, both told in the legend", () => {
  const drawn = words(historyBars(fine()).svg);
  expect(drawn).toEqual(expect.arrayContaining(["write 2 → ?", "write 3 failed"]));
  expect(drawn).toContain("never answered: may have happened");
  expect(drawn).toContain("failed: did not happen");
});

test("a verdict of unknown is told with its reason", () => {
  const result = {
    verdict: "unknown",
    reason: "no verdict within 5 ms",
    configurations: 9,
  } as const;
  const { svg, title } = historyBars(fine(), { result });
  expect(title).toBe("8 operations by 3 clients: no verdict");
  expect(words(svg)).toContain("No verdict: no verdict within 5 ms.");
});

test("of a long history a part is drawn that says so", () => {
  const { svg } = historyBars(many(), { result: linearizable(many(), model) });
  expect(svg.length).toBeLessThan(40_000);
  expect(words(svg)).toContain("Shown are 48 of 400 operations, from the first on.");
});

test("a label can be made from the operation", () => {
  const { svg } = historyBars(fine(), {
    label: ({ input }) => (input.kind === "read" ? "R" : "W"),
  });
  expect(words(svg).filter((text) => text === "R")).toHaveLength(4);
});

test("a history without operations cannot be drawn", () => {
  expect(() => historyBars([])).toThrow("the history has no operations to draw");
});

test("an operation without a place in time gets a sentence that names it", () => {
  const [first] = fine();
  const timeless = (changed: object) => () => historyBars([{ ...first, ...changed } as never]);
  const bad = "finite numbers were expected.";
  expect(timeless({ id: 4, invokedMs: Number.NaN, returnedMs: 3 })).toThrow(
    `historyBars: operation 4 goes from NaN to 3 ms; ${bad}`,
  );
  expect(timeless({ id: 4, invokedMs: 1, returnedMs: undefined })).toThrow(
    `to undefined ms; ${bad}`,
  );
});
