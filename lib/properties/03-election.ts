/** Judges an election of a master, and when it stops, by the whole system: an ensemble, two candidates, and faults. */

import fc from "fast-check";
import type { SessionId } from "quorumlab/ensemble";
import type { NodeId, TraceEvent } from "quorumlab/sim";
import { CANDIDATES, elect, type Plan, type Recipe } from "./elected.ts";
import { idle, restless, serves, twoMasters } from "./election-evidence.ts";
import { calmFrom, chaos, deletion, nothing, reelection, trouble } from "./election-plans.ts";
import { type Exercise, Violation } from "./exercise.ts";

const SESSION_MS = 150;
/** A session that outlasts an election of the ensemble. */
const LONG_SESSION_MS = 400;
/** When all is well again, the ensemble elects, gives every session its whole time once more, and a master is elected. */
const RECOVERY_MS = 500;
/** From a commit to the candidate that it concerns, which then looks. */
const NOTICE_MS = 20;

/** By then somebody has been elected. */
const SETTLED_MS = 200;

function isRequest(event: TraceEvent): event is TraceEvent & { kind: "send" } {
  return event.kind === "send" && (event.body as { kind: string }).kind === "request";
}

/** Nothing goes wrong until an operator deletes the node. */
const EXAMPLE: Plan = {
  seed: 7,
  serves: "byLease",
  hours: [],
  faults: [],
  operator: [{ does: "delete", atMs: 200 }],
};

