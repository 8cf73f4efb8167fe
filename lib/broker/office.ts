/**
 * The controller: one broker at a time decides who leads and who is in sync, writes it into the ensemble, and tells all
 * brokers. It reads everything when it takes office and is the only one to write from then on, one task after the
 * other; every write checks that /controller_epoch is still as it was, so a controller that was replaced writes nothing.
 *
 * Source: kafka.controller.KafkaController; KAFKA-6082.
 */

import type { Failure, Result } from "quorumlab/ensemble";
import type { NodeId } from "quorumlab/sim";
import { heal, plan } from "./changes.ts";
import { OFFSETS } from "./coordinator.ts";
import { doneUnless, type ErrorCode } from "./errors.ts";
import type { AlterPartition, Caller, ControllerRequest, Image } from "./messages.ts";
import { list, readMore, writesOf } from "./records.ts";
import { askEnsemble, IDS, seekOffice, TOPICS } from "./registration.ts";
import { hearDecision, hearImage } from "./replicas.ts";
import {
  type Asked,
  answer,
  type Change,
  type Office,
  reach,
  refuse,
  type Task,
  type Turn,
} from "./state.ts";

export function takeOffice(turn: Turn, epoch: number, epochVersion: number): void {
  const { broker } = turn;
  if (broker.office !== undefined) return;
  broker.role = "controller";
  broker.office = {
    epoch,
    epochVersion,
    number: ++broker.calls,
    brokers: new Map(),
    found: new Map(),
    topics: new Map(),
    tasks: [
      { kind: "read", path: TOPICS },
      { kind: "read", path: IDS },
    ],
    doing: undefined,
  };
  work(turn, broker.office);
}

/** Somebody else may be controller. Whoever waits has to ask again. */
export function leaveOffice(turn: Turn): void {
  const { broker } = turn;
  const { office } = broker;
  if (office === undefined) return;
  broker.office = undefined;
  broker.role = "broker";
  // Of what is being written nobody knows whether it is done.
  if (office.doing !== undefined) conclude(turn, office, office.doing.task, "REQUEST_TIMED_OUT");
  for (const task of office.tasks) conclude(turn, office, task, "NOT_CONTROLLER");
}

/** Brokers have come or gone. */
export function relist(turn: Turn): void {
  const { office } = turn.broker;
  if (office === undefined) return;
  office.tasks.push({ kind: "read", path: IDS });
  work(turn, office);
}

/** Somebody asks this broker for what only a controller can do. */
export function hearRequest(turn: Turn, request: ControllerRequest, caller: Caller): void {
  const { office } = turn.broker;
  if (office === undefined) {
    refuse(turn, caller, "NOT_CONTROLLER");
    return;
  }
  office.tasks.push({ kind: "request", request, caller });
  work(turn, office);
}

/** Brings a leader's proposal to the controller, if one is known and can be reached. */
export function askController(turn: Turn, request: AlterPartition, call: number): void {
  const { broker, out } = turn;
  const { controller } = broker.image;
  if (controller === broker.id) {
    if (broker.office !== undefined) hearRequest(turn, request, { from: broker.id, call });
  } else if (controller !== null && reach(turn, controller)) {
    out.send(controller, { ...request, call });
  }
}

/** Begins the next task, unless one is under way. */
function work(turn: Turn, office: Office): void {
  if (office.doing !== undefined) return;
  const task = office.tasks.shift();
  if (task === undefined) return;
  office.doing = { task, missing: 0, changes: [] };
  if (task.kind === "read") list(turn, office, task.path);
  else write(turn, office, task);
}

/** Writes what a task changes, if it changes anything. */
function write(turn: Turn, office: Office, task: Task): void {
  const { out, options } = turn;
  const planning = { office, electLeader: options.electLeader, random: () => out.random() };
  const changes = task.kind === "request" ? plan(planning, task.request) : heal(planning);
  if (typeof changes === "string" || changes.length === 0) {
    finish(turn, office, task, typeof changes === "string" ? changes : undefined);
    return;
  }
  office.doing = { task, missing: 0, changes };
  const ops = writesOf(office, changes);
  askEnsemble(turn, { of: "writing", office: office.number }, { kind: "multi", ops });
}

