/** Systems that keep a world busy: what `quorumlab bench` measures it with. */

import { type Protocol, type Scenario, withProgram } from "../../sim/index.ts";
import { busy } from "./ensemble.ts";

export type Scene = {
  readonly name: string;
  readonly scenario: Scenario;
};

const BALLS = 64;
type Ball = { readonly kind: "ball"; readonly name: string; readonly hops: number };

/** Sends whatever it gets back to where it came from. */
const echo: Protocol<{ seen: number }, Ball> = {
  wire: "datagram",
  onStart({ id, peers: [peer] }, _saved, _nowMs, out) {
    if (id === "a" && peer !== undefined) {
      for (let n = 0; n < BALLS; n++) out.send(peer, { kind: "ball", name: `b${n}`, hops: 0 });
    }
    return { seen: 0 };
  },
  onMessage(state, _nowMs, from, ball, out) {
    state.seen += 1;
    out.send(from, { ...ball, hops: ball.hops + 1 });
  },
};

const TOKENS = 8;
type Token = { readonly kind: "token"; readonly from: string; readonly hops: number };

/** Passes every token on to the next server, and sets its timer anew with each. */
const ring: Protocol<{ next: string; passed: number; silences: number }, Token> = {
  wire: "connection",
  onStart({ id, peers }, _saved, _nowMs, out) {
    const next = peers.find((peer) => peer > id) ?? (peers[0] as string);
    out.connect(next);
    out.setTimer("silence", 20);
    return { next, passed: 0, silences: 0 };
  },
  onConnected(state, _nowMs, peer, out) {
    if (peer !== state.next) return;
    for (let n = 0; n < TOKENS; n++) out.send(peer, { kind: "token", from: peer, hops: 0 });
  },
  onMessage(state, _nowMs, _from, token, out) {
    state.passed += 1;
    out.setTimer("silence", 20);
    out.send(state.next, { ...token, hops: token.hops + 1 });
  },
  onTimer(state, _nowMs, _name, out) {
    state.silences += 1;
    out.setTimer("silence", 20);
  },
};

type Request = { readonly kind: "ask"; readonly n: number };
type Answer = { readonly kind: "written"; readonly n: number } | { readonly kind: "lost" };

/** Writes down what it is asked, and answers. */
const store: Protocol<{ written: number }, Request | Answer> = {
  wire: "connection",
  onStart(_self, saved) {
    const { start, entries } = saved.log("asked");
    return { written: start + entries.length };
  },
  onMessage(state, _nowMs, from, message, out) {
    if (message.kind !== "ask") return;
    state.written += 1;
    out.append("asked", message);
    out.send(from, { kind: "written", n: message.n });
    if (state.written % 100 === 0) out.dropHead("asked", state.written);
  },
};

/** Carries questions from its program to the store, and answers back. */
const asker: Protocol<{ self: string; asked: Request | undefined }, Request | Answer> = {
  wire: "connection",
  onStart(self, _saved, _nowMs, out) {
    out.connect("store");
    return { self: self.id, asked: undefined };
  },
  onConnected(state, _nowMs, peer, out) {
    if (state.asked !== undefined) out.send(peer, state.asked);
  },
  onDisconnected(_state, _nowMs, _peer, out) {
    out.setTimer("again", 5);
  },
  onTimer(_state, _nowMs, _name, out) {
    out.connect("store");
  },
  onMessage(state, _nowMs, from, message, out) {
    if (from === state.self) state.asked = message as Request;
    else state.asked = undefined;
    out.send(from === state.self ? "store" : state.self, message);
  },
};

const client = withProgram(asker, async (host) => {
  for (let n = 0; ; n++) {
    host.send({ kind: "ask", n });
    await host.receive();
    await host.sleep(host.random());
  }
});

/** Each lasts a second or so of wall time. */
export const SCENES: readonly Scene[] = [
  {
    name: `echo pair, ${BALLS} datagrams`,
    scenario: { seed: 1, servers: { a: echo, b: echo }, forMs: 8_000 },
  },
  {
    name: `ring of 5, ${5 * TOKENS} messages, timers`,
    scenario: {
      seed: 1,
      servers: { s1: ring, s2: ring, s3: ring, s4: ring, s5: ring },
      forMs: 10_000,
    },
  },
  {
    name: "store, 8 programs, disk, faults",
    scenario: {
      seed: 1,
      servers: {
        store,
        ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8].map((n) => [`c${n}`, client])),
      },
      faults: Array.from({ length: 40 }, (_, n) => [
        { kind: "crash", node: "store", atMs: 250 * n + 100, forMs: 10 } as const,
        { kind: "cut", from: ["store"], to: ["c1"], atMs: 250 * n + 150, forMs: 20 } as const,
        { kind: "pause", node: "c2", atMs: 250 * n + 200, forMs: 20 } as const,
      ]).flat(),
      forMs: 10_000,
    },
  },
  { name: "ensemble of 3, 5 clients × 20/s, faults", scenario: busy },
];
