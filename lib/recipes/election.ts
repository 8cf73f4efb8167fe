/**
 * Electing a master among sessions: whoever has the node that everybody wants. With one plain node all candidates
 * watch the master; in a line each watches the one before it, and a failover wakes one.
 *
 * Source: ZooKeeper Recipes and Solutions, "Leader Election".
 */

import { checkPath, parentOf, type Watcher, type ZooKeeper } from "quorumlab/ensemble";
import { inSequence, type Own, own, standInLine } from "./own.ts";
import { answered, type Clock, look, makeDirectory, textOf, unlessGone } from "./patience.ts";

/** Who is master: what it gave as its name, and its fencing token, which grows with each mastership. */
export type Master = { readonly name: string; readonly token: number };

/** A way to elect. */
export type Election = {
  /**
   * Waits until this session is the master. Closing the session gives the candidacy up.
   *
   * @param name what others see of the master, such as its host's id
   * @returns the node that makes it master: `mastership` tells for how long it may serve
   * @throws ZooKeeperError SessionExpired: the caller opens a new session and begins again
   */
  campaign(zk: ZooKeeper, clock: Clock, name: string): Promise<Own>;
  /** Who is master at present; the watcher hears of the first change. @throws ZooKeeperError */
  incumbent(zk: ZooKeeper, watcher: Watcher): Promise<Master | null>;
};

/**
 * All candidates try to create one ephemeral node, and one passes. The others watch it, and when it goes all of them
 * try again: the herd.
 *
 * @param path "/master" unless told
 */
export function plainElection(path: string = "/master"): Election {
  checkPath("plainElection: the path", path);
  return {
    async campaign(zk, clock, name) {
      await answered(zk, clock, () => makeDirectory(zk, parentOf(path)));
      return own(zk, clock, path, name);
    },
    async incumbent(zk, watcher) {
      const found = await look(zk, path, watcher);
      return found && { name: textOf(found.data), token: found.stat.czxid };
    },
  };
}

/**
 * All candidates stand in line with ephemeral sequential nodes, and the first is the master.
 *
 * @param directory where they stand: "/candidates" unless told
 */
export function sequentialElection(directory: string = "/candidates"): Election {
  checkPath("sequentialElection: the directory", directory);
  return {
    campaign: (zk, clock, name) => standInLine(zk, clock, directory, "candidate", name),
    async incumbent(zk, watcher) {
      await makeDirectory(zk, directory);
      const first = async (watcher?: Watcher) =>
        inSequence((await zk.getChildren(directory, watcher)).children)[0];
      for (;;) {
        // Who comes later stands behind: the first changes only when it goes, or when nobody was there.
        const name = (await first()) ?? (await first(watcher));
        if (name === undefined) return null;
        const found = await unlessGone(zk.getData(`${directory}/${name}`, watcher));
        if (found !== null) return { name: textOf(found.data), token: found.stat.czxid };
      }
    },
  };
}
