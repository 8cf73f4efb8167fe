/** Random runs of a cluster, its producers, a group of two consumers and a consumer of its own. */

import fc from "fast-check";
import type { LogEvent } from "../../lib/check/index.ts";
import { Cluster } from "./log-cluster.ts";
import { at, type Partition, Scribe } from "./log-parts.ts";

const OF_CLUSTER = [
  "send",
  "deliver",
  "lose",
  "follow",
  "isr",
  "elect",
  "unclean",
  "retain",
] as const;
const OF_CONSUMERS = ["poll", "rebalance", "join", "commit", "answer", "ask"] as const;
type Action = (typeof OF_CLUSTER)[number] | (typeof OF_CONSUMERS)[number];

/** What happens, to whom, and how. */
type Step = readonly [action: Action, who: number, how: number];

/** Plans of what may happen, but for the actions that are named. */
export function plans(...without: readonly Action[]): fc.Arbitrary<readonly Step[]> {
  const often = [
    "send",
    "deliver",
    "follow",
    "follow",
    "follow",
    "follow",
    "poll",
    "poll",
  ] as const;
  const actions = [...OF_CLUSTER, ...OF_CONSUMERS, ...often];
  const action = fc.constantFrom(...actions.filter((each) => !without.includes(each)));
  const step = fc.tuple(action, fc.nat({ max: 11 }), fc.nat({ max: 11 }));
  return fc.array(step, { maxLength: 300, size: "max" });
}

/** Carries a plan out. At the end everything is replicated, and a last consumer reads all. */
export function run(plan: readonly Step[]): Scribe {
  const scribe = new Scribe();
  const cluster = new Cluster(scribe);
  const consumers = new Consumers(scribe, cluster.partitions);
  const isOfCluster = (action: Action): action is (typeof OF_CLUSTER)[number] =>
    OF_CLUSTER.some((each) => each === action);
  for (const [action, who, how] of plan) {
    if (isOfCluster(action)) cluster[action](who, how);
    else consumers[action](who, how);
  }
  cluster.settle();
  consumers.readAll();
  return scribe;
}

/** What clients saw of a run. */
export function seenByClients(events: readonly LogEvent[]): LogEvent[] {
  return events.filter((event) => !("broker" in event));
}

type Member = { readonly name: string; generation: number; owned: readonly Partition[] };
type Commit = {
  readonly id: number;
  readonly partition: Partition;
  readonly offset: number;
  readonly generation: number;
  isOpen: boolean;
};

const group = "billing";

class Consumers {
  readonly #scribe: Scribe;
  readonly #partitions: readonly Partition[];
  readonly #members: readonly Member[];
  readonly #single: Member;
  readonly #positions = new Map<string, number>();
  readonly #committed = new Map<Partition, number>();
  readonly #commits: Commit[] = [];
  #generation = 0;
  #rotation = 0;

  constructor(scribe: Scribe, partitions: readonly Partition[]) {
    this.#scribe = scribe;
    this.#partitions = partitions;
    this.#members = ["c1", "c2"].map((name) => ({ name, generation: 0, owned: [] }));
    this.#single = { name: "c3", generation: 0, owned: partitions };
  }

