/** A cluster of three brokers: the records per second that it takes and gives, and its events per second under faults. */

import {
  cluster,
  createConsumer,
  createProducer,
  KafkaError,
  type Producer,
  type Program,
} from "../../broker/index.ts";
import type { Fault, NodeId, Scenario } from "../../sim/index.ts";
import type { Row } from "../cell/table.ts";
import { median, rounded } from "./measure.ts";
import { besideBareLoop } from "./world.ts";

const BROKERS = ["b1", "b2", "b3"];
const PARTITIONS = [0, 1, 2].map((partition) => ({ topic: "t", partition }));
const VALUE = "v".repeat(100);
/** What five batches of 16 KB take: the producer waits for so many at once. */
const AT_ONCE = 740;

// Taken before the run, in which nobody may look at a real clock.
const now = performance.now.bind(performance);

/** Records per second of real time, one entry for each run. */
export type Rates = { readonly produced: number[]; readonly consumed: number[] };

/** A healthy cluster, full of records, and one under faults. */
export async function benchBroker(): Promise<readonly Row[]> {
  const rates: Rates = { produced: [], consumed: [] };
  const records = 100 * AT_ONCE;
  const full = await besideBareLoop("brokers", throughput(records, 4000, rates));
  const troubled = await besideBareLoop("brokers under faults", busyBrokers);
  return [
    {
      "3 brokers, acks=all": "batches of 16 KB",
      records,
      "produced/s": rounded(median(rates.produced)),
      "consumed/s": rounded(median(rates.consumed)),
      ...full,
    },
    { "3 brokers, acks=all": "2 producers, a group of 2, faults", ...troubled },
  ];
}

/**
 * A producer sends records to all in-sync replicas; then a consumer reads all of them.
 *
 * @param records how many, a multiple of 740
 * @param rates get an entry when the programs are done, which must be before `forMs`
 */
export function throughput(records: number, forMs: number, rates: Rates): Scenario {
  const timed = async (act: () => Promise<void>) => {
    const startMs = now();
    await act();
    return (1000 * records) / (now() - startMs);
  };
  const app: Program = async (host) => {
    const producer = createProducer(host, { brokers: BROKERS, lingerMs: 1 });
    const consumer = createConsumer(host, { brokers: BROKERS, autoOffsetReset: "earliest" });
    consumer.assign(PARTITIONS);
    const produced = await timed(async () => {
      for (let n = 0; n < records; n += AT_ONCE) await sendAtOnce(producer, AT_ONCE);
    });
    const consumed = await timed(async () => {
      for (let n = 0; n < records; ) n += (await consumer.poll(100)).length;
    });
    rates.produced.push(produced);
    rates.consumed.push(consumed);
  };
  return scenario({ app }, [], forMs);
}

async function sendAtOnce({ send }: Producer, count: number): Promise<void> {
  const message = { topic: "t", value: VALUE };
  await Promise.all(Array.from({ length: count }, () => send(message)));
}

const sends: Program = async (host) => {
  const producer = createProducer(host, { brokers: BROKERS });
  for (;;) {
    await host.sleep(50);
    sendAtOnce(producer, 10).catch(operating);
  }
};

const polls: Program = async (host) => {
  const consumer = createConsumer(host, { brokers: BROKERS, group: "g" });
  consumer.subscribe(["t"]);
  for (;;) {
    await consumer.poll(100).catch(operating);
    await consumer.commit().catch(operating);
  }
};

/** Two producers and a group of two go on, whatever becomes of what they ask, while brokers fail. */
export const busyBrokers: Scenario = scenario(
  { p1: sends, p2: sends, c1: polls, c2: polls },
  trouble(20),
  20_000,
);

function operating(error: unknown): void {
  if (!(error instanceof KafkaError)) throw error;
}

/** Every second a broker crashes, or is cut off, or pauses, or is slow. */
function trouble(seconds: number): Fault[] {
  return Array.from({ length: seconds }, (_, n) => {
    const node = BROKERS[n % 3] as NodeId;
    const span = { atMs: 1000 * (n + 1), forMs: 600 };
    const others = BROKERS.filter((each) => each !== node);
    const kinds: readonly Fault[] = [
      { kind: "crash", node, ...span },
      { kind: "cut", from: [node], to: others, ...span },
      { kind: "pause", node, ...span },
      { kind: "delay", from: [node], byMs: 20, ...span },
    ];
    return kinds[n % 4] as Fault;
  });
}

function scenario(
  programs: Readonly<Record<NodeId, Program>>,
  faults: readonly Fault[],
  forMs: number,
): Scenario {
  const topics = [{ topic: "t", partitions: 3, replicas: 3, config: { minInsyncReplicas: 2 } }];
  const sizes = { brokers: 3, servers: 3, offsetsReplicas: 3 };
  return { seed: 1, servers: cluster(programs, { ...sizes, topics }), faults, forMs };
}
