/** Group membership: a member is there as long as its session is, and everybody knows who is there. */

import { checkName, checkPath, type Data, type Watcher, type ZooKeeper } from "quorumlab/ensemble";
import { disown, own } from "./own.ts";
import { answered, type Clock, keepReading, makeDirectory } from "./patience.ts";

/**
 * Joins a group. A host that has come back joins when the node of its older session is gone.
 *
 * @param name who this is, once in the group
 * @returns leaves the group; the end of the session does it as well
 * @throws ZooKeeperError SessionExpired
 */
export async function joinGroup(
  zk: ZooKeeper,
  clock: Clock,
  directory: string,
  name: string,
  data?: Data,
): Promise<() => Promise<void>> {
  checkPath("joinGroup: the directory", directory);
  checkName("joinGroup: the name", name);
  await answered(zk, clock, () => makeDirectory(zk, directory));
  const mine = await own(zk, clock, `${directory}/${name}`, data);
  return () => disown(zk, clock, mine);
}

export type Group = {
  /** Who was there when this session looked last, sorted. */
  members(): readonly string[];
  /** Resolves when the session is over. */
  readonly ended: Promise<void>;
};

/** Follows who is in a group. @param onChange hears of each membership that is seen */
export function groupMembers(
  zk: ZooKeeper,
  clock: Clock,
  directory: string,
  onChange: (members: readonly string[]) => void = () => {},
): Group {
  checkPath("groupMembers: the directory", directory);
  let members: readonly string[] = [];
  const list = async (watcher: Watcher) => {
    await makeDirectory(zk, directory);
    return (await zk.getChildren(directory, watcher)).children;
  };
  const ended = keepReading(zk, clock, list, (found) => {
    members = [...found].sort();
    onChange(members);
  });
  return { members: () => members, ended };
}
