/**
 * Brokers and producers that keep all promises, in as few lines as will do: two partitions on three
 * brokers, an idempotent producer and a plain one. Small numbers say what happens to whom.
 */

import {
  at,
  due,
  type Entry,
  newPartition,
  type Partition,
  type Replica,
  type Request,
  type Scribe,
  shared,
} from "./log-parts.ts";

export class Cluster {
  readonly partitions: readonly Partition[] = ["orders-0", "orders-1"].map(newPartition);
  readonly #scribe: Scribe;
  #requests: Request[] = [];
  #sequences = new Map<Partition, number>();
  #producerEpoch = 0;
  #nowMs = 0;

  constructor(scribe: Scribe) {
    this.#scribe = scribe;
  }

  /** p1 is idempotent and has three requests under way; p2 waits for each. */
  send(who: number, how: number): void {
    const partition = at(this.partitions, who) as Partition;
    const client = how % 2 === 0 ? "p1" : "p2";
    const waiting = this.#requests.filter((each) => each.isOpen && each.client === client);
    if (waiting.length >= (client === "p1" ? 3 : 1)) return;
    const first = this.#sequences.get(partition) ?? 0;
    const sequenced = client === "p1" ? { epoch: this.#producerEpoch, first } : undefined;
    const ids = Array.from({ length: 1 + (how % 3) }, () => this.#scribe.id());
    const records = ids.map((id) => ({ id, value: `v${id}` }));
    if (sequenced !== undefined) this.#sequences.set(partition, first + records.length);
    for (const [index, { id, value }] of records.entries()) {
      const send = { kind: "send", id, client, partition: partition.name, value } as const;
      const sequence = sequenced && { id: 1, epoch: sequenced.epoch, sequence: first + index };
      const batch = ids[0] as number;
      this.#scribe.tell({ ...send, batch, ...(sequence && { producer: sequence }) });
    }
    this.#requests.push({ partition, client, records, sequenced, isOpen: true, offset: undefined });
  }

  /** A request reaches its leader, for the first time or again. */
  deliver(who: number): void {
    const request = at(
      this.#requests.filter(({ offset }) => offset === undefined),
      who,
    );
    if (request === undefined) return;
    const { partition, records, sequenced } = request;
    const { leader, epoch, isr } = partition;
    const twin = leader.log.findIndex((entry) => entry.request === request);
    if (isr.length < 2) {
      if (sequenced === undefined) this.#end(request, "fail");
    } else if (twin !== -1) {
      this.#scribe.count("a retry of what was appended before");
      request.offset = twin;
      this.#acknowledge(partition);
    } else if (sequenced === undefined || sequenced.first === due(leader, sequenced.epoch)) {
      request.offset = leader.log.length;
      for (const { value } of records) {
        this.#append(partition, leader, { value, epoch, atMs: this.#nowMs, request });
      }
    }
  }

  #append({ name: partition }: Partition, { name: broker, log }: Replica, entry: Entry): void {
    const { value, epoch: leaderEpoch, atMs: timestampMs } = entry;
    const offset = log.push(entry) - 1;
    this.#scribe.tell({
      kind: "append",
      broker,
      partition,
      leaderEpoch,
      offset,
      value,
      timestampMs,
    });
  }

  /** Its client hears of it, if it still waits. */
  #end(request: Request, outcome: "fail" | "info"): void {
    if (request.isOpen) {
      for (const { id } of request.records) this.#scribe.tell({ kind: "returned", id, outcome });
    }
    request.isOpen = false;
    if (outcome === "fail") this.#requests = this.#requests.filter((each) => each !== request);
  }

  /** A connection breaks: p1 sends again; p2 gives up, and its request may arrive all the same. */
  lose(who: number): void {
    const request = at(
      this.#requests.filter(({ isOpen }) => isOpen),
      who,
    );
    if (request === undefined) return;
    if (request.sequenced !== undefined) request.offset = undefined;
    else this.#end(request, "info");
  }

  /** A follower fetches: it cuts off what its leader does not have, and appends the next batch. */
  follow(who: number, how: number): void {
    const partition = at(this.partitions, how) as Partition;
    const { leader, name } = partition;
    const follower = at(partition.replicas, who) as Replica;
    if (follower === leader) return;
    const { log } = follower;
    const offset = shared(partition, follower);
    if (offset < log.length) {
      this.#scribe.count("a truncation");
      log.splice(offset);
      follower.highWatermark = Math.min(follower.highWatermark, offset);
      this.#scribe.tell({ kind: "truncate", broker: follower.name, partition: name, offset });
    }
    // A batch travels whole.
    const batch = leader.log[log.length]?.request;
    for (const entry of leader.log.slice(log.length)) {
      if (entry.request === batch) this.#append(partition, follower, entry);
    }
    const ends = partition.isr.map((each) => shared(partition, each));
    if (ends.length >= 2) this.#commit(name, leader, Math.min(...ends));
    this.#commit(name, follower, Math.min(leader.highWatermark, log.length));
    this.#acknowledge(partition);
    if (leader.start <= follower.start || leader.start > follower.highWatermark) return;
    follower.start = leader.start;
    const start = { broker: follower.name, partition: name, offset: leader.start };
    this.#scribe.tell({ kind: "logStart", ...start });
  }

  #commit(partition: string, replica: Replica, offset: number): void {
    if (offset <= replica.highWatermark) return;
    replica.highWatermark = offset;
    this.#scribe.tell({ kind: "highWatermark", broker: replica.name, partition, offset });
  }

  #acknowledge(partition: Partition): void {
    const { leader, name } = partition;
    const isr = partition.isr.map((each) => each.name);
    const isDone = ({ partition: of, offset = Infinity, records }: Request) =>
      of === partition && offset + records.length <= leader.highWatermark;
    for (const { offset: first = 0, records, isOpen } of this.#requests.filter(isDone)) {
      for (const [index, { id, value }] of records.entries()) {
        const offset = first + index;
        const record = { broker: leader.name, partition: name, offset, value };
        this.#scribe.tell({ kind: "ack", ...record, isr, minInsyncReplicas: 2 });
        if (isOpen) this.#scribe.tell({ kind: "returned", id, outcome: "ok", offset });
      }
    }
    this.#requests = this.#requests.filter((request) => !isDone(request));
  }

  /** A follower leaves the ISR, or joins it with all that its leader has. */
  isr(who: number, how: number): void {
    const partition = at(this.partitions, how) as Partition;
    const { leader, isr } = partition;
    const follower = at(partition.replicas, who) as Replica;
    if (follower === leader) return;
    if (isr.includes(follower)) partition.isr = isr.filter((each) => each !== follower);
    else if (shared(partition, follower) === leader.log.length) partition.isr = [...isr, follower];
  }

  /** Another in-sync replica becomes leader. */
  elect(who: number, how: number): void {
    const partition = at(this.partitions, how) as Partition;
    const broker = at(partition.isr, who) as Replica;
    if (broker !== partition.leader) this.#lead(partition, broker, false);
  }

  /** A replica that is not in sync becomes leader, and p1 begins a new epoch. */
  unclean(who: number, how: number): void {
    const partition = at(this.partitions, how) as Partition;
    const broker = at(
      partition.replicas.filter((each) => !partition.isr.includes(each)),
      who,
    );
    if (broker === undefined) return;
    const lost = partition.leader.highWatermark - shared(partition, broker);
    if (lost > 0) this.#scribe.count("an unclean election that loses records");
    partition.isr = [broker];
    for (const request of this.#requests) this.#end(request, "info");
    this.#requests = [];
    this.#sequences = new Map();
    this.#producerEpoch += 1;
    this.#lead(partition, broker, true);
  }

  #lead(partition: Partition, leader: Replica, isUnclean: boolean): void {
    partition.leader = leader;
    partition.epoch += 1;
    const { name, epoch: leaderEpoch } = partition;
    const elected = { broker: leader.name, partition: name, leaderEpoch, isUnclean };
    this.#scribe.tell({ kind: "elected", ...elected });
    for (const request of this.#requests.filter((each) => each.partition === partition)) {
      if (request.sequenced !== undefined) request.offset = undefined;
      else if (request.offset !== undefined) this.#end(request, "info");
    }
    this.#requests = this.#requests.filter(
      ({ isOpen, offset, partition: of }) => of !== partition || isOpen || offset === undefined,
    );
  }

  /** Time goes on, and a leader cuts what is older than 20 ms, or keeps 6 bytes: a record each. */
  retain(who: number, how: number): void {
    this.#nowMs += how;
    const { leader, name } = at(this.partitions, who) as Partition;
    const { log, highWatermark, start } = leader;
    const limits = how % 2 === 0 ? { retentionMs: 20 } : { retentionBytes: 6 };
    const isOver = (offset: number) =>
      how % 2 === 0
        ? this.#nowMs - (log[offset] as Entry).atMs >= 20
        : log.length - offset - 1 >= 6;
    while (leader.start < highWatermark && isOver(leader.start)) leader.start += 1;
    if (leader.start === start) return;
    const retention = { nowMs: this.#nowMs, bytesLeft: log.length - leader.start, ...limits };
    const cut = { broker: leader.name, partition: name, offset: leader.start };
    this.#scribe.tell({ kind: "logStart", ...cut, retention });
  }

  /** Everything arrives and is replicated. */
  settle(): void {
    const follow = (partition: number) => {
      for (const who of [0, 1, 2]) this.follow(who, partition);
    };
    for (const [index, partition] of this.partitions.entries()) {
      const isApart = (replica: Replica) =>
        shared(partition, replica) < partition.leader.log.length;
      do follow(index);
      while (partition.replicas.some(isApart));
      partition.isr = partition.replicas;
    }
    for (let rounds = 0; rounds < 10; rounds++) {
      for (const who of this.#requests.keys()) this.deliver(who);
      for (const partition of this.partitions.keys())
        for (let n = 0; n < 40; n++) follow(partition);
    }
  }
}
