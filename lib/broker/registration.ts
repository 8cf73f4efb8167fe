/**
 * How a broker lives in the ensemble: an ephemeral node tells that it is alive, another one, which only one broker can
 * have, that it is the controller. Whoever becomes controller raises /controller_epoch in the same transaction, so that
 * its predecessor can write no more.
 *
 * Source: KafkaZkClient.registerControllerAndIncrementControllerEpoch; KAFKA-6082.
 */

import {
  ask,
  type EventType,
  type Failure,
  openSession,
  type Request,
  type Result,
  type SessionNews,
  type Write,
} from "quorumlab/ensemble";
import { hearOffice, leaveOffice, relist, takeOffice } from "./office.ts";
import { hearImage } from "./replicas.ts";
import type { Asked, Turn } from "./state.ts";

export const IDS = "/brokers/ids";
export const TOPICS = "/brokers/topics";
export const CONTROLLER_EPOCH = "/controller_epoch";
const CONTROLLER = "/controller";
const DIRECTORIES = ["/brokers", IDS, TOPICS];

/** Asks the ensemble something. @param of what the answer is about */
export function askEnsemble({ broker, out }: Turn, of: Asked, request: Request): void {
  const number = ++broker.calls;
  broker.asked.set(number, of);
  ask(broker.session, number, request, out);
}

/** What the session has to tell. */
export function hearEnsemble(turn: Turn): void {
  const { broker } = turn;
  // What is done about one piece of news may make more, or open another session.
  for (let news = broker.session.news.shift(); news; news = broker.session.news.shift()) {
    if (news.kind === "state") hearState(turn, news.state);
    else if (news.kind === "event") hearEvent(turn, news.type, news.path);
    else hearReply(turn, news.number, news.result);
  }
}

function hearState(turn: Turn, state: Extract<SessionNews, { kind: "state" }>["state"]): void {
  const { broker, out, options } = turn;
  if (state === "connected" && broker.registeredBy !== broker.session.session) {
    broker.registeredBy = broker.session.session;
    begin(turn);
  }
  if (state !== "expired") return;
  // Others may take over what it does. What it leads it leads on, until it hears who does.
  leaveOffice(turn);
  broker.asked.clear();
  broker.brokerEpoch = 0;
  const { ensemble: servers, sessionTimeoutMs: timeoutMs } = options;
  broker.session = openSession({ servers, timeoutMs }, out);
}

/** A new session. */
function begin(turn: Turn): void {
  const nodes = [...DIRECTORIES.map((path) => [path, ""]), [CONTROLLER_EPOCH, "0"]];
  for (const [path = "", data = ""] of nodes) {
    askEnsemble(turn, { of: "nothing" }, { kind: "create", path, data, mode: "persistent" });
  }
  register(turn);
}

/** What the create has come to shows the look after it, whatever became of its answer. */
function register(turn: Turn): void {
  const path = `${IDS}/${turn.broker.id}`;
  askEnsemble(turn, { of: "nothing" }, { kind: "create", path, data: "", mode: "ephemeral" });
  askEnsemble(turn, { of: "registration" }, { kind: "exists", path, watch: true });
}

/** Looks who is controller, to become it when nobody is. */
export function seekOffice(turn: Turn): void {
  askEnsemble(turn, { of: "controller" }, { kind: "getData", path: CONTROLLER, watch: true });
}

function hearEvent(turn: Turn, type: EventType, path: string): void {
  if (path === IDS) relist(turn);
  else if (type !== "NodeDeleted") return;
  else if (path === CONTROLLER) seekOffice(turn);
  else register(turn);
}

function hearReply(turn: Turn, number: number, result: Result | Failure): void {
  const { broker } = turn;
  const about = broker.asked.get(number);
  broker.asked.delete(number);
  switch (about?.of) {
    case "registration":
      // Nothing of what it asked may have arrived.
      if (result.kind === "error") begin(turn);
      else if (result.kind === "exists" && isOwn(turn, result.stat)) {
        broker.brokerEpoch = result.stat.czxid;
        // What it was told before it knew this number may be meant for it.
        if (broker.image.controller !== null) hearImage(turn, broker.image);
        seekOffice(turn);
      }
      return;
    case "controller":
      hearController(turn, result);
      return;
    case "epoch":
      hearEpoch(turn, about.held, result);
      return;
    case "reading":
    case "writing":
      hearOffice(turn, about, result);
  }
}

function isOwn({ broker }: Turn, stat: { readonly ephemeralOwner: number }): boolean {
  return stat.ephemeralOwner === broker.session.session;
}

/** Who is the controller: nobody, this broker, or another whose end the watch will tell. After a claim it looks again. */
function hearController(turn: Turn, result: Result | Failure): void {
  const read: Request = { kind: "getData", path: CONTROLLER_EPOCH, watch: false };
  if (result.kind === "getData") {
    const held = Number(result.data);
    if (isOwn(turn, result.stat)) askEnsemble(turn, { of: "epoch", held }, read);
  } else if (result.kind === "error" && result.code === "NoNode") {
    askEnsemble(turn, { of: "epoch", held: undefined }, read);
  } else {
    seekOffice(turn);
  }
}

/** @param held the epoch of this broker's office, if it has it already */
function hearEpoch(turn: Turn, held: number | undefined, result: Result | Failure): void {
  if (result.kind !== "getData") {
    seekOffice(turn);
    return;
  }
  const { version } = result.stat;
  const epoch = Number(result.data);
  if (held === epoch) {
    takeOffice(turn, epoch, version);
    return;
  }
  const data = String(epoch + 1);
  const ops: Write[] = [
    { kind: "create", path: CONTROLLER, data, mode: "ephemeral" },
    { kind: "setData", path: CONTROLLER_EPOCH, data, version },
  ];
  askEnsemble(turn, { of: "controller" }, { kind: "multi", ops });
}
