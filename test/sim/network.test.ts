/** The connection wire: what a server may rely on while a connection lives, and what it is told when it ends. */

import { type Fault, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";
import { connect, puppet, STEADY, send, story } from "./puppet.ts";

/** a calls b at 0 and sends a message at each of these times. */
function line(sends: readonly number[], faults: readonly Fault[], b = puppet()) {
  const orders = sends.map((atMs) => [atMs, send("b", `m${atMs}`)] as const);
  const servers = { a: puppet([[0, connect("b")], ...orders]), b };
  return simulate({ ...STEADY, servers, faults, forMs: 1000 });
}

test("who calls and who is called are both told, one message later each", async () => {
  const run = await line([25], []);
  expect(story(run)).toEqual([
    "10 b connected a",
    "20 a connected b",
    "25 a sends b m25",
    "35 b gets m25",
  ]);
});

test("a message to a peer without a connection is lost, and the trace says why", async () => {
  expect(story(await line([5], []), "a")).toEqual([
    "5 a sends b m5",
    "5 a to b is lost: not connected",
    "20 a connected b",
  ]);
});

test("a call to a server that is down from the beginning is refused", async () => {
  const run = await line([], [{ kind: "crash", node: "b", atMs: 0 }]);
  expect(story(run)).toEqual(["20 a disconnected b"]);
});

test("a break loses what is under way and tells both ends at once", async () => {
  const run = await line([30, 31], [{ kind: "break", between: ["b", "a"], atMs: 35 }]);
  expect(story(run).slice(4)).toEqual([
    "35 break begins",
    "35 a to b is lost: broken",
    "35 a to b is lost: broken",
    "35 a disconnected b",
    "35 b disconnected a",
  ]);
});

test("a crash is told to the peer, after what was sent before it, and nothing reaches the dead", async () => {
  const b = puppet([[42, send("a", "last words")]]);
  const run = await line([39], [{ kind: "crash", node: "b", atMs: 45 }], b);
  expect(story(run).slice(2)).toEqual([
    "39 a sends b m39",
    "42 b sends a last words",
    "45 b crash",
    "49 a to b is lost: down",
    "52 a gets last words",
    "55 a disconnected b",
  ]);
});

test("across a cut nobody is told anything until it heals, and then everything arrives in order", async () => {
  const cut: Fault = { kind: "cut", from: ["a"], to: ["b"], atMs: 25, forMs: 100 };
  const crash: Fault = { kind: "crash", node: "a", atMs: 60, forMs: 5 };
  expect(story(await line([30, 50], [cut, crash]), "b").slice(1)).toEqual([
    "125 b gets m30",
    "125 b gets m50",
    "125 b disconnected a",
  ]);
});

test("a cut one way lets the other way through", async () => {
  const cut: Fault = { kind: "cut", from: ["b"], to: ["a"], oneWay: true, atMs: 25, forMs: 100 };
  const b = puppet([], { onMessage: (_s, _n, from, _m, out) => out.send(from, "heard") });
  const run = await line([30], [cut], b);
  expect(story(run).slice(3)).toEqual([
    "30 a sends b m30",
    "40 b gets m30",
    "40 b sends a heard",
    "125 cut ends",
    "125 a gets heard",
  ]);
});

test("a stall keeps what is under way and then delivers it in order", async () => {
  const stall: Fault = { kind: "stall", from: ["a"], atMs: 35, forMs: 20 };
  expect(story(await line([30, 36], [stall]), "b").slice(1)).toEqual([
    "55 b gets m30",
    "55 b gets m36",
  ]);
});

test("a delay makes every message of the link later, and none overtakes another", async () => {
  const delay: Fault = { kind: "delay", from: ["a"], to: ["b"], byMs: 50, atMs: 29, forMs: 2 };
  expect(story(await line([30, 40], [delay]), "b").slice(1)).toEqual([
    "90 b gets m30",
    "90 b gets m40",
  ]);
});
