/**
 * Who is in a group: those who have joined, give signs of life, and come in time when the group joins again. A connection
 * that breaks throws nobody out; only silence does.
 *
 * Source: GroupMetadataManager.classicGroupJoin, .classicGroupSync, .classicGroupHeartbeat, .classicGroupLeave,
 * .expirePendingSync.
 */

import { diff } from "quorumlab/sim";
import { doneUnless, refused } from "./errors.ts";
import type { Coordinating, Group, GroupTurn, Joining, Member } from "./groups.ts";
import type { Answer, Caller, JoinGroup, MemberId, SyncGroup } from "./messages.ts";
import {
  completeIfDue,
  isKnownToAll,
  joined,
  rebalance,
  settle,
  storeAssignments,
} from "./rebalance.ts";

/** What a member may ask for as its session timeout. Kafka: from 6 s on (group.min.session.timeout.ms). */
const [SESSION_MIN_MS, SESSION_MAX_MS] = [50, 1_800_000];

/**
 * Somebody joins, for the first time or again. It has drawn its id itself, as in Kafka's newer protocol (KIP-1082); in the
 * classic one it asks for one first (KIP-394).
 *
 * @returns the answer, unless it has to wait for the others: then an older call of the same member waits no more
 */
export function join(turn: GroupTurn, request: JoinGroup, caller: Caller): Answer | undefined {
  const { group, nowMs } = turn;
  const { memberId, sessionTimeoutMs, rebalanceTimeoutMs, protocols, metadata } = request;
  if (!(sessionTimeoutMs >= SESSION_MIN_MS && sessionTimeoutMs <= SESSION_MAX_MS)) {
    return refused("INVALID_SESSION_TIMEOUT");
  }
  if (!protocols.some((protocol) => isKnownToAll(group, protocol))) {
    return refused("INCONSISTENT_GROUP_PROTOCOL");
  }
  const known = group.members.get(memberId);
  const said = { sessionTimeoutMs, rebalanceTimeoutMs, protocols, metadata };
  const fresh = { assignment: [], waiting: null, synced: false };
  const member: Member = { ...fresh, ...known, said, heardMs: nowMs };
  group.members.set(memberId, member);
  if (known !== undefined && isUpToDate(group, memberId, known.said, said)) {
    return joined(group, memberId);
  }
  rebalance(turn);
  member.waiting = caller;
  return undefined;
}

/**
 * Whether a member that joins again is in the newest generation as it is: it says nothing new, and may have missed an
 * answer. When the leader of a stable group joins again, there is something to assign anew.
 */
function isUpToDate(group: Group, memberId: MemberId, before: Joining, said: Joining): boolean {
  const { state, leader } = group;
  if (state === "PreparingRebalance" || (state === "Stable" && memberId === leader)) return false;
  return diff(before, said).length === 0;
}

/**
 * A member asks for its assignment. The leader brings all of them; what it brings first in a generation counts.
 *
 * @returns the answer, unless it has to wait until the assignments are stored
 */
export function sync(turn: GroupTurn, request: SyncGroup, caller: Caller): Answer | undefined {
  const { group } = turn;
  const answer = heartbeat(turn, request);
  const { memberId, assignments } = request;
  const member = group.members.get(memberId);
  if (answer.kind === "error" || member === undefined) return answer;
  const isFirst = !member.synced;
  member.synced = true;
  if (group.state === "Stable") return { kind: "synced", assignment: member.assignment };
  member.waiting = caller;
  if (isFirst && memberId === group.leader) storeAssignments(turn, assignments);
  return undefined;
}

/** A member gives a sign of life. @returns whether it is in the newest generation, and need not join again yet */
export function heartbeat(
  { group, nowMs }: GroupTurn,
  { memberId, generation }: { readonly memberId: MemberId; readonly generation: number },
): Answer {
  const member = group.members.get(memberId);
  if (member === undefined) return refused("UNKNOWN_MEMBER_ID");
  if (generation !== group.generation) return refused("ILLEGAL_GENERATION");
  member.heardMs = nowMs;
  return doneUnless(group.state === "PreparingRebalance" ? "REBALANCE_IN_PROGRESS" : undefined);
}

/** A member goes, or is given up. */
export function leave(turn: GroupTurn, memberId: MemberId): Answer {
  const { group } = turn;
  const member = group.members.get(memberId);
  if (member === undefined) return refused("UNKNOWN_MEMBER_ID");
  settle(turn, member, refused("UNKNOWN_MEMBER_ID"));
  group.members.delete(memberId);
  rebalance(turn);
  return { kind: "done" };
}

/** Time has passed: whoever is silent, or has not asked for its assignment in time, is out. */
export function passTime(coordinating: Coordinating): void {
  const { groups, nowMs } = coordinating;
  for (const group of groups.values()) {
    const turn = { ...coordinating, group };
    const isSyncOver = group.state !== "PreparingRebalance" && nowMs >= group.deadlineMs;
    for (const [id, { waiting, synced, heardMs, said }] of group.members) {
      const isSilent = waiting === null && nowMs - heardMs >= said.sessionTimeoutMs;
      if (isSilent || (isSyncOver && !synced)) leave(turn, id);
    }
    completeIfDue(turn);
  }
}
