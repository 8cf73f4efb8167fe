/** A whole system around an election: an ensemble, two candidates that serve whenever they may, and what goes wrong. */

import { ensemble, nodeAt, type Server, type SessionId, type ZooKeeper } from "quorumlab/ensemble";
import { client } from "quorumlab/recipes";
import {
  type Fault,
  type NodeId,
  type Run,
  type Scenario,
  simulate,
  type View,
} from "quorumlab/sim";
import { Violation } from "./exercise.ts";

/** What a learner writes. */
export type Recipe = typeof import("../../exercises/03-election.ts");

export type Serves = Parameters<Recipe["mayServe"]>[2];

/** What goes wrong, and what an operator does to "/master" meanwhile. */
export type Plan = {
  readonly seed: number;
  readonly serves: Serves;
  /** How many hours the clock of each candidate is off. */
  readonly hours: readonly number[];
  readonly faults: readonly Fault[];
  readonly operator?: readonly { readonly does: "write" | "delete"; readonly atMs: number }[];
};

export const SERVERS: readonly NodeId[] = ["s1", "s2", "s3"];
export const CANDIDATES: readonly NodeId[] = ["c1", "c2"];
const TICK_MS = 25;
/** How often a candidate looks whether it may serve, at least. */
const LOOK_MS = 4;
/** More happens at one moment only when somebody goes round in a circle. */
const AT_ONCE_MOST = 300;
const HOUR_MS = 3_600_000;

/** A candidate in its present life. */
export type Candidate = {
  readonly id: NodeId;
  /** Its newest session, if it has had one. */
  readonly zookeeper: ZooKeeper | undefined;
  /** What `campaign` has learned last in that session, and at which event. */
  readonly owner: SessionId | null;
  readonly learnedAt: number;
  mayServe(): boolean;
  /** Until when its session lives for certain, in true time. */
  aliveUntilMs(): number;
};

/** The system while it runs. */
export type System = {
  readonly plan: Plan;
  readonly candidates: readonly Candidate[];
  view(): View;
  /** Those that may serve at this moment, and do not sleep. */
  serving(): Candidate[];
  /** Whose session "/master" belongs to, by the newest tree of the ensemble. */
  owner(): SessionId | null;
  /** Whether some server leads the ensemble. */
  isLed(): boolean;
};

/** How it is run, and who judges. */
export type Trial = {
  readonly sessionMs: number;
  readonly forMs: number;
  /** A candidate has looked whether it may serve. */
  onLook?(system: System, candidate: Candidate, serves: boolean): void;
};

/**
 * Runs the system: c1, which comes first, and c2 each have an instance of the recipe of their own.
 *
 * @throws Violation also when a candidate gives its session up, or asks without end
 */
export async function elect(
  recipes: readonly [Recipe, Recipe],
  plan: Plan,
  { sessionMs, forMs, onLook = () => {} }: Trial,
): Promise<{ readonly run: Run; readonly system: System }> {
  const present = new Map<NodeId, Candidate>();
  const looked = new Map<NodeId, number>();
  let seen: View | undefined;
  let [lastMs, atOnce] = [0, 0];
  const view = () => seen as View;
  const state = (id: NodeId) => view().state(id) as Server | undefined;
  const system: System = {
    plan,
    get candidates() {
      return [...present.values()];
    },
    view,
    serving() {
      const sinceMs = view().atMs - LOOK_MS;
      return system.candidates.filter(
        (each) => (looked.get(each.id) ?? 0) >= sinceMs && each.mayServe(),
      );
    },
    owner() {
      const newest = SERVERS.map(state).reduce((a, b) =>
        (b?.committed ?? -1) > (a?.committed ?? -1) ? b : a,
      );
      return (newest && nodeAt(newest.tree, "/master")?.ephemeralOwner) ?? null;
    },
    isLed: () => SERVERS.some((id) => state(id)?.role.startsWith("leading")),
  };

  const candidate = (id: NodeId, recipe: Recipe, afterMs: number) =>
    client(async (host) => {
      let own: { zookeeper?: ZooKeeper; owner: SessionId | null; learnedAt: number };
      own = { owner: null, learnedAt: 0 };
      const self: Candidate = {
        id,
        get zookeeper() {
          return own.zookeeper;
        },
        get owner() {
          return own.owner;
        },
        get learnedAt() {
          return own.learnedAt;
        },
        mayServe() {
          const { zookeeper, owner } = own;
          if (zookeeper === undefined) return false;
          const { session, state, aliveUntilMs } = zookeeper;
          return recipe.mayServe({ owner, session, state, aliveUntilMs }, host.now(), plan.serves);
        },
        aliveUntilMs: () => (own.zookeeper?.aliveUntilMs ?? 0) - host.now() + host.trueMs(),
      };
      present.set(id, self);
      const campaigns = async () => {
        await host.sleep(afterMs);
        for (;;) {
          const zookeeper = await host.zookeeper({ servers: SERVERS, timeoutMs: sessionMs });
          const mine = { zookeeper, owner: null, learnedAt: 0 } as typeof own;
          own = mine;
          await recipe.campaign(zookeeper, id, (owner) => {
            mine.owner = owner;
            mine.learnedAt = view().trace.length - 1;
          });
          if (zookeeper.state !== "expired") throw gaveUp(id, zookeeper, view());
        }
      };
      const looks = async () => {
        for (;;) {
          await host.sleep((LOOK_MS / 2) * (1 + host.random()));
          looked.set(id, host.trueMs());
          onLook(system, self, self.mayServe());
        }
      };
      await Promise.all([campaigns(), looks()]);
    });

  const servers: Record<NodeId, Scenario["servers"][string]> = {
    // c1 comes first, so that a plan can say whom a fault hits.
    c1: candidate("c1", recipes[0], 0),
    c2: candidate("c2", recipes[1], 100),
    ...(plan.operator && { op: operator(plan.operator, sessionMs) }),
  };
  for (const id of SERVERS) servers[id] = ensemble(SERVERS, { tickMs: TICK_MS });
  const skews = CANDIDATES.map((node, nth): Fault => {
    return { kind: "skew", node, atMs: 0, byMs: HOUR_MS * (plan.hours[nth] ?? 0) };
  });
  const run = await simulate({
    seed: plan.seed,
    servers,
    faults: [...skews, ...plan.faults],
    forMs,
    maxEvents: 10 * forMs,
    always: (now) => {
      atOnce = now.atMs === lastMs ? atOnce + 1 : 0;
      lastMs = now.atMs;
      if (atOnce > AT_ONCE_MOST) throw restless(lastMs);
      seen = now;
    },
  });
  if (run.unknown !== undefined) throw restless(run.trace.endMs);
  return { run, system };
}

function restless(atMs: number): Violation {
  return new Violation(
    `At ${Math.round(atMs)} ms a candidate asks again and again and waits for nothing.`,
  );
}

function gaveUp(id: NodeId, { state }: ZooKeeper, { atMs }: View): Violation {
  return new Violation(
    `At ${Math.round(atMs)} ms ${id}'s campaign returned, but its session is ${state}; expected it to go on until that is over.`,
  );
}

function operator(acts: NonNullable<Plan["operator"]>, timeoutMs: number) {
  return client(async (host) => {
    const zookeeper = await host.zookeeper({ servers: SERVERS, timeoutMs });
    for (const { does, atMs } of acts) {
      await host.sleep(Math.max(0, atMs - host.now()));
      const act =
        does === "write" ? zookeeper.setData("/master", "hello") : zookeeper.delete("/master");
      // There may be none, and an operator does not insist.
      await act.catch(() => {});
    }
  });
}
