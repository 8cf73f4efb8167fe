/** What brokers and clients say to each other, as events for the checker of logs and as situations. */

import { type Answer, type Broker, OFFSETS, type Replica, type Request } from "quorumlab/broker";
import type { ToServer } from "quorumlab/ensemble";
import type { NodeId, TraceEvent, View } from "quorumlab/sim";
import { Violation } from "../exercise.ts";
import { SITUATIONS } from "./situations.ts";
import { type Notes, nameOf } from "./stage.ts";
import type { Syncs } from "./syncs.ts";

type Passing = Extract<TraceEvent, { kind: "send" | "deliver" }>;
type Numbered = { readonly call: number };

/** After these a commit has certainly not taken effect. */
const REFUSED: readonly string[] = [
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "REBALANCE_IN_PROGRESS",
  "COORDINATOR_LOAD_IN_PROGRESS",
];

/**
 * What a client has asked, of which topic that the broker had by this name then, and which operations the checker knows
 * it as. When it comes to a broker: the newest term of the groups' coordinator that this one has been told of. Who has
 * not heard of the next one answers from what it has.
 *
 * Source: GroupCoordinator.handleFetchOffsets.
 */
type Asked = {
  readonly request: Request;
  readonly topicId: number | undefined;
  readonly ids: readonly number[];
  term?: number;
};

export class Wire {
  private readonly brokers: readonly NodeId[];
  private readonly notes: Notes;
  private readonly asked = new Map<string, Asked>();
  private readonly batches = new Set<string>();
  private readonly syncs: Syncs;

  constructor(brokers: readonly NodeId[], notes: Notes, syncs: Syncs) {
    this.brokers = brokers;
    this.notes = notes;
    this.syncs = syncs;
  }

  take(event: Passing, view: View): void {
    const isBroker = this.brokers.includes(event.node);
    const other = event.kind === "send" ? event.to : event.from;
    if (isBroker && event.kind === "send" && (event.body as ToServer).kind === "request") {
      writes(
        view.state(event.node) as Broker,
        (event.body as ToServer & { kind: "request" }).request,
      );
      return;
    }
    if (isBroker && event.kind === "send" && this.brokers.includes(other)) {
      this.fetches(event.node, event.body as Request, view);
    }
    if (isBroker === this.brokers.includes(other)) return;
    if (event.kind === "send" && isBroker) {
      this.answers(event.node, other, event.body as Answer & Numbered, view);
    } else if (event.kind === "send")
      this.asks(event.node, other, event.body as Request & Numbered, view);
    else if (isBroker) this.comes(event.node, other, event.body as Request & Numbered, view);
    else this.hears(event.node, event.body as Answer & Numbered);
  }

  private asks(client: NodeId, id: NodeId, request: Request & Numbered, view: View): void {
    const ids: number[] = [];
    const next = () => ids[ids.push(this.notes.next()) - 1] as number;
    if (request.kind === "offsetCommit") {
      const { group, generation, memberId } = request;
      for (const at of request.offsets) {
        const { offset } = at;
        const by = { id: next(), client: memberId, group, generation };
        this.notes.take({ kind: "commit", ...by, partition: nameOf(at), offset });
      }
    } else if (request.kind === "offsetFetch") {
      const { group } = request;
      const partition = nameOf(request);
      this.notes.take({ kind: "fetchOffset", id: next(), client, group, partition });
    }
    this.asked.set(`${client} ${request.call}`, {
      request,
      topicId: replicaOf(view, id, request)?.topicId,
      ids,
    });
  }

  /** A follower says up to where it has everything. */
  private fetches(id: NodeId, request: Request, view: View): void {
    if (request.kind !== "fetch") return;
    const replica = replicaOf(view, id, request);
    // While the fetch has waited for the disk, the topic may have been made anew.
    if (replica === undefined || replica.topicId !== request.replica?.topicId) return;
    const { log } = replica;
    if (request.offset <= this.syncs.syncedTo(id, log.name)) return;
    throw new Violation(
      `${id} says that it has ${log.name} up to ${request.offset}, before that is on its disk.`,
    );
  }

  /** A request arrives at a broker. */
  private comes(id: NodeId, client: NodeId, request: Request & Numbered, view: View): void {
    const asked = this.asked.get(`${client} ${request.call}`);
    const { image } = (view.state(id) as Broker | undefined) ?? {};
    const term = image?.topics.get(OFFSETS)?.partitions[0]?.leaderEpoch;
    if (asked !== undefined && term !== undefined) asked.term = term;
    if (request.kind !== "produce" || request.sequenced === null) return;
    const { producerId, producerEpoch, baseSequence } = request.sequenced;
    const key = [nameOf(request), producerId, producerEpoch, baseSequence].join();
    if (this.batches.has(key)) this.notes.saw(SITUATIONS.repeated);
    this.batches.add(key);
  }

