/** One broker without a world: an event goes in, and what the broker says comes out, in short words. Its disk is real. */

import type { ToClient, ToServer } from "quorumlab/ensemble";
import { Disk, type NodeId, type Out, Recorder, Stable, type WriteEffect } from "quorumlab/sim";
import { broker } from "../../lib/broker/broker.ts";
import type { TopicConfig } from "../../lib/broker/kafka.ts";
import type {
  Answer,
  Batch,
  BrokerMessage,
  Fetch,
  Image,
  LogRecord,
  PartitionState,
  Produce,
  Request,
} from "../../lib/broker/messages.ts";
import type { Broker, BrokerOptions, Replica } from "../../lib/broker/state.ts";

/** The registrations of the brokers, as `imageOf` has them. */
export const BROKERS: ReadonlyMap<NodeId, number> = new Map([
  ["b1", 11],
  ["b2", 12],
  ["b3", 13],
]);

/** A topic "t" with one partition on all brokers, led by b1 and told by b3, unless told. */
export function imageOf(
  state: Partial<PartitionState> = {},
  {
    epoch = 1,
    config = {},
    topic = "t",
    id = 7,
  }: { epoch?: number; config?: TopicConfig; topic?: string; id?: number } = {},
): Image {
  const [leader, all] = [state.leader === undefined ? "b1" : state.leader, [...BROKERS.keys()]];
  const brokerEpoch = BROKERS.get(leader ?? "") ?? -1;
  const usual = { leader, brokerEpoch, leaderEpoch: 0, partitionEpoch: 0, replicas: all, isr: all };
  const topics = new Map([[topic, { id, config, partitions: [{ ...usual, ...state }] }]]);
  return { kind: "image", controller: "b3", controllerEpoch: epoch, brokers: BROKERS, topics };
}

/** Records of the value "v", or of these. */
export function records(...values: readonly string[]): LogRecord[] {
  return values.map((value) => ({ key: null, value, timestampMs: 0 }));
}

/** A batch of one record in each of these epochs, from an offset on. */
export function batches(baseOffset: number, ...epochs: readonly number[]): Batch[] {
  const usual = { records: records("v"), bytes: 72, maxTimestampMs: 0, sequenced: null };
  return epochs.map((leaderEpoch, i) => ({ ...usual, baseOffset: baseOffset + i, leaderEpoch }));
}

/** b1 with connections to the other brokers. */
export class Alone {
  state: Broker;
  nowMs = 0;
  /** What it has sent last, whole. */
  sent: { readonly to: NodeId; readonly message: object }[] = [];
  /** What it has asked the ensemble, whose server is "s1", and has no answer to. */
  readonly asked: ToServer[] = [];
  private calls = 0;
  private readonly protocol;
  private readonly recorder = new Recorder<BrokerMessage | ToServer>(() => 0);
  private readonly disk = new Stable(new Disk());

  /** @param brokerEpoch the transaction that has registered it; 0 for none */
  constructor(options: Partial<BrokerOptions> = {}, brokerEpoch = 11) {
    this.protocol = broker({ ensemble: ["s1"], ...options });
    this.state = undefined as unknown as Broker;
    this.restart();
    this.state.brokerEpoch = brokerEpoch;
    this.connected("b2", "b3");
  }

  /** The process dies and starts again, with all that it wrote. It is not registered. */
  restart(): string[] {
    return this.step((out) => {
      const self = { id: "b1", peers: [] };
      this.state = this.protocol.onStart(self, this.disk, this.nowMs, out);
    });
  }

  hears(from: NodeId, message: BrokerMessage | ToClient): string[] {
    return this.step((out) =>
      this.protocol.onMessage(this.state, this.nowMs, from, message as BrokerMessage, out),
    );
  }

  asks(from: NodeId, request: Request): string[] {
    this.calls += 1;
    return this.hears(from, { ...request, call: this.calls });
  }

  /** The answer to what it has asked a broker last. */
  answers(from: NodeId, answer: Answer & { readonly controllerEpoch?: number }): string[] {
    return this.hears(from, { ...answer, call: this.state.calls });
  }

  connected(...peers: readonly NodeId[]): string[] {
    return peers.flatMap((peer) =>
      this.step((out) => this.protocol.onConnected?.(this.state, this.nowMs, peer, out)),
    );
  }

