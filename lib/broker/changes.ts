/**
 * What the controller makes of what it is asked, as changes of the cluster's state: nothing is done here. The first
 * rule that is broken decides which error.
 */

import { placeAsKafka } from "quorumlab/estimate";
import type { NodeId } from "quorumlab/sim";
import type { Elected } from "./decisions.ts";
import type { ErrorCode } from "./errors.ts";
import type { NewTopic, TopicPartition } from "./kafka.ts";
import type { AlterPartition, ControllerRequest, PartitionState, TopicState } from "./messages.ts";
import type { BrokerDecisions, Change, Office } from "./state.ts";

/** What is needed to plan: what the controller knows, its way to elect, and luck. */
export type Planning = {
  readonly office: Office;
  readonly electLeader: BrokerDecisions["electLeader"];
  random(): number;
};

/** The changes that a request makes, or why it cannot be done. */
export function plan(planning: Planning, request: ControllerRequest): Change[] | ErrorCode {
  const { office } = planning;
  const { topic } = request;
  if (request.kind === "createTopic") return create(planning, request);
  const known = office.topics.get(topic);
  if (known === undefined) return "UNKNOWN_TOPIC_OR_PARTITION";
  if (request.kind === "deleteTopic") return [{ kind: "noTopic", topic }];
  if (request.kind === "createPartitions") {
    return addPartitions(planning, topic, known, request.partitions);
  }
  const { partition } = request;
  const state = known.partitions[partition];
  if (state === undefined) return "UNKNOWN_TOPIC_OR_PARTITION";
  const at = { topic, partition };
  if (request.kind === "electLeader") return elect(office, at, state, request.election);
  if (request.topicId !== known.id) return "UNKNOWN_TOPIC_OR_PARTITION";
  return alter(office, at, state, request);
}

/**
 * The changes after brokers have come or gone: who is dead leads no more and is in sync no more, and where nobody
 * leads somebody is elected. A leader that has registered anew has to be elected anew as well.
 */
export function heal({ office, electLeader }: Planning): Change[] {
  const { brokers } = office;
  const isAlive = (id: NodeId) => brokers.has(id);
  const changes: Change[] = [];
  for (const [topic, { config, partitions }] of office.topics) {
    for (const [partition, state] of partitions.entries()) {
      const { leader, isr, replicas, brokerEpoch } = state;
      const leads = leader !== null && brokers.get(leader) === brokerEpoch;
      const elected = leads
        ? { leader, isr: isr.filter(isAlive) }
        : electLeader(replicas, isr, isAlive, config.uncleanLeaderElection ?? false);
      const isSame = leads || (leader === null && elected.leader === null);
      if (isSame && elected.isr.length === isr.length) continue;
      const healed = leads ? inSync(state, elected.isr) : led(office, state, elected);
      changes.push({ kind: "partition", topic, partition, state: healed });
    }
  }
  return changes;
}

/** The state with other in-sync replicas. */
function inSync(state: PartitionState, isr: readonly NodeId[]): PartitionState {
  return { ...state, isr, partitionEpoch: state.partitionEpoch + 1 };
}

/** The state with a new leader, or none: a new epoch begins. */
function led({ brokers }: Office, state: PartitionState, { leader, isr }: Elected): PartitionState {
  const brokerEpoch = leader === null ? -1 : (brokers.get(leader) ?? -1);
  const leaderEpoch = state.leaderEpoch + 1;
  return { ...inSync(state, isr), leader, brokerEpoch, leaderEpoch };
}

