import { expect, test } from "vitest";
import { quorums } from "../../lib/plot/index.ts";
import { textsOf } from "./drawn.ts";
import { halves, meeting, row, scattered } from "./machines.ts";
import { expectStored } from "./stored.ts";

const words = (svg: string) => textsOf(svg).map(({ text }) => text);
const pair = (...members: readonly (readonly string[])[]) =>
  members.map((each, at) => ({ name: `set ${at + 1}`, members: each }));

test("sets that meet, and sets that do not, are drawn as they are stored", () => {
  expectStored("quorums-meet", meeting());
  expectStored("quorums-split-brain", halves(2));
  expectStored("quorums-blocked", halves(3));
  expectStored("quorums-scattered", scattered());
});

test("a machine in both sets says so", () => {
  const drawn = words(meeting().svg);
  expect(drawn.filter((text) => text === "in both")).toHaveLength(1);
  expect(drawn).toContain("the write: 3 of 5");
  expect(meeting().alt).toContain("In more than one set: s3.");
});

test("two halves of four that need two each are a split brain; needing three, they are blocked", () => {
  expect(halves(2).title).toBe("Two sets decide and share no machine: split brain");
  expect(words(halves(2).svg)).toContain(
    "No machine is in both left and right: each decides alone (split brain).",
  );
  expect(halves(3).title).toBe("No set is large enough: nothing is decided");
  expect(words(halves(3).svg)).toContain("right: 2 of 4, 3 needed: cannot decide");
});

test("of five machines cut in two, one side decides", () => {
  const sets = pair(["s1", "s2"], ["s3", "s4", "s5"]);
  expect(quorums({ machines: row(5), sets, needs: 3 }).title).toBe("Only set 2 can decide");
});

test("any two majorities meet, whichever they are", () => {
  for (const n of [3, 4, 5]) {
    const majorities = Array.from({ length: 2 ** n }, (_, bits) =>
      row(n).filter((_, at) => bits & (1 << at)),
    ).filter((members) => members.length > n / 2);
    for (const one of majorities) {
      for (const other of majorities) {
        const { title } = quorums({ machines: row(n), sets: pair(one, other) });
        expect(title).toMatch(/^Any two sets that can decide meet, in s\d/);
      }
    }
  }
});

test("each bad set gets a sentence that names it", () => {
  const machines = row(3);
  expect(() => quorums({ machines, sets: pair(["s9"]) })).toThrow(
    '"set 1" has the machine "s9", but the machines are s1, s2, s3',
  );
  expect(() => quorums({ machines, sets: pair([]) })).toThrow('the set "set 1" is empty');
  expect(() => quorums({ machines, sets: [] })).toThrow("1 to 4 sets can be drawn, not 0");
  expect(() => quorums({ machines: ["a", "a"], sets: pair(["a"]) })).toThrow('"a" is there twice');
  expect(() => quorums({ machines: row(50), sets: pair(["s1"]) })).toThrow(
    "14 machines fit into 640 pixels, not 50",
  );
});
