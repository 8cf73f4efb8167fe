/** Masters: at most one serves, one that slept spoils nothing, and the healthy have one in time. */

import fc from "fast-check";
import type { ZooKeeper } from "quorumlab/ensemble";
import {
  type Mastership,
  type MastershipOptions,
  type MasterTracking,
  mastership,
  masterTracking,
  plainElection,
  sequentialElection,
} from "quorumlab/recipes";
import type { NodeId, View } from "quorumlab/sim";
import type { Violation } from "../exercise.ts";
import {
  CALM_MS,
  certainlyLives,
  type Host,
  isAwake,
  type Plan,
  type Program,
  type Saw,
  violation,
} from "./world.ts";

/** `resigns` tells after how long each mastership in turn is given back; later ones are not. */
export type Elections = Plan & {
  readonly kind: "plain" | "sequential";
  readonly serves: MastershipOptions["serves"];
  readonly resigns: readonly number[];
};

export const elections = fc.record({
  kind: fc.constantFrom<Elections["kind"]>("plain", "sequential"),
  serves: fc.constantFrom<Elections["serves"]>("whileConnected", "byLease"),
  resigns: fc.array(fc.constantFrom(50, 150, 300, 2000), { minLength: 1, maxLength: 3 }),
});

export const electionOf = ({ kind }: Pick<Elections, "kind">) =>
  kind === "plain" ? plainElection() : sequentialElection();

/** How often a master looks whether it may serve, and does something if so. */
const LOOK_MS = 8;

export const SUCCEEDED = "a master was succeeded";
export const BRIDGED = "a lease bridged an election of the ensemble";

/** A mastership that a process holds or held. */
export type Held = {
  readonly id: NodeId;
  readonly mine: Mastership;
  readonly zk: ZooKeeper;
  readonly host: Host;
  /** The event in which it was won. */
  readonly wonAt: number;
};

/** Who holds what, as one run goes on. */
export class Race {
  readonly held = new Set<Held>();
  readonly trackings = new Map<NodeId, MasterTracking>();
  view: View | undefined;
  private readonly spans: { readonly token: number; readonly fromMs: number; untilMs: number }[] =
    [];
  private newest: Held | undefined;
  private readonly plan: Elections;
  private readonly saw: Saw;

  constructor(plan: Elections, saw: Saw) {
    this.plan = plan;
    this.saw = saw;
  }

  /** Campaigns, serves for as long as it may, and campaigns again. @param act what a master does when it has looked */
  candidate(act: (held: Held) => Promise<void> = async () => {}): Program {
    const election = electionOf(this.plan);
    const resigns = [...this.plan.resigns];
    return async (zk, host) => {
      const tracking = masterTracking(zk, host, election);
      this.trackings.set(host.id, tracking);
      // The first host comes first, so that what hits it often hits the master.
      await host.sleep(host.id === "c1" ? 0 : 40);
      for (let why = ""; why !== "session over"; ) {
        const won = await election.campaign(zk, host, host.id);
        const mine = mastership(zk, host, won, this.plan);
        const held = { id: host.id, mine, zk, host, wonAt: (this.view?.trace.length ?? 1) - 1 };
        this.held.add(held);
        const over = mine.ended.then((how) => {
          why = how;
        });
        const untilMs = host.now() + (resigns.shift() ?? Infinity);
        while (why === "" && host.now() < untilMs) {
          await host.sleep(LOOK_MS);
          if (mine.mayServe()) await act(held);
        }
        if (why === "") await mine.resign();
        await over;
      }
    };
  }

  /** Notes who may serve after an event. @returns those that may, and are awake to do it */
  look(view: View): Held[] {
    this.view = view;
    for (const each of this.held) if (view.state(each.id) === undefined) this.held.delete(each);
    const serving = [...this.held].filter(
      ({ id, mine }) => isAwake(this.plan, id, view.atMs) && mine.mayServe(),
    );
    for (const { mine } of serving) {
      const last = this.spans.findLast(({ token }) => token === mine.token);
      if (last !== undefined) last.untilMs = view.atMs;
      else this.spans.push({ token: mine.token, fromMs: view.atMs, untilMs: view.atMs });
    }
    return serving;
  }

  /** Throws when two may serve. */
  atMostOne(view: View): void {
    const serving = this.look(view);
    if (serving.length < 2) return;
    throw this.wrong(`Two masters serve at ${Math.round(view.atMs)} ms`, serving);
  }

  /** A master is at work, in its own time: nobody is that has been succeeded. */
  async works(held: Held): Promise<void> {
    if (this.newest !== undefined && held.mine.token < this.newest.mine.token) {
      const at = Math.round(this.view?.atMs ?? 0);
      throw this.wrong(`A master that was succeeded serves at ${at} ms`, [held, this.newest]);
    }
    this.newest = held;
  }

  /** Throws unless the healthy have one master, and everybody knows it. */
  atTheEnd(): void {
    this.report();
    const serving = this.look(this.view as View);
    const when = `${CALM_MS} ms after the last fault`;
    if (serving.length !== 1) {
      throw this.wrong(`${when} ${serving.length} masters serve; expected one`, serving);
    }
    for (const [id, tracking] of this.trackings) {
      const { master } = tracking.known();
      if (master?.token === serving[0]?.mine.token) continue;
      throw this.wrong(`${when} ${id} takes ${master?.name ?? "nobody"} for the master`, serving);
    }
  }

  /** Tells what happened. */
  report(): void {
    const trace = this.view?.trace ?? [];
    const elected = trace.filter(
      (event) => event.kind === "role" && event.role.startsWith("leading"),
    );
    for (const { fromMs, untilMs } of this.spans) {
      const isBridge = elected.some(({ atMs }) => atMs > fromMs && atMs < untilMs);
      if (isBridge && this.plan.serves === "byLease") this.saw(BRIDGED);
      if (untilMs !== this.spans.at(-1)?.untilMs) this.saw(SUCCEEDED);
    }
  }

  private wrong(what: string, held: readonly Held[]): Violation {
    const view = this.view as View;
    const said = held.map(({ id, mine, zk, host }) => {
      const left = Math.round(zk.aliveUntilMs - host.now());
      const session = certainlyLives(zk, host) ? `certain for ${left} ms` : "uncertain";
      const serves = mine.mayServe() ? "may serve" : "may not serve";
      return { node: id, text: `${serves}: token ${mine.token}, ${zk.state}, session ${session}` };
    });
    const who = said.map(({ node, text }) => ` ${node} ${text}.`).join("");
    const won = held.map(({ wonAt }) => wonAt);
    return violation(`${what}.${who}`, this.plan, view, said, held.length > 0 ? won : undefined);
  }
}
