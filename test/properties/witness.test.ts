/** A paused broker does one thing more, of which its disk and the others get to know when it wakes up: so does the witness. */

import { describe, expect, test } from "vitest";
import { judge } from "../../lib/properties/broker/judge.ts";
import type { Plan } from "../../lib/properties/broker/plan.ts";
import { SITUATIONS } from "../../lib/properties/broker/situations.ts";
import { Syncs } from "../../lib/properties/broker/syncs.ts";
import { Wire } from "../../lib/properties/broker/wire.ts";
import { Witness } from "../../lib/properties/broker/witness.ts";
import type { TraceEvent } from "../../lib/sim/index.ts";
import { Alone, batches, imageOf, records } from "../broker/alone.ts";

const step = { afterMs: 7, key: "k1", waits: false, isTooLarge: false };
const sending = { acks: "all", idempotence: true, lingerMs: 0, deliveryTimeoutMs: 3000 } as const;
const steady: Plan = {
  seed: 1,
  brokers: 3,
  servers: 1,
  partitions: 1,
  config: { minInsyncReplicas: 1 },
  syncMs: 1,
  producers: [{ ...sending, steps: Array.from({ length: 80 }, () => step) }],
  consumers: [],
  operations: [],
  faults: [],
};

describe.each([784, 788, 792, 796, 800, 804])("a lone leader that is paused at %i ms", (atMs) => {
  // What it appends alone it takes for committed at once.
  const faults: Plan["faults"] = [
    { kind: "crash", node: "b2", atMs: 420, forMs: 800 },
    { kind: "crash", node: "b3", atMs: 420, forMs: 800 },
    { kind: "pause", node: "b1", atMs, forMs: 15 },
  ];

  test("acknowledges nothing before it is written", async () => {
    await judge({ ...steady, faults }, {}, () => {});
  });

  test("has committed nothing when it dies before it wakes up", async () => {
    const crash = { kind: "crash", node: "b1", atMs: atMs + 10, forMs: 100 } as const;
    await judge({ ...steady, faults: [...faults, crash] }, {}, () => {});
  });
});

test.each([956, 960, 964, 968])(
  "what a controller that is paused at %i ms has decided and told nobody, the next one reads",
  async (atMs) => {
    // It has come to lead alone; then one that is not in sync with it comes to lead without it.
    const faults: Plan["faults"] = [
      { kind: "crash", node: "b2", atMs: 500, forMs: 300 },
      { kind: "crash", node: "b3", atMs: 500, forMs: 300 },
      { kind: "pause", node: "b1", atMs, forMs: 600 },
    ];
    const config = { minInsyncReplicas: 1, uncleanLeaderElection: true };
    const producers = [
      { ...sending, acks: 1, idempotence: false, steps: Array.from({ length: 120 }, () => step) },
    ] as const;
    const saw = new Set<string>();
    const plan = { ...steady, syncMs: 10, config, producers, faults };
    await judge(
      plan,
      { log: { excuseUnclean: true, allow: ["duplicate", "nonmonotonic-send"] } },
      (situation) => saw.add(situation),
    );
    expect(saw).toContain(SITUATIONS.unclean);
  },
);

test.each([796, 798, 800])(
  "what brokers that are paused at %i ms have deleted was too old by the date of then",
  async (atMs) => {
    const config = { minInsyncReplicas: 1, segmentBytes: 150, retentionMs: 200 };
    const faults = ["b1", "b2", "b3"].flatMap((node): Plan["faults"][number][] => [
      { kind: "pause", node, atMs, forMs: 100 },
      { kind: "skew", node, byMs: -1000, atMs: atMs + 50, forMs: 400 },
    ]);
    await judge({ ...steady, config, faults }, {}, () => {});
  },
);

const ignore = () => {};
const notes = { take: ignore, next: () => 0, saw: ignore, accuse: ignore, done: ignore };

describe("a leader of the topic 7 has committed what b3 has fetched, which is in sync", () => {
  /** @param topicId of the topic of the same name that b3 has by now, with one record or none */
  const looksAt = (topicId: number, isEmpty: boolean) => {
    const [b1, b3] = [new Alone(), new Alone()];
    b1.hears("b3", imageOf());
    b1.produces("p1");
    b1.fetches("b2", 1);
    b1.fetches("b3", 1);
    // It stands for b3: that it calls itself b1, and leads, nobody looks at.
    b3.hears("b2", imageOf({}, { id: topicId }));
    if (!isEmpty) b3.produces("p1");
    const trace: TraceEvent[] = [
      { kind: "timer", node: "b1", name: "tick", index: 0, atMs: 0, cause: undefined },
    ];
    const states = new Map([
      ["b1", b1.state],
      ["b3", b3.state],
    ]);
    new Witness(["b1", "b2", "b3"], notes).look({ atMs: 0, trace, state: (id) => states.get(id) });
  };

  test("b3 owes it nothing after it has heard before the leader that the topic is made anew", () => {
    expect(() => looksAt(8, true)).not.toThrow();
  });

  test.each([
    { topicId: 6, isEmpty: false },
    { topicId: 7, isEmpty: true },
  ])("b3 owes it while it has $topicId and no later one", ({ topicId, isEmpty }) => {
    const says = "b1 has t-0 7 committed up to 1, but b3, which is in sync, ends at 0.";
    expect(() => looksAt(topicId, isEmpty)).toThrow(says);
  });

  test("b3 has it", () => {
    expect(() => looksAt(7, false)).not.toThrow();
  });
});

describe("what b1 says after it has waited for its disk", () => {
  const happens = { message: 0, index: 0, atMs: 0, cause: undefined };
  const at = { topic: "t", partition: 0 };

  /** @param topicId of the topic of this name that b1 has when it answers, and has written a record of */
  const wired = (topicId: number) => {
    const [b1, syncs] = [new Alone(), new Syncs()];
    const wire = new Wire(["b1", "b2"], notes, syncs);
    const passes = (from: string, to: string, said: object) => {
      const view = { atMs: 0, trace: [], state: () => b1.state };
      const body = { ...at, ...said, call: 1 };
      wire.take({ kind: "send", node: from, to, body, ...happens }, view);
    };
    b1.hears("b3", imageOf());
    passes("p1", "b1", { kind: "produce", acks: "all", records: records("v"), sequenced: null });
    b1.hears("b3", imageOf({}, { id: topicId }));
    b1.produces("p1");
    const effect = { kind: "append", log: `t-0 ${topicId}`, entry: batches(0, 0)[0] } as const;
    syncs.take({ kind: "write", node: "b1", effect, ...happens });
    return passes;
  };

  test("about the topic that it has is judged by what it has", () => {
    const passes = wired(7);
    const fetch = { kind: "fetch", offset: 1, replica: { topicId: 7 } };
    expect(() => passes("b1", "b2", fetch)).toThrow("before that is on its disk");
    const produced = { kind: "produced", baseOffset: 0 };
    expect(() => passes("b1", "p1", produced)).toThrow("before that is on its disk");
  });

  test("about a topic that was made anew meanwhile says nothing of the new one", () => {
    const passes = wired(8);
    passes("b1", "b2", { kind: "fetch", offset: 1, replica: { topicId: 7 } });
    passes("b1", "p1", { kind: "produced", baseOffset: 0 });
  });
});
