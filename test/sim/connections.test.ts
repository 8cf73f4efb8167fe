/** The promise of the connection wire, over random calls, messages, closes and faults. */

import fc from "fast-check";
import {
  type Fault,
  invariant,
  type NodeId,
  type Out,
  type Protocol,
  simulate,
} from "quorumlab/sim";
import { expect, test } from "vitest";

const NODES = ["a", "b", "c"];

type Deed = {
  readonly node: NodeId;
  readonly peer: NodeId;
  readonly atMs: number;
  readonly act: "connect" | "send" | "close";
  readonly write: boolean;
};
/** The number of a message within its connection as the sender counts connections. */
type Numbered = { readonly connection: string; readonly n: number };
type Known = { readonly name: string; sent: number; got: number; theirs: string | undefined };
type Talker = {
  readonly self: NodeId;
  calling: NodeId[];
  known: Record<NodeId, Known>;
  count: number;
};

/**
 * Does its deeds, and throws when the wire breaks its promise: what arrives while a connection is known is what the
 * peer sent on one connection of its own, from the first message on, in order, with none left out.
 */
function talker(
  deeds: readonly Deed[],
  wire: "connection" | "datagram",
): Protocol<Talker, Numbered> {
  function act({ peer, act, write }: Deed, state: Talker, out: Out<Numbered>): void {
    if (write) out.put("something", peer);
    const known = state.known[peer];
    if (act === "connect") {
      out.connect(peer);
      if (known === undefined) state.calling.push(peer);
    } else if (act === "close") {
      out.close(peer);
      forget(state, peer);
    } else if (known !== undefined || wire === "datagram") {
      const { name, sent } = known ?? { name: state.self, sent: state.count++ };
      out.send(peer, { connection: name, n: sent });
      if (known !== undefined) known.sent += 1;
    }
  }
  return {
    wire,
    onStart({ id }, _saved, nowMs, out) {
      const left = deeds.entries().filter(([, { atMs, node }]) => node === id && atMs >= nowMs);
      for (const [index, { atMs }] of left) out.setTimer(`${index}`, atMs - nowMs);
      return { self: id, calling: [], known: {}, count: 0 };
    },
    onTimer: (state, _nowMs, name, out) => act(deeds[Number(name)] as Deed, state, out),
    onConnected(state, nowMs, peer) {
      invariant(state.known[peer] === undefined, `${state.self} is told twice of ${peer}`);
      forget(state, peer);
      const name = `${state.self}${state.count++}@${nowMs}`;
      state.known[peer] = { name, sent: 0, got: 0, theirs: undefined };
    },
    onDisconnected(state, _nowMs, peer) {
      const told = state.known[peer] !== undefined || state.calling.includes(peer);
      invariant(told, `${state.self} is told of the end of nothing with ${peer}`);
      forget(state, peer);
    },
    onMessage(state, _nowMs, from, { connection, n }) {
      if (wire === "datagram") state.known[from] ??= { name: "", sent: 0, got: 0, theirs: from };
      const known = state.known[from];
      invariant(known !== undefined, `${state.self} hears ${from}, which it does not know`);
      known.theirs ??= connection;
      invariant(known.theirs === connection, `${known.theirs} and ${connection} are mixed`);
      invariant(known.got === n, `message ${n} of ${connection} follows ${known.got - 1}`);
      known.got += 1;
    },
  };
}

function forget(state: Talker, peer: NodeId): void {
  delete state.known[peer];
  state.calling = state.calling.filter((other) => other !== peer);
}

const node = fc.constantFrom(...NODES);
const atMs = fc.integer({ min: 0, max: 300 });
const span = { atMs, forMs: fc.integer({ min: 1, max: 100 }) };
const deed = fc
  .record({
    node,
    peer: node,
    atMs,
    act: fc.constantFrom("connect" as const, "send" as const, "send" as const, "close" as const),
    write: fc.boolean(),
  })
  .filter((each) => each.node !== each.peer);
