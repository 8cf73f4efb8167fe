/**
 * A broker: turns events into what its replicas, its groups, its session with the ensemble and, if it is the
 * controller, its office make of them.
 */

import {
  checkNumber,
  isServer,
  openSession,
  sessionConnected,
  sessionDisconnected,
  sessionHears,
  sessionTimer,
  type ToClient,
  type ToServer,
} from "quorumlab/ensemble";
import type { NodeId, Protocol } from "quorumlab/sim";
import { passGroupTime } from "./coordinator.ts";
import * as decisions from "./decisions.ts";
import { fetchNext, isFollowing, isSilent } from "./following.ts";
import { forget, isLed, passTime } from "./leading.ts";
import { openLog, retain } from "./log.ts";
import type { BrokerMessage, Image } from "./messages.ts";
import { tellAgain } from "./office.ts";
import { hearEnsemble } from "./registration.ts";
import { hearImage, LOGS, NEWEST_EPOCH } from "./replicas.ts";
import { hear } from "./requests.ts";
import { type Broker, type BrokerOptions, reach, type Turn } from "./state.ts";

/** What is so unless told. */
const DEFAULTS: Required<Omit<BrokerOptions, "ensemble">> = {
  sessionTimeoutMs: 400,
  replicaLagTimeMaxMs: 300,
  requestTimeoutMs: 200,
  retentionCheckMs: 500,
  maxMessageBytes: 1_048_588,
  offsetsPartitions: 1,
  offsetsReplicas: 1,
  ...decisions,
};

/** How often a broker looks at what is late. */
const TICK_MS = 20;

/**
 * A broker of a cluster whose state the ensemble keeps. All brokers have the same options.
 *
 * @throws RangeError when a number of the options makes no sense
 */
export function broker(
  given: BrokerOptions,
): Protocol<Broker, BrokerMessage | ToServer | ToClient> {
  const options = { ...DEFAULTS, ...given };
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "number") checkNumber(`broker: ${name}`, value);
  }

  return {
    wire: "connection",

    onStart({ id }, saved, nowMs, out) {
      const names = saved.cell<string[]>(LOGS) ?? [];
      const controllerEpoch = saved.cell<number>(NEWEST_EPOCH) ?? -1;
      const { ensemble: servers, sessionTimeoutMs: timeoutMs } = options;
      out.setTimer("tick", TICK_MS);
      return {
        role: "broker",
        id,
        session: openSession({ servers, timeoutMs }, out),
        registeredBy: 0,
        brokerEpoch: 0,
        asked: new Map(),
        office: undefined,
        image: { ...NOTHING, controllerEpoch },
        connected: new Map(),
        calls: 0,
        unclaimed: new Map(names.map((name) => [name, openLog(name, saved)])),
        replicas: new Map(),
        retentionAtMs: nowMs,
        dateMs: nowMs,
        setBackMs: 0,
      };
    },

    onMessage(broker, nowMs, from, message, out) {
      const turn = turnOf(broker, nowMs, out, options);
      if (isServer(broker.session, from)) {
        sessionHears(broker.session, from, message as ToClient, nowMs, out);
        hearEnsemble(turn);
        return;
      }
      const said = message as BrokerMessage;
      if (said.kind === "image") hearImage(turn, said);
      else hear(turn, from, said);
    },

    onTimer(broker, nowMs, name, out) {
      const turn = turnOf(broker, nowMs, out, options);
      if (name === "tick") {
        out.setTimer("tick", TICK_MS);
        tick(turn);
      } else {
        sessionTimer(broker.session, name, nowMs, out);
        hearEnsemble(turn);
      }
    },

    onConnected(broker, nowMs, peer, out) {
      const turn = turnOf(broker, nowMs, out, options);
      if (isServer(broker.session, peer)) {
        sessionConnected(broker.session, peer, out);
        return;
      }
      broker.connected.set(peer, turn.nowMs);
      tellAgain(turn, peer);
      for (const replica of broker.replicas.values()) {
        if (isFollowing(replica) && replica.part.leader === peer) fetchNext(turn, replica);
      }
    },

    onDisconnected(broker, nowMs, peer, out) {
      const turn = turnOf(broker, nowMs, out, options);
      if (isServer(broker.session, peer)) {
        sessionDisconnected(broker.session, peer, out);
        hearEnsemble(turn);
      } else {
        lose(turn, peer);
      }
    },
  };
}

/** Waits are measured by a clock that is never set back: else all who wait would wait for so much longer. */
function turnOf(
  broker: Broker,
  dateMs: number,
  out: Turn["out"],
  options: Required<BrokerOptions>,
): Turn {
  broker.setBackMs += Math.max(0, broker.dateMs - dateMs);
  broker.dateMs = dateMs;
  return { broker, nowMs: dateMs + broker.setBackMs, out, options };
}

/** What a broker knows of the cluster before a controller has told it. */
const NOTHING: Image = {
  kind: "image",
  controller: null,
  controllerEpoch: -1,
  brokers: new Map(),
  topics: new Map(),
};

/** The connection to a broker or client is gone: what was asked on it is not answered any more. */
function lose({ broker }: Turn, peer: NodeId): void {
  broker.connected.delete(peer);
  for (const replica of broker.replicas.values()) {
    if (isLed(replica)) forget(replica, peer);
    else if (isFollowing(replica) && replica.part.leader === peer) replica.part.asked = undefined;
  }
}

function tick(turn: Turn): void {
  const { broker, nowMs, out, options } = turn;
  const isRetentionDue = nowMs - broker.retentionAtMs >= options.retentionCheckMs;
  if (isRetentionDue) broker.retentionAtMs = nowMs;
  for (const id of broker.office?.brokers.keys() ?? []) if (id !== broker.id) reach(turn, id);
  for (const replica of broker.replicas.values()) {
    if (isLed(replica)) {
      passTime(turn, replica);
      passGroupTime(turn, replica);
      const { log, config, highWatermark } = replica;
      if (isRetentionDue) retain(log, config, broker.dateMs, highWatermark, out);
    } else if (isFollowing(replica)) {
      const { leader } = replica.part;
      if (isSilent(turn, replica)) {
        out.close(leader);
        lose(turn, leader);
      }
      fetchNext(turn, replica);
    }
  }
}
