/** What everybody follows by a watch: a shared value that no change is lost from, and who is in a group. */

import fc from "fast-check";
import { ZooKeeperError } from "quorumlab/ensemble";
import {
  type Configuration,
  configuration,
  type Group,
  groupMembers,
  joinGroup,
} from "quorumlab/recipes";
import type { NodeId } from "quorumlab/sim";
import { Violation } from "../exercise.ts";
import { CALM_MS, type Host, hostsOf, type Plan, type Program, type Saw } from "./world.ts";

/** How often each host adds to the counter, and who dies for good, if anybody does. */
export type Following = Plan & { readonly adds: readonly number[]; readonly dies: NodeId | null };
export const following = fc.record({
  adds: fc.array(fc.nat(4), { minLength: 5, maxLength: 5, size: "max" }),
  dies: fc.option(fc.constantFrom("c2", "c3")),
});

export const UNKNOWN = "nobody knew whether a value was changed";

/** Hosts that are in a group, and count together. */
export class Crowd {
  /** Who saw an older value than before. */
  private back: string | undefined;
  private added = 0;
  private unknown = 0;
  private readonly left = new Map<NodeId, number>();
  private readonly seen = new Map<NodeId, { counter: Configuration; group: Group }>();
  private readonly plan: Following;
  private readonly saw: Saw;

  constructor(plan: Following, saw: Saw) {
    this.plan = plan;
    this.saw = saw;
    for (const [i, id] of hostsOf(plan).entries()) this.left.set(id, plan.adds[i] ?? 0);
  }

  readonly program: Program = async (zk, host) => {
    const { id } = host;
    let newest = 0;
    const counter = configuration(zk, host, "/config/counter", (value) => {
      const count = Number(value ?? 0);
      if (count < newest) this.back ??= `${id} saw ${count} after it had seen ${newest}.`;
      newest = count;
    });
    this.seen.set(id, { counter, group: groupMembers(zk, host, "/group") });
    await Promise.all([joinGroup(zk, host, "/group", id), this.adds(counter, host)]);
    await counter.ended;
  };

  private async adds(counter: Configuration, { id, sleep, random }: Host): Promise<void> {
    for (let left = this.left.get(id) ?? 0; left > 0; left--) {
      this.left.set(id, left - 1);
      await sleep(60 * random());
      this.unknown += 1;
      try {
        await counter.update((old) => String(Number(old ?? 0) + 1));
        this.added += 1;
        this.unknown -= 1;
      } catch (error) {
        this.saw(UNKNOWN);
        if (!(error instanceof ZooKeeperError && error.code === "ConnectionLoss")) throw error;
      }
    }
  }

  /** Throws unless those who live know the value and each other. */
  atTheEnd(): void {
    if (this.back !== undefined) throw new Violation(this.back);
    const { dies } = this.plan;
    const alive = hostsOf(this.plan).filter((id) => id !== dies);
    const within = `${CALM_MS} ms after the last fault`;
    const [first] = alive.map((id) => Number(this.seen.get(id)?.counter.current() ?? 0));
    for (const id of alive) {
      const { counter, group } = this.seen.get(id) ?? {};
      const count = Number(counter?.current() ?? 0);
      if (count !== first || count < this.added || count > this.added + this.unknown) {
        throw new Violation(
          `${within} ${id} knows the value ${count}, and ${alive[0]} knows ${first}; ${this.added} were added for certain, and ${this.unknown} perhaps.`,
        );
      }
      const members = group?.members().join(", ");
      if (members === alive.join(", ")) continue;
      throw new Violation(
        `${within} ${id} takes ${members} for the group; expected ${alive.join(", ")}.`,
      );
    }
  }
}
