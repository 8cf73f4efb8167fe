/** A broker that leads everything and answers at once, as healthily as a script lets it. */

import { client } from "quorumlab/ensemble";
import { type Fault, type Protocol, type Run, simulate } from "quorumlab/sim";
import type { KafkaHost } from "../../lib/broker/client.ts";
import { checkSequence, endOf, type ProducerState } from "../../lib/broker/decisions.ts";
import type { Offset } from "../../lib/broker/kafka.ts";
import type { Answer, Batch, Call, Fetch, Produce, Request } from "../../lib/broker/messages.ts";

/** What a broker does with a request; `healthy` carries it out. @returns the answer, or null for none */
export type Script = (request: Request, healthy: () => Answer) => Answer | null;

/** What a scripted broker has. It survives nothing, and a test may change it. */
export type Kept = {
  readonly asked: Request[];
  /** By partition of the only topic, "t". */
  readonly batches: Batch[][];
  readonly producers: Map<string, ProducerState>;
  readonly committed: Map<number, Offset>;
  leaderEpoch: number;
  logStart: Offset;
  /** The batches of one partition are these from now on. */
  generation: number;
};

export const REFUSED = (code: Extract<Answer, { kind: "error" }>["code"]): Answer => {
  return { kind: "error", code };
};

function nothing(partitions: number): Kept {
  const batches = Array.from({ length: partitions }, () => []);
  const known = { producers: new Map(), committed: new Map() };
  return { asked: [], batches, ...known, leaderEpoch: 0, logStart: 0, generation: 0 };
}

/** The values in a partition, in order. */
export function valuesIn({ batches }: Kept, partition = 0): unknown[] {
  return (batches[partition] ?? []).flatMap(({ records }) => records.map(({ value }) => value));
}

function endOfLog(batches: readonly Batch[]): Offset {
  const last = batches.at(-1);
  return last === undefined ? 0 : last.baseOffset + last.records.length;
}

function produce(kept: Kept, { partition, records, sequenced }: Produce): Answer {
  const log = kept.batches[partition] ?? [];
  const baseOffset = endOfLog(log);
  if (sequenced !== null) {
    const key = `${sequenced.producerId} ${partition}`;
    const known = kept.producers.get(key);
    const check = checkSequence(known, sequenced, records.length);
    if (typeof check === "object") return { kind: "produced", baseOffset: check.duplicateOf };
    if (check !== "new") return REFUSED(check);
    const { producerEpoch: epoch, baseSequence: first } = sequenced;
    const own = { first, last: first + records.length - 1, offset: baseOffset };
    const older = known?.epoch === epoch ? known.batches.slice(-4) : [];
    kept.producers.set(key, { epoch, batches: [...older, own] });
  }
  const { leaderEpoch } = kept;
  log.push({ baseOffset, leaderEpoch, records, bytes: 0, maxTimestampMs: 0, sequenced });
  return { kind: "produced", baseOffset };
}

function fetch({ batches, logStart, leaderEpoch }: Kept, request: Fetch): Answer {
  const { partition, offset } = request;
  const log = batches[partition] ?? [];
  const highWatermark = endOfLog(log);
  if (request.leaderEpoch < leaderEpoch) return REFUSED("FENCED_LEADER_EPOCH");
  if (offset < logStart || offset > highWatermark) return REFUSED("OFFSET_OUT_OF_RANGE");
  const found = log.filter(({ baseOffset, records }) => baseOffset + records.length > offset);
  return { kind: "fetched", batches: found, highWatermark, logStart };
}

function metadata({ batches, leaderEpoch }: Kept, id: string): Answer {
  const replicas = [id];
  const partitions = batches.map((_, partition) => {
    return { partition, leader: id, leaderEpoch, replicas, isr: replicas };
  });
  const topics = new Map([["t", partitions]]);
  return { kind: "metadata", controller: id, brokers: [id], topics };
}

function answerTo(kept: Kept, id: string, request: Request): Answer {
  switch (request.kind) {
    case "metadata":
      return metadata(kept, id);
    case "produce":
      return produce(kept, request);
    case "fetch":
      return fetch(kept, request);
    case "initProducerId":
      return { kind: "producerId", producerId: "p" };
    case "findCoordinator":
      return { kind: "coordinator", broker: id };
    case "listOffset": {
      const { leaderEpoch, logStart, batches } = kept;
      const end = endOfLog(batches[request.partition] ?? []);
      return { kind: "offset", offset: request.spec === "latest" ? end : logStart, leaderEpoch };
    }
    case "offsetForLeaderEpoch": {
      const log = kept.batches[request.partition] ?? [];
      const epochs = log.map(({ leaderEpoch, baseOffset }) => {
        return { epoch: leaderEpoch, start: baseOffset };
      });
      const end = endOf(request.epoch, epochs, endOfLog(log));
      return { kind: "epochEnd", end };
    }
    case "offsetFetch":
      return {
        kind: "offset",
        offset: kept.committed.get(request.partition) ?? null,
        leaderEpoch: -1,
      };
    case "offsetCommit":
      for (const { partition, offset } of request.offsets) kept.committed.set(partition, offset);
      return { kind: "done" };
    case "joinGroup": {
      const { memberId, metadata: said, protocols } = request;
      kept.generation += 1;
      const { generation } = kept;
      const [protocol = ""] = protocols;
      const members = new Map([[memberId, said]]);
      return { kind: "joined", memberId, generation, protocol, leader: memberId, members };
    }
    case "syncGroup":
      return { kind: "synced", assignment: request.assignments.get(request.memberId) ?? [] };
    default:
      return { kind: "done" };
  }
}

function scriptedBroker(kept: Kept, script: Script): Protocol<string, Request & Call> {
  return {
    wire: "connection",
    onStart: ({ id }) => id,
    onMessage(id, _nowMs, from, { call, ...request }, out) {
      kept.asked.push(request);
      const answer = script(request, () => answerTo(kept, id, request));
      if (answer !== null) out.send(from, { ...answer, call } as unknown as Request & Call);
    },
  };
}

export type Scene = {
  readonly partitions?: number;
  readonly script?: Script;
  readonly faults?: readonly Fault[];
  readonly forMs?: number;
};

/** Runs a program beside the broker "b", 2 ms away. */
export async function play(
  program: (host: KafkaHost, kept: Kept) => Promise<void>,
  { partitions = 1, script = (_, healthy) => healthy(), faults = [], forMs = 5000 }: Scene = {},
): Promise<{ readonly kept: Kept; readonly run: Run }> {
  const kept = nothing(partitions);
  const servers = {
    b: scriptedBroker(kept, script),
    app: client(async (host) => program(host, kept)),
  };
  const run = await simulate({ seed: 1, servers, faults, forMs, latency: 2 });
  return { kept, run };
}

/** How an operation ends: what it gives, or the code of its error with "?" when nobody knows what came of it. */
export async function outcomeOf(operation: Promise<unknown>): Promise<unknown> {
  try {
    return await operation;
  } catch (error) {
    const { code, unknownOutcome, message } = error as Error & {
      readonly code?: string;
      readonly unknownOutcome?: boolean;
    };
    return code === undefined ? message : `${code}${unknownOutcome ? "?" : ""}`;
  }
}
