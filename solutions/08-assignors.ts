import type { Assignment, Subscription } from "quorumlab/broker";

type Partition = Assignment[string][number];

/** Neighbours stay together, and so do the first partitions of all topics: good for joining them, bad for balance. */
export function range(
  members: readonly Subscription[],
  partitionsOf: Readonly<Record<string, number>>,
): Assignment {
  return share(members, partitionsOf, ({ topic, partition }, sorted) => {
    const subscribers = sorted.filter(({ topics }) => topics.includes(topic));
    const count = partitionsOf[topic] ?? 0;
    const extra = count % subscribers.length;
    const least = (count - extra) / subscribers.length;
    const seats = subscribers.map(({ memberId }, at) =>
      Array<string>(at < extra ? least + 1 : least).fill(memberId),
    );
    return seats.flat()[partition];
  });
}

/** The turn goes on from topic to topic, or whoever comes first would have the first partition of each. */
export function roundRobin(
  members: readonly Subscription[],
  partitionsOf: Readonly<Record<string, number>>,
): Assignment {
  let turn = 0;
  return share(members, partitionsOf, ({ topic }, sorted) => {
    while (!sorted[turn % sorted.length]?.topics.includes(topic)) turn += 1;
    return sorted[turn++ % sorted.length]?.memberId;
  });
}

/**
 * Everyone can keep an even share, and as many as there are partitions left over can keep one more: so many stay, and
 * no fair way leaves room for another. What is not kept goes to who has least, which makes it even.
 */
export function sticky(
  members: readonly Subscription[],
  partitionsOf: Readonly<Record<string, number>>,
): Assignment {
  const count = partitionsIn(members, partitionsOf).length;
  const least = Math.floor(count / members.length);
  let extra = count % members.length;
  const counts = new Map(members.map(({ memberId }) => [memberId, 0]));
  const countOf = (id: string) => counts.get(id) ?? 0;
  const give = (id: string) => {
    counts.set(id, countOf(id) + 1);
    return id;
  };
  const kept = share(members, partitionsOf, (partition) => {
    const owner = ownerOf(partition, members);
    if (owner === undefined || countOf(owner) > least) return undefined;
    if (countOf(owner) === least && extra-- <= 0) return undefined;
    return give(owner);
  });
  return share(members, partitionsOf, (partition) => {
    const keeper = members.find(({ memberId }) => has(kept[memberId], partition))?.memberId;
    return keeper ?? give([...counts.keys()].reduce((a, b) => (countOf(b) < countOf(a) ? b : a)));
  });
}

/** Everyone's partitions, when each, by topic and number, goes to whom `ownerOf` says. */
function share(
  members: readonly Subscription[],
  partitionsOf: Readonly<Record<string, number>>,
  ownerOf: (partition: Partition, sorted: readonly Subscription[]) => string | undefined,
): Assignment {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const shares = new Map(members.map(({ memberId }): [string, Partition[]] => [memberId, []]));
  for (const partition of partitionsIn(members, partitionsOf)) {
    shares.get(ownerOf(partition, sorted) ?? "")?.push(partition);
  }
  return Object.fromEntries(shares);
}

function partitionsIn(
  members: readonly Subscription[],
  partitionsOf: Readonly<Record<string, number>>,
): Partition[] {
  const topics = [...new Set(members.flatMap((member) => member.topics))].sort();
  return topics.flatMap((topic) =>
    Array.from({ length: partitionsOf[topic] ?? 0 }, (_, partition) => ({ topic, partition })),
  );
}

/** Who had a partition: the one who says so in the newest generation, unless two do. */
function ownerOf(partition: Partition, members: readonly Subscription[]): string | undefined {
  const claims = members.filter(({ owned }) => has(owned, partition));
  const newest = Math.max(...claims.map(({ generation = -1 }) => generation));
  const [owner, rival] = claims.filter(({ generation = -1 }) => generation === newest);
  return rival === undefined ? owner?.memberId : undefined;
}

function has(list: readonly Partition[] | undefined, { topic, partition }: Partition): boolean {
  return list?.some((each) => each.topic === topic && each.partition === partition) ?? false;
}