const side = fc.subarray(NODES, { minLength: 1 });
const kind = <Kind extends Fault["kind"]>(value: Kind) => fc.constant(value);
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ kind: kind("crash"), node, ...span }),
  fc.record({ kind: kind("pause"), node, ...span }),
  fc.record({ kind: kind("cut"), from: side, to: side, oneWay: fc.boolean(), ...span }),
  fc.record({ kind: kind("stall"), from: side, to: side, ...span }),
  fc.record({ kind: kind("delay"), from: side, byMs: fc.integer({ min: 1, max: 50 }), ...span }),
  fc.record({
    kind: kind("break"),
    between: fc.constantFrom(["a", "b"], ["c", "b"]),
    atMs,
  }) as fc.Arbitrary<Fault>,
);
/** So that there is something to break. */
const CALLS = NODES.map((name, index): Deed => {
  const peer = NODES[(index + 1) % NODES.length] as NodeId;
  return { node: name, peer, atMs: 20 * index, act: "connect", write: false };
});
const plan = {
  seed: fc.noShrink(fc.integer()),
  deeds: fc.array(deed, { minLength: 10, maxLength: 120 }).map((deeds) => [...CALLS, ...deeds]),
  faults: fc.array(fault, { maxLength: 6 }),
  syncTime: fc.constantFrom(0, 1, 20),
};
type Plan = { seed: number; deeds: Deed[]; faults: Fault[]; syncTime: number };

async function talk({ seed, deeds, faults, syncTime }: Plan, wire: "connection" | "datagram") {
  const protocol = talker(deeds, wire);
  const servers = Object.fromEntries(NODES.map((name) => [name, protocol]));
  const run = await simulate({ seed, servers, faults, syncTime, forMs: 2000 });
  return { run, states: run.states as Record<NodeId, Talker> };
}

test("a connection is first in first out, loses nothing while it lives, and both ends know of it", async () => {
  const seen = { deliver: 0, disconnected: 0, lose: 0 };
  await fc.assert(
    fc.asyncProperty(fc.record(plan), async (each) => {
      const { run, states } = await talk(each, "connection");
      for (const { kind } of run.trace.events)
        if (kind in seen) seen[kind as keyof typeof seen] += 1;
      for (const one of NODES) {
        for (const other of NODES) {
          const [here, there] = [states[one]?.known[other], states[other]?.known[one]];
          expect(here === undefined, `${one} and ${other} agree`).toBe(there === undefined);
          expect(here?.sent, `all that ${one} sent to ${other} has arrived`).toBe(there?.got);
        }
      }
    }),
    { numRuns: 600 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
});

test("a call is answered also where the other end still has a connection that its caller has lost", async () => {
  const call = { act: "connect", write: false } as const;
  // Both call at once, and the call of a stands; but a dies before it hears so, and then gets the older call of b.
  const deeds: Deed[] = [
    { node: "b", peer: "a", atMs: 10, ...call },
    { node: "a", peer: "b", atMs: 20, ...call },
    { node: "b", peer: "a", atMs: 60, ...call },
    { node: "b", peer: "a", atMs: 150, act: "send", write: false },
  ];
  const faults: Fault[] = [
    { kind: "cut", from: ["b"], to: ["a"], oneWay: true, atMs: 0, forMs: 100 },
    { kind: "crash", node: "a", atMs: 40, forMs: 10 },
  ];
  const { run, states } = await talk({ seed: 1, deeds, faults, syncTime: 0 }, "connection");
  const told = run.trace.events.flatMap((event) =>
    event.kind === "connected" || event.kind === "deliver" ? `${event.node} ${event.kind}` : [],
  );
  expect(told).toEqual(["b connected", "a connected", "a connected", "b connected", "a deliver"]);
  expect([states.a?.known.b?.got, states.b?.known.a?.sent]).toEqual([1, 1]);
});

test("datagrams do not keep that promise", async () => {
  const weather = (["drop", "duplicate", "reorder"] as const).map((name): Fault => {
    return { kind: name, atMs: 0, probability: 0.3, byMs: 20 };
  });
  const deeds = Array.from({ length: 50 }, (_, n): Deed => {
    return { node: "a", peer: "b", atMs: n, act: "send", write: false };
  });
  for (const each of weather) {
    await expect(talk({ seed: 1, deeds, faults: [each], syncTime: 0 }, "datagram")).rejects.toThrow(
      /message \d+ of a follows/,
    );
  }
});
