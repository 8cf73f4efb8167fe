/**
 * What a consumer has to do with its group's coordinator. By the classic protocol it joins; when all have joined, the
 * group's leader shares the partitions out; heartbeats keep each member its share; when somebody comes or goes, all join
 * again. Offsets that it commits count only while it is a member.
 *
 * Source: AbstractCoordinator, ConsumerCoordinator.
 */

import { diff } from "quorumlab/sim";
import { type AssignorName, assignors } from "./assignors.ts";
import { type Client, type KafkaHost, operating } from "./client.ts";
import { KafkaError } from "./errors.ts";
import { checkOffsets } from "./input.ts";
import type { Offset, TopicPartition } from "./kafka.ts";
import type { Answer, MemberMetadata, OffsetCommit } from "./messages.ts";

export type MemberSettings = Readonly<
  Record<"sessionTimeoutMs" | "heartbeatIntervalMs" | "rebalanceTimeoutMs", number>
> & {
  /** "" for none: then it only reads what is committed, and finds nothing. */
  readonly group: string;
  /** The one that the member likes best first. */
  readonly assignors: readonly AssignorName[];
};

export type Member = {
  /** Whether it has a share, as far as it knows. */
  isIn(): boolean;
  /** Joins, until it has a share. @throws KafkaError what cannot be retried */
  join(topics: readonly string[]): Promise<readonly TopicPartition[]>;
  /** The consumer polls. When it has not for too long the member leaves, so that others need not wait for it. */
  polled(): void;
  /** Stores offsets with the group: of who has subscribed only in its generation, as a member. @throws KafkaError */
  commit(offsets: OffsetCommit["offsets"], isSubscribed: boolean): Promise<void>;
  /** What the group has stored; null for nothing. Asks once. @throws KafkaError */
  committed(partition: TopicPartition): Promise<Offset | null>;
  /** Leaves the group for good. */
  close(): Promise<void>;
};

/** Whoever commits without being a member. */
const NOBODY = { memberId: "", generation: -1 };

