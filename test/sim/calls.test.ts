/** Calls, closes and new connections: which connection a message belongs to, and that both ends agree on it. */

import { type Fault, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";
import { connect, puppet, STEADY, send, story } from "./puppet.ts";

test("a call is not made twice", async () => {
  const a = puppet([
    [0, connect("b")],
    [1, connect("b")],
    [50, connect("b")],
  ]);
  const run = await simulate({ ...STEADY, servers: { a, b: puppet() }, forMs: 100 });
  expect(story(run)).toEqual(["10 b connected a", "20 a connected b"]);
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
    '"z" is no server to reach; these are: a, b',
  );
  const lonely = puppet([[3, connect("a")]]);
  await expect(simulate({ ...STEADY, servers: { a: lonely }, forMs: 10 })).rejects.toThrow(
    "a connects to itself",
  );
});
