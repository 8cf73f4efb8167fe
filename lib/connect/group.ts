/**
 * A member of a group on a real Kafka, by the classic protocol: it joins, shares out the partitions if it is asked to,
 * and says that it lives. It goes on while the application is elsewhere, but what it is given waits for the next poll.
 *
 * Source: AbstractCoordinator, ConsumerCoordinator.
 */

import { isDeepStrictEqual } from "node:util";
import {
  type Assignor,
  CODES,
  KafkaError,
  type Offset,
  type TopicPartition,
} from "quorumlab/broker";
import { type Cluster, isPassing, type Name, type Said, type Told } from "./cluster.ts";
import { type Counts, countsOf, decodeShare, encodeMember, shareOut } from "./members.ts";
import type { Address } from "./servers.ts";

export type GroupOptions = {
  readonly group: string;
  /** By name, the one that the member likes best first. */
  readonly assignors: ReadonlyMap<string, Assignor>;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
};

/** What is said by a member that does not lead. */
const NOTHING = { shares: [], counts: undefined };

export class Membership {
  private readonly cluster: Cluster;
  /** A join is answered when everybody has come: nothing else may wait behind it. */
  private readonly calls: Cluster;
  private readonly options: GroupOptions;
  private memberId = "";
  private generation = -1;
  /** In its own eyes. */
  private state: "out" | "joining" | "member" = "out";
  /** It is a member, but the others join again, or it wants other topics. */
  private mustRejoin = false;
  private owned: readonly TopicPartition[] = [];
  /** By the group's leader: how many partitions it has shared out, by topic. */
  private shared: Counts | undefined;
  private polledMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private where: Promise<Address> | undefined;
  private isClosed = false;

  constructor(cluster: Cluster, calls: Cluster, options: GroupOptions) {
    this.cluster = cluster;
    this.calls = calls;
    this.options = options;
  }

  isStable(): boolean {
    return this.state === "member" && !this.mustRejoin;
  }

  rejoin(): void {
    this.mustRejoin = true;
  }

  /** The application is there: who does not poll for long is no member any more. */
  polled(): void {
    this.polledMs = performance.now();
  }

  /**
   * Joins the group, or joins again.
   *
   * @returns the partitions that it gets
   * @throws KafkaError what joining again does not help
   */
  async join(topics: readonly string[]): Promise<readonly TopicPartition[]> {
    clearTimeout(this.timer);
    this.state = "joining";
    this.mustRejoin = false;
    try {
      this.owned = await this.cluster.persist(
        Infinity,
        () => this.joinOnce(topics),
        (error) => !this.isClosed && (error.retriable || this.isOutdated(error)),
      );
      this.state = "member";
      this.beat();
      return this.owned;
    } catch (error) {
      this.state = "out";
      throw error;
    }
  }

  private async joinOnce(topics: readonly string[]): Promise<readonly TopicPartition[]> {
    const { calls, owned, generation } = this;
    const { group, assignors, sessionTimeoutMs, rebalanceTimeoutMs } = this.options;
    const metadata = encodeMember(calls.kafka, { topics, owned, generation });
    const protocols = [...assignors.keys()].map((name) => ({ name, metadata }));
    const join = () => {
      const own = [group, sessionTimeoutMs, rebalanceTimeoutMs, this.memberId, null] as const;
      return this.ask(calls, "joinGroup", ...own, "consumer", protocols);
    };
    let joined = await join();
    if (joined.errorCode === CODES.MEMBER_ID_REQUIRED) {
      this.memberId = joined.memberId;
      joined = await join();
    }
    this.check(joined.errorCode, "joinGroup");
    this.memberId = joined.memberId;
    this.generation = joined.generationId;
    const { protocolName, members } = joined;
    const assignor = assignors.get(protocolName ?? "");
    const isLeader = joined.leader === this.memberId && assignor !== undefined;
    const { shares, counts } = isLeader ? await shareOut(this.cluster, members, assignor) : NOTHING;
    this.shared = counts;
    const own = [group, this.generation, this.memberId, null, "consumer", protocolName] as const;
    const synced = await this.ask(calls, "syncGroup", ...own, shares);
    this.check(synced.errorCode, "syncGroup");
    return decodeShare(calls.kafka, synced.assignment);
  }

  /** As the group's leader: partitions that were added are to be shared out as well. */
  private async watch(): Promise<void> {
    const { shared } = this;
    if (shared === undefined) return;
    const counts = await countsOf(this.cluster, Object.keys(shared));
    if (shared === this.shared && !isDeepStrictEqual(counts, shared)) this.mustRejoin = true;
  }

