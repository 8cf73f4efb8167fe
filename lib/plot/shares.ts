/** Who owns which partition before and after a rebalance, partition by partition, and the same in words. */

import { countText } from "./words.ts";

/** The partitions of every member of a group, by its id: what an assignor returns. */
export type Shares = Readonly<
  Record<string, readonly { readonly topic: string; readonly partition: number }[]>
>;

/** A partition and its owners: one, unless something is wrong. */
export type Move = {
  readonly topic: string;
  readonly partition: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
};

const MOST_PARTITIONS = 60;
const MOST_MEMBERS = 20;

/** Every partition that anybody has, by topic and number. */
export function movesOf(before: Shares, after: Shares): Move[] {
  const moves = new Map<string, Move & Record<"before" | "after", string[]>>();
  for (const [when, shares] of [["before", before] as const, ["after", after] as const]) {
    for (const [member, own] of Object.entries(shares)) {
      for (const { topic, partition } of own) {
        const key = `${topic} ${partition}`;
        const known = moves.get(key) ?? { topic, partition, before: [], after: [] };
        known[when].push(member);
        moves.set(key, known);
      }
    }
  }
  return [...moves.values()].sort((a, b) =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
  );
}

/** All members, by name. Throws one sentence when there are too many, or none. */
export function membersOf(before: Shares, after: Shares, moves: readonly Move[]): string[] {
  const members = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (members.length < 1 || members.length > MOST_MEMBERS) {
    throw new Error(
      `assignment: 1 to ${MOST_MEMBERS} members can be drawn, not ${members.length}.`,
    );
  }
  if (moves.length < 1 || moves.length > MOST_PARTITIONS) {
    throw new Error(
      `assignment: 1 to ${MOST_PARTITIONS} partitions can be drawn, not ${moves.length}.`,
    );
  }
  return members.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** Whether a partition had an owner, and has another one. */
export function isMoved({ before, after }: Move): boolean {
  return before.length > 0 && after.length > 0 && !after.some((one) => before.includes(one));
}

/** What the picture shows to be wrong, if anything: a partition has one owner. */
export function wrongIn(moves: readonly Move[]): string | undefined {
  const wrong = moves.filter(({ after }) => after.length !== 1);
  if (wrong.length === 0) return undefined;
  const said = wrong.slice(0, 3).map((move) => {
    const { after } = move;
    return `${nameOf(move)} belongs to ${after.length === 0 ? "nobody" : after.join(" and ")}`;
  });
  const more = wrong.length > 3 ? [`${wrong.length - 3} more`] : [];
  return `A partition has one owner, but ${[...said, ...more].join(", ")}.`;
}

const nameOf = ({ topic, partition }: Move) => `${topic}-${partition}`;

/** A title that claims nothing: what was counted. */
export function tellTitle(
  members: readonly string[],
  moves: readonly Move[],
  isFirst: boolean,
): string {
  const shared = `${countText(moves.length, "partition")}, ${countText(members.length, "member")}`;
  return isFirst ? shared : `${shared}, ${countText(moves.filter(isMoved).length, "move")}`;
}

/** The picture in sentences. */
export function tell(members: readonly string[], moves: readonly Move[]): string {
  const told = members.map((member) => {
    const own = moves.filter(({ after }) => after.includes(member)).map(nameOf);
    return `${member} has ${own.join(", ") || "nothing"}.`;
  });
  const moved = moves.filter(isMoved).map((move) => {
    return `${nameOf(move)} from ${move.before.join(" and ")} to ${move.after.join(" and ") || "nobody"}`;
  });
  return [...told, ...(moved.length > 0 ? [`Moved: ${moved.join("; ")}.`] : [])].join(" ");
}
