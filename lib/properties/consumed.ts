/** A whole system around a consumer loop: a broker, two workers of a group, a sink that knows ids, and what goes wrong. */

import {
  type Broker,
  type Consumer,
  type ConsumerRecord,
  cluster,
  createConsumer,
  createProducer,
  type Program,
} from "quorumlab/broker";
import { type Fault, type NodeId, type Run, simulate } from "quorumlab/sim";
import { Violation } from "./exercise.ts";

/** What a learner writes. */
export type Loop = typeof import("../../exercises/08-consumer-loop.ts");

export type Plan = {
  readonly seed: number;
  readonly faults: readonly Fault[];
  /** How many records there are, one every 10 ms and some at the end; in how many partitions. 40 in 2 unless told. */
  readonly records?: number;
  readonly partitions?: number;
};

export const WORKERS: readonly NodeId[] = ["w1", "w2"];
/** Nothing goes wrong any more; then come the last records; and when all must be done. */
export const CALM_MS = 1350;
const LAST_MS = 1400;
const END_MS = 3000;

const TOPIC = "rides";
/** How long a worker waits for the sink. */
const PATIENCE_MS = 60;
const MEMBER = {
  brokers: ["b1"],
  group: "billing",
  autoOffsetReset: "earliest",
  sessionTimeoutMs: 200,
  heartbeatIntervalMs: 50,
  rebalanceTimeoutMs: 400,
  maxPollRecords: 5,
} as const;

/** A record of the topic, and what has become of it. */
export type Fate = {
  /** Its place, such as "rides-0-7". */
  readonly name: string;
  readonly partition: number;
  readonly offset: number;
  /** How often it was given to the sink, and how often it took effect. */
  readonly given: number;
  readonly effects: number;
  /** Another record, under whose id it was given. */
  readonly mistakenFor: string | undefined;
  readonly isCommitted: boolean;
};

export type Outcome = {
  readonly run: Run;
  readonly fates: readonly Fate[];
  /** What each worker was doing when the run ended, such as "polls". */
  readonly doing: ReadonlyMap<NodeId, string>;
};

export const SITUATIONS = {
  again: "a record was given to the sink again",
  refused: "a commit was refused",
  unanswered: "the sink did not answer",
} as const;

/** What the sink knows. It never crashes. */
type Sink = {
  /** An id that is none. Nobody answers: a loop that tries again for ever comes to the end of the run. */
  strange: Violation | undefined;
  /** What took effect under each id. */
  readonly seen: Map<string, string>;
  readonly given: Pick<Fate, "name" | "mistakenFor">[];
  readonly effects: string[];
};

type Place = Pick<ConsumerRecord, "topic" | "partition" | "offset">;
const nameOf = ({ topic, partition, offset }: Place) => `${topic}-${partition}-${offset}`;

/**
 * Runs the system. Every life of every worker has an instance of the loop of its own: no variable outlives a crash.
 *
 * @param loops as many as there are lives
 * @throws Violation when a loop ends
 */
export async function consume(
  loops: readonly Loop[],
  { seed, faults, records = 40, partitions = 2 }: Plan,
  saw: (situation: string) => void,
): Promise<Outcome> {
  const sink: Sink = { strange: undefined, seen: new Map(), given: [], effects: [] };
  const doing = new Map<NodeId, string>();
  const lives = loops.values();
  const workers = WORKERS.map((id) => {
    return [id, working(lives, sink, saw, (what) => doing.set(id, what))] as const;
  });
  const driver = driving(records, partitions);
  const programs = { ...Object.fromEntries(workers), sink: sinking(sink), driver };
  const servers = cluster(programs, { topics: [{ topic: TOPIC, partitions, replicas: 1 }] });
  const run = await simulate({ seed, servers, faults, forMs: END_MS });
  if (sink.strange !== undefined) throw sink.strange;
  const fates = fatesOf(run, sink);
  if (fates.some(({ given }) => given > 1)) saw(SITUATIONS.again);
  return { run, fates, doing };
}

