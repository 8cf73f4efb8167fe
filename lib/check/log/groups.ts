/** What a group owes its members: one owner a partition and generation, and commits that stay. */

import type { EventOf } from "./events.ts";
import type { Findings } from "./findings.ts";
import { checkOffset } from "./partition.ts";
import type { Ending } from "./sends.ts";

type Commit = {
  readonly id: number;
  readonly client: string;
  readonly generation: number;
  readonly offset: number;
  /** As which event of the run it was invoked. */
  readonly at: number;
};

/** What is known of the commits of one offset. */
type Commits = {
  /** How many are under way. */
  open: number;
  /** When the last that was acknowledged was invoked. */
  ackedAt: number;
  /** The last generation in which one ended as info: it may take effect as long as that lasts. */
  unknownIn: number;
};

/** What a group committed in one partition. */
type Committed = {
  /** Of each term of the coordinator, the last commit that was acknowledged in it. */
  readonly lasts: Map<number, Commit>;
  readonly byOffset: Map<number, Commits>;
  /** By offset, a commit that must not take effect: it was invoked when its generation was over. */
  readonly stale: Map<number, Commit>;
};

type Membership = { readonly group: string; readonly generation: number };

export class Groups {
  readonly #findings: Findings;
  readonly #generations = new Map<string, number>();
  readonly #owners = new Map<string, { readonly client: string; readonly generation: number }>();
  readonly #committed = new Map<string, Committed>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** A member was assigned its partitions. */
  assign({ client, partitions }: EventOf<"assigned">, { group, generation }: Membership): void {
    this.#reach(group, generation);
    for (const partition of partitions) {
      const key = keyOf(partition, group);
      const owner = this.#owners.get(key) ?? { client, generation };
      if (generation >= owner.generation) this.#owners.set(key, { client, generation });
      if (owner.generation !== generation || owner.client === client) continue;
      const both = `${owner.client} and to ${client}`;
      const why = `Generation ${generation} of ${group} assigns ${partition} to ${both}.`;
      this.#findings.add("two-owners", [], why);
    }
  }

  /** A commit is invoked. */
  commit(event: EventOf<"commit">, at: number): Ending {
    const { id, client, group, partition, offset } = event;
    checkOffset(partition, offset);
    const current = this.#generations.get(group) ?? 0;
    const { generation = current } = event;
    const commit = { id, client, generation, offset, at };
    const committed = this.#committedIn(partition, group);
    if (generation < current) {
      committed.stale.set(offset, commit);
      return ({ outcome }) => {
        if (outcome === "ok") this.#tookEffect(commit, group, partition, "was acknowledged");
      };
    }
    this.#reach(group, generation);
    const commits = committed.byOffset.get(offset) ?? { open: 0, ackedAt: -1, unknownIn: -1 };
    committed.byOffset.set(offset, commits);
    commits.open += 1;
    return ({ outcome, term = 0 }) => {
      commits.open -= 1;
      if (outcome === "info") commits.unknownIn = Math.max(commits.unknownIn, generation);
      if (outcome !== "ok") return;
      commits.ackedAt = Math.max(commits.ackedAt, at);
      if (at > (committed.lasts.get(term)?.at ?? -1)) committed.lasts.set(term, commit);
    };
  }

  /**
   * A client asks for the committed offset: the last acknowledged one, or one that came later. Who
   * has not heard that its term is over may leave out what later coordinators acknowledged.
   */
  fetchOffset({ id, client, group, partition }: EventOf<"fetchOffset">): Ending {
    const { lasts, byOffset, stale } = this.#committedIn(partition, group);
    const before = [...lasts];
    return ({ outcome, offset: got, term = 0 }) => {
      const offset = got ?? -1;
      const known = before.filter(([each]) => each <= term).map(([, commit]) => commit);
      const last = known.sort((a, b) => a.at - b.at).at(-1);
      if (outcome !== "ok" || offset === last?.offset) return;
      if (mayFollow(byOffset.get(offset), last)) return;
      const wrong = stale.get(offset);
      if (wrong !== undefined) {
        this.#tookEffect(wrong, group, partition, `was fetched by ${client} (operation ${id})`);
      } else if (last !== undefined && offset < last.offset) {
        const asked = `${client} asked for the offset of ${group} in ${partition}`;
        const before = `the commit of ${last.offset} by ${last.client} had been acknowledged`;
        const why = `${asked} and got ${got ?? "none"}, but ${before} before.`;
        this.#findings.add("committed-offset-regression", [last.id, id], why);
      }
    };
  }

  #tookEffect(commit: Commit, group: string, partition: string, seen: string): void {
    const { id, client, generation, offset } = commit;
    const what = `The commit of offset ${offset} of ${partition} by ${client}`;
    const late = `invoked for generation ${generation} of ${group} when a later one had begun`;
    this.#findings.add("committed-offset-regression", [id], `${what}, ${late}, ${seen}.`);
  }

  #reach(group: string, generation: number): void {
    this.#generations.set(group, Math.max(this.#generations.get(group) ?? 0, generation));
  }

  #committedIn(partition: string, group: string): Committed {
    const key = keyOf(partition, group);
    const known = this.#committed.get(key);
    if (known !== undefined) return known;
    const committed = { lasts: new Map(), byOffset: new Map(), stale: new Map() };
    this.#committed.set(key, committed);
    return committed;
  }
}

/** No partition's name has a space in it. */
function keyOf(partition: string, group: string): string {
  return `${partition} ${group}`;
}

/** Whether a commit of an offset may have taken effect after another was acknowledged. */
function mayFollow(commits: Commits | undefined, last: Commit | undefined): boolean {
  if (commits === undefined) return false;
  const { open, ackedAt, unknownIn } = commits;
  return open > 0 || ackedAt > (last?.at ?? -1) || unknownIn >= (last?.generation ?? 0);
}