/** A leader wants other in-sync replicas. Source: ReplicationControlManager.validateAlterPartitionData; KIP-841, KIP-903. */
function alter(
  { brokers }: Office,
  at: TopicPartition,
  state: PartitionState,
  { leaderEpoch, partitionEpoch, isr }: AlterPartition,
): Change[] | ErrorCode {
  if (leaderEpoch !== state.leaderEpoch) return "FENCED_LEADER_EPOCH";
  if (partitionEpoch !== state.partitionEpoch) return "INVALID_UPDATE_VERSION";
  // Who has begun another life since it was heard may have lost what it had.
  const isStranger = ([id, epoch]: [NodeId, number]) =>
    !state.isr.includes(id) && brokers.get(id) !== epoch;
  if ([...isr].some(isStranger)) return "INELIGIBLE_REPLICA";
  return [{ kind: "partition", ...at, state: inSync(state, [...isr.keys()]) }];
}

function elect(
  office: Office,
  at: TopicPartition,
  state: PartitionState,
  election: "preferred" | "unclean",
): Change[] | ErrorCode {
  const { brokers } = office;
  const { leader, isr, replicas } = state;
  const [preferred = null] = replicas;
  if (election === "unclean") {
    const alive = replicas.find((id) => brokers.has(id));
    if (leader !== null) return "ELECTION_NOT_NEEDED";
    if (alive === undefined) return "ELIGIBLE_LEADERS_NOT_AVAILABLE";
    const elected = { leader: alive, isr: [alive] };
    return [{ kind: "partition", ...at, state: led(office, state, elected) }];
  }
  if (leader === preferred) return "ELECTION_NOT_NEEDED";
  if (preferred === null || !brokers.has(preferred) || !isr.includes(preferred))
    return "PREFERRED_LEADER_NOT_AVAILABLE";
  return [{ kind: "partition", ...at, state: led(office, state, { leader: preferred, isr }) }];
}

function create(
  planning: Planning,
  { topic, partitions, replicas, config = {} }: NewTopic,
): Change[] | ErrorCode {
  const { office } = planning;
  if (office.topics.has(topic)) return "TOPIC_ALREADY_EXISTS";
  const isName = /^[a-zA-Z0-9._-]{1,249}$/.test(topic) && topic !== "." && topic !== "..";
  // What measures Kafka calls both alike.
  const metric = (name: string) => name.replaceAll(".", "_");
  const isTaken = [...office.topics.keys()].some((name) => metric(name) === metric(topic));
  if (!isName || isTaken) return "INVALID_TOPIC_EXCEPTION";
  if (replicas < 1) return "INVALID_REPLICATION_FACTOR";
  if (partitions < 1) return "INVALID_PARTITIONS";
  if (replicas > office.brokers.size) return "INVALID_REPLICATION_FACTOR";
  const state = { id: 0, config, partitions: place(planning, partitions, replicas) };
  return [{ kind: "topic", topic, state }];
}

/** New partitions after those that are there, none of which moves. */
function addPartitions(
  planning: Planning,
  topic: string,
  known: TopicState,
  count: number,
): Change[] | ErrorCode {
  const { partitions } = known;
  const replicas = partitions[0]?.replicas.length ?? 1;
  if (count <= partitions.length) return "INVALID_PARTITIONS";
  if (replicas > planning.office.brokers.size) return "INVALID_REPLICATION_FACTOR";
  const added = place(planning, count, replicas).slice(partitions.length);
  return [{ kind: "topic", topic, state: { ...known, partitions: [...partitions, ...added] } }];
}

/** Partitions on the brokers that are alive, each in sync and led by its first replica. */
function place(
  { office, random }: Planning,
  partitions: number,
  replicas: number,
): PartitionState[] {
  const brokers = [...office.brokers.keys()].sort();
  const draw = () => Math.floor(random() * brokers.length);
  const topic = { partitions, replicas, brokers: brokers.length };
  return placeAsKafka(topic, { start: draw(), shift: draw() }).map((numbers) => {
    const names = numbers.map((number) => brokers[number] as NodeId);
    const leader = names[0] as NodeId;
    const brokerEpoch = office.brokers.get(leader) ?? -1;
    const epochs = { brokerEpoch, leaderEpoch: 0, partitionEpoch: 0 };
    return { replicas: names, isr: names, leader, ...epochs };
  });
}
