/** Judges the decisions of a tracker with a lease, inside a whole system whose messages are late and whose servers die. */

import fc from "fast-check";
import type { Kept, Tracking } from "quorumlab/recipes";
import { type NodeId, type Run, simulate, type TraceEvent, type View } from "quorumlab/sim";
import { excerpt } from "./excerpt.ts";
import { type Exercise, Violation } from "./exercise.ts";
import {
  APPS,
  apart,
  type Chaos,
  calm,
  chaos,
  DATABASES,
  type Decisions,
  death,
  HOUR_MS,
  LEASE_MS,
  LOOK_MS,
  type System,
  system,
  TIMEOUT_MS,
  WAY_MS,
} from "./tracked.ts";

type Module = typeof import("../../exercises/01-tracker.ts");

const CHATTER = ["heartbeat", "copyAll", "all", "appointed"];

function violation(says: string, view: View, remarks?: ReadonlyMap<NodeId, string>): Violation {
  const options = { lastMs: 250, without: CHATTER, ...(remarks && { remarks }) };
  return new Violation(says, { trace: excerpt(view, [...APPS, "tracker", ...DATABASES], options) });
}

/** When an application asked for the answer that it heard last, and when that came. */
function askedAndAnswered(app: NodeId, { trace }: View): string {
  const call = (event: TraceEvent) =>
    "body" in event && event.node === app ? (event.body as { call: number }).call : undefined;
  const heard = trace.findLast(
    (event) =>
      event.kind === "deliver" &&
      event.node === app &&
      (event.body as { kind: string }).kind === "masterIs",
  );
  const asked = trace.find(
    (event) =>
      event.kind === "send" && event.to === "tracker" && call(event) === (heard && call(heard)),
  );
  const [from, to] = [asked?.atMs ?? 0, heard?.atMs ?? 0].map(Math.round);
  return `asked at ${from}, answered at ${to}, lease ${LEASE_MS}`;
}

/** At most one name is anybody's master: the tracker's or, still in use, an application's. */
function oneMaster(inUse: System["inUse"], view: View): void {
  const named = new Map<NodeId, NodeId>();
  const state = view.state("tracker") as Tracking | undefined;
  if (state?.master) named.set(state.master, "tracker");
  for (const [app, master] of inUse) {
    const node = master();
    if (node !== null && !named.has(node)) named.set(node, app);
  }
  if (named.size < 2) return;
  const both = [...named].map(([node, by]) => {
    if (by === "tracker") return `${node} (the tracker has appointed it)`;
    return `${node} (${by} still uses an answer: ${askedAndAnswered(by, view)} ms)`;
  });
  const remarks = new Map([...named].map(([node, by]) => [by, `${node} is master`]));
  const says = `At ${Math.round(view.atMs)} ms there are two masters: ${both.join(" and ")}.`;
  throw violation(says, view, remarks);
}

const isAnswer = (event: View["trace"][number]) =>
  event.kind === "send" && (event.body as { kind: string }).kind === "masterIs";
const lookups = (run: Run, app: NodeId, fromMs: number) =>
  run.trace.events.filter(
    (event) =>
      event.kind === "send" &&
      event.node === app &&
      event.to === "tracker" &&
      event.atMs >= fromMs &&
      (event.body as { kind: string }).kind === "whoIsMaster",
  ).length;

/** A run, and the world as it was at its last event. */
async function toTheEnd(
  decisions: Decisions,
  plan: Chaos,
  forMs: number,
): Promise<{ run: Run; last: View }> {
  let last: View | undefined;
  const always = (view: View) => {
    last = view;
  };
  const run = await simulate({ ...system(decisions, plan, forMs).scenario, always });
  return { run, last: last as View };
}

