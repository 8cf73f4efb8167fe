/** Work that is shared: no item of a queue is lost, whoever dies. */

import fc from "fast-check";
import type { ZooKeeper } from "quorumlab/ensemble";
import { queue } from "quorumlab/recipes";
import type { NodeId, View } from "quorumlab/sim";
import { Violation } from "../exercise.ts";
import {
  CALM_MS,
  certainlyLives,
  type Host,
  hostsOf,
  type Plan,
  type Program,
  type Saw,
  violation,
} from "./world.ts";

export const AGAIN = "an item was worked on again, since nobody knew whether it was done";

/** How many items each host puts, and how long the work on one takes. */
export type Working = Plan & { readonly items: readonly number[]; readonly workMs: number };
export const working = fc.record({
  items: fc.array(fc.nat(3), { minLength: 3, maxLength: 5, size: "max" }),
  workMs: fc.integer({ min: 5, max: 80 }),
});

/** Who is at something, in which session. */
type Busy = { readonly id: NodeId; readonly zk: ZooKeeper; readonly host: Host };

/** Whether somebody is still at it: its process has not died, and its session cannot have ended. */
function isBusy({ id, zk, host }: Busy, view: View | undefined): boolean {
  return view?.state(id) !== undefined && certainlyLives(zk, host);
}

/** Hosts that put items, and work on whatever there is. */
export class Work {
  view: View | undefined;
  private readonly unput = new Map<NodeId, string[]>();
  private attempts = 0;
  private readonly put = new Set<string>();
  private readonly done = new Set<string>();
  private readonly busy = new Map<string, Busy>();
  private readonly plan: Working;
  private readonly saw: Saw;

  constructor(plan: Working, saw: Saw) {
    this.plan = plan;
    this.saw = saw;
    for (const [i, id] of hostsOf(plan).entries()) {
      const names = Array.from({ length: plan.items[i] ?? 0 }, (_, nth) => `${id}'s ${nth + 1}`);
      this.unput.set(id, names);
    }
  }

  readonly program: Program = async (zk, host) => {
    const items = queue(zk, host, "/queue");
    const unput = this.unput.get(host.id) as string[];
    const puts = async () => {
      for (let item = unput[0]; item !== undefined; item = unput[0]) {
        await host.sleep(100 * host.random());
        // Each attempt is another item: nobody knows what became of one that died with its session.
        const attempt = `${item}, attempt ${++this.attempts}`;
        await items.put(attempt);
        this.put.add(attempt);
        unput.shift();
      }
    };
    const takes = async () => {
      for (;;) {
        const taken = await items.take();
        const item = String(taken.data);
        this.begins(item, { id: host.id, zk, host });
        await host.sleep(this.plan.workMs);
        this.done.add(item);
        this.busy.delete(item);
        await taken.done();
      }
    };
    await Promise.all([puts(), takes()]);
  };

  private begins(item: string, by: Busy): void {
    const other = this.busy.get(item);
    // Whoever has slept may have lost its claim and not know it yet: then the item is worked on twice.
    const areBoth = other !== undefined && isBusy(other, this.view) && isBusy(by, this.view);
    if (areBoth && other.host !== by.host) {
      const says = `${by.id} got ${item} while ${other.id} works on it, whose session lives.`;
      throw violation(says, this.plan, this.view as View);
    }
    if (this.done.has(item)) this.saw(AGAIN);
    this.busy.set(item, by);
  }

  /** Throws when an item was lost. */
  atTheEnd(): void {
    for (const item of this.put) {
      if (this.done.has(item)) continue;
      throw new Violation(
        `${item} was put, and ${CALM_MS} ms after the last fault nobody has done it.`,
      );
    }
  }
}
