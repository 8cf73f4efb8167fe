/** What must hold of the broker cluster, whatever its clients ask and whatever goes wrong. */

import fc from "fast-check";
import type { TopicConfig } from "quorumlab/broker";
import type { System, SystemProperty } from "../system.ts";
import { type Judged, judge } from "./judge.ts";
import { type Emphasis, plans } from "./plan.ts";
import { SITUATIONS } from "./situations.ts";

const steady: Emphasis["faults"] = [
  "crash",
  "pause",
  "cut",
  "part",
  "break",
  "stall",
  "delay",
  "rate",
  "jump",
];

function property(
  says: string,
  emphasis: Emphasis,
  judged: Judged,
  situations: readonly (keyof typeof SITUATIONS)[],
): SystemProperty {
  return {
    says,
    runs: 60,
    situations: situations.map((name) => SITUATIONS[name]),
    of: (_module, saw) =>
      fc.asyncProperty(plans(emphasis), async (plan) => {
        await judge(plan, judged, saw);
      }),
  };
}

const unclean = fc.constant<TopicConfig>({ minInsyncReplicas: 1, uncleanLeaderElection: true });
const forgetful = fc.record({
  minInsyncReplicas: fc.constantFrom(1, 2),
  segmentBytes: fc.constantFrom(150, 300),
  retentionMs: fc.constantFrom(200, 600, 100_000),
  retentionBytes: fc.constantFrom(200, 600, 100_000),
});

export const system: System = {
  name: "broker",
  title: "The broker cluster",
  properties: [
    property(
      "what all in-sync replicas have acknowledged is never lost, and everybody reads one log",
      {
        faults: [
          ...steady,
          "blackout",
          "blackout",
          "islanded",
          "islanded",
          "relay",
          "relay",
          "behind",
        ],
        steps: 30,
        gapMs: 50,
      },
      {},
      ["newLeader", "shrink", "expand", "truncated", "asked", "answered"],
    ),
    property(
      "the records of an idempotent producer are written once and in order",
      {
        faults: [
          ...steady,
          "break",
          "break",
          "lateAnswers",
          "delay",
          "stranded",
          "stranded",
          "stranded",
          "islanded",
        ],
        config: fc.record({ minInsyncReplicas: fc.constantFrom(2, 3) }),
        operations: ["electPreferred"],
        steps: 40,
        gapMs: 20,
        impatient: true,
      },
      {},
      ["repeated", "fenced", "newLeader", "asked", "answered"],
    ),
    property(
      "a partition has one owner in a generation, who is left behind commits nothing, and what is committed was done",
      {
        faults: [...steady, "pause", "pause", "lateAnswers", "islanded", "relay"],
        consumers: 3,
        steps: 20,
        gapMs: 60,
      },
      { work: true },
      ["rebalancing", "zombie", "moved", "asked", "answered"],
    ),
    property(
      "a leader that was not in sync may lose records, but all replicas come to have one log",
      {
        faults: [
          ...steady,
          "blackout",
          "islanded",
          "islanded",
          "relay",
          "behind",
          "overtaken",
          "overtaken",
        ],
        config: unclean,
        acks: ["all", 1, 0],
        steps: 25,
        gapMs: 40,
      },
      {
        log: {
          excuseUnclean: true,
          allow: ["duplicate", "nonmonotonic-send", "nonmonotonic-poll", "poll-skip"],
        },
      },
      ["unclean", "truncated", "newLeader", "asked", "answered"],
    ),
    property(
      "retention deletes whole segments beyond their limits, and nothing that is not committed",
      { faults: steady, config: forgetful, steps: 30, gapMs: 40, consumers: 1 },
      {},
      ["passed", "newLeader", "asked", "answered"],
    ),
    property(
      "one controller at a time decides, and the state of a partition only moves forward",
      {
        faults: [
          ...(["crash", "pause", "cut", "part", "break", "stall", "delay", "rate"] as const),
          ...(["islanded", "islanded", "relay"] as const),
        ],
        servers: 3,
        steps: 8,
        gapMs: 120,
        operations: ["createPartitions", "electPreferred", "makeAnew"],
        troubles: 5,
      },
      {},
      ["newController", "newLeader", "madeAnew", "asked", "answered"],
    ),
  ],
};
