import { expect, test } from "vitest";
import { tree } from "../../lib/plot/index.ts";
import { textsOf } from "./drawn.ts";
import { expectStored } from "./stored.ts";
import { candidates, master, znodes } from "./znodes.ts";

const words = (svg: string) => textsOf(svg).map(({ text }) => text);

test("znodes are drawn as they are stored", () => {
  expectStored("tree-master", master());
  expectStored("tree-candidates", candidates());
});

test("parents stand above their children and left of them, and siblings in the order of their names", () => {
  const drawn = textsOf(master().svg);
  const at = (text: string) => drawn.find((each) => each.text === text)?.box;
  const names = ["/", "config", "aws-key", "db-ip", "maintenance", "master"];
  const tops = names.map((name) => at(name)?.y ?? 0);
  expect(tops).toEqual(tops.toSorted((a, b) => a - b));
  expect(at("aws-key")?.x).toBe(at("db-ip")?.x);
  expect(at("aws-key")?.x).toBeGreaterThan(at("config")?.x ?? 0);
});

test("a node says what it holds, whose it is and who watches it", () => {
  const drawn = words(master().svg);
  const texts = ["= 40 bytes (v0)", "= 10.0.0.5 (v2)", "of db1's session", "db2, app1"];
  expect(drawn).toEqual(expect.arrayContaining(texts));
  expect(words(candidates().svg)).toContain("of session 0x100000002 · the lowest leads");
});

test("a path that is watched and not there is drawn as absent, and not counted", () => {
  expect(words(master().svg)).toContain("does not exist");
  expect(candidates().title).toBe("5 znodes, 3 ephemeral, 2 watches");
  expect(tree([], { watchers: [{ path: "/master", by: "db2" }] }).title).toBe("1 znode, 1 watch");
});

test("an ephemeral node has another shape than one that stays, not only another colour", () => {
  const round = (svg: string) => svg.match(/dasharray="5 3"[^>]*><rect rx="10"/g)?.length ?? 0;
  expect(round(candidates().svg)).toBe(3);
  expect(round(tree([{ path: "/a", ephemeralOwner: 0 }]).svg)).toBe(0);
});

test("a node may be labelled by its author", () => {
  const { svg } = tree([{ path: "/a", data: "x" }], { label: ({ path }) => `at ${path}` });
  expect(words(svg)).toContain("at /a");
  expect(words(svg)).not.toContain("= x");
});

test("of very many znodes the first are drawn, and the picture says so", () => {
  const { svg } = znodes("x").at(-1) as ReturnType<typeof tree>;
  expect(svg.length).toBeLessThan(40_000);
  expect(words(svg)).toContain("Not shown: 262 more znodes.");
});

test("each bad path gets a sentence that names it", () => {
  for (const path of ["config", "/config/", "//a", ""]) {
    expect(() => tree([{ path }])).toThrow(`tree: "${path}" is no path`);
  }
  expect(() => tree([{ path: 5 as never }])).toThrow('tree: "5" is no path');
  expect(() => tree([{ path: "/a" }, { path: "/a" }])).toThrow('"/a" is there twice');
});