  /** A broker's answer leaves. */
  private answers(id: NodeId, client: NodeId, answer: Answer & Numbered, view: View): void {
    const { request, topicId } = this.asked.get(`${client} ${answer.call}`) ?? {};
    if (answer.kind === "error") this.refuses(answer.code, request);
    if (request?.kind !== "produce" && request?.kind !== "fetch") return;
    const replica = replicaOf(view, id, request);
    // While the answer has waited for the disk, the topic may have been made anew.
    if (replica === undefined || replica.topicId !== topicId) return;
    const { log, highWatermark } = replica;
    const committed = `${id} has ${log.name} committed up to ${highWatermark}`;
    if (answer.kind === "produced" && request.kind === "produce" && request.acks === "all") {
      const end = answer.baseOffset + request.records.length;
      if (end > this.syncs.syncedTo(id, log.name)) {
        throw new Violation(
          `${id} acknowledges what ends at ${end} of ${log.name} before that is on its disk.`,
        );
      }
      if (end <= highWatermark) return;
      throw new Violation(`${committed}, but acknowledges with acks=all what ends at ${end}.`);
    }
    const last = answer.kind === "fetched" ? answer.batches.at(-1) : undefined;
    const end = last === undefined ? 0 : last.baseOffset + last.records.length;
    if (end > highWatermark) {
      throw new Violation(`${committed}, but shows ${client} what ends at ${end}.`);
    }
  }

  private refuses(code: string, request: Request | undefined): void {
    if (code === "INVALID_PRODUCER_EPOCH") this.notes.saw(SITUATIONS.fenced);
    if (code === "OFFSET_OUT_OF_RANGE") this.notes.saw(SITUATIONS.passed);
    if (code === "REBALANCE_IN_PROGRESS") this.notes.saw(SITUATIONS.rebalancing);
    const isLeft = code === "ILLEGAL_GENERATION" || code === "UNKNOWN_MEMBER_ID";
    if (isLeft && request?.kind === "offsetCommit") this.notes.saw(SITUATIONS.zombie);
  }

  /** A client hears an answer. */
  private hears(client: NodeId, answer: Answer & Numbered): void {
    const key = `${client} ${answer.call}`;
    const { request, ids = [], term } = this.asked.get(key) ?? {};
    this.asked.delete(key);
    if (answer.kind === "synced" && request?.kind === "syncGroup") {
      const { memberId, group, generation } = request;
      const partitions = answer.assignment.map(nameOf);
      const by = { group, generation };
      this.notes.take({ kind: "assigned", client: memberId, partitions, by });
    }
    for (const id of ids) {
      this.notes.take({ kind: "returned", id, term, ...outcome(request, answer) });
    }
  }
}

/** What a broker has by the name that it is asked for, or asks for. */
function replicaOf(view: View, id: NodeId, request: Request): Replica | undefined {
  if (request.kind !== "produce" && request.kind !== "fetch") return undefined;
  return (view.state(id) as Broker | undefined)?.replicas.get(nameOf(request));
}

/** A controller lets nobody come in sync who is not registered. */
function writes(
  { id, office }: Broker,
  request: ToServer extends infer M ? (M extends { request: infer R } ? R : never) : never,
): void {
  if (request.kind !== "multi" || office === undefined) return;
  for (const change of office.doing?.changes ?? []) {
    if (change.kind !== "partition") continue;
    const { topic, partition, state } = change;
    const before = office.topics.get(topic)?.partitions[partition]?.isr ?? [];
    const stranger = state.isr.find((each) => !before.includes(each) && !office.brokers.has(each));
    if (stranger === undefined) continue;
    throw new Violation(
      `The controller ${id} lets ${stranger} come in sync with ${nameOf(change)}, though it is not registered.`,
    );
  }
}

function outcome(
  request: Request | undefined,
  answer: Answer,
): { outcome: "ok" | "fail" | "info"; offset?: number } {
  if (answer.kind === "offset" && request?.kind === "offsetFetch") {
    return { outcome: "ok", ...(answer.offset !== null && { offset: answer.offset }) };
  }
  if (answer.kind === "done") return { outcome: "ok" };
  const isRefused = answer.kind === "error" && REFUSED.includes(answer.code);
  return { outcome: isRefused ? "fail" : "info" };
}
