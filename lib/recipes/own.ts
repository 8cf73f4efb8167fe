/**
 * Ephemeral nodes of one's own. A lost answer leaves it open whether a node was made or deleted, so each of these
 * looks before it acts again; and a node is one's own only by its session, never by its name.
 */

import type { CreateMode, Data, Stat, WatchEvent, ZooKeeper } from "quorumlab/ensemble";
import { answered, type Clock, failedWith, isLost, makeDirectory, unlessGone } from "./patience.ts";

/** A node of one's own, and the transaction that made it, which grows with each that follows: a fencing token. */
export type Own = { readonly path: string; readonly token: number };

/**
 * Makes an ephemeral node, unless somebody has it.
 *
 * @returns whose it is now, and when that changes
 */
export async function tryOwn(
  zk: ZooKeeper,
  clock: Clock,
  path: string,
  data: Data = "",
): Promise<{ readonly stat: Stat; readonly isOwn: boolean; readonly changed: Promise<unknown> }> {
  for (;;) {
    const { promise: changed, resolve } = Promise.withResolvers<WatchEvent>();
    const stat = await answered(zk, clock, () => zk.exists(path, resolve));
    if (stat !== null) return { stat, isOwn: stat.ephemeralOwner === zk.session, changed };
    try {
      await zk.create(path, data, "ephemeral");
    } catch (error) {
      // Made or not, by this session or another: the next look tells.
      if (!isLost(error) && !failedWith(error, "NodeExists")) throw error;
    }
  }
}

/** Waits until an ephemeral node is this session's. That of an older session of the same host has to go first. */
export async function own(zk: ZooKeeper, clock: Clock, path: string, data?: Data): Promise<Own> {
  for (;;) {
    const { stat, isOwn, changed } = await tryOwn(zk, clock, path, data);
    if (isOwn) return { path, token: stat.czxid };
    await changed;
  }
}

/** Deletes a node of one's own, and no other that has taken its name. The end of the session does it as well. */
export async function disown(zk: ZooKeeper, clock: Clock, { path, token }: Own): Promise<void> {
  try {
    for (;;) {
      const stat = await answered(zk, clock, async () => {
        // Shows what became of a delete whose answer was lost.
        await zk.sync(path);
        return zk.exists(path);
      });
      if (stat?.czxid !== token) return;
      await zk.delete(path).catch((error: unknown) => {
        if (!isLost(error) && !failedWith(error, "NoNode")) throw error;
      });
    }
  } catch (error) {
    if (!failedWith(error, "SessionExpired")) throw error;
  }
}

/** How many sequential nodes each session has asked for here, so that each has a name of its own. */
const asked = new WeakMap<ZooKeeper, number>();

/**
 * Makes a sequential node, once, if need be in several attempts: its name tells its session and which of the
 * session's it is, so that a node whose answer was lost is found again.
 *
 * @returns its name
 */
export async function ownSequential(
  zk: ZooKeeper,
  clock: Clock,
  directory: string,
  kind: string,
  data: Data,
  mode: Extract<CreateMode, `${string}Sequential`> = "ephemeralSequential",
): Promise<string> {
  const nth = (asked.get(zk) ?? 0) + 1;
  asked.set(zk, nth);
  const prefix = `${kind}-${zk.session.toString(16)}-${nth}-`;
  await answered(zk, clock, () => makeDirectory(zk, directory));
  for (;;) {
    try {
      const path = await zk.create(`${directory}/${prefix}`, data, mode);
      return path.slice(directory.length + 1);
    } catch (error) {
      if (!isLost(error)) throw error;
    }
    const found = await answered(zk, clock, async () => {
      // Without it a server that lags behind would not show the node yet.
      await zk.sync(directory);
      const { children } = await zk.getChildren(directory);
      return children.find((child) => child.startsWith(prefix));
    });
    if (found !== undefined) return found;
  }
}

/** Names in the order in which the nodes were made: by the ten digits at their end, whatever comes before those. */
export function inSequence(names: readonly string[]): string[] {
  const sequence = (name: string) => Number(name.slice(-10));
  return [...names].sort((a, b) => sequence(a) - sequence(b));
}

/**
 * Stands in line: makes a sequential node, and waits until no node before it is in its way. It watches only the last
 * of those, so that whoever leaves wakes one that waits, and no herd.
 *
 * @param kind the beginning of the node's name
 * @param isInTheWay of the nodes before it: all of them unless told
 */
export async function standInLine(
  zk: ZooKeeper,
  clock: Clock,
  directory: string,
  kind: string,
  data: Data,
  isInTheWay: (name: string) => boolean = () => true,
): Promise<Own> {
  const make = () => ownSequential(zk, clock, directory, kind, data);
  for (let name = await make(); ; ) {
    const { children } = await answered(zk, clock, () => zk.getChildren(directory));
    const line = inSequence(children);
    if (!line.includes(name)) {
      name = await make();
      continue;
    }
    const last = line.slice(0, line.indexOf(name)).findLast(isInTheWay);
    // The one before may have given up while others before it still wait: then the line is read again.
    if (last !== undefined) {
      await change(zk, clock, `${directory}/${last}`);
      continue;
    }
    const path = `${directory}/${name}`;
    const stat = await answered(zk, clock, () => zk.exists(path));
    if (stat !== null) return { path, token: stat.czxid };
  }
}

/** Waits for the next change of a node, unless it is not there. */
export async function change(zk: ZooKeeper, clock: Clock, path: string): Promise<void> {
  const { promise: changed, resolve } = Promise.withResolvers<WatchEvent>();
  // Not `exists`, which would leave a watch behind for a node that never comes again.
  const found = await answered(zk, clock, () => unlessGone(zk.getData(path, resolve)));
  if (found !== null) await changed;
}
