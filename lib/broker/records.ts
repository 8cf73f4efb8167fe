/**
 * How the cluster's state lies in the ensemble, under the paths that Kafka has used: a topic's node has its
 * configuration and the replicas of each partition, and each partition has a node for who leads and who is in sync.
 */

import type { Failure, Request, Result, Write } from "quorumlab/ensemble";
import type { NodeId } from "quorumlab/sim";
import type { TopicConfig } from "./kafka.ts";
import type { PartitionState, TopicState } from "./messages.ts";
import { askEnsemble, CONTROLLER_EPOCH, IDS, TOPICS } from "./registration.ts";
import { type Change, NOBODY, type Office, type Turn } from "./state.ts";

function nodeOf(topic: string, partition: number): string {
  return `${TOPICS}/${topic}/partitions/${partition}`;
}

/** What a topic's node has. */
type TopicData = {
  readonly config: TopicConfig;
  readonly replicas: readonly (readonly NodeId[])[];
};

/** What a partition's node has. */
type PartitionData = Pick<PartitionState, "leader" | "brokerEpoch" | "leaderEpoch" | "isr">;

function topicData({ config, partitions }: TopicState): string {
  const data: TopicData = { config, replicas: partitions.map(({ replicas }) => replicas) };
  return JSON.stringify(data, (_, value) => (value === Infinity ? "Infinity" : value));
}

function topicOf(data: string): TopicData {
  return JSON.parse(data, (_, value) => (value === "Infinity" ? Infinity : value));
}

function partitionData({ leader, brokerEpoch, leaderEpoch, isr }: PartitionState): string {
  return JSON.stringify({ leader, brokerEpoch, leaderEpoch, isr } satisfies PartitionData);
}

/** The changes as one transaction, which fails when another controller has taken office. */
export function writesOf(office: Office, changes: readonly Change[]): Write[] {
  const check: Write = { kind: "check", path: CONTROLLER_EPOCH, version: office.epochVersion };
  return [check, ...changes.flatMap((change) => writes(office, change))];
}

function writes({ topics }: Office, change: Change): Write[] {
  const { topic } = change;
  const path = `${TOPICS}/${topic}`;
  if (change.kind === "partition") {
    const { partition, state } = change;
    const version = state.partitionEpoch - 1;
    const node = `${nodeOf(topic, partition)}/state`;
    return [{ kind: "setData", path: node, data: partitionData(state), version }];
  }
  const known = topics.get(topic)?.partitions ?? [];
  if (change.kind === "noTopic") {
    const nodes = known.flatMap((_, nth) => [`${nodeOf(topic, nth)}/state`, nodeOf(topic, nth)]);
    return [...nodes, `${path}/partitions`, path].map((node) => {
      return { kind: "delete", path: node, version: -1 };
    });
  }
  const { state } = change;
  const added = state.partitions.slice(known.length).flatMap((partition, nth) => {
    const node = nodeOf(topic, known.length + nth);
    return [made(node), made(`${node}/state`, partitionData(partition))];
  });
  const data = topicData(state);
  return known.length === 0
    ? [made(path, data), made(`${path}/partitions`), ...added]
    : [{ kind: "setData", path, data, version: -1 }, ...added];
}

function made(path: string, data = ""): Write {
  return { kind: "create", path, data, mode: "persistent" };
}

type Reads = Extract<Request, { kind: "getChildren" | "exists" | "getData" }>;

/** Reads a node; `doing` counts the answers that are missing. */
function readOne(turn: Turn, office: Office, request: Reads): void {
  if (office.doing !== undefined) office.doing.missing += 1;
  askEnsemble(turn, { of: "reading", office: office.number, path: request.path }, request);
}

/** Begins to read all topics, or which brokers are registered: of those it hears the next change. */
export function list(turn: Turn, office: Office, path: string): void {
  if (path === IDS) office.found = new Map();
  // A write of an earlier time in office may still be under way to the server that answers.
  else askEnsemble(turn, { of: "nothing" }, { kind: "sync", path });
  readOne(turn, office, { kind: "getChildren", path, watch: path === IDS });
}

/** Takes what was read at a path, and reads what lies below it. @returns false when nobody knows what is there */
export function readMore(
  turn: Turn,
  office: Office,
  path: string,
  result: Result | Failure,
): boolean {
  if (office.doing !== undefined) office.doing.missing -= 1;
  const [, , , name = "", , partition] = path.split("/");
  switch (result.kind) {
    case "getChildren": {
      const kind = path === IDS ? "exists" : "getData";
      for (const child of result.children) {
        readOne(turn, office, { kind, path: `${path}/${child}`, watch: false });
      }
      return true;
    }
    case "exists":
      office.found.set(name, result.stat.czxid);
      return true;
    case "getData":
      if (partition === undefined) hasTopic(turn, office, name, result);
      else hasState(office, name, Number(partition), result);
      return true;
    default:
      // A broker may have gone meanwhile; a topic cannot.
      return path.startsWith(`${IDS}/`) && result.kind === "error" && result.code === "NoNode";
  }
}

type Read = Extract<Result, { kind: "getData" }>;

function hasTopic(turn: Turn, office: Office, topic: string, { data, stat }: Read): void {
  const { config, replicas } = topicOf(String(data));
  const partitions = replicas.map((each, partition): PartitionState => {
    const path = `${nodeOf(topic, partition)}/state`;
    readOne(turn, office, { kind: "getData", path, watch: false });
    return { ...NOBODY, replicas: each };
  });
  office.topics.set(topic, { id: stat.czxid, config, partitions });
}

function hasState(office: Office, topic: string, partition: number, { data, stat }: Read): void {
  const known = office.topics.get(topic);
  const before = known?.partitions[partition];
  if (known === undefined || before === undefined) return;
  const read = JSON.parse(String(data)) as PartitionData;
  const state = { ...before, ...read, partitionEpoch: stat.version };
  const partitions = known.partitions.with(partition, state);
  office.topics.set(topic, { ...known, partitions });
}