  private beat(): void {
    const { group, rebalanceTimeoutMs, heartbeatIntervalMs } = this.options;
    this.timer = setTimeout(() => {
      if (performance.now() - this.polledMs > rebalanceTimeoutMs) {
        void this.leave();
        return;
      }
      const { generation } = this;
      this.ask(this.calls, "heartbeat", group, generation, this.memberId)
        .then(({ errorCode }) => this.check(errorCode, "heartbeat"))
        .then(() => this.watch())
        .catch((error: unknown) => this.hear(error, generation));
      this.beat();
    }, heartbeatIntervalMs);
  }

  /** What an answer says of the group. It may be about a generation that is over. */
  private hear(error: unknown, generation: number): void {
    if (!(error instanceof KafkaError)) throw error;
    if (this.state !== "member" || this.generation !== generation) return;
    if (error.code === "REBALANCE_IN_PROGRESS") this.mustRejoin = true;
    else if (this.isOutdated(error)) this.drop();
  }

  /** Whether the group has moved on, so that joining again helps; then as whom. */
  private isOutdated({ code }: KafkaError): boolean {
    if (code === "UNKNOWN_MEMBER_ID") this.memberId = "";
    return ["UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION", "REBALANCE_IN_PROGRESS"].includes(code);
  }

  /** It is no member any more, and may become one again. */
  private drop(): void {
    clearTimeout(this.timer);
    this.state = "out";
    this.owned = [];
    this.generation = -1;
  }

  /**
   * Stores offsets with the group.
   *
   * @param isMember whether the consumer has its partitions from the group
   */
  async commit(
    offsets: readonly (TopicPartition & { readonly offset: Offset })[],
    isMember: boolean,
    untilMs: number,
  ): Promise<void> {
    const { generation, memberId, state } = this;
    const { group } = this.options;
    if (isMember && state !== "member") {
      const code = state === "joining" ? "REBALANCE_IN_PROGRESS" : "UNKNOWN_MEMBER_ID";
      throw new KafkaError(code, `commit: no member of ${group} at the moment`);
    }
    const topics = offsets.map(({ topic, partition, offset }) => {
      const where = { partitionIndex: partition, committedLeaderEpoch: -1, committedMetadata: "" };
      return { name: topic, partitions: [{ ...where, committedOffset: BigInt(offset) }] };
    });
    const who = isMember ? ([generation, memberId, null] as const) : ([-1, "", null] as const);
    const attempt = async () => {
      const answer = await this.ask(this.cluster, "offsetCommit", group, ...who, topics);
      for (const { name, partitions } of answer.topics) {
        const failed = partitions.find(({ errorCode }) => errorCode !== 0);
        this.check(failed?.errorCode ?? 0, `commit ${name}-${failed?.partitionIndex}`);
      }
    };
    try {
      await this.cluster.persist(untilMs, attempt, isPassing);
    } catch (error) {
      if (isMember) this.hear(error, generation);
      throw error;
    }
  }

  /** What the group has stored; null for nothing. */
  async committed({ topic, partition }: TopicPartition): Promise<Offset | null> {
    const { group } = this.options;
    const topics = [{ name: topic, partitionIndexes: [partition] }];
    const asked = [{ groupId: group, memberEpoch: -1, topics }];
    const { groups } = await this.ask(this.cluster, "offsetFetch", asked, false);
    const found = groups[0]?.topics[0]?.partitions[0];
    this.check(groups[0]?.errorCode || found?.errorCode || 0, `committed ${topic}-${partition}`);
    const offset = Number(found?.committedOffset ?? -1);
    return offset < 0 ? null : offset;
  }

  /** Tells the group, which then need not wait for the session to end. */
  async leave(): Promise<void> {
    const { memberId } = this;
    this.drop();
    this.memberId = "";
    if (memberId === "") return;
    const { group } = this.options;
    // Whoever cannot be told finds out.
    await this.ask(this.cluster, "leaveGroup", group, [{ memberId }]).catch(() => {});
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.leave();
    await this.calls.close();
  }

  /** Asks the coordinator, and looks for it again when it does not answer. */
  private async ask<K extends Name>(cluster: Cluster, name: K, ...args: Told<K>): Promise<Said<K>> {
    this.where ??= this.cluster.coordinator(this.options.group);
    try {
      return await cluster.ask(await this.where, name, ...args);
    } catch (error) {
      this.where = undefined;
      throw error;
    }
  }

  private check(code: number, what: string): void {
    const { NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE } = CODES;
    if (code === NOT_COORDINATOR || code === COORDINATOR_NOT_AVAILABLE) this.where = undefined;
    this.cluster.check(code, what);
  }
}
