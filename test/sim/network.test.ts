/** The connection wire: what a server may rely on while a connection lives, and what it is told when it ends. */

import { type Fault, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";
import { puppet, STEADY, story } from "./puppet.ts";

const connect = (peer: string) => (out: { connect(to: string): void }) => out.connect(peer);
const send = (peer: string, message: string) => (out: { send(to: string, m: unknown): void }) =>
  out.send(peer, message);

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

test("a call is not made twice", async () => {
  const a = puppet([
    [0, connect("b")],
    [1, connect("b")],
    [50, connect("b")],
  ]);
  const run = await simulate({ ...STEADY, servers: { a, b: puppet() }, forMs: 100 });
  expect(story(run)).toEqual(["10 b connected a", "20 a connected b"]);
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

test("a close is told to the peer after what was sent before it, and not to the one that closes", async () => {
  const a = puppet([
    [0, connect("b")],
    [
      30,
      (out) => {
        out.send("b", "last");
        out.close("b");
        out.send("b", "too late");
      },
    ],
  ]);
  const b = puppet([[35, send("a", "unread")]]);
  const run = await simulate({ ...STEADY, servers: { a, b }, forMs: 100 });
  expect(story(run).slice(2)).toEqual([
    "30 a sends b last",
    "30 a sends b too late",
    "30 a to b is lost: not connected",
    "35 b sends a unread",
    "40 b gets last",
    "40 b disconnected a",
    "45 b to a is lost: broken",
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

test("a new connection does not wait for what a break has lost", async () => {
  const faults: Fault[] = [
    { kind: "delay", byMs: 500, atMs: 29, forMs: 2 },
    { kind: "break", between: ["a", "b"], atMs: 40 },
  ];
  const a = puppet([
    [0, connect("b")],
    [30, send("b", "late")],
    [50, connect("b")],
  ]);
  const run = await simulate({ ...STEADY, servers: { a, b: puppet() }, faults, forMs: 1000 });
  expect(story(run, "a").slice(-1)).toEqual(["70 a connected b"]);
});

test("two servers that call each other at once get one connection that both know", async () => {
  const both = (peer: string) =>
    puppet([[0, connect(peer)]], { onConnected: (_s, _n, from, out) => out.send(from, "hello") });
  const run = await simulate({ ...STEADY, servers: { a: both("b"), b: both("a") }, forMs: 100 });
  expect(story(run)).toEqual([
    "10 b connected a",
    "10 b sends a hello",
    "20 a connected b",
    "20 a sends b hello",
    "20 a gets hello",
    "30 b gets hello",
  ]);
});

test("a call that was given up for the other's is hung up when the other's ends first", async () => {
  const a = puppet([
    [0, connect("b")],
    [5, (out) => out.close("b")],
  ]);
  const b = puppet([[0, connect("a")]]);
  const delay: Fault = { kind: "delay", from: ["b"], byMs: 20, atMs: 0, forMs: 5 };
  const run = await simulate({ ...STEADY, servers: { a, b }, faults: [delay], forMs: 200 });
  expect(story(run).slice(2)).toEqual([
    "10 b connected a",
    "15 b disconnected a",
    "30 a connected b",
    "50 a disconnected b",
  ]);
});

test("a message that waited for the disk does not leave on a later connection", async () => {
  const answering = puppet([], {
    onMessage(_state, _nowMs, from, _message, out) {
      out.put("x", 1);
      out.send(from, "an answer on the old connection");
    },
  });
  const a = puppet(
    [
      [0, connect("b")],
      [30, send("b", "question")],
    ],
    { onDisconnected: (_s, _n, peer, out) => out.connect(peer) },
  );
  const faults: Fault[] = [{ kind: "break", between: ["a", "b"], atMs: 41 }];
  const servers = { a, b: answering };
  const run = await simulate({ ...STEADY, syncTime: 100, servers, faults, forMs: 500 });
  expect(story(run).slice(3)).toEqual([
    "40 b gets question",
    "40 b writes",
    "41 break begins",
    "41 b disconnected a",
    "41 a disconnected b",
    "51 b connected a",
    "61 a connected b",
    "140 b synced",
    "140 b sends a an answer on the old connection",
    "140 b to a is lost: broken",
  ]);
});

test("close and connect in one step give a new connection, also when the disk is slow", async () => {
  const a = puppet([
    [0, connect("b")],
    [
      30,
      (out) => {
        out.put("x", 1);
        out.close("b");
        out.connect("b");
      },
    ],
  ]);
  const run = await simulate({ ...STEADY, servers: { a, b: puppet() }, forMs: 100 });
  expect(story(run).slice(2)).toEqual([
    "30 a writes",
    "31 a synced",
    "41 b disconnected a",
    "41 b connected a",
    "51 a connected b",
  ]);
});

test("close, connect and close again leave no connection", async () => {
  const a = puppet([
    [0, connect("b")],
    [
      30,
      (out) => {
        out.put("x", 1);
        out.close("b");
        out.connect("b");
        out.close("b");
      },
    ],
  ]);
  const run = await simulate({ ...STEADY, servers: { a, b: puppet() }, forMs: 100 });
  expect(story(run).slice(-1)).toEqual(["41 b disconnected a"]);
});

test("a server that nobody declared cannot be reached, and the error lists who can", async () => {
  const a = puppet([[3, send("z", "hello")]]);
  await expect(simulate({ ...STEADY, servers: { a, b: puppet() }, forMs: 10 })).rejects.toThrow(
    'There is no server "z" to reach; the servers are a, b.',
  );
  const lonely = puppet([[3, connect("a")]]);
  await expect(simulate({ ...STEADY, servers: { a: lonely }, forMs: 10 })).rejects.toThrow(
    "a connects to itself",
  );
});
