/**
 * A producer's way to one partition: messages become batches, and a batch is sent until it is acknowledged or its time
 * is over. Several are under way at once. Their numbers keep them in order, and tell the leader which it has already;
 * without numbers a batch that is sent again comes behind those that were sent after it.
 *
 * Source: RecordAccumulator, Sender, TransactionManager; KIP-360 for what follows a batch that was given up.
 */

import type { NodeId } from "quorumlab/sim";
import { type Client, type KafkaHost, operating } from "./client.ts";
import { KafkaError } from "./errors.ts";
import type { Acks, Offset, TopicPartition } from "./kafka.ts";
import { sizeOf } from "./log.ts";
import type { LogRecord, Sequenced } from "./messages.ts";

export type LaneSettings = Readonly<
  Record<"batchBytes" | "maxInFlight" | "lingerMs" | "deliveryTimeoutMs", number>
> & { readonly acks: Acks; readonly idempotence: boolean };

export type Lane = {
  /** @returns the record's offset; -1 with acks 0 */
  add(record: LogRecord): Promise<Offset>;
  /** No batch waits for more records. */
  flush(): void;
};

type Batch = {
  /** Which one of its lane it is. */
  readonly nth: number;
  readonly madeMs: number;
  readonly records: LogRecord[];
  readonly waiting: { resolve(offset: Offset): void; reject(error: KafkaError): void }[];
  bytes: number;
  /** Whether it is worth while to wait for more records. */
  lingers: boolean;
  /** Only an open one takes more records: what was sent once stays as it is. */
  state: "open" | "inFlight" | "backingOff" | "waiting";
  sequenced: Sequenced | null;
  mayBeWritten: boolean;
};

