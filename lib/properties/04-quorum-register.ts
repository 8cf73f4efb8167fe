/** Judges the decisions of a quorum register, inside of one whose messages get lost and whose machines die. */

import fc from "fast-check";
import type { Version } from "quorumlab/recipes";
import type { Fault, NodeId } from "quorumlab/sim";
import { type Exercise, Violation } from "./exercise.ts";
import { calm, chaos, minorityGone, slowWrite } from "./register-plans.ts";
import {
  CLIENTS,
  carryOut,
  lastStretch,
  MACHINES,
  mustBeLinearizable,
  type Outcome,
  type Plan,
  SYNC_MS,
  WAY_MS,
} from "./registered.ts";

type Module = typeof import("../../exercises/04-quorum-register.ts");

/** There and back, with a disk between, twice; and the client's own disk at its start, and before it stores. */
const BOUND_MS = 2 * (WAY_MS + SYNC_MS + WAY_MS) + 2 * SYNC_MS;

function notice({ faults }: Plan, { history }: Outcome, saw: (situation: string) => void): void {
  const ended = history.filter((each) => each.outcome === "ok");
  const writes = history.filter(({ input }) => input.kind === "write");
  for (const write of writes) {
    if (write.outcome === "info" && write.input.kind === "write") {
      const { value } = write.input;
      if (ended.some(({ output }) => output === value)) saw("a failed write was read later");
    }
    const meets = (other: (typeof writes)[number]) =>
      other.id > write.id && !("returnedMs" in write && write.returnedMs < other.invokedMs);
    if (writes.some(meets)) saw("two writes were under way at once");
  }
  for (const fault of faults) {
    if (fault.kind !== "crash") continue;
    saw(`a ${CLIENTS.includes(fault.node) ? "client" : "replica"} came back`);
  }
}

/** The puts that a read sent, in a run whose last step is a read that begins after this time. */
function putsAfter({ run }: Outcome, fromMs: number): number {
  return run.trace.events.filter(
    (event) =>
      event.kind === "send" &&
      event.atMs >= fromMs &&
      (event.body as { kind: string }).kind === "put",
  ).length;
}

export const exercise: Exercise<Module> = {
  name: "04-quorum-register",
  title: "A register that a majority keeps",
  exports: ["quorumSizes", "newest", "nextTimestamp", "mustWriteBack"],
  instances: MACHINES,
  hints: [
    "How many of 4 replicas must answer, so that any two groups of that size share one?",
    "Two clients may ask at the same moment, find the same version, and choose the same counter. Every replica must prefer the same one of the two, whichever comes first.",
    "The newest version that a read found may be on one replica only. Which replicas will the next read ask?",
  ],

  examples(module) {
    const version = (value: string, counter: number, writer: string): Version => {
      return { value, timestamp: { counter, writer } };
    };
    const [a, b] = [version("A", 1, "c1"), version("B", 2, "c1")];
    const none: Version = { value: null, timestamp: { counter: 0, writer: "" } };
    const [one, two] = [
      { read: 1, write: 1 },
      { read: 2, write: 2 },
    ];
    const first = { counter: 1, writer: "c2" };
    const { read, write } = module.quorumSizes(1);
    const examples: [asked: string, got: unknown, expected: unknown][] = [
      ["newest of A and B", module.newest([a, b]), b],
      ["newest of B and A", module.newest([b, a]), b],
      ["nextTimestamp of the first write", module.nextTimestamp([none, none], "c2"), first],
      // Two replicas send two copies.
      ["mustWriteBack of nothing", module.mustWriteBack([none, structuredClone(none)], two), false],
      ["quorumSizes of 1", { read, write }, one],
    ];
    for (const [asked, got, expected] of examples) {
      const [mine, ours] = [JSON.stringify(got), JSON.stringify(expected)];
      if (mine !== ours)
        throw new Violation(`The example "${asked}" gives ${mine}; expected ${ours}.`);
    }
  },

  properties: [
    {
      says: "whatever is lost, late or dead, reads and writes are linearizable",
      points: 1,
      runs: 450,
      situations: [
        "two writes were under way at once",
        "a failed write was read later",
        "a replica came back",
        "a client came back",
      ],
      of: (module, saw, ...others) =>
        fc.asyncProperty(chaos, async (plan) => {
          const outcome = await carryOut(plan, [module, ...others]);
          notice(plan, outcome, saw);
          mustBeLinearizable(outcome);
        }),
    },
    {
      says: "what one read has returned, no later read takes back",
      points: 2,
      runs: 200,
      situations: ["a read returned a write that was under way"],
      of: (module, saw, ...others) =>
        fc.asyncProperty(slowWrite, async (plan) => {
          const outcome = await carryOut(plan, [module, ...others]);
          const [write, ...reads] = outcome.history;
          const untilMs =
            write !== undefined && "returnedMs" in write ? write.returnedMs : Infinity;
          const early = reads.some(
            (each) => each.outcome === "ok" && each.output !== null && each.returnedMs < untilMs,
          );
          if (early) saw("a read returned a write that was under way");
          mustBeLinearizable(outcome);
        }),
    },
    {
      says: "while a majority can be reached, every operation is done in time",
      points: 1,
      runs: 60,
      of: (module, _saw, ...others) =>
        fc.asyncProperty(minorityGone, async (plan) => {
          const { run, history } = await carryOut(plan, [module, ...others]);
          const late = history.find(
            (each) => !("returnedMs" in each && each.returnedMs - each.invokedMs <= BOUND_MS),
          );
          if (late === undefined) return;
          const took =
            "returnedMs" in late
              ? `took ${Math.ceil(late.returnedMs - late.invokedMs)} ms`
              : "was given up";
          const up = plan.replicas - new Set(plan.faults.flatMap(goneBy)).size;
          throw new Violation(
            `${up} of ${plan.replicas} replicas could be reached, and a ${late.input.kind} ${took}; expected at most ${BOUND_MS} ms.`,
            { trace: lastStretch(run, late.invokedMs + BOUND_MS) },
          );
        }),
    },
    {
      says: "a read that a whole quorum answers alike asks once and stores nothing",
      points: 1,
      runs: 40,
      of: (module, _saw, ...others) =>
        fc.asyncProperty(calm, async (plan) => {
          const outcome = await carryOut(plan, [module, ...others]);
          const read = outcome.history.at(-1);
          if (read?.input.kind !== "read") return;
          const puts = putsAfter(outcome, read.invokedMs);
          if (puts === 0) return;
          throw new Violation(
            `All ${plan.replicas} replicas had the newest version, and a read stored it at ${puts} of them once more; expected none.`,
            { trace: lastStretch(outcome.run, read.invokedMs + BOUND_MS) },
          );
        }),
    },
  ],
};

function goneBy(fault: Fault): readonly NodeId[] {
  if (fault.kind === "cut") return fault.from;
  return fault.kind === "crash" ? [fault.node] : [];
}