/** Few different values, and a coarse clock, so that they do not tell one record from another. */
function driving(records: number, partitions: number): Program {
  return async (host) => {
    const { send } = createProducer(host, { brokers: MEMBER.brokers });
    for (let nth = 0; nth < records; nth++, await host.sleep(10)) {
      if (nth === Math.floor(0.8 * records)) await host.sleep(Math.max(0, LAST_MS - host.now()));
      const value = nth % 3 === 0 ? "long ride" : "short ride";
      const timestampMs = 500 * Math.floor(host.now() / 500);
      const key = `driver-${nth % 5}`;
      void send({ topic: TOPIC, partition: nth % partitions, key, value, timestampMs });
    }
  };
}

function working(
  lives: Iterator<Loop, undefined>,
  sink: Sink,
  saw: (situation: string) => void,
  does: (what: string) => void,
): Program {
  return async (host) => {
    const loop = lives.next().value;
    if (loop === undefined) throw new Error("There are more lives than loops.");
    const consumer = createConsumer(host, MEMBER);
    /** What fails takes a moment, so that a loop which tries it for ever comes to the end of the run. */
    const told = (situation: string) => async (error: unknown) => {
      saw(situation);
      await host.sleep(1);
      throw error;
    };
    const watched: Consumer = {
      ...consumer,
      async poll(timeoutMs) {
        does("polls");
        const records = await consumer.poll(timeoutMs);
        if (records.length === 0) await host.sleep(1);
        return records;
      },
      commit(offsets) {
        does("commits");
        return consumer.commit(offsets).catch(told(SITUATIONS.refused));
      },
    };
    const ended = await loop
      .work(watched, TOPIC, {
        async apply(id, record) {
          if (typeof id !== "string") {
            const why = `apply was given the id ${String(id)}; expected a string.`;
            sink.strange ??= new Violation(why);
            return new Promise(() => {});
          }
          does(`applies ${nameOf(record)}`);
          const asked = host.call("sink", { kind: "apply", id, record }, PATIENCE_MS);
          await asked.catch(told(SITUATIONS.unanswered));
        },
      })
      .then(() => "returned", failedBy);
    const atMs = Math.round(host.trueMs());
    throw new Violation(`At ${atMs} ms the work of ${host.id} ${ended}; expected it to go on.`);
  };
}

/** What a loop hears from `commit` and `apply`. Judged by name: it may come back through a submission. */
const OPERATING = ["KafkaError", "CallError"];

/** How an operating failure ended the work. @throws anything else, which is the loop's own mistake */
function failedBy(error: unknown): string {
  if (!(error instanceof Error && OPERATING.includes(error.name))) throw error;
  return `threw ${error.name}: ${error.message}`;
}

function sinking({ seen, given, effects }: Sink): Program {
  return async (host) => {
    host.answer(async (asked) => {
      const { id, record } = asked as unknown as { id: string; record: ConsumerRecord };
      await host.sleep(1 + 4 * host.random());
      const name = nameOf(record);
      const known = seen.get(id);
      given.push({ name, mistakenFor: known === name ? undefined : known });
      if (known === undefined) {
        seen.set(id, name);
        effects.push(name);
      }
      return { kind: "applied" };
    });
  };
}

function fatesOf({ states }: Run, { given, effects }: Sink): Fate[] {
  const { replicas } = states.b1 as Broker;
  const [group] = [...replicas.values()].flatMap(({ part }) =>
    part.kind === "leading" ? [...(part.groups?.values() ?? [])] : [],
  );
  const own = [...replicas.values()].filter(({ topic }) => topic === TOPIC);
  return own.flatMap(({ partition, log }) => {
    const committed = group?.offsets.get(`${TOPIC}-${partition}`) ?? 0;
    return Array.from({ length: log.end }, (_, offset): Fate => {
      const name = nameOf({ topic: TOPIC, partition, offset });
      const times = given.filter((each) => each.name === name);
      return {
        name,
        partition,
        offset,
        given: times.length,
        effects: effects.filter((each) => each === name).length,
        mistakenFor: times.find(({ mistakenFor }) => mistakenFor !== undefined)?.mistakenFor,
        isCommitted: offset < committed,
      };
    });
  });
}
