/**
 * What every recipe needs: to ask again after a lost connection when that is safe, and to keep up with something that
 * changes. A recipe gets a session and a clock, and nothing else; it ends with the session.
 */

import {
  type Data,
  type ErrorCode,
  type Watcher,
  type ZooKeeper,
  ZooKeeperError,
} from "quorumlab/ensemble";

/** The clock of a recipe's host, in milliseconds; it may count from any moment. */
export type Clock = { now(): number; sleep(ms: number): Promise<void> };

/** Whether an operation failed with one of these codes. */
export function failedWith(error: unknown, ...codes: readonly ErrorCode[]): boolean {
  return error instanceof ZooKeeperError && codes.includes(error.code);
}

/** Whether the answer is lost, or another server may give one; the request may have taken effect. */
export function isLost(error: unknown): boolean {
  return error instanceof ZooKeeperError && error.retriable;
}

/** Whether the request has certainly not taken effect, and may the next time. */
export function isUndone(error: unknown): boolean {
  return error instanceof ZooKeeperError && error.retriable && !error.unknownOutcome;
}

/**
 * Asks until there is an answer.
 *
 * @param isToRepeat which errors are no answer: `isLost` unless told, for what may be done twice (reads, and writes
 * that leave no second trace); `isUndone` for everything else
 * @throws ZooKeeperError every other error; SessionExpired at the end of the session
 */
export async function answered<T>(
  zk: ZooKeeper,
  clock: Clock,
  ask: () => Promise<T>,
  isToRepeat: (error: unknown) => boolean = isLost,
): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isToRepeat(error)) throw error;
      await clock.sleep(zk.timeoutMs / 40);
    }
  }
}

/**
 * Keeps up with what changes: reads it, and reads it again after each event of the watch that was set with the read.
 * What lies between two reads is skipped, the last state never is.
 *
 * @param read passes the watcher on with what it asks
 * @param tell hears what was read
 * @param doubt hears the event, before it is read again
 * @param isOver says when to stop
 * @returns resolves when it is over, or the session
 */
export async function keepReading<T>(
  zk: ZooKeeper,
  clock: Clock,
  read: (watcher: Watcher) => Promise<T>,
  tell: (now: T) => void,
  doubt: Watcher = () => {},
  isOver: () => boolean = () => false,
): Promise<void> {
  try {
    while (!isOver()) {
      let isOld = false;
      const changed = Promise.withResolvers<void>();
      const watcher: Watcher = (event) => {
        if (isOld) return;
        isOld = true;
        doubt(event);
        changed.resolve();
      };
      const found = await answered(zk, clock, () => read(watcher));
      if (!isOld) tell(found);
      if (!isOver()) await changed.promise;
    }
  } catch (error) {
    if (!failedWith(error, "SessionExpired")) throw error;
  }
}

/** Reads a node that may be missing. The watcher hears of the first change that the answer does not show. */
export async function look(
  zk: ZooKeeper,
  path: string,
  watcher?: Watcher,
): Promise<Awaited<ReturnType<ZooKeeper["getData"]>> | null> {
  // The watch comes first: whatever is read after it is at least as new.
  if ((await zk.exists(path, watcher)) === null) return null;
  return unlessGone(zk.getData(path));
}

/** An answer, or null when there is no such node. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (failedWith(error, "NoNode")) return null;
    throw error;
  }
}

/** Makes a directory, and those above it, unless they are there. */
export async function makeDirectory(zk: ZooKeeper, path: string): Promise<void> {
  const names = path.split("/");
  for (let depth = 2; depth <= names.length; depth++) {
    try {
      await zk.create(names.slice(0, depth).join("/"));
    } catch (error) {
      if (!failedWith(error, "NodeExists")) throw error;
    }
  }
}

export function textOf(data: Data): string {
  return typeof data === "string" ? data : new TextDecoder().decode(data);
}
