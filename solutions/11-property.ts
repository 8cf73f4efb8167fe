import type { Facts } from "quorumlab/properties";

type Applied = Facts["servers"][number]["applied"];

/**
 * Who is behind has applied the beginning of what the others have, so the longest history stands for all; more than
 * half of the servers are up, so it has everything that was acknowledged. What a server shows follows from what it
 * has applied, and from nothing else.
 */
export function whatIsWrong(facts: Facts): string | null {
  const { creates, servers } = facts;
  const longest = servers.reduce<Applied>((most, { applied }) => {
    return applied.length > most.length ? applied : most;
  }, []);
  for (const { id, applied, nodes } of servers) {
    const place = applied.findIndex((each, i) => !same(each, longest[i]));
    if (place >= 0) return `${id} has applied something else than others as number ${place + 1}`;
    if (!same(shown(applied), [...nodes].sort())) return `${id} does not show what it has applied`;
  }
  const paths = new Set(longest.map((each) => (each.kind === "create" ? each.path : "")));
  const lost = creates.find(({ path, answer }) => answer === "created" && !paths.has(path));
  return lost === undefined ? null : `${lost.path} was acknowledged and is lost`;
}

/** The nodes that there are after these transactions. */
function shown(applied: Applied): string[] {
  const owners = new Map<string, number>();
  for (const each of applied) {
    if (each.kind === "create") owners.set(each.path, each.session);
    if (each.kind !== "closeSession") continue;
    for (const [path, owner] of owners) if (owner === each.session) owners.delete(path);
  }
  return [...owners.keys()].sort();
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
