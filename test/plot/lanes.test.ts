import { causesOf } from "quorumlab/sim";
import { expect, test } from "vitest";
import { arrowsOf } from "../../lib/plot/arrows.ts";
import { lanes } from "../../lib/plot/index.ts";
import { journeysOf } from "../../lib/plot/story.ts";
import { textsOf } from "./drawn.ts";
import { expectStored } from "./stored.ts";
import { crash, datagrams, long, partition, Recorder, staleAnswer } from "./traces.ts";

const words = (svg: string) => textsOf(svg).map(({ text }) => text);

test("a cached answer that misleads a client is drawn as it is stored", () => {
  const title = "A kept answer sends the second write to a server that is master no more";
  expectStored("stale-answer", lanes(staleAnswer(), { title }));
});

test("a partition with an election is drawn as it is stored", () => {
  const title = "The majority elects s3; what s1 appends reaches nobody that counts";
  expectStored("partition", lanes(partition(), { title }));
});

test("a crash, a restart and a pause are drawn as they are stored", () => {
  expectStored("crash", lanes(crash()));
});

test("lost, doubled and overtaken datagrams are drawn as they are stored", () => {
  expectStored("datagrams", lanes(datagrams(), { timers: true }));
});

test("a title is made from the trace when none is given", () => {
  expect(lanes(crash()).title).toBe("3 servers, 8 messages, 1 lost, in 88 ms");
});

test("a lost message stops half-way in a cross, and never upon the lane of another server", () => {
  const y = new Map([
    ["a", 0],
    ["b", 100],
    ["c", 200],
  ]);
  const field = { x: (ms: number) => 10 * ms, y, left: 0, right: 1000, bar: 8 };
  const run = new Recorder("a", "b", "c");
  run.send(0, "a", "b", { kind: "arrives" }, 6);
  run.send(20, "a", "b", { kind: "near" }, { lost: "dropped" });
  run.send(40, "a", "c", { kind: "far" }, { lost: "cut" });
  run.send(60, "a", "b", { kind: "late" }, { lost: "down", afterMs: 10 });
  const arrows = arrowsOf(journeysOf(run.trace(100)), field, () => undefined);
  const [, near, far, late] = arrows;
  expect(near).toMatchObject({ x1: 200, y1: 4, x2: 230, y2: 50, ends: true });
  expect(late).toMatchObject({ x1: 600, x2: 650, y2: 50 });
  expect(Math.abs((far?.y2 ?? 100) - 100)).toBeGreaterThan(field.bar / 2);
  expect(far?.y2).toBeLessThan(100);
});

test("a message still under way runs to the right edge and has no head", () => {
  const run = new Recorder("a", "b");
  run.send(0, "a", "b", {}, 5);
  run.send(90, "a", "b", {}, "under way");
  const y = new Map([
    ["a", 0],
    ["b", 100],
  ]);
  const field = { x: (ms: number) => ms, y, left: 0, right: 92, bar: 0 };
  const [, open] = arrowsOf(journeysOf(run.trace(92)), field, () => undefined);
  expect(open).toMatchObject({ x1: 90, x2: 92, ends: false });
});

test("messages that go the same way at the same moment are one arrow with a count", () => {
  const run = new Recorder("a", "b");
  for (let n = 0; n < 5; n++) run.send(10, "a", "b", { kind: "beat", n }, 5);
  expect(words(lanes(run.trace(30)).svg)).toContain("beat ×5");
});

test("a message to the server itself is not drawn", () => {
  const run = new Recorder("a", "b");
  run.send(10, "a", "a", { kind: "to myself" }, 0);
  expect(words(lanes(run.trace(30)).svg)).not.toContain("to myself");
});

test("narrowing to the causes of an event leaves only what led to it", () => {
  const trace = staleAnswer();
  const done = trace.events.findIndex(
    (event) => event.kind === "deliver" && event.from === "db1" && event.node === "app",
  );
  const { svg } = lanes(trace, { causes: causesOf(trace, done) });
  const drawn = words(svg);
  for (const each of ["who is master?", "db1", "write x = 1", "done"])
    expect(drawn).toContain(each);
  for (const each of ["write x = 2", "read x", "I am master", "believes x = 2", "db2"]) {
    expect(drawn).not.toContain(each);
  }
});

test("a window leaves out the rest, and what began before it still shows", () => {
  const { svg, title } = lanes(partition(), { window: { fromMs: 60, toMs: 79 } });
  const drawn = words(svg);
  expect(drawn.filter((text) => text === "yes")).toHaveLength(2);
  expect(drawn).toContain("candidate");
  expect(drawn.filter((text) => text === "leader")).toHaveLength(2);
  expect(title).toBe("5 servers, 8 messages, 3 lost, in 19 ms");
});