export const exercise: Exercise<Recipe> = {
  name: "03-election",
  title: "One master, that knows when to stop",
  exports: ["campaign", "mayServe"],
  async: ["campaign"],
  live: true,
  hints: [
    "`mayServe` is one expression of three conditions: whose node it is, whether the session lives for certain, and what `serves` asks for.",
    "`campaign` is a loop: try to create the node, whatever comes of it; look whose it is, and watch it with the same request; wait until the watch fires.",
    "A promise waits for a watch: `const { promise, resolve } = Promise.withResolvers<void>();`, then `exists(path, () => resolve())`, then `await promise`.",
    "Which errors end the loop, and which only say that nobody knows what happened? And if the node was gone when you looked, who is going to make it?",
  ],

  async examples(module) {
    const known = { owner: 7, session: 7, state: "connected", aliveUntilMs: 100 } as const;
    const gone = { ...known, state: "disconnected" } as const;
    const decisions: [asked: string, got: unknown, expected: boolean][] = [
      ["its own, connected, at 50", module.mayServe(known, 50, "whileConnected"), true],
      ["another's", module.mayServe({ ...known, owner: 5 }, 50, "byLease"), false],
      ["disconnected, by lease", module.mayServe(gone, 50, "byLease"), true],
      ["disconnected, while connected", module.mayServe(gone, 50, "whileConnected"), false],
    ];
    for (const [asked, got, expected] of decisions) {
      if (got === expected) continue;
      throw new Violation(`The example "${asked}" gives ${got}; expected ${expected}.`);
    }
    const { system } = await elect([module, module], EXAMPLE, {
      sessionMs: SESSION_MS,
      forMs: 260,
      onLook(system) {
        const { atMs } = system.view();
        if (atMs < 180 || atMs > 199) return;
        const owner = system.owner();
        const [one, two] = system.candidates.map((each) => each.owner);
        if (owner !== null && one === owner && two === owner) return;
        throw new Violation(
          `The example of two candidates: "/master" belongs to session ${owner}, and they have learned ${one} and ${two}.`,
        );
      },
    });
    if (system.owner() !== null) return;
    throw new Violation(
      "The example of a deleted node: 60 ms later there is none; expected a new one.",
    );
  },

  properties: [
    {
      says: "no two candidates may serve at one time",
      points: 1,
      runs: 60,
      situations: ["another became the master", "a master came back and found another one"],
      of: (module, saw, twin) =>
        fc.asyncProperty(chaos, async (plan) => {
          const masters = new Set<NodeId>();
          await elect([module, twin], plan, {
            sessionMs: SESSION_MS,
            forMs: 850,
            onLook(system, { id }, may) {
              if (!may && !masters.has(id)) return;
              const serving = system.serving();
              if (serving.length > 1) throw twoMasters(system, serving);
              if (may) masters.add(id);
              if (masters.size > 1) saw("another became the master");
              if (!may && serving.length === 1) saw("a master came back and found another one");
            },
          });
        }),
    },
    {
      says: "when all is well again, somebody may serve",
      points: 1,
      runs: 40,
      situations: ["the ensemble had no leader"],
      of: (module, saw, twin) =>
        fc.asyncProperty(trouble, async (plan) => {
          const fromMs = calmFrom(plan);
          let servedMs = 0;
          const { system } = await elect([module, twin], plan, {
            sessionMs: SESSION_MS,
            forMs: fromMs + RECOVERY_MS + NOTICE_MS,
            onLook(system, { zookeeper }, may) {
              const { atMs } = system.view();
              if (may && zookeeper?.session === system.owner()) servedMs = atMs;
              if (atMs > 150 && !system.isLed()) saw("the ensemble had no leader");
            },
          });
          if (servedMs >= fromMs + RECOVERY_MS) return;
          const expected = `somebody, for all has been well for ${RECOVERY_MS + NOTICE_MS} ms`;
          throw idle(system, "nobody who has the node", expected);
        }),
    },
    {
      says: "a master whose node is deleted stops",
      points: 1,
      runs: 30,
      situations: ["a master's node was deleted"],
      of: (module, saw, twin) =>
        fc.asyncProperty(deletion, async (plan) => {
          const ownedMs = new Map<SessionId, number>();
          let owner: SessionId | null = null;
          await elect([module, twin], plan, {
            sessionMs: SESSION_MS,
            forMs: 700,
            onLook(system, candidate, may) {
              const { atMs } = system.view();
              const now = system.owner();
              if (owner !== null && now !== owner) saw("a master's node was deleted");
              owner = now;
              if (owner !== null) ownedMs.set(owner, atMs);
              const lastMs = ownedMs.get(candidate.zookeeper?.session ?? 0);
              if (!may || atMs - (lastMs ?? 0) <= NOTICE_MS) return;
              const ago = `was deleted ${Math.round(atMs - (lastMs ?? 0))} ms ago`;
              const fate = lastMs === undefined ? "has never been there" : ago;
              throw serves(system, candidate, `its "/master" ${fate}`);
            },
          });
        }),
    },
    {
      says: "a master may serve for as long as it is certain: by lease, also without a connection",
      points: 1,
      runs: 30,
      situations: ["a master served while the ensemble elected", "a master was disconnected"],
      of: (module, saw, twin) =>
        fc.asyncProperty(reelection, async (plan) => {
          let owner: SessionId | null = null;
          /** When it could last not know that the node is its own: before it was made, or without a connection. */
          let sinceMs = 0;
          let hasServed = false;
          await elect([module, twin], plan, {
            sessionMs: LONG_SESSION_MS,
            forMs: 800,
            onLook(system, candidate, may) {
              const { zookeeper, id } = candidate;
              const { atMs } = system.view();
              if (system.owner() !== owner) {
                owner = system.owner();
                sinceMs = atMs;
                hasServed = false;
              }
              if (zookeeper === undefined || zookeeper.session !== owner) return;
              hasServed ||= may;
              const isConnected = zookeeper.state === "connected";
              if (!isConnected) sinceMs = atMs;
              if (!isConnected) saw("a master was disconnected");
              if (may && !system.isLed()) saw("a master served while the ensemble elected");
              if (may && !isConnected && plan.serves === "whileConnected") {
                throw serves(system, candidate, `it is ${zookeeper.state}`);
              }
              const isCertain = isConnected || plan.serves === "byLease";
              const untilMs = candidate.aliveUntilMs();
              const knows = hasServed || atMs - sinceMs > 2 * NOTICE_MS;
              if (may || !isCertain || !knows || atMs >= untilMs) return;
              const expected = `${id}: the node is its own, and its session lives until ${Math.round(untilMs)} ms`;
              throw idle(system, "nobody", expected);
            },
          });
        }),
    },
    {
      says: "while nothing changes, a candidate asks nothing",
      points: 1,
      runs: 10,
      situations: ["one served all the time"],
      of: (module, saw, twin) =>
        fc.asyncProperty(nothing, async (plan) => {
          let served = 0;
          const { run, system } = await elect([module, twin], plan, {
            sessionMs: SESSION_MS,
            forMs: 500,
            onLook(system, { zookeeper }, may) {
              const isMaster = may && zookeeper?.session === system.owner();
              if (isMaster && system.view().atMs > SETTLED_MS) served += 1;
            },
          });
          for (const id of CANDIDATES) {
            const asked = run.trace.events.filter(
              (event) => isRequest(event) && event.node === id && event.atMs >= SETTLED_MS,
            );
            if (asked.length > 0) throw restless(system, id, asked.length, SETTLED_MS);
          }
          if (served > 50) saw("one served all the time");
        }),
    },
  ],
};
