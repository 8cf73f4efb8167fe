/** An application server: a client of trackers and databases, which must know where to send its writes. */

import { type ClientHost, client } from "quorumlab/ensemble";
import type { NodeId, Server } from "quorumlab/sim";
import type { Value, Written } from "./database.ts";
import { type Kept, type MasterIs, mayUse } from "./tracker.ts";

type ApplicationReplies = { whoIsMaster: MasterIs; write: Written; read: Value };
export type Application = ClientHost<ApplicationReplies>;

/** A server of the world that runs an application's program. */
export function application(program: (app: Application) => Promise<void>): Server {
  return client<ApplicationReplies>(program);
}

/** What an application knows of the master through a tracker. */
export type TrackedBy = {
  /** The master, or null while there is none. Asks the tracker unless an answer may still be used. */
  master(): Promise<NodeId | null>;
  /** The answer in use at this moment, or null. */
  inUse(): NodeId | null;
};

/**
 * Asks a tracker who is master, and uses the answer for as long as its lease allows.
 *
 * @param usable decides whether a kept answer may still be used
 * @throws CallError, from `master()`, when the tracker does not answer
 */
export function trackedBy(
  app: Application,
  tracker: NodeId,
  usable: (kept: Kept, nowMs: number) => boolean = mayUse,
): TrackedBy {
  let kept: Kept | undefined;
  const usableNow = () => (kept !== undefined && usable(kept, app.now()) ? kept : undefined);
  return {
    inUse: () => usableNow()?.master ?? null,
    async master() {
      const known = usableNow();
      if (known !== undefined) return known.master;
      const askedMs = app.now();
      const { master, leaseMs } = await app.call(tracker, { kind: "whoIsMaster" });
      kept = { master, leaseMs, askedMs, answeredMs: app.now() };
      return master;
    },
  };
}
