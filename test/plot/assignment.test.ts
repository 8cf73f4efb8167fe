import { expect, test } from "vitest";
import { assignment, type Picture } from "../../lib/plot/index.ts";
import { doubled, rebalanced, shares } from "./clusters.ts";
import { textsOf } from "./drawn.ts";
import { expectStored } from "./stored.ts";

const words = ({ svg }: Picture) => textsOf(svg).map(({ text }) => text);
/** A line with a head is drawn in two strokes. */
const ARROW = /<path d="M[^"M]+M[^"]+"/g;

test("a rebalance, and one that went wrong, are drawn as they are stored", () => {
  expectStored("assignment", rebalanced());
  expectStored("assignment-wrong", doubled());
});

test("each move has an arrow, and the words say from whom to whom", () => {
  const { svg, alt } = rebalanced();
  expect(svg.match(ARROW)).toHaveLength(2);
  expect(alt).toContain("Moved: a-2 from c1 to c3; a-3 from c2 to c3.");
});

test("members say how many partitions they had and have, who is new and who is gone", () => {
  expect(words(rebalanced())).toEqual(expect.arrayContaining(["4 → 3", "new → 2"]));
  expect(words(doubled())).toEqual(expect.arrayContaining(["2 → gone", "1 → 2"]));
});

test("a partition with two owners, or none, is called wrong", () => {
  expect(words(doubled())).toContain(
    "A partition has one owner, but a-0 belongs to c2 and c3, a-1 belongs to nobody.",
  );
  expect(words(rebalanced()).join(" ")).not.toContain("A partition has one owner");
});

test("a first assignment moves nothing, and its title counts", () => {
  const first = assignment({ after: shares("c1: a-0", "c2: a-1 b-0") });
  expect(first.title).toBe("3 partitions, 2 members");
  expect(first.svg).not.toMatch(ARROW);
  expect(words(first)).toEqual(expect.arrayContaining(["1", "2"]));
  const { title } = assignment({ before: shares("c1: a-0"), after: shares("c2: a-0") });
  expect(title).toBe("1 partition, 2 members, 1 move");
});

test("partitions are in the order of their numbers, and members c2 before c10", () => {
  const { svg } = assignment({ after: shares("c10: a-10 a-9", "c2: a-2") });
  const texts = textsOf(svg);
  const across = texts.filter(({ text }) => /^(2|9|10)$/.test(text) && text !== "1");
  const header = across.filter(({ box }) => box.y < 90).sort((a, b) => a.box.x - b.box.x);
  expect(header.map(({ text }) => text)).toEqual(["2", "9", "10"]);
  const down = texts.filter(({ text }) => /^c\d/.test(text)).sort((a, b) => a.box.y - b.box.y);
  expect(down.map(({ text }) => text)).toEqual(["c2", "c10"]);
});

test("too much and nothing get a sentence", () => {
  expect(() => assignment({ after: {} })).toThrow("1 to 20 members can be drawn, not 0");
  expect(() => assignment({ after: shares("c1:") })).toThrow(
    "1 to 60 partitions can be drawn, not 0",
  );
  const many = Array.from({ length: 61 }, (_, n) => `a-${n}`).join(" ");
  expect(() => assignment({ after: shares(`c1: ${many}`) })).toThrow("can be drawn, not 61");
});