export function createMember(host: KafkaHost, client: Client, settings: MemberSettings): Member {
  const { group, assignors: protocols } = settings;
  const { sessionTimeoutMs, heartbeatIntervalMs, rebalanceTimeoutMs } = settings;
  /** How long the others may keep it waiting. */
  const patienceMs = rebalanceTimeoutMs + sessionTimeoutMs;
  const newId = () => `${host.id}-${Math.floor(host.random() * 2 ** 32).toString(36)}`;
  let memberId = newId();
  /** The one that it has joined; -1 when it is in none. */
  let generation = -1;
  let state: "out" | "joining" | "in" = "out";
  /** Its last share, even when that is lost: an assignor may leave it there. */
  let last: Omit<MemberMetadata, "topics"> = { owned: [], generation: -1 };
  /** By the group's leader: how many partitions its topics had when they were shared out. */
  let shared: Readonly<Record<string, number>> | undefined;
  let polledMs = host.now();
  let hasJoined = false;
  let isClosed = false;
  let commits: Promise<unknown> = Promise.resolve();

  async function join(topics: readonly string[]): Promise<readonly TopicPartition[]> {
    state = "joining";
    if (!hasJoined) void beat();
    const mayPass = (error: KafkaError) =>
      !isClosed && (learn(error, generation) || error.retriable);
    try {
      return await client.retry(() => joinOnce(topics), { withinMs: Infinity, mayPass });
    } catch (error) {
      state = "out";
      if (isClosed) return [];
      throw error;
    }
  }

  async function joinOnce(topics: readonly string[]): Promise<readonly TopicPartition[]> {
    const said = { protocols, metadata: { topics, ...last } };
    const limits = { sessionTimeoutMs, rebalanceTimeoutMs };
    const request = { kind: "joinGroup", group, memberId, ...limits, ...said } as const;
    const joined = await client.askCoordinator(request, "joined", patienceMs);
    generation = joined.generation;
    const assignments = await share(joined);
    const sync = { kind: "syncGroup", group, memberId, generation, assignments } as const;
    const { assignment } = await client.askCoordinator(sync, "synced", patienceMs);
    last = { owned: assignment, generation };
    state = "in";
    return assignment;
  }

  /** Who gets what. Only the group's leader says it. */
  async function share({ leader, protocol, members }: Extract<Answer, { kind: "joined" }>) {
    shared = undefined;
    if (leader !== memberId) return new Map();
    shared = await countsOf([...members.values()].flatMap((said) => said.topics));
    const subscriptions = [...members].map(([id, said]) => ({ memberId: id, ...said }));
    return new Map(Object.entries(assignors[protocol as AssignorName](subscriptions, shared)));
  }

  async function countsOf(names: readonly string[]): Promise<Record<string, number>> {
    const { topics } = await client.metadata();
    return Object.fromEntries(names.map((name) => [name, topics.get(name)?.length ?? 0]));
  }

  async function beat(): Promise<void> {
    hasJoined = true;
    while (!isClosed) {
      await host.sleep(heartbeatIntervalMs);
      // Who waits for the others needs no heartbeat.
      if (state === "joining" || generation === -1) continue;
      if (host.now() - polledMs > rebalanceTimeoutMs) await leave();
      else await heartbeat();
    }
  }

  async function heartbeat(): Promise<void> {
    const asked = { group, memberId, generation };
    try {
      await client.askCoordinator({ kind: "heartbeat", ...asked }, "done");
      const isOld = shared && diff(shared, await countsOf(Object.keys(shared))).length > 0;
      if (isOld) fallOut();
    } catch (error) {
      learn(error, asked.generation);
    }
  }

  /** @returns whether the error is about the membership, so that joining again is the answer */
  function learn(error: unknown, asked: number): boolean {
    const { code } = operating(error);
    if (asked !== generation) return false;
    if (code === "UNKNOWN_MEMBER_ID" || code === "ILLEGAL_GENERATION") generation = -1;
    else if (code !== "REBALANCE_IN_PROGRESS") return false;
    fallOut();
    return true;
  }

  function fallOut(): void {
    if (state === "in") state = "out";
  }

  async function commit(offsets: OffsetCommit["offsets"], isSubscribed: boolean): Promise<void> {
    if (group === "") throw new RangeError("commit: this consumer has no group to commit for.");
    checkOffsets(offsets);
    const by = { group, ...(isSubscribed ? { memberId, generation } : NOBODY) };
    if (isSubscribed && (state === "joining" || generation === -1)) {
      const code = state === "joining" ? "REBALANCE_IN_PROGRESS" : "UNKNOWN_MEMBER_ID";
      throw new KafkaError(code, `this consumer has no share in ${group}`);
    }
    if (offsets.length === 0) return;
    const request = { kind: "offsetCommit", ...by, offsets } as const;
    // One after the other: an older commit that is sent again must not undo a newer one.
    const send = () => client.askCoordinator(request, "done");
    const done = commits.then(() => client.retry(send));
    commits = done.catch(() => {});
    await done.catch((error) => {
      learn(error, by.generation);
      throw error;
    });
  }

  async function committed({ topic, partition }: TopicPartition): Promise<Offset | null> {
    if (group === "") return null;
    const request = { kind: "offsetFetch", group, topic, partition } as const;
    return (await client.askCoordinator(request, "offset")).offset;
  }

  async function leave(): Promise<void> {
    const request = { kind: "leaveGroup", group, memberId } as const;
    // However late that arrives, it is not about the next time that this consumer joins.
    memberId = newId();
    generation = -1;
    fallOut();
    // If it fails, the session runs out.
    if (hasJoined) await client.askCoordinator(request, "done").catch(() => {});
  }

  return {
    isIn: () => state === "in",
    join,
    polled() {
      polledMs = host.now();
    },
    commit,
    committed,
    async close() {
      isClosed = true;
      await leave();
    },
  };
}
