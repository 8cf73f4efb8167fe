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
import { type Act, operator } from "./operator.ts";

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
  readonly operator?: readonly Act[];
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
  /** Until when its session lives for certain, in true time. */
  aliveUntilMs(): number;
};

/** The system while it runs. */
export type System = {
  readonly plan: Plan;
  readonly candidates: readonly Candidate[];
  view(): View;
  /** Those that may serve at the moment of this look, and do not sleep. */
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
  /** All candidates have looked whether they may serve, each once; this is what one of them saw. */
  onLook?(system: System, candidate: Candidate, serves: boolean): void;
};

/**
 * Runs the system: c1, which comes first, and c2 each have an instance of the recipe of their own.
 *
 * @throws Violation also when a candidate gives its session up, or asks without end
 */
export async function elect(
  [one, two]: readonly [Recipe, Recipe],
  plan: Plan,
  trial: Trial,
): Promise<{ readonly run: Run; readonly system: System }> {
  const system = new Running(plan);
  const servers: Record<NodeId, Scenario["servers"][string]> = {
    // c1 comes first, so that a plan can say whom a fault hits.
    c1: candidate("c1", one, 0, system, trial),
    c2: candidate("c2", two, 100, system, trial),
    ...(plan.operator && { op: operator(plan.operator, SERVERS, trial.sessionMs) }),
  };
  for (const id of SERVERS) servers[id] = ensemble(SERVERS, { tickMs: TICK_MS });
  const skews = CANDIDATES.map((node, nth): Fault => {
    return { kind: "skew", node, atMs: 0, byMs: HOUR_MS * (plan.hours[nth] ?? 0) };
  });
  const { forMs } = trial;
  const run = await simulate({
    seed: plan.seed,
    servers,
    faults: [...skews, ...plan.faults],
    forMs,
    maxEvents: 10 * forMs,
    always: (view) => system.pass(view),
  });
  if (run.unknown !== undefined) throw restless(run.trace.endMs);
  return { run, system };
}

class Running implements System {
  readonly plan: Plan;
  readonly lives = new Map<NodeId, Life>();
  private seen: View | undefined;
  private looked: { readonly atMs: number; readonly serving: Life[] } = { atMs: -1, serving: [] };
  private atOnce = { atMs: 0, events: 0 };

  constructor(plan: Plan) {
    this.plan = plan;
  }

  get candidates(): Life[] {
    return [...this.lives.values()];
  }

  view(): View {
    return this.seen as View;
  }

  serving(): Life[] {
    return this.looked.serving;
  }

  /**
   * Asks everybody once, in every trial alike, and hears them all before it judges: nobody can tell one who looks from
   * one who is looked at, nor be asked a second time because of its answer.
   */
  look(atMs: number, onLook: NonNullable<Trial["onLook"]>): void {
    if (atMs === this.looked.atMs) return;
    const awake = this.candidates.filter(({ lookedMs }) => lookedMs >= atMs - LOOK_MS);
    const serving = awake.filter((each) => each.mayServe());
    this.looked = { atMs, serving };
    for (const each of awake) onLook(this, each, serving.includes(each));
  }

  owner(): SessionId | null {
    const newest = SERVERS.map((id) => this.server(id)).reduce((a, b) =>
      (b?.committed ?? -1) > (a?.committed ?? -1) ? b : a,
    );
    return (newest && nodeAt(newest.tree, "/master")?.ephemeralOwner) ?? null;
  }

  isLed(): boolean {
    return SERVERS.some((id) => this.server(id)?.role.startsWith("leading"));
  }

  /** The world after an event. */
  pass(view: View): void {
    const { atMs, events } = this.atOnce;
    this.atOnce = { atMs: view.atMs, events: view.atMs === atMs ? events + 1 : 0 };
    if (events > AT_ONCE_MOST) throw restless(atMs);
    this.seen = view;
  }

  private server(id: NodeId): Server | undefined {
    return this.view().state(id) as Server | undefined;
  }
}

type Host = Parameters<Parameters<typeof client>[0]>[0];

class Life implements Candidate {
  readonly id: NodeId;
  zookeeper: ZooKeeper | undefined;
  owner: SessionId | null = null;
  learnedAt = 0;
  /** When it looked last whether it may serve, in true time: a candidate that sleeps does not. */
  lookedMs = -Infinity;
  private readonly host: Host;
  private readonly recipe: Recipe;
  private readonly system: Running;

  constructor(host: Host, recipe: Recipe, system: Running) {
    this.id = host.id;
    this.host = host;
    this.recipe = recipe;
    this.system = system;
  }

  mayServe(): boolean {
    if (this.zookeeper === undefined) return false;
    const { session, state, aliveUntilMs } = this.zookeeper;
    const known = { owner: this.owner, session, state, aliveUntilMs };
    return this.recipe.mayServe(known, this.host.now(), this.system.plan.serves);
  }

  aliveUntilMs(): number {
    return (this.zookeeper?.aliveUntilMs ?? 0) - this.host.now() + this.host.trueMs();
  }

  /** One session after the other. */
  async campaigns(timeoutMs: number): Promise<never> {
    for (;;) {
      const zookeeper = await this.host.zookeeper({ servers: SERVERS, timeoutMs });
      this.zookeeper = zookeeper;
      this.owner = null;
      await this.recipe.campaign(zookeeper, this.id, (owner) => {
        if (this.zookeeper !== zookeeper) return;
        this.owner = owner;
        this.learnedAt = this.system.view().trace.length - 1;
      });
      if (zookeeper.state !== "expired") throw gaveUp(this.id, zookeeper, this.system.view());
    }
  }

  async looks(onLook: NonNullable<Trial["onLook"]>): Promise<never> {
    for (;;) {
      await this.host.sleep((LOOK_MS / 2) * (1 + this.host.random()));
      this.lookedMs = this.host.trueMs();
      this.system.look(this.lookedMs, onLook);
    }
  }
}

function candidate(
  id: NodeId,
  recipe: Recipe,
  afterMs: number,
  system: Running,
  { sessionMs, onLook = () => {} }: Trial,
): Scenario["servers"][string] {
  return client(async (host) => {
    const life = new Life(host, recipe, system);
    system.lives.set(id, life);
    const campaigns = host.sleep(afterMs).then(() => life.campaigns(sessionMs));
    await Promise.all([campaigns, life.looks(onLook)]);
  });
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
