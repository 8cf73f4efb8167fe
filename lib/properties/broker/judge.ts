/** Runs a cluster through a plan, and judges what happened: what brokers did always, what clients saw as it is asked. */

import type { Broker, BrokerOptions, Replica } from "quorumlab/broker";
import { type LogEvent, type LogOptions, logChecker } from "quorumlab/check";
import type { Server } from "quorumlab/ensemble";
import { type NodeId, type Run, simulate, type View } from "quorumlab/sim";
import { excerpt } from "../excerpt.ts";
import { Violation } from "../exercise.ts";
import { checkOffices } from "./offices.ts";
import { nodesOf, type Plan } from "./plan.ts";
import { GROUP, type Notes, TOPIC } from "./stage.ts";
import { Witness } from "./witness.ts";
import { scenarioOf } from "./world.ts";

/** What is judged of a run, besides what brokers may never do. */
export type Judged = {
  /** What clients may see; left out, everything that is wrong counts. */
  readonly log?: LogOptions;
  /** Whether everything that the group has committed was worked on. */
  readonly work?: true;
};

/**
 * Runs a plan and judges it.
 *
 * @throws Violation
 */
export async function judge(
  plan: Plan,
  judged: Judged,
  saw: (situation: string) => void,
  options: Partial<BrokerOptions> = {},
): Promise<void> {
  const { servers, brokers } = nodesOf(plan);
  const checker = logChecker(judged.log);
  const worked = new Map<string, Set<number>>();
  let operations = 0;
  let accusation: string | undefined;
  const notes: Notes = {
    take: (event: LogEvent) => checker.take(event),
    next: () => ++operations,
    saw,
    accuse(says) {
      accusation ??= says;
    },
    done(partition, offset) {
      const known = worked.get(partition) ?? new Set();
      worked.set(partition, known.add(offset));
    },
  };
  const witness = new Witness(brokers, notes);
  let last: View | undefined;
  const run = await simulate({
    ...scenarioOf(plan, notes, options),
    always(view) {
      last = view;
      guarded(
        () => {
          if (accusation !== undefined) throw new Violation(accusation);
          witness.look(view);
        },
        plan,
        view,
      );
    },
  });
  guarded(
    () => {
      for (const id of servers) checkOffices(run.states[id] as Server);
      checkEnd(run, brokers);
      const { verdict, anomalies, undecided } = checker.verdict();
      const [first] = anomalies;
      if (first !== undefined) throw new Violation(`${first.name}: ${first.why}`);
      if (verdict !== "ok") throw new Violation(undecided.join(" "));
      if (judged.work) checkWork(run, brokers, worked);
    },
    plan,
    last,
  );
}

/** A log of the clients' topic, by name and by the topic's id: no other topic has that name, so the id tells nothing. */
const NAMED = new RegExp(`\\b(${TOPIC}-\\d+) \\d{10,}`, "g");

/** Adds the picture of the last moments to what is found wrong. */
function guarded(act: () => void, plan: Plan, view: View | undefined): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Violation) || view === undefined) throw error;
    const { brokers, producers, consumers } = nodesOf(plan);
    const nodes = [...producers, "reader", ...consumers, ...brokers];
    throw new Violation(error.message.replaceAll(NAMED, "$1"), {
      trace: excerpt(view, nodes, { lastMs: 150, without: ["metadata", "heartbeat", "heard"] }),
    });
  }
}

function brokersOf({ states }: Run, brokers: readonly NodeId[]): Broker[] {
  return brokers.map((id) => states[id] as Broker);
}

/** In the calm every partition is led, everybody is in sync again, and all have the same. */
function checkEnd(run: Run, brokers: readonly NodeId[]): void {
  const all = brokersOf(run, brokers);
  const [first] = all;
  const parts = [...(first?.image.topics ?? [])].flatMap(([topic, { partitions }]) =>
    partitions.map((state, partition) => ({ name: `${topic}-${partition}`, state })),
  );
  if (!parts.some(({ name }) => name === `${TOPIC}-0`)) {
    throw new Violation("The topic is not made in the end, though nothing is wrong any more.");
  }
  for (const { name, state } of parts) {
    const { leader, isr, replicas } = state;
    if (leader === null || isr.length < replicas.length) {
      throw new Violation(
        `In the end ${name} is led by ${leader}, and ${isr.join(", ")} of ${replicas.join(", ")} are in sync, though nothing is wrong any more.`,
      );
    }
    const logs = all.flatMap(({ replicas }) => replicas.get(name) ?? []);
    // A leader deletes first.
    const from = Math.max(...logs.map(({ log }) => log.start));
    const contents = new Set(
      logs.map(({ log }) => JSON.stringify(log.batches.filter((each) => each.baseOffset >= from))),
    );
    if (contents.size > 1)
      throw new Violation(`In the end the logs of ${name} differ: ${ends(logs)}.`);
    if (
      logs.some(
        ({ log, highWatermark, part }) => part.kind === "leading" && highWatermark < log.end,
      )
    ) {
      throw new Violation(`In the end not all of ${name} is committed: ${ends(logs)}.`);
    }
  }
}

function ends(logs: readonly Replica[]): string {
  return logs
    .map(({ log, highWatermark: hw }) => `${log.start} to ${log.end}, committed to ${hw}`)
    .join("; ");
}

/** Whatever lies before the offset that the group has committed was worked on by some member. */
function checkWork(
  run: Run,
  brokers: readonly NodeId[],
  worked: ReadonlyMap<string, ReadonlySet<number>>,
): void {
  const replicas = brokersOf(run, brokers).flatMap((broker) => [...broker.replicas.values()]);
  for (const { part } of replicas) {
    const group = part.kind === "leading" ? part.groups?.get(GROUP) : undefined;
    for (const [partition, offset] of group?.offsets ?? []) {
      for (let before = 0; before < offset; before++) {
        if (worked.get(partition)?.has(before)) continue;
        throw new Violation(
          `The group has committed offset ${offset} of ${partition}, but nobody has worked on offset ${before}.`,
        );
      }
    }
  }
}