export const exercise: Exercise<Module> = {
  name: "01-tracker",
  title: "A tracker whose answers may be kept",
  exports: ["answer", "chooseMaster", "mayUse"],
  inPlace: ["answer"],
  hints: [
    "Write `chooseMaster` as three questions, in this order: is the master heard? is it still promised? who else is heard?",
    "When does the tracker's promise begin, by the application's clock? It knows when it asked and when it heard. Which of the two was certainly not after the promise?",
    "If a silent master is still promised to everybody who asks, when does its last promise run out?",
  ],

  examples(module) {
    const tracking = (master: string | null, heardMs: Record<string, number>): Tracking => {
      return { master, promisedUntilMs: 200, heardMs };
    };
    const times = (nowMs: number) => ({ nowMs, timeoutMs: 50, leaseMs: 200 });
    const kept: Kept = { master: "db1", leaseMs: 200, askedMs: 100, answeredMs: 110 };
    const db1 = tracking("db1", { db1: 100 });
    const db2 = tracking("db1", { db1: 100, db2: 290 });
    const examples: [asked: string, got: unknown, expected: unknown][] = [
      ["answer with a master", module.answer(db1, times(120)), { master: "db1", leaseMs: 200 }],
      [
        "answer without",
        module.answer(tracking(null, {}), times(120)),
        { master: null, leaseMs: 0 },
      ],
      ["chooseMaster, heard", module.chooseMaster(db1, times(120)), "db1"],
      ["chooseMaster, silent", module.chooseMaster(db2, times(300)), "db2"],
      ["mayUse at 110", module.mayUse(kept, 110), true],
    ];
    for (const [asked, got, expected] of examples) {
      const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
      if (a !== b) throw new Violation(`The example "${asked}" gives ${a}; expected ${b}.`);
    }
  },

  properties: [
    {
      says: "no two masters are in use at one time",
      points: 2,
      runs: 150,
      situations: ["a master was replaced", "an answer was in use when the master fell silent"],
      of: (module, saw, twin) =>
        fc.asyncProperty(chaos, async (plan) => {
          const { scenario, inUse } = system(apart(module, twin), plan, 700);
          const masters = new Set<unknown>();
          const { faults = [] } = scenario;
          const silentMs = faults.find(({ kind }) => kind === "cut" || kind === "crash")?.atMs ?? 0;
          await simulate({
            ...scenario,
            always: (view) => {
              oneMaster(inUse, view);
              const master = (view.state("tracker") as Tracking | undefined)?.master;
              if (master) masters.add(master);
              if (masters.size > 1) saw("a master was replaced");
              const after = view.atMs - silentMs;
              if (after >= 0 && after < LEASE_MS && inUse.get("app1")?.() === "db1") {
                saw("an answer was in use when the master fell silent");
              }
            },
          });
        }),
    },
    {
      says: "a master that is heard is not replaced",
      points: 2,
      runs: 80,
      situations: ["a database came back that sorts before the master"],
      of: (module, saw, twin) =>
        fc.asyncProperty(chaos, async (plan) => {
          const { scenario } = system(apart(module, twin), plan, 700);
          const clockMs = HOUR_MS * (plan.hours[0] ?? 0);
          let before: NodeId | null = null;
          await simulate({
            ...scenario,
            always: (view) => {
              const state = view.state("tracker") as Tracking | undefined;
              if (state === undefined) return;
              const { master, heardMs } = state;
              const silentMs = view.atMs + clockMs - (heardMs[before ?? ""] ?? -Infinity);
              if (before !== null && master !== before && silentMs <= TIMEOUT_MS) {
                throw violation(
                  `At ${Math.round(view.atMs)} ms the tracker replaced ${before} by ${master}, but it had heard ${before} ${Math.round(silentMs)} ms before, and silence counts only after ${TIMEOUT_MS}.`,
                  view,
                );
              }
              const heard = Object.keys(heardMs).filter(
                (name) => view.atMs + clockMs - (heardMs[name] ?? 0) <= TIMEOUT_MS,
              );
              if (master !== null && master !== before && master !== heard.sort()[0]) {
                throw violation(
                  `At ${Math.round(view.atMs)} ms the tracker appointed ${master}; expected ${heard[0] ?? null}, the first by name of those that it hears (${heard.join(", ")}).`,
                  view,
                );
              }
              before = master;
              const back = (heardMs.db1 ?? -Infinity) > view.atMs + clockMs - 1;
              if (master !== null && master > "db1" && back) {
                saw("a database came back that sorts before the master");
              }
            },
          });
        }),
    },
    {
      says: "a dead master is replaced as soon as no answer can name it",
      points: 1,
      runs: 60,
      situations: ["applications asked to the end"],
      of: (module, saw, twin) =>
        fc.asyncProperty(death, async (plan) => {
          const diesMs = plan.faults[0]?.atMs ?? 0;
          // Heard for the last time, silent too long, the last promise over, and the tracker's next look.
          const byMs = diesMs + WAY_MS + TIMEOUT_MS + LEASE_MS + 2 * LOOK_MS;
          const { run, last } = await toTheEnd(apart(module, twin), plan, byMs);
          const { master } = run.states.tracker as Tracking;
          if (run.trace.events.some((event) => isAnswer(event) && event.atMs > diesMs)) {
            saw("applications asked to the end");
          }
          if (master !== "db2") {
            throw violation(
              `db1 died at ${diesMs} ms, and ${byMs - diesMs} ms later the tracker's master is ${master}; expected db2, the first by name that is heard.`,
              last,
            );
          }
        }),
    },
    {
      says: "an application asks once a lease, not more",
      points: 1,
      runs: 40,
      of: (module, _saw, twin) =>
        fc.asyncProperty(calm, async (plan) => {
          const { run, last } = await toTheEnd(apart(module, twin), plan, 600);
          // The first questions may come before there is a master.
          const fromMs = 100;
          for (const app of APPS) {
            const asked = lookups(run, app, fromMs);
            const most = Math.ceil((600 - fromMs) / LEASE_MS);
            // Whoever asks again as soon as a lease is over waits for the next question, its way and the way back.
            const least = Math.floor((600 - fromMs) / (LEASE_MS + 4 * WAY_MS));
            if (asked > most || asked < least) {
              throw violation(
                `In ${600 - fromMs} ms with leases of ${LEASE_MS} ms ${app} asked ${asked} times; expected ${least} to ${most}.`,
                last,
              );
            }
          }
        }),
    },
  ],
};
