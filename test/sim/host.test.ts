/** One server: what a pause holds, what a crash ends, and which clock its timers run on. */

import { type Fault, simulate, withProgram } from "quorumlab/sim";
import { expect, test } from "vitest";
import { datagrams, type Order, puppet, STEADY, story } from "./puppet.ts";

const pause = (atMs: number, forMs: number): Fault => ({ kind: "pause", node: "a", atMs, forMs });
const send = (text: string) => (out: Parameters<Order[1]>[0]) => out.send("b", text);

test("the first step in a pause runs, and what it asked for is held to its end: checked, slept, then wrote", async () => {
  const a = datagrams([
    [
      10,
      (out) => {
        out.put("x", 1);
        out.send("b", "checked");
        out.setTimer("soon", 5);
      },
    ],
  ]);
  const servers = { a, b: datagrams() };
  const run = await simulate({ ...STEADY, servers, faults: [pause(5, 95)], forMs: 200 });
  expect(story(run)).toEqual([
    "5 a pause",
    "100 a resume",
    "100 a writes",
    "101 a synced",
    "101 a sends b checked",
    "105 a timer soon",
    "111 b gets checked",
  ]);
  expect(run.trace.events.find(({ kind }) => kind === "timer")?.atMs).toBe(10);
});

test("deliveries, timers and the program wait for the end of a pause, in their order", async () => {
  const a = withProgram(
    datagrams([], {
      onStart: (_self, _saved, _nowMs, out) => out.setTimer("at 30", 30),
      onMessage(_state, _nowMs, _from, message, out) {
        if (message === "m5") out.cancelTimer("at 30");
      },
    }),
    async (host) => {
      await host.sleep(35);
      host.note("awake");
    },
  );
  const b = datagrams([0, 5, 20].map((atMs): Order => [atMs, (out) => out.send("a", `m${atMs}`)]));
  const run = await simulate({ ...STEADY, servers: { a, b }, faults: [pause(8, 92)], forMs: 200 });
  expect(story(run, "a")).toEqual([
    "8 a pause",
    "10 a gets m0",
    "100 a resume",
    "100 a gets m5",
    "100 a gets m20",
    "100 a notes awake",
  ]);
});

test("a program that is the first to wake in a pause has its one step, and its message waits", async () => {
  const program = async (host: { sleep(ms: number): Promise<void>; send(m: unknown): void }) => {
    await host.sleep(20);
    host.send("go on");
  };
  const passing = datagrams([], {
    onMessage: (_s, _n, _f, message, out) => out.send("b", message),
  });
  const servers = { a: withProgram(passing, program), b: datagrams() };
  const run = await simulate({ ...STEADY, servers, faults: [pause(10, 90)], forMs: 200 });
  expect(story(run, "a")).toEqual([
    "10 a pause",
    "20 a sends a go on",
    "100 a resume",
    "100 a gets go on",
    "100 a sends b go on",
  ]);
});

test("a connection that ends during a pause is told after it, and what it carried comes first", async () => {
  const a = puppet([[0, (out) => out.connect("b")]]);
  const b = puppet([
    [30, (out) => out.send("a", "one")],
    [31, (out) => out.send("a", "two")],
    [32, (out) => out.close("a")],
    [33, (out) => out.connect("a")],
  ]);
  const run = await simulate({ ...STEADY, servers: { a, b }, faults: [pause(38, 62)], forMs: 200 });
  expect(story(run, "a").slice(1)).toEqual([
    "38 a pause",
    "40 a gets one",
    "100 a resume",
    "100 a gets two",
    "100 a disconnected b",
    "100 a connected b",
  ]);
});

