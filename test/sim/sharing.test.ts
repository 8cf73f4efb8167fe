/** What crosses between servers is plain data, and nobody shares it. */

import { type Protocol, simulate, withProgram } from "quorumlab/sim";
import { expect, test } from "vitest";
import { datagrams, puppet, STEADY } from "./puppet.ts";

test("a message that is not plain is refused with the path of the culprit", async () => {
  const a = datagrams([[1, (out) => out.send("b", { at: [{ when: new Date(0) }] })]]);
  await expect(simulate({ ...STEADY, servers: { a, b: datagrams() }, forMs: 10 })).rejects.toThrow(
    '"at.0.when" is a Date; messages, state and records are plain data.',
  );
});

test("a state that is not plain is refused with the name of its server", async () => {
  const a = puppet([], { onStart: () => ({ cache: { get: () => 1 } }) });
  await expect(simulate({ ...STEADY, servers: { a }, forMs: 10 })).rejects.toThrow(
    '"a.cache.get" is a function',
  );
});

test("what a handler changes after it sent or wrote it changes nothing", async () => {
  const cart = { items: ["book"] };
  const a = datagrams([
    [
      1,
      (out) => {
        out.send("b", cart);
        out.append("log", cart);
        out.put("cell", cart);
        cart.items.push("after the send");
      },
    ],
  ]);
  const got: unknown[] = [];
  const b = datagrams([], {
    onMessage(_state, _nowMs, _from, message) {
      got.push(structuredClone(message));
      (message as typeof cart).items.push("by b");
    },
  });
  const run = await simulate({ ...STEADY, servers: { a, b, c: datagrams() }, forMs: 100 });
  expect(got).toEqual([{ items: ["book"] }]);
  for (const event of run.trace.events) {
    if ("body" in event) expect(event.body).toEqual({ items: ["book"] });
    if (event.kind === "write") expect(JSON.stringify(event.effect)).toContain('["book"]');
  }
});

test("a datagram that arrives twice is two things, and a program shares nothing with its protocol", async () => {
  const seen: unknown[] = [];
  const touching = datagrams([], {
    onMessage(_state, _nowMs, from, message, out) {
      const list = message as string[];
      list.push("touched");
      if (from === "a") out.send("b", list);
      list.push("again");
    },
  });
  const b = withProgram(touching, async (host) => {
    const mine = ["mine"];
    host.send(mine);
    mine.push("later");
    for (;;) {
      const list = (await host.receive()) as string[];
      seen.push([...list]);
      list.push("by the program");
    }
  });
  const a = datagrams([[0, (out) => out.send("b", ["x"])]]);
  const faults = [{ kind: "duplicate", probability: 1, atMs: 0 } as const];
  const { trace } = await simulate({ ...STEADY, servers: { a, b }, faults, forMs: 100 });
  const answers = Array(2).fill(["x", "touched"]);
  expect(seen).toEqual(answers);
  const sent = trace.events.flatMap((event) => (event.kind === "send" ? [event.body] : []));
  expect(sent).toEqual([["mine"], ["x"], ...answers]);
});

test("the states that a run returns are copies", async () => {
  const shared = { list: [1] };
  const protocol: Protocol<typeof shared, never> = {
    wire: "datagram",
    onStart: () => shared,
    onMessage() {},
  };
  const run = await simulate({ ...STEADY, servers: { a: protocol }, forMs: 1 });
  shared.list.push(2);
  expect(run.states).toEqual({ a: { list: [1] } });
});
