/**
 * A double barrier: nobody begins before all have come, and nobody goes on before all have finished. A process that
 * dies releases the others, for its node goes with its session.
 *
 * Source: ZooKeeper Recipes and Solutions, "Double Barriers".
 */

import {
  checkName,
  checkNumber,
  checkPath,
  type WatchEvent,
  type ZooKeeper,
} from "quorumlab/ensemble";
import { change, disown, type Own, own } from "./own.ts";
import { answered, type Clock, makeDirectory } from "./patience.ts";

export type DoubleBarrier = {
  /** Resolves when all have come. */
  enter(): Promise<void>;
  /** Resolves when all that came have left, or died. */
  leave(): Promise<void>;
};

/**
 * A double barrier for one use: the next round gets another path. Its operations reject with SessionExpired.
 *
 * @param size how many there must be
 * @param name who this is; it counts once, so a host that has come back first waits for its older session to end
 */
export function doubleBarrier(
  zk: ZooKeeper,
  clock: Clock,
  path: string,
  size: number,
  name: string,
): DoubleBarrier {
  checkPath("doubleBarrier: the path", path);
  checkNumber("doubleBarrier: size", size, 1);
  checkName("doubleBarrier: the name", name);
  // What opens the barrier is not among those that are counted.
  const [inside, ready] = [`${path}/in`, `${path}/ready`];
  let mine: Own | undefined;
  const present = async () =>
    [...(await answered(zk, clock, () => zk.getChildren(inside))).children].sort();

  return {
    async enter() {
      await answered(zk, clock, () => makeDirectory(zk, inside));
      mine = await own(zk, clock, `${inside}/${name}`);
      for (;;) {
        const { promise: changed, resolve } = Promise.withResolvers<WatchEvent>();
        if ((await answered(zk, clock, () => zk.exists(ready, resolve))) !== null) return;
        // Whoever comes last sees all the others.
        if ((await present()).length >= size)
          await answered(zk, clock, () => makeDirectory(zk, ready));
        else await changed;
      }
    },
    async leave() {
      for (;;) {
        const [first, ...others] = await present();
        if (first === undefined) return;
        // The first stays till the end and waits for the last, the others wait for the first: each watches one node.
        const isFirst = mine !== undefined && first === name;
        if (mine !== undefined && (!isFirst || others.length === 0)) {
          await disown(zk, clock, mine);
          mine = undefined;
        } else await change(zk, clock, `${inside}/${(isFirst && others.at(-1)) || first}`);
      }
    },
  };
}
