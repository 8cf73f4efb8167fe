import { expect, test } from "vitest";
import { roles } from "../../lib/plot/index.ts";
import { textsOf } from "./drawn.ts";
import { expectStored } from "./stored.ts";
import { terms } from "./terms.ts";
import { long, Recorder } from "./traces.ts";

const words = (svg: string) => textsOf(svg).map(({ text }) => text);
const serves = (role: string) => (role === "looking" ? "reads" : "writes");

test("roles over ten seconds are drawn as they are stored", () => {
  const title = "Five servers, five epochs: never two leaders in one";
  expectStored("roles", roles(terms(), { title }));
  const window = { fromMs: 4500, toMs: 9500 };
  const nodes = ["s3", "s4", "s5"];
  expectStored("roles-serving", roles(terms(), { serves, window, nodes, width: 640 }));
});

test("a role is named in its band with its epoch, or by its epoch alone, and a short term beside it", () => {
  const drawn = words(roles(terms()).svg);
  for (const role of ["leading, epoch 1", "following, epoch 3", "epoch 2", "leading, epoch 4"]) {
    expect(drawn).toContain(role);
  }
});

test("roles of one kind look alike in every epoch, and the legend names each kind once", () => {
  const drawn = words(roles(terms()).svg);
  for (const kind of ["leading", "following"]) {
    expect(drawn.filter((text) => text === kind)).toHaveLength(1);
  }
});

test("who looks for a leader has a dashed edge, and who follows is always of one grey", () => {
  const run = new Recorder("a", "b");
  for (const [n, role] of ["reads only", "synchronizing", "looking", "following"].entries()) {
    run.role(n * 10, "a", role);
  }
  const { svg } = roles(run.trace(40), { nodes: ["a"] });
  const signs = svg.match(/<rect [^>]*height="11"[^>]*>/g)?.map((sign) => sign.includes('"3 2"'));
  expect(signs).toEqual([false, true, true, false]);
  const grey = /fill="#dde2e8"/;
  expect(svg).toMatch(grey);
  expect(roles(terms()).svg).toMatch(grey);
});

test("crashes, pauses and cuts are marked; messages and who has no role are left out", () => {
  const { svg, alt } = roles(terms());
  const drawn = words(svg);
  expect(drawn).toEqual(expect.arrayContaining(["crash", "paused", "cut: s4 s5 | s1 s2 s3"]));
  for (const each of ["client", "write", "waits"]) expect(drawn).not.toContain(each);
  expect(alt).toContain("At 400 ms s5 is leading, epoch 1.");
});

test("a server serves by its role or by given spans, and nothing while it sleeps", () => {
  const lines = (svg: string) => svg.match(/<rect [^>]*height="5"[^>]*\/>/g)?.length ?? 0;
  const legend = ["serves writes and reads", "serves reads only"];
  expect(words(roles(terms(), { serves }).svg)).toEqual(expect.arrayContaining(legend));
  const span = { node: "s1", fromMs: 0, toMs: 900, serves: "reads" } as const;
  const given = roles(terms(), { nodes: ["s1", "s2"], serves: [span, { ...span, node: "s9" }] });
  expect(words(given.svg)).toContain(legend[1]);
  expect(words(given.svg)).not.toContain(legend[0]);
  expect(lines(given.svg)).toBe(lines(roles(terms(), { nodes: ["s1", "s2"] }).svg) + 2);
});

test("a title is made from the trace when none is given", () => {
  expect(roles(terms()).title).toBe("5 servers, led 5 times, in 10,000 ms");
  expect(roles(long(100)).title).toBe("4 servers, led 0 times, in 50 ms");
});

test("10,000 changes of roles do not make it large", () => {
  const run = new Recorder("a", "b");
  for (let n = 0; n < 10_000; n++) run.role(n, n % 2 ? "a" : "b", `leading, epoch ${n}`);
  const { svg } = roles(run.trace(10_000));
  expect(svg.length).toBeLessThan(60_000);
  expect(words(svg).join(" ")).toMatch(/up to \d+ ms of 10,000 ms\. A window shows others\./);
});

test("each bad option gets a sentence that names it", () => {
  expect(() => roles(terms(), { width: 20 })).toThrow("the width is 300 to 2000 pixels, not 20");
  expect(() => roles(terms(), { nodes: ["s9"] })).toThrow('no server "s9"');
});