  disconnected(peer: NodeId): string[] {
    return this.step((out) => this.protocol.onDisconnected?.(this.state, this.nowMs, peer, out));
  }

  /** Time passes, in ticks of 20 ms. */
  waits(ms: number): string[] {
    const endMs = this.nowMs + ms;
    const told: string[] = [];
    for (this.nowMs += 20; this.nowMs <= endMs; this.nowMs += 20) told.push(...this.timer("tick"));
    this.nowMs = endMs;
    return told;
  }

  timer(name: string): string[] {
    return this.step((out) => this.protocol.onTimer?.(this.state, this.nowMs, name, out));
  }

  produces(from: NodeId, own: Partial<Produce> = {}): string[] {
    const usual = {
      topic: "t",
      partition: 0,
      acks: "all",
      timeoutMs: 100,
      sequenced: null,
    } as const;
    return this.asks(from, { kind: "produce", ...usual, records: records("v"), ...own });
  }

  /** A consumer fetches. */
  polls(from: NodeId, offset: number, own: Partial<Fetch> = {}): string[] {
    const usual = { topic: "t", partition: 0, leaderEpoch: -1, maxBytes: 1000, maxWaitMs: 50 };
    return this.asks(from, { kind: "fetch", ...usual, offset, ...own });
  }

  /** A follower fetches. */
  fetches(from: NodeId, offset: number, lastEpoch = 0, topic = "t"): string[] {
    const topicId = this.state.replicas.get(`${topic}-0`)?.topicId ?? 0;
    const replica = { topicId, brokerEpoch: BROKERS.get(from) ?? 0, lastEpoch };
    return this.polls(from, offset, { topic, maxWaitMs: 100_000, replica });
  }

  get replica(): Replica {
    const replica = this.state.replicas.get("t-0");
    if (replica === undefined) throw new Error("b1 has no replica of t-0.");
    return replica;
  }

  /** "0@0 1@2 to 5, committed to 3": where its epochs begin, where its log ends, and what is committed. */
  get log(): string {
    const { log, highWatermark } = this.replica;
    const epochs = log.epochs.map(({ epoch, start }) => `${epoch}@${start}`).join(" ");
    return `${epochs} to ${log.end}, committed to ${highWatermark}`;
  }

  private step(handle: (out: Out<BrokerMessage | ToServer>) => void): string[] {
    this.sent = [];
    return this.recorder.record(handle).flatMap((effect) => {
      switch (effect.kind) {
        case "send":
          if (effect.to === "s1") {
            this.asked.push(effect.message as ToServer);
            return [];
          }
          this.sent.push(effect);
          return `${effect.to}: ${said(effect.message as BrokerMessage)}`;
        case "connect":
        case "close":
          return effect.to === "s1" ? [] : `${effect.kind} ${effect.to}`;
        case "setTimer":
        case "cancelTimer":
          return [];
        default:
          this.disk.perform(effect satisfies WriteEffect);
          return [];
      }
    });
  }
}

/** "fetched 0 2, committed to 3", "NOT_CONTROLLER" */
function said(message: BrokerMessage): string {
  switch (message.kind) {
    case "error":
      return [message.code, message.logStart].join(" ").trimEnd();
    case "fetch":
      return `fetch from ${message.offset} after epoch ${message.replica?.lastEpoch}`;
    case "fetched": {
      const bases = message.batches.map(({ baseOffset }) => `${baseOffset}`);
      return `${["fetched", ...bases].join(" ")}, committed to ${message.highWatermark}`;
    }
    case "diverging":
    case "epochEnd":
      return `${message.kind} ${message.end.epoch} ends at ${message.end.endOffset}`;
    case "produced":
      return `produced ${message.baseOffset}`;
    case "offset":
      return `offset ${message.offset}`;
    case "producerId":
      return `producer ${message.producerId}`;
    case "coordinator":
      return `coordinator ${message.broker}`;
    case "alterPartition":
      return `alterPartition to ${[...message.isr.keys()].join(" ")}`;
    case "image":
      return `image of ${message.controllerEpoch}`;
    default:
      return message.kind;
  }
}
