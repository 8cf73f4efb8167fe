/** What must hold of the recipes, whatever goes wrong below them. */

import fc from "fast-check";
import type { Fault, View } from "quorumlab/sim";
import type { System, SystemProperty } from "../system.ts";
import { Counting, REFUSED, STORE, storms } from "./fencing.ts";
import { Crowd, following, UNKNOWN } from "./following.ts";
import { candidateOf, deaths, HERD, mustWakeOne } from "./herds.ts";
import { LOST, locking, SHARED, Turns } from "./locks.ts";
import { BRIDGED, elections, Race, SUCCEEDED } from "./masters.ts";
import { CONNECTIONS, type Kind, PROCESSES, plans } from "./plans.ts";
import { AGAIN, Meet, meetings, RELEASED, Work, working } from "./work.ts";
import { CHAOS_MS, carryOut, SITUATIONS } from "./world.ts";

/** Whatever a lease can stand. */
const STEADY = [...CONNECTIONS, ...PROCESSES];

/** What only a token helps against. */
const WILD: readonly Kind[] = [...STEADY, "jump"];

const oneMaster: SystemProperty = {
  says: "at most one master serves, and the healthy have one in time",
  runs: 100,
  situations: [SUCCEEDED, BRIDGED, ...Object.values(SITUATIONS)],
  of: (_module, saw) =>
    fc.asyncProperty(plans(STEADY, elections), async (plan) => {
      const race = new Race(plan, saw);
      const program = race.candidate((held) => race.works(held));
      await carryOut(plan, program, saw, { always: (view) => race.atMostOne(view) });
      race.atTheEnd();
    }),
};

const fencing: SystemProperty = {
  says: "a resource that checks tokens takes no late write, even when clocks jump",
  runs: 100,
  situations: [REFUSED, SUCCEEDED],
  of: (_module, saw) => {
    const storm = fc.tuple(elections, storms).map(([a, b]) => ({ ...a, ...b }));
    return fc.asyncProperty(plans(WILD, storm), async ({ storm, ...calm }) => {
      const plan = { ...calm, faults: [...calm.faults, ...storm] };
      const race = new Race(plan, saw);
      const counting = new Counting(plan, saw);
      const program = race.candidate((held) => counting.count(held));
      await carryOut(plan, program, saw, {
        more: { [STORE]: counting.store },
        always(view) {
          race.look(view);
          counting.look(view);
        },
      });
      race.report();
      const end = race.view as View;
      counting.atTheEnd(race.look(end), end);
    });
  },
};

const noHerd: SystemProperty = {
  says: "whoever dies in a line wakes one of those who wait, and no herd",
  runs: 60,
  situations: [HERD],
  of: (_module, saw) =>
    fc.asyncProperty(deaths, async (plan) => {
      mustWakeOne(plan, await carryOut(plan, candidateOf(plan), saw), saw);
    }),
};

const locks: SystemProperty = {
  says: "a writer has the lock alone, readers share it, and everybody gets it",
  runs: 100,
  situations: [SHARED, LOST, SITUATIONS.ambiguousCreate],
  of: (_module, saw) =>
    fc.asyncProperty(plans(STEADY, locking), async (plan) => {
      const turns = new Turns(plan, saw);
      await carryOut(plan, turns.program, saw, { always: (view) => turns.look(view) });
      turns.atTheEnd();
    }),
};

const noItemLost: SystemProperty = {
  says: "whatever is put into a queue is done, whoever dies",
  runs: 100,
  situations: [AGAIN, SITUATIONS.expired, SITUATIONS.ambiguousCreate],
  of: (_module, saw) =>
    fc.asyncProperty(plans(STEADY, working), async (plan) => {
      const work = new Work(plan, saw);
      await carryOut(plan, work.program, saw, {
        always(view) {
          work.view = view;
        },
      });
      work.atTheEnd();
    }),
};

const barrier: SystemProperty = {
  says: "nobody begins before all have come, or goes on before all have finished or died",
  runs: 100,
  situations: [RELEASED, SITUATIONS.expired],
  of: (_module, saw) =>
    fc.asyncProperty(plans(STEADY, meetings), async (plan) => {
      const meet = new Meet(plan, saw);
      const dies: Fault[] =
        plan.dies === null ? [] : [{ kind: "crash", node: plan.dies, atMs: 500, forMs: 300 }];
      await carryOut({ ...plan, faults: [...plan.faults, ...dies] }, meet.program, saw, {
        always(view) {
          meet.view = view;
        },
      });
      meet.atTheEnd();
    }),
};

const followed: SystemProperty = {
  says: "no change of a shared value is lost, and the healthy know it and each other in time",
  runs: 100,
  situations: [UNKNOWN, SITUATIONS.expired, SITUATIONS.moved],
  of: (_module, saw) =>
    fc.asyncProperty(plans(STEADY, following), async (plan) => {
      const crowd = new Crowd(plan, saw);
      const dies: Fault[] =
        plan.dies === null ? [] : [{ kind: "crash", node: plan.dies, atMs: CHAOS_MS / 2 }];
      await carryOut({ ...plan, faults: [...plan.faults, ...dies] }, crowd.program, saw);
      crowd.atTheEnd();
    }),
};

export const system: System = {
  name: "recipes",
  title: "Recipes on a session with the ensemble",
  properties: [oneMaster, fencing, noHerd, locks, noItemLost, barrier, followed],
};