  #seek(client: string, { name: partition }: Partition, offset: number): void {
    this.#positions.set(`${client} ${partition}`, offset);
    this.#scribe.tell({ kind: "seek", client, partition, offset });
  }

  poll(who: number, how: number): void {
    const { name, owned } = at([...this.#members, this.#single], who) as Member;
    const partition = at(owned, how);
    if (partition !== undefined) this.#poll(name, partition, how);
  }

  #poll(client: string, partition: Partition, how: number): void {
    const { leader, name } = partition;
    const key = `${client} ${name}`;
    // After an unclean election the log may end before the client's position.
    if ((this.#positions.get(key) ?? 0) > leader.log.length) {
      this.#seek(client, partition, leader.highWatermark);
    }
    const due = this.#positions.get(key) ?? 0;
    if (due < leader.start) this.#scribe.count("a consumer that retention has passed");
    const from = Math.max(due, leader.start);
    const to = Math.max(from, Math.min(leader.highWatermark, from + 1 + (how % 4)));
    const records = leader.log
      .slice(from, to)
      .map(({ value }, at) => ({ offset: from + at, value }));
    this.#positions.set(key, to);
    const position = how % 2 === 0 ? to : undefined;
    const broker = how % 3 === 0 ? leader.name : undefined;
    const reads = [{ partition: name, records, position, broker }];
    this.#scribe.tell({ kind: "poll", id: this.#scribe.id(), client, reads });
  }

  /** A new generation begins. Its members hear of it when they join. */
  rebalance(who: number): void {
    this.#generation += 1;
    this.#rotation = who;
  }

  join(who: number): void {
    const member = at(this.#members, who) as Member;
    if (member.generation === this.#generation) return;
    const partitions = member.owned.map(({ name }) => name);
    this.#scribe.tell({ kind: "revoked", client: member.name, partitions });
    member.generation = this.#generation;
    member.owned = this.#partitions.filter(
      (_, index) => at(this.#members, this.#rotation > 8 ? 0 : this.#rotation + index) === member,
    );
    this.#scribe.tell({
      kind: "assigned",
      client: member.name,
      partitions: member.owned.map(({ name }) => name),
      by: { group, generation: member.generation },
    });
    for (const partition of member.owned) {
      this.#fetchOffset(member.name, partition, () => {});
      this.#seek(member.name, partition, this.#committed.get(partition) ?? 0);
    }
  }

  #fetchOffset(client: string, partition: Partition, meanwhile: () => void): void {
    const id = this.#scribe.id();
    this.#scribe.tell({ kind: "fetchOffset", id, client, group, partition: partition.name });
    const isEarly = id % 2 === 0;
    const early = this.#committed.get(partition) ?? null;
    meanwhile();
    const offset = isEarly ? early : (this.#committed.get(partition) ?? null);
    this.#scribe.tell({ kind: "returned", id, outcome: "ok", offset });
  }

  /** Somebody looks at the committed offset while a commit is answered. */
  ask(who: number, how: number): void {
    const partition = at(this.#partitions, who) as Partition;
    this.#fetchOffset("c3", partition, () => this.answer(0, how));
  }

  /** A member commits its position; it may belong to a generation that is over. */
  commit(who: number, how: number): void {
    const { name: client, owned, generation } = at(this.#members, who) as Member;
    const partition = at(owned, how);
    if (partition === undefined) return;
    const id = this.#scribe.id();
    const offset = this.#positions.get(`${client} ${partition.name}`) ?? 0;
    const where = { group, generation, partition: partition.name, offset };
    this.#scribe.tell({ kind: "commit", id, client, ...where });
    this.#commits.push({ id, partition, offset, generation, isOpen: true });
  }

  /** The coordinator takes the next commit; or its client gives up first, and it comes later. */
  answer(_: number, how: number): void {
    const commit = this.#commits.shift();
    if (commit === undefined) return;
    const { id, partition, offset, generation, isOpen } = commit;
    const isCurrent = generation === this.#generation;
    const end = (outcome: "ok" | "fail" | "info") => {
      if (isOpen) this.#scribe.tell({ kind: "returned", id, outcome });
    };
    if (how % 5 === 0 && isOpen) {
      end("info");
      this.#commits.push({ ...commit, isOpen: false });
      return;
    }
    if (!isCurrent) this.#scribe.count("a commit of an older generation");
    else {
      if (offset < (this.#committed.get(partition) ?? 0)) this.#scribe.count("a commit of less");
      this.#committed.set(partition, offset);
    }
    end(isCurrent ? (how % 4 === 0 ? "info" : "ok") : "fail");
  }

  readAll(): void {
    for (const partition of this.#partitions) {
      this.#seek("last", partition, 0);
      const key = `last ${partition.name}`;
      const end = partition.leader.highWatermark;
      do this.#poll("last", partition, 3);
      while ((this.#positions.get(key) ?? 0) < end);
      this.#scribe.tell({ kind: "finalPolls", partition: partition.name });
    }
  }
}
