/**
 * How a group gets from one generation to the next. First all members join; whoever has not when the time is over is out.
 * Then the one that leads says who gets what, and all of them hear it when it is stored.
 *
 * Source: GroupMetadataManager.prepareRebalance, .completeClassicGroupJoin, .setAndPropagateAssignment.
 */

import { invariant } from "quorumlab/sim";
import { type ErrorCode, refused } from "./errors.ts";
import type { Coordinating, Group, GroupState, GroupTurn, Member } from "./groups.ts";
import type { Answer, MemberId, SyncGroup } from "./messages.ts";
import { groupRecord } from "./offsets.ts";

/** Which states each may follow. */
const BEFORE: Readonly<Record<GroupState, readonly GroupState[]>> = {
  Empty: ["PreparingRebalance"],
  PreparingRebalance: ["Empty", "CompletingRebalance", "Stable"],
  CompletingRebalance: ["PreparingRebalance"],
  Stable: ["CompletingRebalance"],
};

function enter(group: Group, state: GroupState): void {
  const { id, state: before } = group;
  invariant(BEFORE[state].includes(before), `group ${id} becomes ${state} after ${before}`);
  group.state = state;
}

/** All members must join (again). @param code what those hear who wait for their assignment */
export function rebalance(turn: GroupTurn, code: ErrorCode = "REBALANCE_IN_PROGRESS"): void {
  const { group } = turn;
  if (group.state === "PreparingRebalance") return;
  for (const member of group.members.values()) settle(turn, member, refused(code));
  group.deadlineMs = turn.nowMs + rebalanceTimeoutMs(group);
  enter(group, "PreparingRebalance");
}

function rebalanceTimeoutMs({ members }: Group): number {
  return Math.max(0, ...[...members.values()].map(({ said }) => said.rebalanceTimeoutMs));
}

/**
 * Begins the next generation when all have joined, or the time is over. Whoever comes first to an empty group waits for
 * nobody. (Kafka lets it wait 3 s for more: group.initial.rebalance.delay.ms.)
 */
export function completeIfDue(turn: GroupTurn): void {
  const { state, members, deadlineMs } = turn.group;
  if (state !== "PreparingRebalance") return;
  const haveAllJoined = [...members.values()].every(({ waiting }) => waiting);
  if (haveAllJoined || turn.nowMs >= deadlineMs) complete(turn);
}

function complete(turn: GroupTurn): void {
  const { group } = turn;
  const { members } = group;
  for (const [id, { waiting }] of members) if (waiting === null) members.delete(id);
  group.generation += 1;
  // Who has been in longest leads, and so for as long as it stays.
  const [oldest = ""] = members.keys();
  group.leader = oldest;
  group.protocol = chosenProtocol(group);
  if (members.size === 0) {
    enter(group, "Empty");
    storeAssignments(turn, new Map());
    return;
  }
  enter(group, "CompletingRebalance");
  group.deadlineMs = turn.nowMs + rebalanceTimeoutMs(group);
  for (const [id, member] of members) {
    member.synced = false;
    settle(turn, member, joined(group, id));
  }
}

/** Of the protocols that all members know, the one that most of them like best. */
function chosenProtocol(group: Group): string {
  const votes = Map.groupBy(group.members.values(), ({ said }) =>
    said.protocols.find((protocol) => isKnownToAll(group, protocol)),
  );
  const [best] = [...votes].sort(([, a], [, b]) => b.length - a.length);
  return best?.[0] ?? "";
}

export function isKnownToAll({ members }: Group, protocol: string): boolean {
  return [...members.values()].every(({ said }) => said.protocols.includes(protocol));
}

/** What a member hears of the generation that it has joined; the leader also hears who is in it. */
export function joined(group: Group, memberId: MemberId): Answer {
  const { generation, protocol, leader } = group;
  const told = memberId === leader ? [...group.members] : [];
  const members = new Map(told.map(([id, { said }]) => [id, said.metadata]));
  return { kind: "joined", memberId, generation, protocol, leader, members };
}

/** Who gets what in this generation is said; nobody hears of it before it is stored. Who is not among them gets nothing. */
export function storeAssignments(turn: GroupTurn, assignments: SyncGroup["assignments"]): void {
  const { group } = turn;
  const { id, generation, members } = group;
  for (const [memberId, member] of members) member.assignment = assignments.get(memberId) ?? [];
  turn.store([groupRecord(group, turn.nowMs)], { kind: "generation", group: id, generation });
}

/** The assignments of this generation are stored: everybody who waits hears its own. */
export function assign(turn: GroupTurn): void {
  const { group } = turn;
  enter(group, "Stable");
  for (const member of group.members.values()) {
    settle(turn, member, { kind: "synced", assignment: member.assignment });
  }
}

/** A member that waits gets an answer, and its session begins anew. */
export function settle(turn: Coordinating, member: Member, answer: Answer): void {
  if (member.waiting === null) return;
  turn.answer(member.waiting, answer);
  member.waiting = null;
  member.heardMs = turn.nowMs;
}
