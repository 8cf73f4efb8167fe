/** An application server: a client of trackers and databases, which must know where to send its writes. */

import type { NodeId, Server } from "quorumlab/sim";
import { type ClientHost, client } from "./client.ts";
import type { Value, Written } from "./database.ts";
import { type Kept, type MasterIs, mayUse } from "./tracker.ts";

type ApplicationReplies = { whoIsMaster: MasterIs; write: Written; read: Value };
export type Application = ClientHost<ApplicationReplies>;

/** A server of the world that runs an application's program. */
export function application(program: (app: Application) => Promise<void>): Server {
  return client<ApplicationReplies>(program);
}

/**
 * Asks a tracker who is master, and keeps the answer for as long as its lease allows.
 *
 * @param usable decides whether a kept answer may still be used
 * @returns a function that gives the master, or null while there is none
 * @throws CallError when the tracker does not answer
 */
export function askingOnce(
  app: Application,
  tracker: NodeId,
  usable: (kept: Kept, nowMs: number) => boolean = mayUse,
): () => Promise<NodeId | null> {
  let kept: Kept | undefined;
  return async () => {
    if (kept !== undefined && usable(kept, app.now())) return kept.master;
    const askedMs = app.now();
    const { master, leaseMs } = await app.call(tracker, { kind: "whoIsMaster" });
    kept = { master, leaseMs, askedMs, answeredMs: app.now() };
    return master;
  };
}
