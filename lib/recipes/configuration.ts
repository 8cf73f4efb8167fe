/** A shared value: read from memory, kept up to date by a watch, and changed only by whoever has seen what it changes. */

import { checkPath, type Data, parentOf, type ZooKeeper } from "quorumlab/ensemble";
import {
  answered,
  type Clock,
  failedWith,
  isUndone,
  keepReading,
  look,
  makeDirectory,
} from "./patience.ts";

export type Configuration = {
  /** The value as this session saw it last: perhaps an older one, never an older one than before. */
  current(): Data | null;
  /**
   * Changes the value: reads it, and writes what `change` makes of it unless somebody was faster; then once more.
   *
   * @returns the new value
   * @throws ZooKeeperError ConnectionLoss, when nobody knows whether it was changed: the caller must look
   */
  update(change: (old: Data | null) => Data): Promise<Data>;
  /** Resolves when the session is over. */
  readonly ended: Promise<void>;
};

/**
 * Follows the value of a node, which may be missing: then it is null.
 *
 * @param onChange hears of each value that is seen
 */
export function configuration(
  zk: ZooKeeper,
  clock: Clock,
  path: string,
  onChange: (value: Data | null) => void = () => {},
): Configuration {
  checkPath("configuration: the path", path);
  const directory = parentOf(path);
  const write = (value: Data, version?: number) =>
    version === undefined ? zk.create(path, value) : zk.setData(path, value, version);
  let known: Data | null = null;
  const ended = keepReading(
    zk,
    clock,
    (watcher) => look(zk, path, watcher),
    (found) => {
      known = found?.data ?? null;
      onChange(known);
    },
  );
  return {
    current: () => known,
    ended,
    async update(change) {
      for (;;) {
        const found = await answered(zk, clock, () => look(zk, path));
        const value = change(found?.data ?? null);
        try {
          if (found === null) await answered(zk, clock, () => makeDirectory(zk, directory));
          await answered<unknown>(zk, clock, () => write(value, found?.stat.version), isUndone);
          return value;
        } catch (error) {
          if (!failedWith(error, "BadVersion", "NodeExists", "NoNode")) throw error;
        }
      }
    },
  };
}
