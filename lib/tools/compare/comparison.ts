/** A real system beside ours, as the command compares them. */

import type { Row } from "../cell/table.ts";

/** Something that a client saw on one system and not on the other. */
export type Found = {
  /** Who, and what was asked. */
  readonly what: string;
  readonly real: string;
  readonly ours: string;
  /** When it is meant to be so: what differs, and where Kafka or ZooKeeper says it. */
  readonly explained?: { readonly difference: string; readonly source: string };
};

export type Comparison = {
  /** The real system's. */
  readonly version: string;
  /** Runs a script on both. */
  compare(nth: number): Promise<readonly Found[]>;
  /** The steps of a script. */
  stepsOf(nth: number): readonly string[];
  /** What came on the real system so far: a table, what else there is to say, and what never came. */
  rows(): Row[];
  notes(): readonly string[];
  never(): readonly string[];
  stop(): Promise<void>;
};

/** What can be compared. */
export type System = {
  readonly name: string;
  readonly ours: string;
  /** How many scripts are run unless told, and how many at a time. */
  readonly scripts: number;
  readonly atATime: number;
  /** Starts the real one. @param say is told what takes long @throws NoServer */
  start(seed: number, say: (what: string) => void): Promise<Comparison>;
};

const TRIES = 5;

/**
 * Whoever was unlucky begins again.
 *
 * @param attempt gets what all its names are to begin with
 */
export async function untilLucky<T>(
  nth: number,
  isUnlucky: (error: unknown) => boolean,
  attempt: (root: string) => Promise<T>,
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt(number === 1 ? `c${nth}` : `c${nth}-${number}`);
    } catch (error) {
      if (!isUnlucky(error) || number === TRIES) throw error;
    }
  }
}
