/** What a broker makes of the controller's words: it opens and removes replicas, and leads or follows where it is to. */

import type { ErrorCode } from "./errors.ts";
import { follow } from "./following.ts";
import type { TopicPartition } from "./kafka.ts";
import { decided, isLed, lead, resign } from "./leading.ts";
import { emptyLog, type Log, restartAt } from "./log.ts";
import type { Image, PartitionState, TopicState } from "./messages.ts";
import { type Broker, keyOf, NOBODY, type Replica, type Turn } from "./state.ts";

/** The cells that tell which logs the disk has, and the newest controller's epoch. */
export const LOGS = "logs";
export const NEWEST_EPOCH = "controllerEpoch";

/** The controller has told what is so. Who was controller before it is not believed any more. */
export function hearImage(turn: Turn, image: Image): void {
  const { broker, out } = turn;
  const { controllerEpoch } = broker.image;
  if (image.controllerEpoch < controllerEpoch) return;
  // On disk: a broker that has just started must not believe an older one either, which knows less of its logs.
  if (image.controllerEpoch > controllerEpoch) out.put(NEWEST_EPOCH, image.controllerEpoch);
  broker.image = image;
  for (const replica of broker.replicas.values()) {
    const { topic, topicId } = replica;
    // A topic of the same name that was made anew is another one.
    if (image.topics.get(topic)?.id !== topicId) remove(turn, replica);
  }
  for (const [topic, state] of image.topics) {
    for (const [partition, told] of state.partitions.entries()) {
      if (!told.replicas.includes(broker.id)) continue;
      const at = { topic, partition };
      const replica = broker.replicas.get(keyOf(at)) ?? open(turn, at, state);
      replica.config = state.config;
      update(turn, replica, told);
    }
  }
  for (const log of broker.unclaimed.values()) forget(turn, log);
}

function open(turn: Turn, at: TopicPartition, { id, config }: TopicState): Replica {
  const { broker, out } = turn;
  const name = `${keyOf(at)} ${id}`;
  const kept = broker.unclaimed.get(name);
  broker.unclaimed.delete(name);
  const log = kept ?? emptyLog(name);
  const { start: highWatermark } = log;
  const part = { kind: "idle" } as const;
  const replica: Replica = { ...at, topicId: id, config, state: NOBODY, log, highWatermark, part };
  broker.replicas.set(keyOf(at), replica);
  if (kept === undefined) out.put(LOGS, logsOf(broker));
  return replica;
}

/** The topic is gone. */
function remove(turn: Turn, replica: Replica): void {
  leave(turn, replica);
  turn.broker.replicas.delete(keyOf(replica));
  forget(turn, replica.log);
}

function forget(turn: Turn, log: Log): void {
  const { broker, out } = turn;
  broker.unclaimed.delete(log.name);
  restartAt(log, 0, out);
  out.put(LOGS, logsOf(broker));
}

function logsOf({ replicas, unclaimed }: Broker): string[] {
  return [...[...replicas.values()].map(({ log }) => log.name), ...unclaimed.keys()];
}

function update(turn: Turn, replica: Replica, told: PartitionState): void {
  const { broker } = turn;
  const { leaderEpoch, partitionEpoch } = replica.state;
  if (told.leaderEpoch > leaderEpoch) {
    // Elected for an earlier life, whose last words may be lost: the controller has to elect once more.
    if (told.leader === broker.id && told.brokerEpoch !== broker.brokerEpoch) return;
    leave(turn, replica);
    replica.state = told;
    if (told.leader === broker.id) lead(turn, replica);
    else if (told.leader !== null) follow(turn, replica, told.leader);
  } else if (told.partitionEpoch > partitionEpoch) {
    replica.state = told;
    if (isLed(replica)) decided(turn, replica);
  }
}

/** What the replica was, it is no more. */
function leave(turn: Turn, replica: Replica): void {
  if (isLed(replica)) resign(turn, replica);
  replica.part = { kind: "idle" };
}

/** The controller has refused a proposal: a later one may do better, unless the partition has moved on meanwhile. */
export function hearDecision(
  turn: Turn,
  call: number,
  code: ErrorCode | undefined,
  controllerEpoch: number,
): void {
  const { broker } = turn;
  if (code !== "INELIGIBLE_REPLICA" || controllerEpoch !== broker.image.controllerEpoch) return;
  for (const replica of broker.replicas.values()) {
    if (isLed(replica) && replica.part.proposed?.call === call) decided(turn, replica);
  }
}
