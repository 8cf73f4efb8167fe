/** An operator, who writes to "/master" or deletes it while others hold it. */

import { client } from "quorumlab/recipes";
import type { NodeId, Scenario } from "quorumlab/sim";

export type Act = { readonly does: "write" | "delete"; readonly atMs: number };

/** A client that does this, each at its time, in one session. */
export function operator(
  acts: readonly Act[],
  servers: readonly NodeId[],
  timeoutMs: number,
): Scenario["servers"][string] {
  return client(async (host) => {
    const zookeeper = await host.zookeeper({ servers, timeoutMs });
    for (const { does, atMs } of acts) {
      await host.sleep(Math.max(0, atMs - host.now()));
      const act =
        does === "write" ? zookeeper.setData("/master", "hello") : zookeeper.delete("/master");
      // There may be none, and an operator does not insist.
      await act.catch(() => {});
    }
  });
}