export function createLane(
  host: KafkaHost,
  client: Client,
  { topic, partition }: TopicPartition,
  settings: LaneSettings,
): Lane {
  const { acks, idempotence, lingerMs, batchBytes } = settings;
  const { requestTimeoutMs } = client.times;
  /** Those that are neither acknowledged nor given up, in order. */
  let batches: Batch[] = [];
  let made = 0;
  /** Lets it look again at what can be sent; not there while there is nothing. */
  let wake: (() => void) | undefined;
  /** What the next batch is numbered with. (In Kafka all partitions share the epoch.) */
  const next = { producerId: "", producerEpoch: 0, baseSequence: 0 };
  /** A partition that knows nothing of the producer takes any number for the first: so the first batch goes alone. */
  let atOnce = idempotence ? 1 : settings.maxInFlight;
  /** A numbered batch was given up: what has a later number cannot be written any more. */
  let isBroken = false;
  /** Why the last attempt failed. */
  let trouble: KafkaError | undefined;

  function batchFor(bytes: number): Batch {
    const last = batches.at(-1);
    if (last?.state === "open" && last.bytes + bytes <= batchBytes) return last;
    if (last !== undefined) last.lingers = false;
    const batch: Batch = {
      nth: made++,
      madeMs: host.now(),
      records: [],
      waiting: [],
      bytes: sizeOf([]),
      lingers: lingerMs > 0,
      state: "open",
      sequenced: null,
      mayBeWritten: false,
    };
    batches.push(batch);
    if (batch.lingers) void host.sleep(lingerMs).then(() => hurry([batch]));
    return batch;
  }

  function hurry(some: readonly Batch[]): void {
    for (const batch of some) batch.lingers = false;
    wake?.();
  }

  /** Sends what there is, until there is nothing. */
  async function drain(): Promise<void> {
    wake = () => {};
    while (batches.length > 0) {
      const leader = await leaderToAsk();
      giveUpLate();
      if (isBroken) renumber();
      if (leader === undefined) continue;
      for (const batch of due()) void deliver(batch, leader);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    wake = undefined;
  }

  async function leaderToAsk(): Promise<NodeId | undefined> {
    try {
      if (idempotence) next.producerId = await client.producerId();
      return (await client.leading({ topic, partition })).leader;
    } catch (error) {
      trouble = operating(error);
      await client.backOff();
      return undefined;
    }
  }

  /** What goes out now, in order. Nothing passes a batch that waits for its next attempt. */
  function due(): Batch[] {
    // Counted from the first that is not acknowledged: a leader remembers no more than these.
    const limit = (batches[0]?.nth ?? 0) + atOnce;
    const end = batches.findIndex(
      ({ nth, state, lingers }) => isBroken || nth >= limit || state === "backingOff" || lingers,
    );
    const sendable = end < 0 ? batches : batches.slice(0, end);
    return sendable.filter(({ state }) => state !== "inFlight");
  }

  async function deliver(batch: Batch, leader: NodeId): Promise<void> {
    if (idempotence && batch.sequenced === null) {
      batch.sequenced = { ...next };
      next.baseSequence += batch.records.length;
    }
    batch.state = "inFlight";
    try {
      succeed(batch, await write(leader, batch));
    } catch (error) {
      trouble = operating(error);
      const { code, retriable, unknownOutcome } = trouble;
      batch.mayBeWritten ||= unknownOutcome;
      // It has overtaken a batch that goes out again; or whoever refuses it leads no more, and does not know.
      const isEarly = code === "OUT_OF_ORDER_SEQUENCE_NUMBER";
      if (isEarly) client.forget();
      if (!retriable && !isEarly) giveUp(batch);
      batch.state = "backingOff";
      wake?.();
      await client.backOff();
      batch.state = "waiting";
    }
    wake?.();
  }

  async function write(leader: NodeId, { records, sequenced }: Batch): Promise<Offset> {
    const what = { topic, partition, acks, timeoutMs: requestTimeoutMs, records, sequenced };
    const request = { kind: "produce", ...what } as const;
    if (acks !== 0) return (await client.send(leader, request, "produced")).baseOffset;
    // Nobody answers: that something is wrong, only the end of the connection tells.
    host.call(leader, request, requestTimeoutMs).catch(({ code }) => {
      if (code !== "OperationTimeout") client.forget();
    });
    return -1;
  }

  function succeed(batch: Batch, baseOffset: Offset): void {
    atOnce = settings.maxInFlight;
    trouble = undefined;
    batches = batches.filter((each) => each !== batch);
    for (const [i, { resolve }] of batch.waiting.entries()) {
      resolve(baseOffset === -1 ? -1 : baseOffset + i);
    }
  }

  function giveUpLate(): void {
    // Nothing is sent so late that its answer could not be waited for.
    const lateMs = host.now() + requestTimeoutMs - settings.deliveryTimeoutMs;
    for (const batch of batches) {
      if (batch.madeMs < lateMs && batch.state !== "inFlight") giveUp(batch);
    }
  }

  function giveUp(batch: Batch): void {
    const { waiting, sequenced, mayBeWritten } = batch;
    batches = batches.filter((each) => each !== batch);
    isBroken ||= sequenced !== null;
    const code = trouble?.code ?? "REQUEST_TIMED_OUT";
    const error = new KafkaError(code, `no place in ${topic}-${partition}`, mayBeWritten);
    for (const { reject } of waiting) reject(error);
  }

  /** Begins anew, in the next epoch, as soon as nothing is under way. */
  function renumber(): void {
    if (batches.some(({ state }) => state === "inFlight")) return;
    for (const batch of batches) {
      // Under a new number it could be written a second time.
      if (batch.mayBeWritten) giveUp(batch);
      batch.sequenced = null;
    }
    next.producerEpoch += 1;
    next.baseSequence = 0;
    isBroken = false;
  }

  return {
    add(record) {
      const bytes = sizeOf([record]) - sizeOf([]);
      const batch = batchFor(bytes);
      batch.records.push(record);
      batch.bytes += bytes;
      batch.lingers &&= batch.bytes < batchBytes;
      const written = new Promise<Offset>((resolve, reject) => {
        batch.waiting.push({ resolve, reject });
      });
      if (wake === undefined) void drain();
      else wake();
      return written;
    },
    flush: () => hurry(batches),
  };
}