test("servers and messages can be chosen", () => {
  const only = (body: unknown) => (body as { kind: string }).kind !== "append";
  const drawn = words(lanes(partition(), { nodes: ["s4", "s3"], only }).svg);
  expect(drawn.filter((text) => /^s\d$/.test(text))).toEqual(["s4", "s3"]);
  expect(drawn).toContain("vote?");
  expect(drawn).not.toContain("append");
  expect(words(lanes(partition(), { nodes: ["s4", "s3"], only: ["vote?"] }).svg)).toContain(
    "vote?",
  );
  expect(words(lanes(partition(), { only: ["append"] }).svg)).not.toContain("vote?");
});

test("a label can be made from the message, or left out", () => {
  const label = (body: unknown) => (body as { value?: number }).value?.toString();
  const drawn = words(lanes(crash(), { label }).svg);
  expect(drawn).toEqual(expect.arrayContaining(["7", "8", "9"]));
  expect(drawn).not.toContain("copy");
});

test("a trace of 10,000 messages gives a small picture that says what it leaves out", () => {
  const { svg } = lanes(long(10_000));
  expect(svg.length).toBeLessThan(40_000);
  expect(words(svg).join(" ")).toContain("with 80 of 10,000 messages");
});

test("10,000 notes, roles and cuts do not make it large either", () => {
  const run = new Recorder("a", "b");
  for (let n = 0; n < 10_000; n++) {
    run.note(n, "a", `note ${n}`);
    run.role(n, "b", n % 2 ? "leader" : "follower");
    run.fault(n, n + 0.5, { kind: "cut", from: ["a"], to: ["b"], atMs: n, forMs: 0.5 });
  }
  expect(lanes(run.trace(10_000)).svg.length).toBeLessThan(60_000);
});

test("the causes of a late event are drawn back from it, not from the beginning", () => {
  const run = new Recorder("a", "b");
  let last: ReturnType<Recorder["send"]> | undefined;
  for (let n = 0; n < 200; n++) {
    const [from, to] = n % 2 ? ["a", "b"] : ["b", "a"];
    last = run.send(n * 10, from as string, to as string, { kind: `m${n}` }, 8, last);
  }
  const trace = run.trace(2000);
  const drawn = words(lanes(trace, { causes: causesOf(trace, trace.events.length - 1) }).svg);
  expect(drawn).toContain("m199");
  expect(drawn).not.toContain("m179");
  expect(drawn.join(" ")).toContain("back to 20 messages before it");
});

test("a trace without events is an empty picture, not an error", () => {
  expect(lanes({ nodes: ["a"], events: [], endMs: 0 }).title).toBe("1 server, 0 messages, in 1 ms");
});

test("clocks that are wrong are told in a sentence", () => {
  const run = new Recorder("a", "b");
  run.fault(0, undefined, { kind: "skew", node: "a", atMs: 0, byMs: -3_600_000 });
  run.fault(0, undefined, { kind: "skew", node: "b", atMs: 0, byMs: 0 });
  expect(words(lanes(run.trace(10)).svg)).toContain("Clocks are wrong: a −3,600,000 ms.");
});

test("each bad option gets a sentence that names it", () => {
  const trace = crash();
  expect(() => lanes(trace, { width: 20 })).toThrow("the width is 300 to 2000 pixels, not 20");
  expect(() => lanes(trace, { nodes: ["s9"] })).toThrow('no server "s9"; it has client, s1, s2');
  expect(() => lanes(trace, { causes: causesOf(trace, 999) })).toThrow("causes is empty");
  expect(() => lanes(trace, { window: { fromMs: 5, toMs: 5 } })).toThrow("from 5 ms to 5 ms");
});

test("what cannot be seen is told in words", () => {
  const { alt, svg } = lanes(crash());
  expect(alt).toContain("messages: 6 delivered, 1 lost, 1 still under way");
  expect(alt).toContain("At 22 ms s2 falls (crash).");
  expect(svg).toContain(`<desc>${alt}</desc>`);
});

test("a message that a cut holds up does not pass the wall", () => {
  const y = new Map([
    ["a", 0],
    ["b", 100],
  ]);
  const field = { x: (ms: number) => ms, y, left: 0, right: 92, bar: 0 };
  const run = new Recorder("a", "b");
  run.send(0, "a", "b", {}, 5);
  run.send(10, "a", "b", {}, "under way");
  const [, held] = arrowsOf(journeysOf(run.trace(92)), field, () => undefined);
  expect(held).toMatchObject({ x1: 10, x2: 92, ends: false });
  expect(held?.y2).toBeLessThan(50);
});
