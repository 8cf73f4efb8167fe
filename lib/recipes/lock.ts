/** A lock is an election whose winners resign; a shared one lets readers pass each other. */

import { checkPath, checkWord, type ZooKeeper } from "quorumlab/ensemble";
import { checkServes, type Mastership, type MastershipOptions, mastership } from "./mastership.ts";
import { standInLine } from "./own.ts";
import type { Clock } from "./patience.ts";

/**
 * Waits for a lock.
 *
 * @param directory where those stand in line that want it
 * @param options.kind "write" excludes everybody and is meant unless told; "read" excludes writers. A reader waits for
 * the writers before it, never for one behind it, or the two would wait for each other
 * @returns the lock, held while `mayServe()` says so and released by `resign()`
 * @throws ZooKeeperError SessionExpired
 * Source: ZooKeeper Recipes and Solutions, "Locks" and "Shared Locks".
 */
export async function lock(
  zk: ZooKeeper,
  clock: Clock,
  directory: string,
  options: MastershipOptions & { readonly kind?: "read" | "write" },
): Promise<Mastership> {
  const { kind = "write" } = options;
  checkPath("lock: the directory", directory);
  checkWord("lock: kind", kind, "read", "write");
  checkServes(options);
  const isInTheWay = (name: string) => kind === "write" || name.startsWith("write");
  const place = await standInLine(zk, clock, directory, kind, "", isInTheWay);
  return mastership(zk, clock, place, options);
}
