/** Work that is shared: no item of a queue is lost, whoever dies; and a barrier holds everybody back until all are there. */

import fc from "fast-check";
import type { ZooKeeper } from "quorumlab/ensemble";
import { doubleBarrier, queue } from "quorumlab/recipes";
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

/** How long each host takes to come, and to do its part; and who dies meanwhile, to come back later. */
export type Meeting = Plan & {
  readonly dies: NodeId | null;
  readonly comesMs: readonly number[];
  readonly worksMs: readonly number[];
};
const times = (...ms: number[]) =>
  fc.array(fc.constantFrom(...ms), { minLength: 5, maxLength: 5, size: "max" });
export const meetings = fc.record({
  comesMs: times(0, 20, 100, 400),
  worksMs: times(0, 20, 100, 200),
  dies: fc.option(fc.constantFrom("c2", "c3")),
});

export const RELEASED = "one that died at work did not hold the others up";

/** Hosts that meet at a double barrier, once. */
export class Meet {
  view: View | undefined;
  private readonly came = new Set<NodeId>();
  private readonly busy = new Map<NodeId, Busy>();
  private readonly gone = new Set<NodeId>();
  private readonly plan: Meeting;
  private readonly saw: Saw;

  constructor(plan: Meeting, saw: Saw) {
    this.plan = plan;
    this.saw = saw;
  }

  readonly program: Program = async (zk, host) => {
    const { id } = host;
    const nth = Number(id.slice(1)) - 1;
    const barrier = doubleBarrier(zk, host, "/meeting", this.plan.hosts, id);
    const isBack = this.came.has(id);
    if (!isBack) await host.sleep(this.plan.comesMs[nth] ?? 0);
    this.came.add(id);
    await barrier.enter();
    if (this.came.size < this.plan.hosts) {
      throw this.wrong(`${id} begins, and only ${[...this.came].join(", ")} have come`);
    }
    // Who is back was dead, and the others may be on their way out: they need not wait for it again.
    if (!isBack) this.busy.set(id, { id, zk, host });
    await host.sleep(this.plan.worksMs[nth] ?? 0);
    this.busy.delete(id);
    await barrier.leave();
    for (const other of this.busy.values()) {
      if (isBusy(other, this.view)) throw this.wrong(`${id} goes on, and ${other.id} still works`);
      this.saw(RELEASED);
    }
    this.gone.add(id);
  };

  private wrong(says: string): Violation {
    return violation(`${says}; there are ${this.plan.hosts}.`, this.plan, this.view as View);
  }

  /** Throws unless everybody has gone on. */
  atTheEnd(): void {
    const stuck = hostsOf(this.plan).filter((id) => !this.gone.has(id));
    if (stuck.length === 0) return;
    throw this.wrong(`${CALM_MS} ms after the last fault ${stuck.join(", ")} still wait`);
  }
}
