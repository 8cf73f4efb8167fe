/**
 * What a group keeps: the offsets that it has committed, and its newest generation that has an assignment. A commit
 * counts only in the generation in which it is made, so that a member which the others have given up cannot move the
 * group back.
 */

import { doneUnless } from "./errors.ts";
import type { Group, Groups, GroupTurn, Member } from "./groups.ts";
import type { Offset, TopicPartition } from "./kafka.ts";
import type { Answer, Caller, LogRecord, MemberId, OffsetCommit } from "./messages.ts";
import { keyOf } from "./state.ts";

export function emptyGroup(id: string): Group {
  return {
    id,
    state: "Empty",
    generation: 0,
    protocol: "",
    leader: "",
    members: new Map(),
    deadlineMs: 0,
    offsets: new Map(),
  };
}

/** Stores offsets. They count, and are answered, when they are committed. @returns why they must not be stored */
export function commit(
  turn: GroupTurn,
  { memberId, generation, offsets }: OffsetCommit,
  caller: Caller,
): Answer | undefined {
  const { group } = turn;
  const code = turn.checkGeneration(group, memberId, generation);
  if (code !== undefined || offsets.length === 0) return doneUnless(code);
  const member = group.members.get(memberId);
  if (member !== undefined) member.heardMs = turn.nowMs;
  const records = offsets.map(({ topic, partition, offset }) =>
    record({ group: group.id, topic, partition }, offset, turn.nowMs),
  );
  turn.store(records, { kind: "offsets", group: group.id, offsets, caller });
  return undefined;
}

export function keepOffsets(group: Group, offsets: OffsetCommit["offsets"]): void {
  for (const each of offsets) group.offsets.set(keyOf(each), each.offset);
}

/** What a record is about: a group, or an offset of one. The last record of a key counts. */
type Key = { readonly group: string } | ({ readonly group: string } & TopicPartition);

/** What a record says of a group; of an offset it says the offset. */
type Kept = Pick<Group, "generation" | "protocol" | "leader"> & {
  readonly members: readonly (readonly [MemberId, Pick<Member, "said" | "assignment">])[];
};

function record(key: Key, value: Kept | Offset, timestampMs: number): LogRecord {
  return { key: JSON.stringify(key), value: JSON.stringify(value), timestampMs };
}

/** What is stored of a group in a generation. */
export function groupRecord(group: Group, nowMs: number): LogRecord {
  const { id, generation, protocol, leader } = group;
  const members = [...group.members].map(([memberId, { said, assignment }]) => {
    return [memberId, { said, assignment }] as const;
  });
  return record({ group: id }, { generation, protocol, leader, members }, nowMs);
}

/**
 * The groups as a new coordinator finds them in the partition. A group with members is Stable in its newest generation
 * with an assignment, and all of them have their whole sessions before them.
 *
 * @param records all that the partition has, the oldest first
 */
export function load(records: Iterable<LogRecord>, nowMs: number): Groups {
  const groups: Groups = new Map();
  for (const { key, value } of records) {
    const about = JSON.parse(String(key)) as Key;
    const said: unknown = JSON.parse(String(value));
    const group = groups.getOrInsertComputed(about.group, emptyGroup);
    if ("topic" in about) keepOffsets(group, [{ ...about, offset: said as Offset }]);
    else restore(group, said as Kept, nowMs);
  }
  return groups;
}

function restore(group: Group, { members, ...kept }: Kept, nowMs: number): void {
  Object.assign(group, kept);
  group.state = members.length > 0 ? "Stable" : "Empty";
  group.members.clear();
  for (const [id, member] of members) {
    group.members.set(id, { ...member, waiting: null, synced: true, heardMs: nowMs });
  }
}
