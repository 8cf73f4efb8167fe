import { expect, test } from "vitest";
import { type Extent, extents } from "../../lib/plot/index.ts";
import { textsOf } from "./drawn.ts";
import { expectStored } from "./stored.ts";
import { levels, torn } from "./stretches.ts";

const words = (svg: string) => textsOf(svg).map(({ text }) => text);
const one = (...stretches: Extent[]) =>
  extents([{ name: "log", extents: stretches }], { title: "t", label: "bytes" });

test("stretches are drawn as they are stored", () => {
  expectStored("extents-torn", torn());
  expectStored("extents-levels", levels());
});

test("the legend names only states that are there and that have a meaning", () => {
  expect(words(torn().svg)).toEqual(expect.arrayContaining(["synced", "not synced", "torn"]));
  const rows = [{ name: "a", extents: [{ from: 0, to: 1, state: "lost" } as const] }];
  const legend = { committed: "synced", lost: "torn" };
  const { svg } = extents(rows, { title: "t", label: "bytes", legend });
  expect(words(svg)).toContain("torn");
  expect(words(svg)).not.toContain("synced");
  expect(words(levels().svg)).not.toContain("plain");
});

test("who cannot see it hears of every stretch, and of a row that has none", () => {
  expect(torn().alt).toContain("42 to 63 (c, uncommitted), 63 to 70 (d, lost).");
  expect(torn().alt).toContain("cleared: nothing.");
});

test("stretches lie side by side where one ends and the next begins, however long they are", () => {
  const { svg } = one({ from: 0, to: 10 }, { from: 10, to: 1000 });
  const drawn = svg.matchAll(/<rect height="22" width="([\d.]+)" y="[\d.]+" x="([\d.]+)"/g);
  const boxes = [...drawn].map(([, width, x]) => {
    return { from: Number(x), to: Number(x) + Number(width) };
  });
  expect(boxes).toHaveLength(2);
  expect(boxes[0]?.to).toBeCloseTo(boxes[1]?.from ?? 0, 1);
});

test("what cannot be drawn gets a sentence that says why", () => {
  expect(() => one({ from: 3, to: 2 })).toThrow('a stretch of "log" goes from 3 to 2.');
  expect(() => one({ from: Number.NaN, to: 2 })).toThrow('a stretch of "log" goes from NaN to 2.');
  expect(() => one()).toThrow("there is no stretch to draw.");
  expect(() => extents([], { title: "t", label: "x" })).toThrow(
    "1 to 16 rows can be drawn, not 0.",
  );
  const many = Array.from({ length: 61 }, (_, at) => ({ from: at, to: at + 1 }));
  expect(() => one(...many)).toThrow(
    'at most 60 stretches of a row can be drawn, not the 61 of "log".',
  );
});