/** The ensemble has answered what was asked in office, perhaps in an earlier time in office. */
export function hearOffice(
  turn: Turn,
  about: Extract<Asked, { of: "reading" | "writing" }>,
  result: Result | Failure,
): void {
  const { office } = turn.broker;
  if (office?.number !== about.office || office.doing === undefined) return;
  const { task, changes } = office.doing;
  if (about.of === "reading") {
    if (!readMore(turn, office, about.path, result)) giveUp(turn);
    else if (office.doing.missing === 0) hasRead(turn, office, task);
  } else if (result.kind === "multi") {
    // The first operation checks the epoch; the next one makes the topic, if one is made.
    for (const change of changes) apply(office, change, result.results[1]);
    finish(turn, office, task);
  } else {
    giveUp(turn);
  }
}

/** The state of the ensemble is not what it was believed to be, or nobody knows: reads it again, if still in office. */
function giveUp(turn: Turn): void {
  leaveOffice(turn);
  seekOffice(turn);
}

function hasRead(turn: Turn, office: Office, task: Task): void {
  if (task.kind === "read" && task.path === IDS) {
    office.brokers = office.found;
    office.tasks.unshift({ kind: "heal" }, { kind: "request", request: offsetsTopic(turn) });
  }
  office.doing = undefined;
  work(turn, office);
}

/** Groups need a topic of their own; it is made as soon as there are enough brokers for it. */
function offsetsTopic({ options }: Turn): ControllerRequest {
  const { offsetsPartitions: partitions, offsetsReplicas: replicas } = options;
  const config = { retentionMs: Infinity };
  return { kind: "createTopic", topic: OFFSETS, partitions, replicas, config };
}

function apply(office: Office, change: Change, made: Result | undefined): void {
  const { topic } = change;
  const known = office.topics.get(topic);
  if (change.kind === "noTopic") {
    office.topics.delete(topic);
  } else if (change.kind === "topic") {
    const id = made?.kind === "create" ? made.stat.czxid : change.state.id;
    office.topics.set(topic, { ...change.state, id });
  } else if (known !== undefined) {
    const partitions = known.partitions.with(change.partition, change.state);
    office.topics.set(topic, { ...known, partitions });
  }
}

/** A task is done, or cannot be: everybody hears what is so now, and then who has asked hears. */
function finish(turn: Turn, office: Office, task: Task, code?: ErrorCode): void {
  office.doing = undefined;
  if (code === undefined) {
    const image = imageOf(turn, office);
    for (const id of office.brokers.keys()) tell(turn, id, image);
    hearImage(turn, image);
  }
  conclude(turn, office, task, code);
  work(turn, office);
}

/** A copy: what is told does not change any more. */
function imageOf({ broker }: Turn, { epoch, brokers, topics }: Office): Image {
  const known = { brokers: new Map(brokers), topics: new Map(topics) };
  return { kind: "image", controller: broker.id, controllerEpoch: epoch, ...known };
}

function tell(turn: Turn, id: NodeId, image: Image): void {
  if (id !== turn.broker.id && reach(turn, id)) turn.out.send(id, image);
}

/** A broker that is connected anew may have missed something. */
export function tellAgain(turn: Turn, id: NodeId): void {
  const { office } = turn.broker;
  if (office?.brokers.has(id)) tell(turn, id, imageOf(turn, office));
}

function conclude(turn: Turn, office: Office, task: Task, code?: ErrorCode): void {
  if (task.kind !== "request" || task.caller === undefined) return;
  const { caller } = task;
  const { epoch: controllerEpoch } = office;
  if (caller.from === turn.broker.id) hearDecision(turn, caller.call, code, controllerEpoch);
  else answer(turn, caller, { ...doneUnless(code), controllerEpoch });
}
