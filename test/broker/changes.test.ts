/** What a controller makes of a request, and of brokers that come and go: changes, or the code that says why not. */

import { describe, expect, test } from "vitest";
import { heal, plan } from "../../lib/broker/changes.ts";
import { electLeader } from "../../lib/broker/decisions.ts";
import type { TopicConfig } from "../../lib/broker/kafka.ts";
import type { ControllerRequest, PartitionState } from "../../lib/broker/messages.ts";
import type { Change, Office } from "../../lib/broker/state.ts";
import { BROKERS, imageOf } from "./alone.ts";

type Known = { readonly alive?: readonly string[]; readonly config?: TopicConfig };

/** An office that knows the topic "t", with one partition, and these brokers: all unless told. */
function officeOf(state: Partial<PartitionState>, { alive, config = {} }: Known = {}): Office {
  const brokers = new Map([...BROKERS].filter(([id]) => alive?.includes(id) ?? true));
  const topics = new Map(imageOf(state, { config }).topics);
  const own = { epoch: 1, epochVersion: 1, number: 1, found: new Map(), tasks: [] };
  return { ...own, brokers, topics, doing: undefined };
}

/** "b1 leads b1 b2 in epoch 1, version 3" */
function said(changes: readonly Change[]): string[] {
  return changes.map((change) => {
    if (change.kind !== "partition") return change.kind;
    const { leader, isr, leaderEpoch, partitionEpoch } = change.state;
    return `${leader} leads ${isr.join(" ")} in epoch ${leaderEpoch}, version ${partitionEpoch}`;
  });
}

function planned(
  request: ControllerRequest,
  state: Partial<PartitionState> = {},
  known: Known = {},
): string | string[] {
  const changes = plan({ office: officeOf(state, known), electLeader, random: () => 0 }, request);
  return typeof changes === "string" ? changes : said(changes);
}

const at = { topic: "t", partition: 0 };
const create = (topic: string, partitions = 1, replicas = 1) =>
  ({ kind: "createTopic", topic, partitions, replicas }) as const;
const grow = (partitions: number) =>
  ({ kind: "createPartitions", topic: "t", partitions }) as const;
const elect = (election: "preferred" | "unclean") =>
  ({ kind: "electLeader", ...at, election }) as const;
const alter = (isr: Record<string, number>, leaderEpoch = 0, partitionEpoch = 0, id = 7) => {
  const own = { topicId: id, leaderEpoch, partitionEpoch, isr: new Map(Object.entries(isr)) };
  return { kind: "alterPartition", ...at, ...own } as const;
};

describe("a topic is made", () => {
  test.each([
    ["that is there", create("t"), "TOPIC_ALREADY_EXISTS"],
    ["without a name", create(""), "INVALID_TOPIC_EXCEPTION"],
    ["with another sign", create("a/b"), "INVALID_TOPIC_EXCEPTION"],
    ["that is a folder", create(".."), "INVALID_TOPIC_EXCEPTION"],
    ["with a name of 250 letters", create("a".repeat(250)), "INVALID_TOPIC_EXCEPTION"],
    ["with more replicas than brokers are alive", create("u", 1, 4), "INVALID_REPLICATION_FACTOR"],
    ["without partitions and replicas", create("u", 0, 0), "INVALID_REPLICATION_FACTOR"],
    ["without partitions, with too many replicas", create("u", 0, 4), "INVALID_PARTITIONS"],
  ])("not one %s", (_, request, code) => {
    expect(planned(request)).toBe(code);
  });

  test("not one that differs from another by dots only: what measures Kafka calls both alike", () => {
    const { topics, ...office } = officeOf({});
    const [state] = topics.values();
    const known = new Map(state && [["a_b.c", state]]);
    const planning = { office: { ...office, topics: known }, electLeader, random: () => 0 };
    expect(plan(planning, create("a.b_c"))).toBe("INVALID_TOPIC_EXCEPTION");
    expect(plan(planning, create("a.bc"))).toHaveLength(1);
  });

  test("as Kafka places it, each partition led by its first replica, all of them in sync", () => {
    const request = { ...create(`a.B_9-${"z".repeat(243)}`, 4, 2), config: { segmentBytes: 9 } };
    const [change] = plan({ office: officeOf({}), electLeader, random: () => 0 }, request);
    if (typeof change === "string" || change?.kind !== "topic") throw new Error(`${change}`);
    expect(change.state.config).toEqual({ segmentBytes: 9 });
    const { partitions } = change.state;
    expect(partitions.map(({ replicas }) => replicas.join(" "))).toEqual([
      "b1 b2",
      "b2 b3",
      "b3 b1",
      "b1 b3",
    ]);
    for (const { replicas, leader, brokerEpoch, isr, leaderEpoch, partitionEpoch } of partitions) {
      expect([leader, brokerEpoch, isr]).toEqual([
        replicas[0],
        BROKERS.get(leader ?? ""),
        replicas,
      ]);
      expect([leaderEpoch, partitionEpoch]).toEqual([0, 0]);
    }
  });
});

