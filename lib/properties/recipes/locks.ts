/** Locks: writers exclude everybody, readers share, and everybody gets its turn. */

import fc from "fast-check";
import { linearizable, type MutexInput, mutex, type Operation } from "quorumlab/check";
import { lock, type Mastership, type MastershipOptions } from "quorumlab/recipes";
import type { NodeId, View } from "quorumlab/sim";
import { Violation } from "../exercise.ts";
import {
  CALM_MS,
  hostsOf,
  isAwake,
  type Plan,
  type Program,
  type Saw,
  violation,
} from "./world.ts";

/** What a host does with the lock: it waits, takes it, and holds it for a while. */
type Use = { readonly kind: "read" | "write"; readonly waitMs: number; readonly holdMs: number };
export type Locking = Plan & {
  readonly serves: MastershipOptions["serves"];
  /** Of each host in turn. */
  readonly uses: readonly (readonly Use[])[];
};

const use: fc.Arbitrary<Use> = fc.record({
  kind: fc.constantFrom("write" as const, "write" as const, "read" as const),
  waitMs: fc.nat(60),
  holdMs: fc.integer({ min: 5, max: 80 }),
});

export const locking = fc.record({
  serves: fc.constantFrom<MastershipOptions["serves"]>("whileConnected", "byLease"),
  uses: fc.array(fc.array(use, { minLength: 1, maxLength: 2 }), {
    minLength: 3,
    maxLength: 5,
    size: "max",
  }),
});

export const SHARED = "readers shared the lock";
export const LOST = "a lock was lost while it was held";

/** One time that somebody wanted the lock. Times are true. */
type Turn = Use & {
  readonly id: NodeId;
  readonly askedMs: number;
  grantedMs?: number;
  mine?: Mastership;
  /** When it was certainly held last. */
  heldMs: number;
  resignedMs?: number;
  releasedMs?: number;
};

/** Everybody's turns, as one run goes on. */
export class Turns {
  private readonly turns: Turn[] = [];
  private readonly waiting = new Map<NodeId, Use[]>();
  private readonly plan: Locking;
  private readonly saw: Saw;

  constructor(plan: Locking, saw: Saw) {
    this.plan = plan;
    this.saw = saw;
    for (const [i, id] of hostsOf(plan).entries()) this.waiting.set(id, [...(plan.uses[i] ?? [])]);
  }

  readonly program: Program = async (zk, host) => {
    const uses = this.waiting.get(host.id) as Use[];
    for (let use = uses[0]; use !== undefined; use = uses[0]) {
      await host.sleep(use.waitMs);
      const turn: Turn = { ...use, id: host.id, askedMs: host.trueMs(), heldMs: 0 };
      this.turns.push(turn);
      const mine = await lock(zk, host, "/lock", { ...use, serves: this.plan.serves });
      turn.mine = mine;
      turn.heldMs = host.trueMs();
      if (mine.mayServe()) turn.grantedMs = turn.heldMs;
      uses.shift();
      await Promise.race([mine.ended, host.sleep(use.holdMs)]);
      if (mine.mayServe()) turn.resignedMs = host.trueMs();
      await mine.resign();
      turn.releasedMs = host.trueMs();
    }
  };

  /** Throws when a writer holds the lock together with somebody else. */
  look(view: View): void {
    const holders = this.turns.filter((turn) => {
      if (turn.mine === undefined) return false;
      if (view.state(turn.id) === undefined) delete turn.mine;
      else if (isAwake(this.plan, turn.id, view.atMs) && turn.mine.mayServe()) {
        turn.heldMs = view.atMs;
        return true;
      }
      return false;
    });
    if (holders.length < 2) return;
    const said = holders.map(({ id, kind }) => ({ node: id, text: `holds the lock to ${kind}` }));
    if (holders.every(({ kind }) => kind === "read")) this.saw(SHARED);
    else {
      const who = said.map(({ node, text }) => `${node} ${text}`).join(", ");
      throw violation(`At ${Math.round(view.atMs)} ms ${who}.`, this.plan, view, said);
    }
  }

  /** Throws unless everybody has had its turns, and one after the other explains those of the writers. */
  atTheEnd(): void {
    for (const [id, { length }] of this.waiting) {
      if (length === 0) continue;
      throw new Violation(`${CALM_MS} ms after the last fault ${id} still waits for the lock.`);
    }
    const history = this.history();
    const result = linearizable(history, mutex());
    if (result.verdict === "unknown") throw new Error(result.reason);
    if (result.verdict === "ok") return;
    throw new Violation(`No order explains who held the lock: ${result.why}.`, { history, result });
  }

  private history(): Operation<MutexInput, undefined>[] {
    const writers = this.turns.filter(({ kind, grantedMs }) => kind === "write" && grantedMs);
    const operations = writers.flatMap(({ id, askedMs, grantedMs = 0, ...turn }, nth) => {
      const owner = `${id}, ${nth + 1}`;
      const call = (kind: MutexInput["kind"], invokedMs: number, returnedMs?: number) => {
        const made = { client: owner, input: { kind, owner }, invokedMs };
        return returnedMs === undefined
          ? { ...made, outcome: "info" as const }
          : { ...made, outcome: "ok" as const, output: undefined, returnedMs };
      };
      const { resignedMs, releasedMs, heldMs } = turn;
      const taken = call("acquire", askedMs, grantedMs);
      // A lock that was lost was let go at some time after it was held last.
      if (resignedMs === undefined) this.saw(LOST);
      const left =
        resignedMs === undefined
          ? call("release", heldMs)
          : call("release", resignedMs, releasedMs);
      return [taken, left];
    });
    return operations
      .sort((a, b) => a.invokedMs - b.invokedMs)
      .map((operation, id) => ({ ...operation, id }));
  }
}