test("a write that was made before a pause is synced during it, but its message stays", async () => {
  const order: Order = [
    10,
    (out) => {
      out.append("log", 1);
      out.send("b", "written");
    },
  ];
  const servers = { a: datagrams([order]), b: datagrams() };
  const faults: Fault[] = [pause(11, 89), { kind: "crash", node: "a", atMs: 50, unsynced: "lost" }];
  const times = { ...STEADY, syncTime: 5, servers, forMs: 200 };
  const run = await simulate({ ...times, faults: faults.slice(0, 1) });
  expect(story(run, "a")).toEqual([
    "10 a writes",
    "11 a pause",
    "100 a resume",
    "100 a synced",
    "100 a sends b written",
  ]);
  const restarted: Fault = { kind: "crash", node: "a", atMs: 50, forMs: 1, unsynced: "lost" };
  const kept = datagrams([order], { onStart: (_s, saved) => saved.log("log").entries });
  const crashed = await simulate({
    ...times,
    servers: { a: kept, b: datagrams() },
    faults: [pause(11, 89), restarted],
  });
  expect(story(crashed, "b")).toEqual([]);
  expect(crashed.states.a).toEqual([1]);
});

test("a crash in a pause forgets what was held, and the restart is not paused", async () => {
  const a = datagrams([
    [10, send("held")],
    [80, send("after the restart")],
  ]);
  const faults = [pause(5, 95), { kind: "crash", node: "a", atMs: 40, forMs: 10 } as const];
  const run = await simulate({ ...STEADY, servers: { a, b: datagrams() }, faults, forMs: 200 });
  expect(story(run)).toEqual([
    "5 a pause",
    "40 a crash",
    "50 a start",
    "80 a sends b after the restart",
    "90 b gets after the restart",
  ]);
});

test("a pause from the beginning is one of a server that runs, and pauses that overlap are one", async () => {
  const a = datagrams([[0, send("first")]]);
  const faults = [pause(0, 20), pause(10, 30)];
  const run = await simulate({ ...STEADY, servers: { a, b: datagrams() }, faults, forMs: 100 });
  expect(story(run, "a")).toEqual(["0 a pause", "40 a resume", "40 a sends b first"]);
});

test("timers have names: set again they are replaced, cancelled they are gone", async () => {
  const a = datagrams([
    [0, (out) => out.setTimer("again", 10)],
    [5, (out) => out.setTimer("again", 10)],
    [6, (out) => out.setTimer("never", 10)],
    [7, (out) => out.cancelTimer("never")],
    [8, (out) => out.cancelTimer("unknown")],
    [20, (out) => out.setTimer("at once", 0)],
  ]);
  const run = await simulate({ ...STEADY, servers: { a }, forMs: 100 });
  expect(story(run)).toEqual(["15 a timer again", "20 a timer at once"]);
});

test("a crash ends timers, role and state, and overlapping crashes are one", async () => {
  const a = datagrams([[0, (out) => out.setTimer("never", 30)]], {
    onStart: (_self, _saved, nowMs) => ({ role: "follower", sinceMs: nowMs }),
  });
  const faults: Fault[] = [
    { kind: "crash", node: "a", atMs: 10, forMs: 5 },
    { kind: "crash", node: "a", atMs: 12, forMs: 8 },
  ];
  const run = await simulate({ ...STEADY, servers: { a }, faults, forMs: 100 });
  expect(story(run)).toEqual(["0 a is follower", "10 a crash", "20 a start", "20 a is follower"]);
  expect(run.states.a).toEqual({ role: "follower", sinceMs: 20 });
});

test("a server that dies for good keeps its last state for whoever looks", async () => {
  const a = datagrams([], { onStart: () => ({ role: "leader" }) });
  const faults: Fault[] = [{ kind: "crash", node: "a", atMs: 10 }];
  const seen: unknown[] = [];
  const run = await simulate({
    ...STEADY,
    servers: { a },
    faults,
    forMs: 100,
    always: (view) => seen.push(view.state("a")),
  });
  expect(seen.at(-1)).toBeUndefined();
  expect(run.states.a).toEqual({ role: "leader" });
});

test("a handler that a protocol leaves out is not missed", async () => {
  const bare = { wire: "connection" as const, onStart: () => ({}), onMessage() {} };
  const b = puppet([
    [0, (out) => out.connect("a")],
    [30, (out) => out.close("a")],
  ]);
  const run = await simulate({ ...STEADY, servers: { a: bare, b }, forMs: 100 });
  expect(story(run, "a")).toEqual(["10 a connected b", "40 a disconnected b"]);
});