describe("of a topic that is not there, or a partition,", () => {
  const away = { topic: "u", partition: 0 };
  test.each<ControllerRequest>([
    { kind: "deleteTopic", topic: "u" },
    { ...grow(2), topic: "u" },
    { ...elect("preferred"), ...away },
    { ...alter({}), ...away },
    { ...elect("unclean"), partition: 1 },
    { ...alter({}), partition: 1 },
  ])("nothing is known: %j", (request) => {
    expect(planned(request)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
  });
});

test("a topic is deleted", () => {
  expect(planned({ kind: "deleteTopic", topic: "t" })).toEqual(["noTopic"]);
});

describe("partitions are added", () => {
  test.each([
    ["not when there are so many", grow(1), ["b1", "b2", "b3"], "INVALID_PARTITIONS"],
    ["not when too few brokers are alive", grow(2), ["b1", "b2"], "INVALID_REPLICATION_FACTOR"],
  ])("%s", (_, request, alive, code) => {
    expect(planned(request, {}, { alive })).toBe(code);
  });

  test("behind those that are there, which stay as they are", () => {
    const office = officeOf({ leaderEpoch: 4, leader: "b3", isr: ["b3"] });
    const [change] = plan({ office, electLeader, random: () => 0 }, grow(3));
    if (typeof change === "string" || change?.kind !== "topic") throw new Error(`${change}`);
    const { id, partitions } = change.state;
    expect([id, partitions[0]]).toEqual([7, office.topics.get("t")?.partitions[0]]);
    expect(partitions.map(({ leader }) => leader)).toEqual(["b3", "b2", "b3"]);
  });
});

describe("other replicas come in sync (ReplicationControlManager.validateAlterPartitionData)", () => {
  const state = { isr: ["b1", "b2"], leaderEpoch: 3, partitionEpoch: 5 };

  test.each([
    ["of a topic before (KAFKA-12257)", alter({ b1: 11 }, 3, 5, 6), "UNKNOWN_TOPIC_OR_PARTITION"],
    ["of an older term", alter({ b1: 11 }, 2, 5), "FENCED_LEADER_EPOCH"],
    ["of a term that nobody knows", alter({ b1: 11 }, 4, 5), "FENCED_LEADER_EPOCH"],
    ["after the state has changed", alter({ b1: 11 }, 3, 4), "INVALID_UPDATE_VERSION"],
    ["in another life (KIP-903)", alter({ b1: 11, b3: 12 }, 3, 5), "INELIGIBLE_REPLICA"],
  ])("not %s", (_, request, code) => {
    expect(planned(request, state)).toBe(code);
  });

  test("not when they are not registered (KIP-841); but who is in sync already may stay", () => {
    const alive = ["b1"];
    const joins = alter({ b1: 11, b3: 13 }, 3, 5);
    expect(planned(joins, state, { alive })).toBe("INELIGIBLE_REPLICA");
    const stays = alter({ b1: 11, b2: -1 }, 3, 5);
    expect(planned(stays, state, { alive })).toEqual(["b1 leads b1 b2 in epoch 3, version 6"]);
  });

  test("or fall out, in the same term", () => {
    const joins = alter({ b1: 11, b2: 12, b3: 13 }, 3, 5);
    expect(planned(joins, state)).toEqual(["b1 leads b1 b2 b3 in epoch 3, version 6"]);
    expect(planned(alter({ b1: 11 }, 3, 5), state)).toEqual(["b1 leads b1 in epoch 3, version 6"]);
  });
});

describe("an election that is asked for", () => {
  const none = { leader: null, isr: ["b1"] };
  test.each([
    [
      "preferred",
      "is not needed where the first replica leads",
      {},
      "b1 b2",
      "ELECTION_NOT_NEEDED",
    ],
    [
      "preferred",
      "needs the first replica alive",
      { leader: "b2" },
      "b2 b3",
      "PREFERRED_LEADER_NOT_AVAILABLE",
    ],
    [
      "preferred",
      "needs the first replica in sync",
      { leader: "b2", isr: ["b2", "b3"] },
      "b1 b2 b3",
      "PREFERRED_LEADER_NOT_AVAILABLE",
    ],
    ["unclean", "is not needed where somebody leads", {}, "b1", "ELECTION_NOT_NEEDED"],
    ["unclean", "needs somebody alive", none, "", "ELIGIBLE_LEADERS_NOT_AVAILABLE"],
  ] as const)("(%s) %s", (election, _, state, alive, code) => {
    expect(planned(elect(election), state, { alive: alive.split(" ") })).toBe(code);
  });

  test("makes the first replica lead, or any that is alive, in a new epoch", () => {
    expect(planned(elect("preferred"), { leader: "b2" })).toEqual([
      "b1 leads b1 b2 b3 in epoch 1, version 1",
    ]);
    expect(planned(elect("unclean"), none, { alive: ["b2", "b3"] })).toEqual([
      "b2 leads b2 in epoch 1, version 1",
    ]);
  });
});

describe("when brokers have come or gone", () => {
  const none = { leader: null, brokerEpoch: -1 };
  const unclean = { uncleanLeaderElection: true };

  test.each<[string, Partial<PartitionState>, string, string[], TopicConfig?]>([
    ["nothing changes where all are alive", {}, "b1 b2 b3", []],
    [
      "a dead follower falls out, in the same term",
      {},
      "b1 b3",
      ["b1 leads b1 b3 in epoch 0, version 1"],
    ],
    ["a dead leader is replaced", {}, "b2 b3", ["b2 leads b2 b3 in epoch 1, version 1"]],
    [
      "a leader in its next life is elected anew",
      { brokerEpoch: 10 },
      "b1 b2 b3",
      ["b1 leads b1 b2 b3 in epoch 1, version 1"],
    ],
    [
      "nobody leads where nobody in sync is alive, and the last stay",
      { isr: ["b1"] },
      "b2 b3",
      ["null leads b1 in epoch 1, version 1"],
    ],
    ["nothing changes where still nobody can lead", { ...none, isr: ["b1"] }, "b2 b3", []],
    [
      "who is in sync leads when it is back",
      { ...none, isr: ["b1"] },
      "b1 b2",
      ["b1 leads b1 in epoch 1, version 1"],
    ],
    [
      "any other leads at once, where the topic wants so",
      { ...none, isr: ["b1"] },
      "b2 b3",
      ["b2 leads b2 in epoch 1, version 1"],
      unclean,
    ],
  ])("%s", (_, state, alive, changes, config = {}) => {
    const office = officeOf(state, { alive: alive.split(" "), config });
    expect(said(heal({ office, electLeader, random: () => 0 }))).toEqual(changes);
  });

  test("a new leader leads by the registration that is known of it", () => {
    const office = officeOf({}, { alive: ["b2"] });
    const [change] = heal({ office, electLeader, random: () => 0 });
    expect(change?.kind === "partition" && change.state.brokerEpoch).toBe(12);
  });
});
