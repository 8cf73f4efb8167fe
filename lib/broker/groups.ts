/**
 * The group coordinator. The leader of a partition of __consumer_offsets looks after the groups that belong there: who
 * is a member, in which generation, and which offsets are committed. Whatever must outlive it is stored in that partition
 * before anybody hears of it, so that the next leader goes on where this one stopped.
 *
 * Source: Kafka's classic group protocol (GroupMetadataManager, ClassicGroup). Left out: static members, cooperative
 * rebalancing, the greatest size of a group, the five minutes that a new member may wait, and the expiry of groups and
 * offsets, with the state Dead.
 */

import { doneUnless, type ErrorCode, refused } from "./errors.ts";
import type { Offset, TopicPartition } from "./kafka.ts";
import { heartbeat, join, leave, sync } from "./membership.ts";
import type {
  Answer,
  Caller,
  GroupRequest,
  JoinGroup,
  LogRecord,
  MemberId,
  OffsetCommit,
} from "./messages.ts";
import { commit, emptyGroup, keepOffsets } from "./offsets.ts";
import { assign, completeIfDue, rebalance, settle } from "./rebalance.ts";
import { type BrokerDecisions, keyOf } from "./state.ts";

/** What surrounds a coordinator while it handles one event. */
export type Coordinating = {
  readonly nowMs: number;
  readonly groups: Groups;
  /** Exercises replace it. */
  readonly checkGeneration: BrokerDecisions["checkGeneration"];
  answer(to: Caller, answer: Answer): void;
  /**
   * Appends records to the partition. The broker reports the outcome of every store (`storeEnded`), in the order of the
   * stores and at the latest before it unloads.
   */
  store(records: readonly LogRecord[], then: Stored): void;
};

/** What surrounds a group. */
export type GroupTurn = Coordinating & { readonly group: Group };

/** What is under way to the partition. */
export type Stored = { readonly group: string } & (
  | { readonly kind: "offsets"; readonly offsets: OffsetCommit["offsets"]; readonly caller: Caller }
  /** The members wait with their syncs; an empty group has nobody who waits. */
  | { readonly kind: "generation"; readonly generation: number }
);

/** What a member says of itself when it joins. */
export type Joining = Omit<JoinGroup, "kind" | "group" | "memberId">;

export type Member = {
  readonly said: Joining;
  /** What it has in this generation. In CompletingRebalance it may not hear of it yet. */
  assignment: readonly TopicPartition[];
  /** Who waits: in PreparingRebalance for the others to join, in CompletingRebalance for the assignment. */
  waiting: Caller | null;
  /** Whether it has asked for its assignment in this generation; of the group's leader, whether it has given them all. */
  synced: boolean;
  /** When it last gave a sign of life. One that waits needs none. */
  heardMs: number;
};

/**
 * Empty has no members, PreparingRebalance waits until all have joined, CompletingRebalance until the leader's assignment
 * is stored; in Stable everybody has it.
 */
export type GroupState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable";

export type Group = {
  readonly id: string;
  state: GroupState;
  /** Counts the times that the members joined anew. */
  generation: number;
  /** The assignor that the members have agreed on, and who assigns; "" in a group without members. */
  protocol: string;
  leader: MemberId;
  /** In the order in which they came. */
  readonly members: Map<MemberId, Member>;
  /** When the phase is over: to join in PreparingRebalance, afterwards to sync. */
  deadlineMs: number;
  /** What is committed, by "topic-partition". */
  readonly offsets: Map<string, Offset>;
};

/** The groups of one partition of __consumer_offsets that this broker leads. */
export type Groups = Map<string, Group>;

/** A request to the coordinator. It is answered at once, or when others have come, or when something is stored. */
export function handle(coordinating: Coordinating, request: GroupRequest, caller: Caller): void {
  const group = coordinating.groups.getOrInsertComputed(request.group, emptyGroup);
  const turn = { ...coordinating, group };
  const answer = answerTo(turn, request, caller);
  if (answer !== undefined) turn.answer(caller, answer);
  completeIfDue(turn);
}

function answerTo(turn: GroupTurn, request: GroupRequest, caller: Caller): Answer | undefined {
  const { group } = turn;
  if (group.id === "") return refused("INVALID_GROUP_ID");
  switch (request.kind) {
    case "joinGroup":
      return join(turn, request, caller);
    case "syncGroup":
      return sync(turn, request, caller);
    case "heartbeat":
      return heartbeat(turn, request);
    case "leaveGroup":
      return leave(turn, request.memberId);
    case "offsetCommit":
      return commit(turn, request, caller);
    case "offsetFetch":
      // null for nothing.
      return { kind: "offset", offset: group.offsets.get(keyOf(request)) ?? null, leaderEpoch: -1 };
  }
}

/**
 * What was under way is committed and takes effect; or it failed and takes none here, though a later coordinator may find
 * it in the partition all the same. Those who wait for it hear.
 *
 * @param failure why it was refused, or that nobody knows
 */
export function storeEnded(coordinating: Coordinating, then: Stored, failure?: ErrorCode): void {
  const group = coordinating.groups.get(then.group) as Group;
  const turn = { ...coordinating, group };
  const code = failure && (HEARD[failure] ?? "COORDINATOR_NOT_AVAILABLE");
  if (then.kind === "offsets") {
    if (code === undefined) keepOffsets(group, then.offsets);
    turn.answer(then.caller, doneUnless(code));
    return;
  }
  // Another rebalance may have begun meanwhile.
  if (group.state !== "CompletingRebalance" || group.generation !== then.generation) return;
  if (code === undefined) assign(turn);
  else rebalance(turn, code);
}

/** What clients hear when a store fails; else COORDINATOR_NOT_AVAILABLE. Source: appendGroupMetadataErrorToResponseError. */
const HEARD: Partial<Record<ErrorCode, ErrorCode>> = {
  NOT_LEADER_OR_FOLLOWER: "NOT_COORDINATOR",
  REQUEST_TIMED_OUT: "REQUEST_TIMED_OUT",
  MESSAGE_TOO_LARGE: "UNKNOWN_SERVER_ERROR",
};

/** This broker is the coordinator no longer: whoever waits looks for another one. */
export function unload(coordinating: Coordinating): void {
  for (const { members } of coordinating.groups.values()) {
    for (const member of members.values()) settle(coordinating, member, refused("NOT_COORDINATOR"));
  }
}
