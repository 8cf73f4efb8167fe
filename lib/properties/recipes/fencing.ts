/** A store that checks tokens, under masters whose clocks jump: no late write gets between those of a newer master. */

import fc from "fast-check";
import type { Data } from "quorumlab/ensemble";
import { CallError, type FencedState, fencedResource } from "quorumlab/recipes";
import type { Fault, View } from "quorumlab/sim";
import type { Held } from "./masters.ts";
import { type Plan, type Saw, SERVERS, violation } from "./world.ts";

export const REFUSED = "a late use of the resource was refused";
export const STORE = "store";

const at = fc.integer({ min: 15, max: 50 }).map((tens) => 10 * tens);

/** What a resource must stand besides everything else: it dies, or the master's clock jumps when only it can be reached. */
export const storms: fc.Arbitrary<{ readonly storm: readonly Fault[] }> = fc
  .tuple(fc.constantFrom("none", "restart", "jump"), at)
  .map(([kind, atMs]): { storm: Fault[] } => {
    if (kind === "none") return { storm: [] };
    if (kind === "restart") {
      return { storm: [{ kind: "crash", node: STORE, atMs, forMs: 20, unsynced: "lost" }] };
    }
    return {
      storm: [
        { kind: "skew", node: "c1", atMs, byMs: -1000, forMs: 400 },
        { kind: "cut", from: ["c1"], to: SERVERS, atMs, forMs: 400 },
      ],
    };
  });

/** Masters that count in the store, each time from what they have read. */
export class Counting {
  readonly store = fencedResource();
  private readonly plan: Plan;
  private readonly saw: Saw;
  /** The newest token whose use was answered. */
  private answered = 0;
  private last: { readonly newest: number; readonly value: Data | null } | undefined;

  constructor(plan: Plan, saw: Saw) {
    this.plan = plan;
    this.saw = saw;
  }

  /** The tokens that were refused when they were used last. */
  private readonly refused = new Set<number>();

  async count({ id, host, mine: { token } }: Held): Promise<void> {
    const answered = (kind: string) => {
      if (kind === "refused") {
        this.refused.add(token);
        this.saw(REFUSED);
      } else {
        this.refused.delete(token);
        this.answered = Math.max(this.answered, token);
      }
    };
    try {
      const read = await host.call(STORE, { kind: "read", key: "count", token });
      answered(read.kind);
      if (read.kind === "refused") return;
      // Somebody may become the master meanwhile.
      await host.sleep(20 * host.random());
      const value = `${countOf(read.value) + 1} by ${id}`;
      answered((await host.call(STORE, { kind: "write", key: "count", value, token })).kind);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
    }
  }

  /** Throws unless the store counts one by one, and each use is by the newest master so far. */
  look(view: View): void {
    const state = view.state(STORE) as FencedState | undefined;
    if (state === undefined) {
      this.last = undefined;
      return;
    }
    const { newest, data } = state;
    const { value, token } = data.count ?? { value: null, token: 0 };
    const before = this.last ?? { newest: this.answered, value };
    this.last = { newest, value };
    const wrong = (what: string) => violation(what, this.plan, view);
    if (newest < before.newest) {
      throw wrong(
        `The store has answered the token ${before.newest}; now ${newest} is its newest.`,
      );
    }
    if (value === before.value) return;
    if (token !== newest) {
      throw wrong(`The store took a write of token ${token} after a use of the newer ${newest}.`);
    }
    if (countOf(value) === countOf(before.value) + 1) return;
    throw wrong(`The store counted from "${before.value}" to "${value}": a write was overwritten.`);
  }

  /** Throws when the store refuses a master that nobody has succeeded. */
  atTheEnd(serving: readonly Held[], view: View): void {
    const [refused] = serving.filter(({ mine }) => this.refused.has(mine.token));
    if (refused === undefined) return;
    const { id, mine } = refused;
    throw violation(
      `${id} is the master, and the store refuses its token ${mine.token}.`,
      this.plan,
      view,
    );
  }
}

function countOf(value: Data | null): number {
  return Number.parseInt(String(value ?? 0), 10);
}
