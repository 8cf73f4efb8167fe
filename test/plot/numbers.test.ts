import { expect, test } from "vitest";
import { tickText } from "../../lib/plot/grid.ts";
import { bars, curve } from "../../lib/plot/index.ts";
import { textsOf } from "./drawn.ts";
import { explosion, failover, hops, quorums, replicas, traffic } from "./numbers.ts";
import { expectStored } from "./stored.ts";

const words = (svg: string) => textsOf(svg).map(({ text }) => text);
const axes = { title: "t", x: { label: "x" }, y: { label: "y" } };

test("curves and bars are drawn as they are stored", () => {
  expectStored("quorums", quorums());
  expectStored("explosion", explosion());
  expectStored("failover", failover());
  expectStored("hops", hops());
  expectStored("replicas", replicas());
  expectStored("traffic", traffic());
});

test("a series is named where it ends, at the edge or within", () => {
  const { svg } = explosion();
  const named = textsOf(svg).filter(({ text }) => /^(checker|every order)/.test(text));
  const [inner, outer] = named.map(({ box }) => box.x).sort((a, b) => a - b);
  expect(inner).toBeLessThan(320);
  expect(outer).toBeGreaterThan(480);
});

test("series differ by dashes or signs as well as by colour", () => {
  const dashes = [...quorums().svg.matchAll(/stroke-dasharray="([^"]+)"[^>]*stroke-width="2"/g)];
  const { svg } = quorums();
  expect(new Set(svg.match(/stroke-dasharray="[^"]+"/g)).size + dashes.length).toBeGreaterThan(1);
});

test("a logarithmic axis has one tick for each decade", () => {
  expect(words(explosion().svg)).toEqual(expect.arrayContaining(["10", "100", "1,000", "10,000"]));
  expect(words(explosion().svg)).not.toContain("20");
});

test("ticks are never rounded to another number", () => {
  expect([99.9998, 0.00002, 0, 1e6, -2.5, 1e-9].map(tickText)).toEqual([
    "99.9998",
    "2e-5",
    "0",
    "1M",
    "-2.5",
    "1e-9",
  ]);
});

test("of too many points some are drawn, and the picture says so", () => {
  const points = Array.from({ length: 10_000 }, (_, x) => ({ x, y: x }));
  const { svg } = curve([{ name: "all", as: "dots", points }], axes);
  expect(svg.length).toBeLessThan(60_000);
  expect(words(svg)).toContain('Of "all" every 20th of 10,000 points is drawn.');
});

test("bars say what they stand for in numbers", () => {
  expect(words(hops().svg)).toEqual(expect.arrayContaining(["4", "2.05", "through the tracker"]));
  expect(hops().alt).toBe("messages per request: through the tracker 4, with a kept answer 2.05.");
});

test("each bad number gets a sentence that names it", () => {
  const at = (x: number, y: number) => [{ name: "s", points: [{ x, y }] }];
  expect(() => curve(at(Number.NaN, 1), axes)).toThrow(
    '"s" has the value NaN for "x"; a finite number',
  );
  expect(() => curve(at(0, 1), { ...axes, x: { label: "x", log: true } })).toThrow(
    "values are above 0",
  );
  expect(() => curve([], axes)).toThrow("there are no points to draw");
  expect(() => curve(at(1, 1), { ...axes, x: { label: "x", from: 5, to: 4 } })).toThrow(
    'the axis "x" cannot go from 5 to 4',
  );
  const references = [{ x: 9, text: "here" }];
  expect(() => curve(at(1, 1), { ...axes, x: { label: "x", from: 0, to: 2 }, references })).toThrow(
    'the reference "here" at 9 lies outside of its axis, 0 to 2',
  );
  expect(() => bars([{ name: "b", value: -1 }], { title: "t", label: "l" })).toThrow('"b" is -1');
  expect(() => bars([], { title: "t", label: "l" })).toThrow("1 to 40 items can be drawn, not 0");
  const limit = { title: "t", label: "l", reference: { value: Number.NaN, text: "limit" } };
  expect(() => bars([{ name: "b", value: 1 }], limit)).toThrow('"limit" is NaN; a finite number');
});

test("a title or label that is missing or no text gets a sentence", () => {
  const one = [{ name: "b", value: 1 }];
  const none = (value: unknown) => value as never;
  const sentence = (given: string) =>
    `A title, name or label of a picture is ${given}; a text was expected.`;
  expect(() => bars(one, none({ label: "l" }))).toThrow(sentence("undefined"));
  expect(() => bars(one, none({ title: 5, label: "l" }))).toThrow(sentence("5"));
  const points = [{ x: 1, y: 1 }];
  const series = [{ name: "s", points }];
  expect(() => curve(series, { ...axes, x: none({}) })).toThrow(sentence("undefined"));
  expect(() => curve([none({ points })], axes)).toThrow(sentence("undefined"));
});
