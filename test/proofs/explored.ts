/**
 * A search through everything that a few servers can do, breadth first: the first violation that it meets is one that
 * takes the fewest steps. Two worlds are the same when they are equal, not when their hashes are.
 */

import { isDeepStrictEqual } from "node:util";
import { hash, type NodeId, type Protocol } from "quorumlab/sim";
import { firstWorld, steps, type World } from "./possible.ts";

export type Search<State> = {
  readonly protocol: Protocol<State, unknown>;
  readonly nodes: readonly NodeId[];
  /** What is wrong with the states of the servers that are up, or undefined. */
  readonly wrong: (states: readonly State[]) => string | undefined;
  /** Whether a world belongs to the space that is searched. */
  readonly within: (world: World<State>) => boolean;
  /** After how many worlds the search gives up. */
  readonly maxWorlds: number;
};

export type Found = {
  readonly verdict: "ok" | "violated" | "unknown";
  /** How many different worlds were found. */
  readonly worlds: number;
  readonly says?: string;
  /** What leads to the violation, step by step. */
  readonly path?: readonly string[];
};

type Visit<State> = {
  readonly world: World<State>;
  readonly says: string;
  readonly before: Visit<State> | undefined;
};

/** Searches the whole space, or as far as the first violation. */
export function explore<State>(search: Search<State>): Found {
  const { protocol, nodes, wrong, within, maxWorlds } = search;
  const seen = new Map<number, World<State>[]>();
  const visits: Visit<State>[] = [];
  const find = (visit: Visit<State>) => {
    if (within(visit.world) && isNew(seen, visit.world)) visits.push(visit);
  };
  find({ world: firstWorld(protocol, nodes), says: "", before: undefined });
  // The list grows at its end while it is walked, so what is found first is visited first.
  for (const visit of visits) {
    const worlds = visits.length;
    const says = wrong(statesOf(visit.world));
    if (says !== undefined) return { verdict: "violated", worlds, says, path: pathTo(visit) };
    if (worlds > maxWorlds) return { verdict: "unknown", worlds };
    for (const [says, world] of steps(protocol, visit.world)) {
      find({ world, says, before: visit });
    }
  }
  return { verdict: "ok", worlds: visits.length };
}

/** A hash only tells where to look. */
function isNew<T>(seen: Map<number, T[]>, value: T): boolean {
  const key = hash(value);
  const alike = seen.get(key) ?? [];
  if (alike.some((other) => isDeepStrictEqual(other, value))) return false;
  seen.set(key, [...alike, value]);
  return true;
}

function statesOf<State>({ servers }: World<State>): State[] {
  return Object.values(servers).flatMap(({ state }) => (state === undefined ? [] : [state]));
}

function pathTo<State>(visit: Visit<State>): string[] {
  const path: string[] = [];
  for (let at = visit; at.before !== undefined; at = at.before) path.unshift(at.says);
  return path;
}
