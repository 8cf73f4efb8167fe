/**
 * A queue whose items outlive their consumers. Whoever takes an item claims it with an ephemeral node, and removes it
 * when the work is done: a consumer that dies meanwhile leaves the item to another. So every item is worked on at
 * least once, and perhaps twice.
 *
 * Source: ZooKeeper Recipes and Solutions, "Queues", which loses what a dead consumer has taken; kazoo's LockingQueue.
 */

import { checkPath, type Data, type WatchEvent, type ZooKeeper } from "quorumlab/ensemble";
import { disown, inSequence, ownSequential, tryOwn } from "./own.ts";
import { answered, type Clock, isLost, makeDirectory, unlessGone } from "./patience.ts";

/** An item that this session works on, as long as the session lives. */
export type Taken = {
  readonly data: Data;
  /** The work is done: nobody gets the item again. @throws ZooKeeperError SessionExpired: somebody else may get it */
  done(): Promise<void>;
  /** The work is left to somebody else. */
  giveBack(): Promise<void>;
};

export type Queue = {
  /** Puts an item at the end; when the answer is lost and the item is not there any more, a second time. */
  put(data: Data): Promise<void>;
  /** Waits for an item that nobody works on, the oldest first. */
  take(): Promise<Taken>;
};

/** A queue in a directory. All of its operations reject with SessionExpired at the end of the session. */
export function queue(zk: ZooKeeper, clock: Clock, directory: string): Queue {
  checkPath("queue: the directory", directory);
  const [items, claims] = [`${directory}/items`, `${directory}/claims`];
  /** What this session has claimed, or is about to: several may take from one queue object. */
  const mine = new Set<string>();

  /** Claims an item, unless somebody has, or it was done with meanwhile. */
  async function claim(item: string): Promise<Taken | undefined> {
    const { stat, isOwn } = await tryOwn(zk, clock, `${claims}/${item}`);
    if (!isOwn) return undefined;
    const done = async () => {
      await remove(item);
      mine.delete(item);
    };
    const giveBack = async () => {
      await disown(zk, clock, { path: `${claims}/${item}`, token: stat.czxid });
      mine.delete(item);
    };
    const found = await answered(zk, clock, () => unlessGone(zk.getData(`${items}/${item}`)));
    if (found === null) {
      await giveBack();
      return undefined;
    }
    return { data: found.data, done, giveBack };
  }

  /** Both at once, or the item could be claimed again in between. */
  async function remove(item: string): Promise<void> {
    const paths = [`${claims}/${item}`, `${items}/${item}`];
    const ops = paths.map((path) => ({ kind: "delete", path, version: -1 }) as const);
    try {
      await zk.multi(ops);
    } catch (error) {
      if (!isLost(error)) throw error;
      await answered(zk, clock, () => zk.sync(items));
      const left = await answered(zk, clock, () => zk.exists(`${items}/${item}`));
      if (left !== null) await remove(item);
    }
  }

  return {
    async put(data) {
      await ownSequential(zk, clock, items, "item", data, "persistentSequential");
    },
    async take() {
      await answered(zk, clock, () => makeDirectory(zk, items));
      await answered(zk, clock, () => makeDirectory(zk, claims));
      for (;;) {
        const { promise: changed, resolve } = Promise.withResolvers<WatchEvent>();
        const list = async (path: string) =>
          (await answered(zk, clock, () => zk.getChildren(path, resolve))).children;
        const [all, claimed] = [await list(items), await list(claims)];
        const free = inSequence(all).filter((item) => !claimed.includes(item) && !mine.has(item));
        for (const item of free) {
          if (mine.has(item)) continue;
          mine.add(item);
          const taken = await claim(item);
          if (taken !== undefined) return taken;
          mine.delete(item);
        }
        if (free.length === 0) await changed;
      }
    },
  };
}
