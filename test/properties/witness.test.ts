/** A paused broker does one thing more, of which its disk and the others get to know when it wakes up: so does the witness. */

import { describe, expect, test } from "vitest";
import { judge } from "../../lib/properties/broker/judge.ts";
import type { Plan } from "../../lib/properties/broker/plan.ts";
import { SITUATIONS } from "../../lib/properties/broker/situations.ts";

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
