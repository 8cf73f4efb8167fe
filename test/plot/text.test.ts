import { expect, test } from "vitest";
import { lengthInside, Room } from "../../lib/plot/places.ts";
import { plainText, shorten, widthOf, wrap } from "../../lib/plot/text.ts";

test("no usual font draws a text wider than it is estimated", () => {
  // Measured in Chromium 156 at 100 pixels: the wider of DejaVu Sans and Liberation Sans, regular and bold.
  const measured = [
    ["append entries", 755, 854],
    ["who is master?", 756, 850],
    ["read → 3, then write 17", 1169, 1310],
    ["Shown are 48 of 400 operations, from the first on.", 2508, 2839],
    ["leader", 317, 358],
    ["quorum of 3: 99.9998 %", 1219, 1353],
    ["s1–s2 (cut)", 549, 613],
    ["KILLED", 347, 393],
    ["wwwmmm", 538, 590],
    ["illicit fill", 383, 456],
  ] as const;
  for (const [text, regular, bold] of measured) {
    expect(widthOf(text, 100), text).toBeGreaterThanOrEqual(regular);
    expect(widthOf(text, 100), text).toBeLessThan(1.25 * regular);
    expect(widthOf(text, 100, true), text).toBeGreaterThanOrEqual(bold);
  }
});

test("a text is shortened to the room that it has", () => {
  expect(shorten("leader election", 200, 10)).toBe("leader election");
  const short = shorten("leader election", 50, 10);
  expect(short).toMatch(/^leader?.*…$/);
  expect(widthOf(short, 10)).toBeLessThanOrEqual(50);
  expect(shorten("leader", 3, 10)).toBe("");
  expect(shorten("🙂🙂🙂🙂", 35, 10).isWellFormed()).toBe(true);
});

test("a sentence is wrapped between words, and cut off after the last line", () => {
  const lines = wrap("one two three four five six seven", 60, 10, 2);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/…$/);
  for (const line of lines) expect(widthOf(line, 10)).toBeLessThanOrEqual(60);
  expect(wrap("", 60, 10)).toEqual([]);
});

test("a text loses what XML refuses or what would turn it around", () => {
  expect(plainText("a\u0000b\n\tc\ud800 \u202ed")).toBe("a b c\ufffd d");
});

test("a label takes its cheapest free place, or none", () => {
  const frame = { x: 0, y: 0, width: 100, height: 100 };
  const at = (y: number, cost: number) => {
    return { text: "word", x: 50, y, anchor: "middle", size: 10, cost } as const;
  };
  const wish = { candidates: [at(50, 0), at(70, 1)] };
  const [first, second, third] = new Room(frame, []).place([wish, wish, wish]);
  expect([first?.y, second?.y, third]).toEqual([50, 70, undefined]);
});

test("a label keeps off a line when it can", () => {
  const frame = { x: 0, y: 0, width: 100, height: 100 };
  const at = (y: number) =>
    ({ text: "word", x: 50, y, anchor: "middle", size: 10, cost: 0 }) as const;
  const lines = [{ x1: 0, y1: 50, x2: 100, y2: 50 }];
  const [label] = new Room(frame, lines).place([{ candidates: [at(50), at(70)] }]);
  expect(label?.y).toBe(70);
});

test("the length of a line within a box is measured", () => {
  const box = { x: 10, y: 10, width: 10, height: 10 };
  expect(lengthInside({ x1: 0, y1: 15, x2: 100, y2: 15 }, box)).toBe(10);
  expect(lengthInside({ x1: 15, y1: 12, x2: 15, y2: 14 }, box)).toBe(2);
  expect(lengthInside({ x1: 0, y1: 0, x2: 30, y2: 30 }, box)).toBeCloseTo(Math.hypot(10, 10));
  expect(lengthInside({ x1: 0, y1: 5, x2: 100, y2: 5 }, box)).toBe(0);
});
