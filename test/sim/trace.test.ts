/** The trace says of every event what caused it. */

import { causesOf, sent, simulate } from "quorumlab/sim";
import { expect, test } from "vitest";
import { busy } from "./busy.ts";
import { puppet, STEADY } from "./puppet.ts";

const kinds = (events: readonly { kind: string; node?: string }[]) =>
  events.map(({ kind, node }) => `${kind} ${node}`);

test("a delivery is traced back over its sending to what its sender was handling", async () => {
  const a = puppet([[0, (out) => out.connect("b")]], {
    onConnected: (_s, _n, peer, out) => out.send(peer, "ask"),
  });
  const b = puppet([], { onMessage: (_s, _n, from, _m, out) => out.send(from, "answer") });
  const { trace } = await simulate({ ...STEADY, servers: { a, b }, forMs: 100 });
  const last = trace.events.length - 1;
  expect(kinds(causesOf(trace, last))).toEqual([
    "start a",
    "timer a",
    "connected a",
    "send a",
    "deliver b",
    "send b",
    "deliver a",
  ]);
  expect(causesOf(trace, 1e6)).toEqual([]);
});

test("events are numbered in order, time never goes back, and a cause comes before its effect", async () => {
  for (const seed of [1, 2, 3]) {
    const { trace } = await simulate(busy(seed));
    let lastMs = 0;
    for (const [index, event] of trace.events.entries()) {
      expect(event.index).toBe(index);
      expect(event.atMs).toBeGreaterThanOrEqual(lastMs);
      if (event.cause !== undefined) expect(event.cause).toBeLessThan(index);
      lastMs = event.atMs;
    }
    expect(trace.endMs).toBeGreaterThanOrEqual(lastMs);
  }
});

test("every delivery and loss names a message that was sent before, to that server", async () => {
  const { trace } = await simulate(busy(4));
  const sent = new Map<number, { node: string; to: string; body: unknown }>();
  for (const event of trace.events) {
    if (event.kind === "send") sent.set(event.message, event);
    if (event.kind === "deliver") {
      expect(sent.get(event.message)).toMatchObject({
        node: event.from,
        to: event.node,
        body: event.body,
      });
    }
    if (event.kind === "lose")
      expect(sent.get(event.message)).toMatchObject({ node: event.node, to: event.to });
  }
});

test("messages are found by what they say they are", async () => {
  const a = puppet([[0, (out) => out.connect("b")]], {
    onConnected(_s, _n, peer, out) {
      out.send(peer, { kind: "ask", what: "x" });
      out.send(peer, { kind: "tell" });
      out.send(peer, null);
    },
  });
  const { trace } = await simulate({ ...STEADY, servers: { a, b: puppet([]) }, forMs: 100 });
  const asked = sent(trace, "ask");
  expect(asked).toMatchObject([{ from: "a", to: "b", body: { kind: "ask", what: "x" } }]);
  expect(sent(trace, "ask", "tell")).toHaveLength(2);
  expect(sent(trace)).toHaveLength(3);
  expect(sent(trace, "unheard of")).toEqual([]);
});
