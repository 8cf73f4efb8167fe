// Chapter 10 · Where the replicas go

/**
 * Always the brokers that keep least, and of them the one that leads least as leader. Ties go by
 * the order of the brokers (sorting is stable), so that groups come up in turn and all their
 * members lead.
 */
export function place(
  partitions: number,
  replicas: number,
  brokers: readonly string[],
): string[][] {
  const all = brokers.map((name) => ({ name, kept: 0, led: 0 }));
  return Array.from({ length: partitions }, () => {
    const least = [...all].sort((a, b) => a.kept - b.kept).slice(0, replicas);
    const chosen = least.sort((a, b) => a.led - b.led);
    for (const broker of chosen) broker.kept++;
    for (const leader of chosen.slice(0, 1)) leader.led++;
    return chosen.map((broker) => broker.name);
  });
}
