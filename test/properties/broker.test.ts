/** What random worlds of the broker cluster come to too seldom: what its clients do, and how the judge notes it. */

import { expect, test } from "vitest";
import type { Answer, Broker, Request } from "../../lib/broker/index.ts";
import { type LogEvent, logChecker } from "../../lib/check/index.ts";
import { type Plan, QUIET_MS, UP_MS } from "../../lib/properties/broker/plan.ts";
import type { Notes } from "../../lib/properties/broker/stage.ts";
import { Syncs } from "../../lib/properties/broker/syncs.ts";
import { Wire } from "../../lib/properties/broker/wire.ts";
import { scenarioOf } from "../../lib/properties/broker/world.ts";
import { type NodeId, sent, simulate, type View } from "../../lib/sim/index.ts";

const ignore = () => {};
const unheard = { saw: ignore, accuse: ignore, done: ignore };

/** The client c1 and some brokers, of which each has been told of a term of the groups' coordinator. */
function wired(terms: Readonly<Record<NodeId, number>>) {
  const taken: LogEvent[] = [];
  let operations = 0;
  const take: Notes["take"] = (event) => taken.push(event);
  const next = () => ++operations;
  const wire = new Wire(Object.keys(terms), { ...unheard, take, next }, new Syncs());
  const told = (id: NodeId) => {
    const topics = new Map([["__consumer_offsets", { partitions: [{ leaderEpoch: terms[id] }] }]]);
    return { image: { topics } } as unknown as Broker;
  };
  const view: View = { atMs: 0, trace: [], state: told };
  const passes = (from: NodeId, to: NodeId, call: number, said: Request | Answer) => {
    const event = { message: 0, body: { ...said, call }, index: 0, atMs: 0, cause: undefined };
    wire.take({ kind: "send", node: from, to, ...event }, view);
    wire.take({ kind: "deliver", node: to, from, sentMs: 0, ...event }, view);
  };
  return {
    taken,
    asks: (broker: NodeId, call: number, said: Request) => passes("c1", broker, call, said),
    answers: (broker: NodeId, call: number, said: Answer) => passes(broker, "c1", call, said),
  };
}

const at = { topic: "t", partition: 0 };
const member = { group: "g", memberId: "c1-1" };

/** What is wrong when b1 has 3 committed and then b2 has 5, and b1 is asked afterwards. */
function wrongWhen(terms: { readonly b1: number; readonly b2: number }, offset: number | null) {
  const { taken, asks, answers } = wired(terms);
  for (const [call, broker, committed] of [
    [1, "b1", 3],
    [2, "b2", 5],
  ] as const) {
    const offsets = [{ ...at, offset: committed }];
    asks(broker, call, { kind: "offsetCommit", ...member, generation: 1, offsets });
    answers(broker, call, { kind: "done" });
  }
  asks("b1", 3, { kind: "offsetFetch", group: "g", ...at });
  answers("b1", 3, { kind: "offset", offset, leaderEpoch: -1 });
  const checker = logChecker();
  for (const event of taken) checker.take(event);
  return checker.verdict().anomalies.map(({ name }) => name);
}

test("a coordinator that has not heard of the next one owes what was committed in its own term", () => {
  expect(wrongWhen({ b1: 0, b2: 1 }, 3)).toEqual([]);
  expect(wrongWhen({ b1: 0, b2: 1 }, null)).toEqual(["committed-offset-regression"]);
});

test("whoever has heard of a term owes all that was committed in it and before", () => {
  expect(wrongWhen({ b1: 1, b2: 1 }, 3)).toEqual(["committed-offset-regression"]);
  expect(wrongWhen({ b1: 2, b2: 1 }, 3)).toEqual(["committed-offset-regression"]);
});

test("a member's share counts in the generation that it asked for, whatever another coordinator says late", () => {
  const { taken, asks, answers } = wired({ b1: 0, b2: 1 });
  const join = { sessionTimeoutMs: 300, rebalanceTimeoutMs: 400, protocols: ["range"] };
  const metadata = { topics: ["t"], owned: [], generation: -1 };
  asks("b1", 1, { kind: "joinGroup", ...member, ...join, metadata });
  asks("b2", 2, { kind: "joinGroup", ...member, ...join, metadata });
  const joined = { kind: "joined", memberId: member.memberId, protocol: "range" } as const;
  const others = { leader: "c2-1", members: new Map() };
  answers("b2", 2, { ...joined, ...others, generation: 3 });
  asks("b2", 3, { kind: "syncGroup", ...member, generation: 3, assignments: new Map() });
  answers("b1", 1, { ...joined, ...others, generation: 2 });
  answers("b2", 3, { kind: "synced", assignment: [at] });
  const by = { group: "g", generation: 3 };
  expect(taken).toEqual([{ kind: "assigned", client: "c1-1", partitions: ["t-0"], by }]);
});

test("an operator begins nothing new in the calm", async () => {
  // Each takes a second: one after the other, they take longer than the run.
  const does = ["electPreferred", "electPreferred", "makeAnew"] as const;
  const plan: Plan = {
    seed: 1,
    brokers: 3,
    servers: 1,
    partitions: 1,
    config: { minInsyncReplicas: 2 },
    syncMs: 10,
    producers: [],
    consumers: [],
    operations: does.map((each) => ({ does: each, atMs: QUIET_MS - UP_MS - 100 })),
    faults: [],
  };
  const notes: Notes = { ...unheard, take: ignore, next: () => 0 };
  const { trace } = await simulate(scenarioOf(plan, notes));
  const asked = sent(trace).filter(({ from, to }) => from === "admin" && to !== from);
  const last = Math.max(...asked.map(({ atMs }) => atMs));
  expect(last).toBeGreaterThan(QUIET_MS - 100);
  expect(last).toBeLessThan(QUIET_MS + 100);
});
